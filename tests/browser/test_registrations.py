"""Registrations written down by somebody of an organisation, at a desk by day and on a phone by night."""

import pytest
from playwright.sync_api import Browser

from tests.browser import floor
from tests.browser.house import House
from tests.browser.visitor import DESKTOP, PHONE, Screen, visiting
from tests.browser.walks import entrance, registrations, senders
from tests.browser.walks.entrance import Newcomer


@pytest.mark.timeout(300)
@pytest.mark.parametrize("screen", [DESKTOP, PHONE], ids=lambda screen: screen.name)
def test_registrations_are_written_down_refused_and_called_to_mind(
    screen: Screen, house: House, browser: Browser, capfd: pytest.CaptureFixture[str]
) -> None:
    ada = Newcomer("Ada Byron", f"ada.registrations.{screen.name}@people.example", "Prairie Lantern Books")

    with visiting(browser, screen, house) as visitor:
        entrance.sign_up(visitor, ada, looking=False)
        senders.connect(visitor)
        registrations.keep_registrations(visitor)

        floor.settle("registrations", [visitor], house.complaints(), capfd)
