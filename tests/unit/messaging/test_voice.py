"""What a call says: the frame around somebody's words, in every language, and the rules it is made of."""

import pathlib
from collections.abc import Callable

import pytest

from consent.rule_reader import InvalidRules
from messaging.channels import voice, voice_rules
from messaging.channels.email_imprint import Imprint
from messaging.channels.protocol import Common, Written
from messaging.channels.registry import channel
from messaging.channels.voice import VOICE, spoken_phone
from messaging.channels.voice_rules import call_rules
from messaging.providers.call_message import CallOutbound
from tests.contract.messages import ATTEMPT, permit

LANGUAGES = sorted(call_rules().languages)
PARTS = {"language": "en", "phone": "+18005550123", "machine": "leave_message"}
VALUES = {"contact": {"first_name": "Ana"}}
AUDIO = "0193a1c2-0000-7000-8000-000000000001"
RULES = pathlib.Path(voice_rules.__file__).with_name("voice.toml").read_text("utf-8")


@pytest.fixture(autouse=True)
def named(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """The organisation in scope is called so; answers what gives it another legal name."""

    def name(legal_name: str) -> None:
        monkeypatch.setattr(voice, "imprint", lambda: Imprint("Acme", legal_name, "1 Main Street", "en"))

    name("Acme Dental Limited")
    return name


@pytest.mark.parametrize("language", LANGUAGES)
def test_in_every_language_the_legal_name_is_the_first_that_is_heard_and_the_key_the_next(language: str) -> None:
    made = VOICE.render(Written("…", PARTS | {"language": language}), VALUES)

    says, left = made.parts["says"], made.parts["left"]
    assert says[0].startswith("Acme Dental Limited, ")
    assert "9" in says[0].split(".")[1]
    assert says[1] == "…"
    assert "9" in says[-1]
    assert "1" in says[-1]
    assert left[0].startswith("Acme Dental Limited, ")
    assert "8 0 0, 5 5 5, 0 1 2 3" in left[-1]
    assert made.body == " ".join(says)


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_calls_is_said_within_a_few_words_before_the_key_is_offered(language: str) -> None:
    opening = call_rules().languages[language].opening.removeprefix("{name}").partition(".")[0]

    # two seconds are five words at an ordinary speed
    assert len(opening.strip(", ").split()) <= 5


def test_a_persons_values_are_spoken_as_they_are_and_cannot_touch_the_frame() -> None:
    made = VOICE.render(
        Written("Hello {{ contact.first_name }}.", PARTS), {"contact": {"first_name": "{name} {phone}"}}
    )

    assert made.parts["says"][1] == "Hello {name} {phone}."
    assert VOICE.units_of(made) == 1


def test_a_legal_name_with_braces_is_said_and_never_filled(named: Callable[[str], None]) -> None:
    named("{phone} Ltd")

    made = VOICE.render(Written("Hi", PARTS), VALUES)

    assert made.parts["says"][0].startswith("{phone} Ltd, with an automated call.")


def test_a_text_written_before_a_change_of_name_says_the_new_one(named: Callable[[str], None]) -> None:
    written = Written("Hi", PARTS | {"legal_name": "Acme Dental Limited"})
    named("Acme Health Limited")

    made = VOICE.render(written, VALUES)

    assert made.parts["says"][0].startswith("Acme Health Limited, with an automated call.")
    assert made.parts["left"][0].startswith("Acme Health Limited, ")


def test_a_recording_stands_where_the_words_would_and_the_frame_is_read_around_it() -> None:
    made = VOICE.render(Written("We are open.", PARTS | {"audio": AUDIO}), VALUES)

    read = VOICE.render(Written("We are open.", PARTS), VALUES)
    played = {"play": AUDIO, "words": "We are open."}
    assert made.parts["says"] == [read.parts["says"][0], played, *read.parts["says"][2:]]
    assert made.parts["left"] == [read.parts["left"][0], played, read.parts["left"][2]]
    assert made.body == read.body


def test_words_that_come_out_empty_make_no_call() -> None:
    made = VOICE.render(Written("{{ contact.first_name }}", PARTS), {"contact": {"first_name": " "}})

    assert (made.body, VOICE.units_of(made)) == ("", 0)


def test_a_machine_gets_nothing_where_nothing_was_chosen() -> None:
    made = VOICE.render(Written("Hi", PARTS | {"machine": "hang_up"}), VALUES)

    assert made.parts["left"] == []


@pytest.mark.parametrize(("machine", "waits"), [("hang_up", False), ("leave_message", True)])
def test_what_leaves_are_addresses_and_how_long_it_rings(machine: str, waits: bool) -> None:
    base = f"https://h.example/webhooks/twilio/status/t/{ATTEMPT}?k=m#rc=5&rp=all"
    common = Common(permit(), "+15550100000", "+15550100123", base, 300, str(ATTEMPT))

    call = channel("voice").outbound(common, VOICE.render(Written("Hi", PARTS | {"machine": machine}), VALUES))

    assert isinstance(call, CallOutbound)
    assert call.answer_url == f"https://h.example/webhooks/twilio/voice/t/{ATTEMPT}?k=m#rc=5&rp=all"
    assert (call.channel, call.ring_seconds, call.most_seconds, call.waits_for_beep) == ("voice", 25, 300, waits)
    assert call.ring_seconds >= 15


@pytest.mark.parametrize(
    ("number", "spoken"),
    [
        ("+18005550123", "1, 8 0 0, 5 5 5, 0 1 2 3"),
        ("+442079460958", "4 4, 2 0, 7 9 4 6, 0 9 5 8"),
    ],
)
def test_a_number_is_read_out_digit_by_digit(number: str, spoken: str) -> None:
    assert spoken_phone(number) == spoken


@pytest.mark.parametrize(
    ("was", "becomes", "complaint"),
    [
        ('opening = "{name}, with an automated call.', 'opening = "Good news from {name}.', "must begin with"),
        ("press 9 at any time.", "press a key at any time.", "name the key 9"),
        ('contact = "You can also call us at {phone}."', 'contact = "Do call us."', "must say {phone}"),
        ("seconds = 25", "seconds = 14", "must not be less than least_seconds"),
        ('after = ["busy", "no_answer"]', 'after = ["human"]', "knows busy"),
    ],
)
def test_rules_that_lost_what_the_law_asks_for_are_refused(
    was: str, becomes: str, complaint: str, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert was in RULES
    (tmp_path / "voice.toml").write_text(RULES.replace(was, becomes, 1), "utf-8")
    monkeypatch.setattr(voice_rules, "_FOLDER", tmp_path)
    call_rules.cache_clear()

    try:
        with pytest.raises(InvalidRules, match=complaint):
            call_rules()
    finally:
        call_rules.cache_clear()
