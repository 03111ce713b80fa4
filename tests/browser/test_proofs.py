"""A proof of consent from the first scan to the verifier's word, at a desk by day and on a phone by night."""

import pathlib

import pytest
from playwright.sync_api import Browser

from tests.browser import floor
from tests.browser.house import House
from tests.browser.visitor import DESKTOP, PHONE, Screen, visiting
from tests.browser.walks import consent, entrance, proofs
from tests.browser.walks.entrance import Newcomer
from tests.proofs import proves


@proves("C35")
@pytest.mark.timeout(300)
@pytest.mark.parametrize("screen", [DESKTOP, PHONE], ids=lambda screen: screen.name)
def test_a_proof_is_filed_taken_and_checked(
    screen: Screen, house: House, browser: Browser, tmp_path: pathlib.Path, capfd: pytest.CaptureFixture[str]
) -> None:
    ada = Newcomer("Ada Byron", f"ada.proofs.{screen.name}@people.example", "Prairie Lantern Books")

    with visiting(browser, screen, house) as visitor:
        entrance.sign_up(visitor, ada, looking=False)
        consent.open_purpose(visitor, looking=False)
        proofs.take_a_proof(visitor, tmp_path)

        floor.settle("proofs", [visitor], house.complaints(), capfd)
