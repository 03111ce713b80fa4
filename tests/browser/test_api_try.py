"""The API tried out from its own page, at a desk by day and on a phone by night, under the policy every page has."""

import pytest
from playwright.sync_api import Browser

from tests.browser import floor
from tests.browser.house import House
from tests.browser.visitor import DESKTOP, PHONE, Screen, visiting
from tests.browser.walks import api, entrance
from tests.browser.walks.entrance import Newcomer


@pytest.mark.timeout(300)
@pytest.mark.parametrize("screen", [DESKTOP, PHONE], ids=lambda screen: screen.name)
def test_a_real_request_is_sent_with_a_test_key_that_stays_in_its_field(
    screen: Screen, house: House, browser: Browser, capfd: pytest.CaptureFixture[str]
) -> None:
    ada = Newcomer("Ada Byron", f"ada.api.{screen.name}@people.example", "Prairie Lantern Books")

    with visiting(browser, screen, house) as visitor:
        entrance.sign_up(visitor, ada, looking=False)
        key = api.make_test_key(visitor)
        asked = api.try_it(visitor, key)
        kept = visitor.page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])")

        assert [url for url in asked if url.endswith("/api/v1/organization/")]
        assert [url for url in asked if not url.startswith((house.url, "data:"))] == []
        assert [url for url in asked if "crl_" in url] == []
        assert "crl_" not in kept
        floor.settle("api-try", [visitor], house.complaints(), capfd)
