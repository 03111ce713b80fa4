"""What people write to stop, to start again and to ask for help, one case each (A4, A7)."""

import pytest

from consent.answer_texts import reply_text
from consent.contracts import Allowed, Denied
from consent.keywords import classify, read
from consent.rulebook import rulebook
from consent.states import can_move
from consent.vocabulary import LEGAL_MINIMUM, default_vocabulary
from tests.proofs import proves
from tests.unit.consent.cases import ask, decision, facts

RULES = rulebook()

#: case, what was written, what it is, whether somebody looks at it
BODIES = [
    *((f"A7-1-{word}", word, "stop", False)
      for word in ("STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT")),
    *((f"A7-2-{word}", word, "start", False) for word in ("START", "UNSTOP")),
    *((f"A7-3-{word}", word, "help", False) for word in ("HELP", "INFO")),
    ("A4-2-opt-out", "opt out", "stop", False),
    ("A7-4-stop-please", "Stop please", "stop", False),
    ("A7-4-please-stop-texting", "please stop texting me", "stop", False),
    ("A7-4-unsubscribe-me", "unsubscribe me", "stop", False),
    ("A7-spaces-and-dot", " stop. ", "stop", False),
    ("A7-exclamation", "Stop!!", "stop", False),
    ("A7-quotes", "“stop”", "stop", False),
    ("A7-full-width", "ＳＴＯＰ", "stop", False),
    ("A7-two-words", "STOP ALL", "stop", False),
    ("A7-hyphen", "Opt-out", "stop", False),
    ("A7-in-a-sentence", "STOPPED by yesterday, loved it", None, True),
    ("A7-negated", "Don't stop the offers", None, True),
    ("A7-appointment", "Cancel my 3pm appointment", None, True),
    ("A7-yes-unasked", "YES", None, False),
    ("A7-alto", "ALTO", "stop", False),
    ("A7-parar", "PARAR", "stop", False),
    ("A7-arret", "ARRET", "stop", False),
    ("A7-stopp", "STOPP", "stop", False),
    ("A7-urdu", "روکیں", "stop", False),
    ("A7-hindi", "बंद", "stop", False),
    ("A7-remove-me", "remove me", "stop", False),
    ("A7-take-me-off", "take me off your list", "stop", False),
    ("A7-do-not-contact", "do not contact me", "stop", False),
    ("A7-dont-call", "don't call me", "stop", False),
]  # fmt: skip


@pytest.mark.parametrize(("text", "kind", "review"), [pytest.param(*row[1:], id=row[0]) for row in BODIES])
def test_what_somebody_wrote_is_read_as_they_meant_it(text, kind, review):
    reading = read(text)

    assert (reading.kind, reading.review) == (kind, review)


def test_a7_a_wrong_number_stops_and_is_flagged():
    reading = read("wrong number")

    assert (reading.kind, reading.wrong_number) == ("stop", True)


@pytest.mark.parametrize("word", [pytest.param(word, id=f"A4-2-{word}") for word in LEGAL_MINIMUM])
def test_no_organisation_can_take_a_word_of_the_legal_minimum_away(word):
    extended = default_vocabulary().extended("stop", ["enough"]).extended("help", ["support"])

    assert classify(word, vocabulary=extended) == "stop"


@proves("C10")
@pytest.mark.parametrize(
    ("keyword", "suppression"),
    [
        pytest.param("stop", "opted_out", id="A4-6-one-confirmation"),
        pytest.param("help", "opted_out", id="A7-10-help-after-stop"),
        pytest.param("start", "opted_out", id="A7-start-after-stop"),
    ],
)
def test_only_the_answer_to_their_own_word_reaches_somebody_who_said_stop(keyword, suppression):
    stopped = facts(suppression=suppression, consent="withdrawn")

    assert decision(ask(tier="transactional", answers=keyword), stopped) == Allowed()
    for tier in ("transactional", "informational", "marketing"):
        assert decision(ask(tier=tier), stopped) == Denied("opted_out")
    assert decision(ask(tier="marketing", answers=keyword), stopped) == Denied("opted_out")


def test_a4_6_a_confirmation_that_comes_after_five_minutes_is_not_sent():
    assert RULES.answers.stop_minutes == 5


@pytest.mark.parametrize("language", ["en", "es", "fr", "de", "pt", "ur", "hi"])
def test_a7_11_the_confirmation_names_the_sender_and_nothing_to_buy(language):
    told = reply_text("stop", "Prairie Lantern Books", language, "", closed=("sms", "voice"))

    assert "Prairie Lantern Books" in told
    assert not {"http", "%", "$", "€"} & set(told.casefold().split())


@pytest.mark.parametrize(
    ("source", "may"),
    [
        pytest.param("keyword", True, id="A4-12-their-own-start"),
        pytest.param("web_form", True, id="A4-12-their-own-form"),
        pytest.param("import", False, id="A4-12-import"),
        pytest.param("staff", False, id="A4-12-staff"),
        pytest.param("api", False, id="A4-12-another-system"),
        pytest.param("paper", False, id="A4-12-paper"),
    ],
)
def test_only_the_persons_own_act_brings_them_back(source, may):
    assert can_move("withdrawn", "granted", source) is may


def test_a7_15_an_agreement_not_used_for_eighteen_months_is_asked_for_again():
    assert dict(RULES.policy.expiry_months)["marketing"] == 18
    assert decision(person=facts(consent="expired")) == Denied("expired")
