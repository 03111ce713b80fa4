"""The gate, check by check: each test turns red when its check is taken out (tests/mutations/consent_gate.py)."""

import dataclasses
import datetime
import uuid

import pytest

from consent.contracts import Allowed, Deferred, Denied, OwnHours
from consent.gate import CHECKS, NoPermit, permit
from consent.reasons import reason
from tests.proofs import proves
from tests.unit.consent.cases import NOON_IN_LAHORE, RULES, ask, decision, facts

NOON_IN_OMAHA = datetime.datetime(2026, 11, 25, 18, 0, tzinfo=datetime.UTC)
MIDNIGHT_IN_LAHORE = datetime.datetime(2026, 11, 25, 19, 0, tzinfo=datetime.UTC)


def test_a_proven_agreement_in_a_good_hour_is_allowed():
    assert decision() == Allowed()


def test_other_rules_than_the_ones_asked_for_decide_nothing():
    assert decision(ask(rules_version="2020-01-01.older")) == Denied("rules_changed")


def test_a_time_without_a_zone_is_not_judged():
    assert decision(ask(at=NOON_IN_LAHORE.replace(tzinfo=None))) == Denied("undecidable")


def test_an_unknown_tier_is_refused_before_anything_else_is_looked_at():
    assert decision(ask(tier="newsletter"), facts(organization_state="suspended")) == Denied("undecidable")


def test_a_suspended_organization_sends_nothing():
    assert decision(ask(tier="transactional"), facts(organization_state="suspended")) == Denied(
        "organization_suspended"
    )


def test_a_closed_organization_sends_nothing():
    assert decision(ask(tier="transactional"), facts(organization_state="closed")) == Denied("organization_closed")


def test_an_unknown_state_of_the_organization_is_a_no():
    assert decision(person=facts(organization_state="dormant")) == Denied("undecidable")


def test_the_emergency_stop_holds_for_order_notices_too():
    assert decision(ask(tier="transactional"), facts(sending_stopped=True)) == Denied("sending_stopped")


def test_somebody_without_an_address_on_the_channel_is_left_out():
    assert decision(person=facts(has_address=False)) == Denied("no_address")


def test_an_address_that_cannot_work_is_left_out():
    assert decision(person=facts(address_valid=False)) == Denied("bad_address")


@pytest.mark.parametrize("tier", ["transactional", "informational", "marketing"])
def test_the_platform_list_stops_every_tier(tier):
    assert decision(ask(tier=tier), facts(suppression="platform")) == Denied("platform_suppressed")


@pytest.mark.parametrize("tier", ["transactional", "informational", "marketing"])
def test_a_forgotten_person_is_not_written_to(tier):
    assert decision(ask(tier=tier), facts(suppression="erased")) == Denied("erased")


@pytest.mark.parametrize("tier", ["transactional", "informational", "marketing"])
def test_stop_stops_every_tier(tier):
    assert decision(ask(tier=tier), facts(suppression="opted_out")) == Denied("opted_out")


def test_stop_stops_an_ai_call():
    assert decision(ask(tier="ai_call", channel="voice"), facts(suppression="opted_out")) == Denied("opted_out")


def test_somebody_who_complained_is_left_alone():
    assert decision(ask(tier="transactional"), facts(suppression="complaint")) == Denied("complaint")


def test_an_address_that_bounced_is_not_tried_again():
    assert decision(ask(tier="transactional"), facts(suppression="bounced")) == Denied("bounced")


def test_a_do_not_call_register_stops_offers():
    assert decision(person=facts(suppression="dnc")) == Denied("dnc")


def test_a_do_not_call_register_does_not_stop_an_order_notice():
    assert decision(ask(tier="transactional"), facts(suppression="dnc")) == Allowed()


@proves("C33")
def test_a_pause_stops_all_but_what_they_wait_for():
    paused = facts(suppression="paused")

    assert decision(person=paused) == Denied("person_paused")
    assert decision(ask(tier="informational"), paused) == Denied("person_paused")
    assert decision(ask(tier="ai_call", channel="voice"), paused) == Denied("person_paused")
    assert decision(ask(tier="transactional"), paused) == Allowed()


def test_a_suppression_nobody_wrote_a_rule_for_stops_everything():
    assert decision(ask(tier="transactional"), facts(suppression="mourning")) == Denied("undecidable")


def test_a_withdrawn_agreement_is_a_no():
    assert decision(person=facts(consent="withdrawn")) == Denied("withdrawn")


