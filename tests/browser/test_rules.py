"""The rules, read and asked by somebody of an organisation, at a desk by day and on a phone by night."""

import pytest
from playwright.sync_api import Browser

from tests.browser import floor
from tests.browser.house import House
from tests.browser.visitor import DESKTOP, PHONE, Screen, visiting
from tests.browser.walks import entrance, rules
from tests.browser.walks.entrance import Newcomer
from tests.proofs import proves


@proves("C30")
@pytest.mark.timeout(300)
@pytest.mark.parametrize("screen", [DESKTOP, PHONE], ids=lambda screen: screen.name)
def test_the_rules_are_read_asked_and_tried(
    screen: Screen, house: House, browser: Browser, capfd: pytest.CaptureFixture[str]
) -> None:
    ada = Newcomer("Ada Byron", f"ada.rules.{screen.name}@people.example", "Prairie Lantern Books")

    with visiting(browser, screen, house) as visitor:
        entrance.sign_up(visitor, ada, looking=False)
        rules.look_at_rules(visitor)
        rules.look_at_frequency(visitor)

        floor.settle("rules", [visitor], house.complaints(), capfd)
