"""The table of magic numbers: complete, harmless, and what it says."""

import phonenumbers
import pytest

from sandbox import numbers
from sandbox.twilio_shapes import RULES
from tests.proofs import proves

WANTED = {
    "delivered", "sent_only", "unsubscribed", "invalid", "landline", "rate_limited", "server_error", "timeout",
    "answer_lost", "slow", "callbacks_repeated", "callbacks_reversed", "callbacks_never", "reply_stop", "reply_text",
}  # fmt: skip


@proves("G29")
def test_there_is_a_magic_number_for_each_outcome_and_libphonenumber_takes_it_for_valid():
    table = numbers.load()

    listed = table.listed()

    names = {outcome.name for _, outcome in listed}
    codes = {step.code for _, outcome in listed for step in outcome.steps if step.code}
    assert names >= WANTED
    assert codes >= {30001, 30003, 30004, 30005, 30006, 30007, 30008, 30022, 30023, 30034, 30036, 30410, 30450}
    assert all(phonenumbers.is_valid_number(phonenumbers.parse(number)) for number, _ in listed)
    assert len({number for number, _ in listed}) == len(listed) == len(table.outcomes)


def test_every_magic_number_does_what_the_list_says():
    table = numbers.load()

    answered = {number: table.outcome_of(number) for number, _ in table.listed()}

    assert answered == dict(table.listed())


def test_every_code_of_the_table_has_a_text():
    table = numbers.load()

    refusals = {str(outcome.code) for outcome in table.outcomes.values() if outcome.code}
    endings = {str(step.code) for outcome in table.outcomes.values() for step in outcome.steps if step.code}

    assert refusals <= RULES["errors"].keys()
    assert endings <= RULES["delivery"].keys()


@pytest.mark.parametrize("number", ["+14025550142", "+14025550199", "+447700900123", "+13085550113", "+14025551113"])
def test_any_other_number_is_delivered(number):
    outcome = numbers.load().outcome_of(number)

    assert outcome.name == "ordinary"
    assert [step.status for step in outcome.steps] == ["sent", "delivered"]


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("+15005550001", 21211),
        ("+15005550002", 21612),
        ("+15005550003", 21408),
        ("+15005550004", 21610),
        ("+15005550009", 21614),
    ],
)
def test_the_carriers_own_test_numbers_are_known(number, code):
    outcome = numbers.load().outcome_of(number)

    assert (outcome.answer, outcome.code) == ("refused", code)


def test_a_channel_prefix_does_not_change_the_will_of_a_number():
    table = numbers.load()

    assert table.outcome_of("whatsapp:+14025550103").name == "read"


def test_a_number_that_fails_once_is_fine_at_the_next_try():
    table = numbers.load()
    outcome = table.outcome_of("+14025550128")

    answers = [table.answer_of("+14025550128", outcome) for _ in range(3)]

    assert answers == ["rate_limited", "ok", "ok"]


def test_a_test_may_pin_an_outcome_to_any_number_until_it_is_forgotten():
    table = numbers.load()

    table.pin("+447700900123", "landline")

    assert table.outcome_of("+447700900123").code == 21614
    table.forget()
    assert table.outcome_of("+447700900123").name == "ordinary"


def test_an_outcome_nobody_knows_cannot_be_pinned():
    table = numbers.load()

    with pytest.raises(numbers.UnknownOutcome, match="outcome: 'explode' is not in the table"):
        table.pin("+447700900123", "explode")

    assert table.outcome_of("+447700900123").name == "ordinary"