def test_an_expired_agreement_is_a_no():
    assert decision(person=facts(consent="expired")) == Denied("expired")


def test_a_claimed_agreement_without_proof_is_a_no():
    assert decision(person=facts(consent="unproven")) == Denied("unproven")


def test_an_unanswered_confirmation_is_a_no():
    assert decision(person=facts(consent="pending")) == Denied("unconfirmed")


def test_the_request_to_confirm_goes_to_whoever_has_not_confirmed_and_to_nobody_else():
    request = ask(tier="transactional", notice="confirm")

    assert decision(request, facts(consent="pending")) == Allowed()
    assert decision(request, facts(consent="granted")) == Denied("nothing_to_confirm")
    others = {"none": "no_consent", "unproven": "unproven", "withdrawn": "withdrawn", "expired": "expired"}
    assert {each: decision(request, facts(consent=each)) for each in others} == {
        each: Denied(code) for each, code in others.items()
    }
    assert decision(request, facts(consent="pending", suppression="opted_out")) == Denied("opted_out")
    assert decision(request, facts(consent="pending", sending_stopped=True)) == Denied("sending_stopped")


def test_a_receipt_goes_to_whoever_agreed_and_to_nobody_who_has_to_confirm_it():
    receipt = ask(tier="transactional", notice="receipt")

    assert decision(receipt) == Allowed()
    assert decision(receipt, facts(consent="pending")) == Denied("unconfirmed")
    assert decision(receipt, facts(consent="none")) == Denied("no_consent")


@pytest.mark.parametrize(
    "odd",
    [{"notice": "newsletter"}, {"notice": "confirm", "tier": "marketing"}, {"notice": "receipt", "answers": "help"}],
)
def test_a_notice_nobody_knows_or_one_dressed_up_is_a_no(odd):
    assert decision(ask(**{"tier": "transactional"} | odd), facts(consent="pending")) == Denied("undecidable")


@pytest.mark.parametrize("tier", ["transactional", "informational", "marketing"])
def test_without_any_agreement_no_tier_is_sent(tier):
    assert decision(ask(tier=tier), facts(consent="none")) == Denied("no_consent")


def test_a_status_nobody_knows_is_a_no():
    assert decision(person=facts(consent="probably")) == Denied("undecidable")


def test_a_known_minor_is_not_written_to():
    assert decision(ask(tier="transactional"), facts(minor=True)) == Denied("minor")


def test_a_trial_reaches_its_own_circle_alone():
    assert decision(person=facts(organization_state="trial")) == Denied("trial_circle")
    assert decision(person=facts(organization_state="trial", in_trial_circle=True)) == Allowed()


def test_an_unregistered_sender_sends_nothing():
    assert decision(person=facts(sender_ready=False)) == Denied("sender_unregistered")


def test_whatsapp_offers_to_the_united_states_are_barred():
    texan = facts(region="US-TX", zones=("America/Chicago",))
    afternoon = datetime.datetime(2026, 11, 25, 20, 0, tzinfo=datetime.UTC)

    assert decision(ask(channel="whatsapp", at=afternoon), texan) == Denied("channel_barred")
    assert decision(ask(channel="sms", at=afternoon), texan) == Allowed()


def test_an_ai_call_is_a_call_and_nothing_else():
    assert decision(ask(tier="ai_call", channel="sms")) == Denied("channel_barred")


def test_words_of_ones_own_stay_here_while_the_conversation_is_closed():
    assert decision(ask(channel="whatsapp"), facts(window_open=False)) == Denied("wa_window")


def test_content_that_is_not_ready_stays_here():
    assert decision(person=facts(content_ready=False)) == Denied("content")


def test_where_the_law_caps_and_nobody_counted_nothing_is_sent():
    floridian = facts(region="US-FL", zones=("America/New_York",), cap=None)
    afternoon = datetime.datetime(2026, 11, 25, 18, 0, tzinfo=datetime.UTC)

    assert decision(ask(at=afternoon), floridian) == Denied("cap_unknown")
    assert decision(ask(at=afternoon), dataclasses.replace(floridian, cap=3)) == Allowed()


def test_the_cap_is_the_number_they_may_get_and_not_one_more():
    assert decision(person=facts(recent_sends=3)) == Allowed()
    assert decision(person=facts(recent_sends=4)) == Denied("freq_cap")
    assert decision(ask(tier="transactional"), facts(recent_sends=5)) == Allowed()


