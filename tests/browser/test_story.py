"""The whole story through pages alone, at a desk by day and on a phone by night, every page in both themes."""

import pathlib

import pytest
from playwright.sync_api import Browser

from tests.browser import floor
from tests.browser.house import House
from tests.browser.visitor import DESKTOP, PHONE, Screen, visiting
from tests.browser.walks import (
    account,
    campaigns,
    consent,
    conversations,
    entrance,
    operators,
    organization,
    people,
    senders,
)
from tests.browser.walks.entrance import Newcomer
from tests.proofs import proves

#: the middle of the phone numbers, so that each walk writes to people of its own
_BLOCKS = {DESKTOP: 560, PHONE: 561}


@proves("J2")
@pytest.mark.timeout(900)
@pytest.mark.parametrize("screen", [DESKTOP, PHONE], ids=lambda screen: screen.name)
def test_from_sign_up_to_a_stop_that_the_next_check_respects(
    screen: Screen, house: House, browser: Browser, tmp_path: pathlib.Path, capfd: pytest.CaptureFixture[str]
) -> None:
    block, organization_name = _BLOCKS[screen], f"Prairie Lantern Books {screen.name}"
    ada = Newcomer("Ada Byron", f"ada.{screen.name}@people.example", organization_name)
    phones = {f"+1402{block}000{index}" for index in range(1, 7)}

    with visiting(browser, screen, house) as visitor, visiting(browser, screen, house) as operator:
        entrance.sign_up(visitor, ada)
        organization.look_around_empty(visitor)
        organization.settle(visitor, f"+1402{block}0020")
        consent.open_purpose(visitor)
        senders.connect(visitor)
        people.add_by_hand(visitor, block)
        consent.record_by_hand(visitor)
        people.bring_in(visitor, people.messy_file(tmp_path, block))
        people.look_at_people(visitor)
        operators.arrive(operator)
        operators.review(operator, organization_name)
        campaigns.write(visitor)
        campaigns.drill_down(visitor)
        campaigns.launch(visitor, "run-breath")
        campaigns.take_back(visitor)
        assert campaigns.sent_to(visitor, phones) == []
        campaigns.launch(visitor, "run-breath-again")
        campaigns.watch(visitor)
        assert sorted(campaigns.sent_to(visitor, phones)) == sorted(phones)
        conversations.answer_one(visitor, f"+1402{block}0002", "Tomás Núñez")
        campaigns.say_stop(visitor, f"+1402{block}0001")
        consent.look_at_report(visitor)
        campaigns.check_again(visitor)
        conversations.refuse_one(visitor, f"+1402{block}0003", "Dara O'Hara")

        floor.settle("story", [visitor, operator], house.complaints(), capfd)


@pytest.mark.timeout(900)
@pytest.mark.parametrize("screen", [DESKTOP, PHONE], ids=lambda screen: screen.name)
def test_every_room_of_an_account_and_an_organisation(
    screen: Screen, house: House, browser: Browser, capfd: pytest.CaptureFixture[str]
) -> None:
    ada = Newcomer("Ada Byron", f"ada.rooms.{screen.name}@people.example", "Prairie Lantern Books")
    bea = Newcomer("Bea Okoro", f"bea.rooms.{screen.name}@people.example", "")

    with visiting(browser, screen, house) as visitor, visiting(browser, screen, house) as colleague:
        entrance.sign_up(visitor, ada, looking=False)
        organization.open_menus(visitor)
        organization.make_key(visitor)
        organization.stop_and_go(visitor)
        invitation = organization.gather_team(visitor, bea)
        organization.read_documents(visitor)
        organization.get_lost(visitor)
        account.look_after_account(visitor, ada.email)
        account.take_up_invitation(colleague, invitation, bea)
        account.forget_password(visitor, ada.email)

        floor.settle("rooms", [visitor, colleague], house.complaints(), capfd)
