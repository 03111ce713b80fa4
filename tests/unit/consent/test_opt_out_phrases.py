"""What people say in their own words, language by language, and what only sounds like a stop (C11)."""

import pathlib
import time
import tomllib

import pytest

from consent.folding import fold
from consent.keywords import read

FIXTURES = pathlib.Path(__file__).parents[2] / "fixtures"
SAID = tomllib.loads((FIXTURES / "said_to_stop.toml").read_text("utf-8"))
NOT_SAID = tomllib.loads((FIXTURES / "not_said_to_stop.toml").read_text("utf-8"))
PHRASES = [
    pytest.param(text, outcome, id=f"{language}-{outcome}-{number}")
    for language, outcomes in SAID.items()
    for outcome, texts in outcomes.items()
    for number, text in enumerate(texts)
]


@pytest.mark.parametrize(("text", "outcome"), PHRASES)
def test_a_plea_to_stop_in_their_own_words_is_understood(text, outcome):
    assert read(text).outcome == outcome


@pytest.mark.parametrize("text", NOT_SAID["plain"])
def test_an_ordinary_sentence_is_no_stop(text):
    reading = read(text)

    assert (reading.kind, reading.outcome) == (None, "not")


@pytest.mark.parametrize("text", NOT_SAID["judged"])
def test_a_sentence_that_only_may_be_a_stop_is_never_confirmed_and_waits_for_a_person(text):
    assert read(text).outcome == "likely"


def test_the_corpus_is_large_enough_to_say_something():
    assert list(SAID) == ["en", "es", "fr", "pt", "de", "hi", "ur", "ar", "it", "ru", "uk", "zh"]
    assert {language: sum(map(len, outcomes.values())) for language, outcomes in SAID.items()} == {
        "en": 63, "es": 17, "fr": 18, "pt": 16, "de": 20, "hi": 16, "ur": 16, "ar": 16, "it": 3, "ru": 3, "uk": 2, "zh": 3
    }  # fmt: skip
    assert (len(NOT_SAID["plain"]), len(NOT_SAID["judged"])) == (132, 33)


@pytest.mark.parametrize(
    "text",
    [
        "SТОP",
        "ЅТОР",
        "ꜱᴛᴏᴘ",
        "🅂🅃🄾🄿",
        "🅢🅣🅞🅟",
        "🆂🆃🅾🅿",
        "🇸🇹🇴🇵",
        "st0p",
        "5top",
        "sтοp",
        "stooooop",
        "S T O P",
        "s\u0336t\u0336o\u0336p\u0336",
    ],
)
def test_a_stop_in_disguise_is_a_stop(text):
    assert (read(text).kind, read(text).outcome) == ("stop", "certain")


@pytest.mark.parametrize("text", ["5050", "1st", "B12", "3pm", "100%", "сорт", "www"])
def test_numbers_and_other_scripts_stay_what_they_are(text):
    assert read(text).outcome == "not"


ADVERSARIAL = {
    "one letter": "a", "a stop word": "stop ", "a negation": "dont ", "a mark": "s\u0316\u0300", "marks alone": "\u0316\u0300",
    "a question": "will you do it? ", "what expands": "\ufdfa", "a phrase's beginning": "leave me ", "spaced letters": "s t o p ",
    "clauses": "x?", "harmless words": "stop by ", "emoji": "\U0001f6d1", "joiners": "\u200d", "boxed letters": "🅂",
}  # fmt: skip


@pytest.mark.parametrize("piece", [pytest.param(piece, id=name) for name, piece in ADVERSARIAL.items()])
def test_reading_takes_time_in_proportion_to_the_length(piece):
    short, long = (piece * (length // len(piece)) for length in (2_000, 16_000))
    read(short)

    took = {text: min(_seconds(text) for _ in range(3)) for text in (short, long)}

    assert took[long] < 24 * took[short] + 0.02  # eight times the length; squared it would be sixty-four times
    assert took[long] < 2


def test_a_book_pasted_into_a_mail_is_read_as_far_as_somebody_would_write():
    assert read("x " * 7_000 + "stop texting me").outcome == "certain"
    assert read("x " * 9_000 + "stop texting me").outcome == "not"


def _seconds(text):
    before = time.process_time()
    read(text)
    return time.process_time() - before


@pytest.mark.parametrize("text", ["Stop!!", "ÉTÉ", "बंद करो", "روكيں", "🅂🅃🄾🄿", "stoooop", "ﷺ"])
def test_folding_what_is_folded_changes_nothing(text):
    assert fold(" ".join(fold(text))) == fold(text)