@proves("C33")
def test_as_many_as_they_asked_for_at_most_is_enough():
    full = facts(own_full=True)

    assert decision(person=full) == Denied("own_frequency")
    assert decision(person=facts(own_full=True, cap=None)) == Denied("own_frequency")
    assert decision(ask(tier="transactional"), full) == Allowed()


@proves("C33")
def test_an_offer_waits_for_the_hours_somebody_chose():
    evenings = facts(own_hours=OwnHours(17 * 60, 20 * 60, "Asia/Karachi"))
    five_in_lahore = datetime.datetime(2026, 11, 25, 12, 0, tzinfo=datetime.UTC)
    last_second = datetime.datetime(2026, 11, 25, 14, 59, 59, tzinfo=datetime.UTC)

    assert decision(person=evenings) == Deferred("own_hours", five_in_lahore)
    assert decision(ask(channel="email"), evenings) == Deferred("own_hours", five_in_lahore)
    assert decision(ask(at=five_in_lahore), evenings) == decision(ask(at=last_second), evenings) == Allowed()
    assert decision(ask(tier="transactional"), evenings) == Allowed()


@proves("C33")
def test_at_night_it_waits_for_an_hour_that_the_law_and_they_allow():
    five_next_evening = datetime.datetime(2026, 11, 26, 12, 0, tzinfo=datetime.UTC)
    evenings = facts(own_hours=OwnHours(17 * 60, 20 * 60, "Asia/Karachi"))

    assert decision(ask(at=MIDNIGHT_IN_LAHORE), evenings) == Deferred("quiet_hours", five_next_evening)


def test_own_hours_that_never_meet_the_laws_are_a_refusal_and_not_an_error():
    nights = facts(own_hours=OwnHours(1 * 60, 4 * 60, "Asia/Karachi"))

    assert decision(person=nights) == Denied("no_opening")


def test_their_own_hours_need_no_known_country_where_no_law_limits_any():
    stranger = facts(region="", zones=(), own_hours=OwnHours(8 * 60, 14 * 60, "Asia/Karachi"))

    assert decision(ask(channel="email"), stranger) == Allowed()


@proves("C17")
def test_at_night_an_offer_waits_for_the_next_opening():
    nine_next_morning = datetime.datetime(2026, 11, 26, 4, 0, tzinfo=datetime.UTC)

    assert decision(ask(at=MIDNIGHT_IN_LAHORE)) == Deferred("quiet_hours", nine_next_morning)
    assert decision(ask(at=MIDNIGHT_IN_LAHORE, tier="transactional")) == Allowed()
    assert decision(ask(at=MIDNIGHT_IN_LAHORE, channel="email")) == Allowed()


@proves("C18")
@pytest.mark.parametrize("region", ["", "QQ", "PK QQ"])
def test_an_offer_to_an_unknown_country_is_refused(region):
    assert decision(person=facts(region=region, zones=("Asia/Karachi",))) == Denied("place_unknown")


def test_hours_that_never_meet_are_a_refusal_and_not_an_error():
    never = dataclasses.replace(RULES.windows[0], places=("PK",), weekdays=(), saturday=(), sunday=())
    rules = RULES.tightened([never])

    assert decision(ask(rules_version=rules.version), rules=rules) == Denied("no_opening")


@pytest.mark.parametrize("keyword", ["stop", "help", "start"])
def test_the_answer_to_their_own_keyword_passes_the_stop_it_answers(keyword):
    opted_out = facts(suppression="opted_out", consent="withdrawn", recent_sends=9)
    answer = ask(tier="transactional", answers=keyword, at=MIDNIGHT_IN_LAHORE)

    assert decision(answer, opted_out) == Allowed()


@pytest.mark.parametrize("keyword", ["stop", "help", "start"])
@pytest.mark.parametrize("held", [{"organization_state": "suspended"}, {"sending_stopped": True}])
def test_the_answer_to_their_own_keyword_leaves_in_spite_of_our_own_stops(keyword, held):
    answer = ask(tier="transactional", answers=keyword, at=MIDNIGHT_IN_LAHORE)

    assert decision(answer, facts(suppression="opted_out", consent="withdrawn", **held)) == Allowed()


@pytest.mark.parametrize("state", ["closed", "dormant"])
def test_not_even_an_answer_leaves_an_organization_that_is_closed_or_in_a_state_nobody_knows(state):
    answer = ask(tier="transactional", answers="stop")

    assert isinstance(decision(answer, facts(organization_state=state)), Denied)


