"""What the place of a number asks of a message: of its sender, its text and its lines. The practice carrier is asked nothing."""

import dataclasses
import datetime
import zoneinfo

import pytest

from consent.contracts import Allowed, Denied
from tests.unit.consent.cases import ask, decision, facts

NOON_IN_OMAHA = datetime.datetime(2026, 11, 25, 18, 0, tzinfo=datetime.UTC)
HELD = ("a2p_brand US held", "a2p_campaign US held")


def nebraskan(**changes):
    return facts(region="US-NE", zones=("America/Chicago",), **({"sender_kind": "long_code"} | changes))


def test_a_kind_of_sender_nobody_knows_is_a_no():
    assert decision(person=facts(sender_kind="pigeon")) == Denied("undecidable")


def test_a_sender_a_country_does_not_take_is_a_no():
    assert decision(ask(at=NOON_IN_OMAHA), nebraskan(sender_kind="alphanumeric")) == Denied("sender_not_taken")


def test_without_every_registration_nothing_goes_there():
    missing = Denied("registration_missing")

    assert decision(ask(at=NOON_IN_OMAHA), nebraskan()) == missing
    assert decision(ask(at=NOON_IN_OMAHA), nebraskan(registrations=HELD[:1])) == missing
    assert decision(ask(at=NOON_IN_OMAHA), nebraskan(registrations=(HELD[0], "a2p_campaign CA held"))) == missing
    assert decision(ask(at=NOON_IN_OMAHA), nebraskan(registrations=HELD)) == Allowed()


@pytest.mark.parametrize(
    ("territory", "zone"),
    [
        ("PR", "America/Puerto_Rico"), ("VI", "America/St_Thomas"), ("GU", "Pacific/Guam"), ("MP", "Pacific/Saipan"),
        ("AS", "Pacific/Pago_Pago"),
    ],
)  # fmt: skip
def test_the_territories_of_the_united_states_go_by_their_registers(territory, zone):
    noon = datetime.datetime(2026, 11, 25, 12, tzinfo=zoneinfo.ZoneInfo(zone)).astimezone(datetime.UTC)
    there = dataclasses.replace(nebraskan(lines=("brand", "stop")), region=territory, zones=(zone,))

    assert decision(ask(at=noon), there) == Denied("registration_missing")
    assert decision(ask(at=noon), dataclasses.replace(there, sender_kind="alphanumeric")) == Denied("sender_not_taken")
    assert decision(ask(at=noon), dataclasses.replace(there, registrations=HELD)) == Allowed()
    for kind in ("toll_free", "short_code"):
        held = dataclasses.replace(there, sender_kind=kind, registrations=(f"{kind} US held",))
        assert decision(ask(at=noon), dataclasses.replace(held, registrations=())) == Denied("registration_missing")
        assert decision(ask(at=noon), held) == Allowed()


def test_a_registration_that_has_run_out_holds_no_more():
    run_out = nebraskan(registrations=(HELD[0], "a2p_campaign US expired"))

    assert decision(ask(at=NOON_IN_OMAHA), run_out) == Denied("registration_expired")


def test_a_text_no_register_has_does_not_go_where_texts_are_compared():
    records = tuple(f"{kind} IN held" for kind in ("dlt_entity", "dlt_header", "dlt_template"))
    indian = facts(region="IN", zones=("Asia/Kolkata",), sender_kind="alphanumeric", registrations=records)

    assert decision(person=indian) == Allowed()
    assert decision(person=dataclasses.replace(indian, text_registered=False)) == Denied("text_unregistered")
    assert decision(person=facts(text_registered=False)) == Allowed()


def test_the_register_of_the_number_is_asked_and_not_that_of_a_home_elsewhere():
    abroad = facts(region="GB US", zones=("Europe/London", "America/Chicago"), sender_kind="long_code")

    assert decision(ask(at=NOON_IN_OMAHA, tier="transactional"), abroad) == Allowed()


def test_an_answer_to_a_keyword_is_not_kept_back_by_a_register():
    told = ask(at=NOON_IN_OMAHA, tier="transactional", answers="stop")

    assert decision(told, nebraskan()) == Allowed()
    assert decision(dataclasses.replace(told, answers=""), nebraskan()) == Denied("registration_missing")


def test_what_leaves_no_machine_needs_no_register():
    assert decision(ask(at=NOON_IN_OMAHA), nebraskan(sender_kind="")) == Allowed()


@pytest.mark.parametrize("lines", [(), ("stop",), ("brand",)])
def test_a_message_without_a_line_its_place_wants_does_not_go_there(lines):
    both = nebraskan(registrations=HELD, lines=("brand", "stop"))
    some = dataclasses.replace(both, lines=lines)

    assert decision(ask(at=NOON_IN_OMAHA), some) == Denied("line_missing")
    assert decision(ask(at=NOON_IN_OMAHA), both) == Allowed()
    assert decision(ask(at=NOON_IN_OMAHA, tier="informational"), some) == Allowed()
    assert decision(person=facts(lines=("brand",))) == Denied("line_missing")
    assert decision(person=facts(lines=("stop",))) == Allowed()
