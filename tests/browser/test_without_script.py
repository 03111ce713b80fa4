"""The product with scripts switched off: every page is there, every form is posted plainly, waiting is loading again."""

import pathlib

import pytest
from playwright.sync_api import Browser

from tests.browser import floor
from tests.browser.house import House
from tests.browser.visitor import DESKTOP, visiting
from tests.browser.walks import campaigns, consent, entrance, operators, organization, people, senders
from tests.browser.walks.entrance import Newcomer


@pytest.mark.timeout(900)
def test_a_campaign_goes_out_from_a_browser_that_runs_no_script(
    house: House, browser: Browser, tmp_path: pathlib.Path, capfd: pytest.CaptureFixture[str]
) -> None:
    block = 562
    ada = Newcomer("Ada Plain", "ada.plain@people.example", "Plain Books")
    phones = {f"+1402{block}000{index}" for index in range(1, 7)}

    with visiting(browser, DESKTOP, house, script=False) as visitor, visiting(browser, DESKTOP, house) as operator:
        entrance.sign_up(visitor, ada)
        organization.settle(visitor, f"+1402{block}0020")
        organization.make_key(visitor)
        organization.stop_and_go(visitor)
        consent.open_purpose(visitor)
        senders.connect(visitor)
        people.add_by_hand(visitor, block)
        consent.record_by_hand(visitor)
        people.bring_in(visitor, people.messy_file(tmp_path, block))
        people.look_at_people(visitor)
        operators.arrive(operator)
        operators.review(operator, ada.organization, looking=False)
        campaigns.write(visitor)
        campaigns.launch(visitor, "run-breath")
        campaigns.take_back(visitor)
        campaigns.launch(visitor, "run-breath-again")
        campaigns.watch(visitor)

        assert sorted(campaigns.sent_to(visitor, phones)) == sorted(phones)
        floor.settle("without script", [visitor], house.complaints(), capfd)