@pytest.mark.parametrize("tier", ["informational", "marketing"])
def test_an_offer_cannot_dress_up_as_an_answer(tier):
    assert decision(ask(tier=tier, answers="help"), facts(suppression="opted_out")) == Denied("opted_out")
    assert decision(ask(tier=tier, answers="help"), facts(sending_stopped=True)) == Denied("sending_stopped")


@pytest.mark.parametrize(("kind", "code"), [("platform", "platform_suppressed"), ("erased", "erased")])
def test_an_answer_does_not_pass_the_harder_suppressions(kind, code):
    answer = ask(tier="transactional", answers="help")

    assert decision(answer, facts(suppression=kind)) == Denied(code)


def test_the_first_reason_is_named_when_everything_is_wrong():
    person = facts(
        organization_state="trial",
        sending_stopped=True,
        has_address=False,
        suppression="opted_out",
        consent="none",
        minor=True,
        sender_ready=False,
        content_ready=False,
        window_open=False,
        recent_sends=9,
    )
    expected = ["sending_stopped", "no_address", "opted_out", "no_consent", "minor", "trial_circle"]
    expected += ["sender_unregistered", "content", "wa_window", "freq_cap", "quiet_hours"]
    repairs = [
        {"sending_stopped": False},
        {"has_address": True},
        {"suppression": ""},
        {"consent": "granted"},
        {"minor": False},
        {"in_trial_circle": True},
        {"sender_ready": True},
        {"content_ready": True},
        {"window_open": True},
        {"recent_sends": 0},
    ]

    found = []
    for repair in [{}, *repairs]:
        person = dataclasses.replace(person, **repair)
        found.append(decision(ask(at=MIDNIGHT_IN_LAHORE), person).reason)

    assert found == expected


def test_every_check_is_asked_once_and_says_where_it_comes_from():
    assert len(CHECKS) == len(set(CHECKS)) == 44
    assert all(check.__doc__ for check in CHECKS)


@proves("C30")
def test_the_same_question_under_other_rules_is_another_question():
    stricter = RULES.tightened([dataclasses.replace(RULES.windows[0], places=("*",))])

    assert stricter.version != RULES.version
    assert decision(ask(rules_version=RULES.version), rules=stricter) == Denied("rules_changed")


def permit_for(**changes):
    """A permit for fixed ids, with some changes."""
    made_of = {
        "message_id": uuid.UUID(int=1),
        "attempt_id": uuid.UUID(int=2),
        "evidence_id": uuid.UUID(int=3),
        "decision": Allowed(),
        "decided_at": NOON_IN_LAHORE,
    }
    return permit(**(made_of | changes))


def test_a_permit_carries_the_proof_that_allows_it():
    ticket = permit_for()

    assert (ticket.message_id, ticket.attempt_id, ticket.evidence_id) == tuple(uuid.UUID(int=n) for n in (1, 2, 3))
    assert ticket.decided_at == NOON_IN_LAHORE


@pytest.mark.parametrize("refusal", [Denied("opted_out"), Deferred("quiet_hours", NOON_IN_LAHORE), None, True])
def test_no_permit_without_an_allowed_decision(refusal):
    with pytest.raises(NoPermit, match="decision"):
        permit_for(decision=refusal)


@pytest.mark.parametrize("nothing", [None, "", "00000000-0000-0000-0000-000000000003", 3])
def test_no_permit_without_evidence(nothing):
    with pytest.raises(NoPermit, match="evidence_id"):
        permit_for(evidence_id=nothing)


def test_no_permit_without_a_message():
    with pytest.raises(NoPermit, match="message_id"):
        permit_for(message_id=None)


def test_no_permit_without_an_attempt():
    with pytest.raises(NoPermit, match="attempt_id"):
        permit_for(attempt_id=None)


def test_no_permit_at_an_unclear_time():
    with pytest.raises(NoPermit, match="decided_at"):
        permit_for(decided_at=NOON_IN_LAHORE.replace(tzinfo=None))


def test_every_reason_the_gate_gives_has_words():
    spoiled = [
        {"organization_state": "suspended"},
        {"sending_stopped": True},
        {"has_address": False},
        {"suppression": "dnc"},
        {"consent": "pending"},
        {"region": ""},
        {"cap": 0},
    ]

    labels = {reason(decision(person=facts(**change)).reason).label for change in spoiled}

    assert len(labels) == len(spoiled)
