"""Every channel through pages alone, from its sender to its check; a letter approved by a second person, sent and stopped."""

import pathlib

import pytest
from playwright.sync_api import Browser

from tests.browser import floor
from tests.browser.house import House
from tests.browser.visitor import DESKTOP, PHONE, Screen, visiting
from tests.browser.walks import channels, consent, entrance, letters, organization, roles
from tests.browser.walks.entrance import Newcomer

#: the middle of the phone numbers, so that each walk writes to people of its own
_BLOCKS = {DESKTOP: 563, PHONE: 564}


@pytest.mark.timeout(900)
@pytest.mark.parametrize("screen", [DESKTOP, PHONE], ids=lambda screen: screen.name)
def test_every_channel_is_written_for_and_a_letter_goes_out_with_a_second_persons_word(
    screen: Screen, house: House, browser: Browser, tmp_path: pathlib.Path, capfd: pytest.CaptureFixture[str]
) -> None:
    block = _BLOCKS[screen]
    reader = f"ines.{block}@example.com"
    ada = Newcomer("Ada Byron", f"ada.channels.{screen.name}@people.example", "Prairie Lantern Books")
    bea = Newcomer("Bea Okoro", f"bea.channels.{screen.name}@people.example", "")

    with visiting(browser, screen, house) as visitor, visiting(browser, screen, house) as second:
        entrance.sign_up(visitor, ada, looking=False)
        organization.look_at_empty_channels(visitor)
        channels.use_practice_carrier(visitor)
        channels.read_what_carriers_ask(visitor)
        channels.write_template(visitor)
        consent.open_purpose(visitor, looking=False)
        channels.bring_in(visitor, channels.reachable_file(tmp_path, block))
        channels.say_who_we_are(visitor)
        organization.name_guests(visitor, [f"+1402{block}0001", reader])
        roles.make_role(visitor)
        roles.join(second, roles.invite(visitor, bea), bea)
        channels.write_call(visitor)
        channels.write_to_whatsapp(visitor)
        channels.write_letter(visitor)
        roles.ask_second_person(visitor, second)
        path = letters.send(visitor, reader)
        letters.choose(second, reader)
        letters.stop(second, path)
        letters.find(visitor, reader)

        floor.settle("channels", [visitor, second], house.complaints(), capfd)
