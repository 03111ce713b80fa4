"""Lists of whom not to reach, kept by somebody of an organisation, at a desk by day and on a phone by night."""

import pytest
from playwright.sync_api import Browser

from tests.browser import floor
from tests.browser.house import House
from tests.browser.visitor import DESKTOP, PHONE, Screen, visiting
from tests.browser.walks import entrance, lists
from tests.browser.walks.entrance import Newcomer


@pytest.mark.timeout(300)
@pytest.mark.parametrize("screen", [DESKTOP, PHONE], ids=lambda screen: screen.name)
def test_lists_are_begun_filled_searched_and_emptied(
    screen: Screen, house: House, browser: Browser, capfd: pytest.CaptureFixture[str]
) -> None:
    ada = Newcomer("Ada Byron", f"ada.lists.{screen.name}@people.example", "Prairie Lantern Books")

    with visiting(browser, screen, house) as visitor:
        entrance.sign_up(visitor, ada, looking=False)
        lists.keep_lists(visitor)

        floor.settle("lists", [visitor], house.complaints(), capfd)
