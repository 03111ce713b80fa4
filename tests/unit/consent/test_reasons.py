"""The words for every block code."""

import ast
import pathlib

import pytest

from consent import caps, gate
from consent.reasons import REASONS, UnknownReason, reason

FAMILIES = {
    "sender_unregistered", "bad_address", "opted_out", "no_consent", "dnc", "minor", "quiet_hours", "freq_cap", "content",
    "wa_window", "no_units", "throttled",
}  # fmt: skip


def codes_of_the_gate():
    """Every code handed to what makes an answer in the gate's source, and in that of full caps, which answers for it."""
    trees = [ast.parse(pathlib.Path(module.__file__).read_text("utf-8")) for module in (gate, caps)]
    calls = [
        node
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    ]
    made = [call.args[0] for call in calls if call.func.id in ("Denied", "Deferred", "_first_opening")]
    return {code.value for code in made if isinstance(code, ast.Constant)}


def test_every_code_the_gate_gives_has_words():
    assert len(codes_of_the_gate()) == 40
    assert codes_of_the_gate() <= set(REASONS)


def test_every_step_of_the_send_gate_has_a_code():
    assert set(REASONS) >= FAMILIES
    assert {row.family for row in REASONS.values()} == FAMILIES | {"undecided"}


@pytest.mark.parametrize("code", sorted(REASONS))
def test_words_are_one_sentence_with_a_remedy_and_no_jargon(code):
    row = reason(code)

    assert row.code == code
    assert 3 <= len(row.label) <= 40
    assert row.sentence.endswith(".")
    assert row.sentence.count(". ") == 0
    assert any(mark in row.sentence for mark in (";", ","))


def test_weight_and_retry_agree():
    assert {row.code for row in REASONS.values() if row.deferrable} == {
        "freq_cap",
        "own_frequency",
        "own_hours",
        "person_paused",
        "quiet_hours",
        "no_units",
        "throttled",
    }
    assert all(row.severity == "never" for row in REASONS.values() if row.permanent)
    assert reason("opted_out").permanent
    assert not reason("expired").permanent


def test_an_unknown_code_says_so():
    with pytest.raises(UnknownReason, match="'vibes' is not a block code") as caught:
        reason("vibes")

    assert isinstance(caught.value, KeyError)
