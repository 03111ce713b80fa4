"""Templates with pictures, cards and codes, written at a desk by day and on a phone by night."""

import pathlib

import pytest
from playwright.sync_api import Browser

from tests.browser import floor
from tests.browser.house import House
from tests.browser.visitor import DESKTOP, PHONE, Screen, visiting
from tests.browser.walks import channels, entrance, template_parts
from tests.browser.walks.entrance import Newcomer


@pytest.mark.timeout(300)
@pytest.mark.parametrize("screen", [DESKTOP, PHONE], ids=lambda screen: screen.name)
def test_templates_with_pictures_cards_and_codes_are_written(
    screen: Screen, house: House, browser: Browser, tmp_path: pathlib.Path, capfd: pytest.CaptureFixture[str]
) -> None:
    ada = Newcomer("Ada Byron", f"ada.parts.{screen.name}@people.example", "Prairie Lantern Books")

    with visiting(browser, screen, house) as visitor:
        entrance.sign_up(visitor, ada, looking=False)
        channels.use_practice_carrier(visitor)
        template_parts.write_with_a_picture(visitor, tmp_path)
        template_parts.write_cards(visitor, tmp_path)
        template_parts.write_code(visitor)

        floor.settle("template-parts", [visitor], house.complaints(), capfd)
