"""The moves of consent, who may make them, and the order of suppressions."""

from typing import get_args

import pytest

from consent.contracts import ConsentStatus, SuppressionKind
from consent.states import (
    EVENT_LABELS,
    LIFTABLE,
    MOVES,
    SOURCES,
    STATUS_LABELS,
    SUPPRESSION_LABELS,
    SUPPRESSION_ORDER,
    Source,
    UnknownWord,
    can_move,
    demand_source,
    strongest_suppression,
    takes,
)
from core.phone import TEXTABLE_KINDS

STATUSES = get_args(ConsentStatus)


def test_every_word_is_in_every_table():
    assert set(MOVES) == set(STATUS_LABELS) == set(STATUSES)
    assert set(SOURCES) == set(get_args(Source))
    assert set(SUPPRESSION_ORDER) == set(SUPPRESSION_LABELS) == set(get_args(SuppressionKind))


@pytest.mark.parametrize("source", get_args(Source))
@pytest.mark.parametrize("before", [status for status in STATUSES if status != "withdrawn"])
def test_everybody_may_say_stop_at_any_time_in_any_way(before, source):
    assert can_move(before, "withdrawn", source)


@pytest.mark.parametrize("source", ["import", "api", "staff", "paper", "verbal", "provider", "policy"])
@pytest.mark.parametrize("after", STATUSES)
def test_nobody_else_lifts_a_persons_stop(after, source):
    assert not can_move("withdrawn", after, source)


@pytest.mark.parametrize("source", ["keyword", "web_form", "preference_page", "qr", "keypress", "spoken"])
def test_the_person_lifts_their_own_stop(source):
    assert can_move("withdrawn", "granted", source)


@pytest.mark.parametrize(
    "source", ["staff", "verbal", "provider", "unsubscribe_link", "free_text", "complaint", "policy"]
)
def test_what_proves_nothing_grants_nothing(source):
    assert not can_move("none", "granted", source)
    assert not can_move("pending", "granted", source)


def test_a_claim_without_proof_is_kept_as_a_claim():
    assert can_move("none", "unproven", "import")
    assert not can_move("granted", "unproven", "import")
    assert not can_move("none", "unproven", "web_form")


def test_only_the_rulebook_lets_consent_expire():
    assert can_move("granted", "expired", "policy")
    assert not can_move("granted", "expired", "staff")
    assert not can_move("withdrawn", "expired", "policy")


@pytest.mark.parametrize("status", STATUSES)
def test_staying_is_not_a_move(status):
    assert not can_move(status, status, "web_form")


@pytest.mark.parametrize(
    ("before", "after", "source", "field"),
    [("maybe", "granted", "api", "status"), ("none", "yes", "api", "status"), ("none", "granted", "dream", "source")],
)
def test_a_misspelled_word_is_an_error_and_not_an_answer(before, after, source, field):
    with pytest.raises(UnknownWord, match=f"^{field}: "):
        can_move(before, after, source)


def test_the_strongest_suppression_describes_a_person_with_several():
    assert strongest_suppression(["bounced", "opted_out", "dnc"]) == "opted_out"
    assert strongest_suppression(["opted_out", "platform"]) == "platform"
    assert strongest_suppression([]) == strongest_suppression([""]) == ""
    with pytest.raises(UnknownWord, match="^suppression: "):
        strongest_suppression(["tired"])


def test_an_event_says_a_status_or_what_else_somebody_asked_for():
    more = {"lifted", "requested", "paused", "resumed", "preferred"}
    assert set(EVENT_LABELS) - set(STATUS_LABELS) == more


def test_a_stop_and_an_erasure_can_be_taken_back_by_the_person_and_nothing_else_can():
    assert LIFTABLE == ("opted_out", "erased")


@pytest.mark.parametrize("kind", ["mobile", "either", "fixed", "voip", "toll_free", "premium", "other", ""])
def test_texts_go_to_mobile_numbers_and_calls_and_mails_to_any(kind):
    assert (takes("sms", kind), takes("whatsapp", kind)) == (kind in TEXTABLE_KINDS,) * 2
    assert takes("voice", kind)
    assert takes("email", kind)


@pytest.mark.parametrize("word", ["agent", "carrier", "form", "", "Staff"])
def test_a_source_that_no_table_lists_is_refused_by_name(word):
    with pytest.raises(UnknownWord, match="source"):
        demand_source(word)
