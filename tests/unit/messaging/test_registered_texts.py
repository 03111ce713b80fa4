"""Texts held beside registered ones: the words letter by letter, a value of the right length in each place."""

import time

import pytest

from consent.rule_reader import InvalidRules, texts_in
from consent.rulebook import build
from messaging.actions.registrations import countries_of
from messaging.registering import as_sample, is_text_of, kind_of_sender

TEXT = "Dear {#var#}, your order {#var#} is ready. Acme"


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("Dear Asha, your order A-17 is ready. Acme", True),
        ("Dear Asha, your order A-17 is ready. Acme.", False),
        ("Dear Asha, your order A-17 is ready. ACME", False),
        ("Dear , your order A-17 is ready. Acme", False),
        (f"Dear {'x' * 30}, your order A-17 is ready. Acme", True),
        (f"Dear {'x' * 31}, your order A-17 is ready. Acme", False),
        ("Dear A, your order B, your order C is ready. Acme", True),
        ("", False),
    ],
)
def test_a_text_is_a_registered_one_word_for_word(text, same):
    assert is_text_of(text, TEXT, 30) is same


def test_a_text_with_variables_is_compared_as_if_each_had_a_value():
    assert is_text_of(as_sample("Dear {{ contact.first_name }}, your order {{ order }} is ready. Acme"), TEXT, 30)
    assert not is_text_of(as_sample("Dear {{ contact.first_name }}, your order is ready. Acme"), TEXT, 30)


def test_tagged_places_and_texts_without_places_are_read_too():
    assert is_text_of("Code 1234", "Code {#numeric#}", 30)
    assert is_text_of("We close at five.", "We close at five.", 30)
    assert not is_text_of("We close at six.", "We close at five.", 30)


def test_many_places_take_time_in_proportion():
    registered, text = "{#var#} " * 40 + "end", "a " * 400 + "other"
    began = time.perf_counter()

    assert not is_text_of(text, registered, 30)

    assert time.perf_counter() - began < 1


@pytest.mark.parametrize(
    ("channel", "address", "practice", "kind"),
    [
        ("sms", "+14025550100", False, "long_code"),
        ("sms", "+18005550199", False, "toll_free"),
        ("sms", "72345", False, "short_code"),
        ("sms", "ACMEIN", False, "alphanumeric"),
        ("voice", "+14025550100", False, "long_code"),
        ("email", "shop@acme.example", False, ""),
        ("whatsapp", "106540352242922", False, ""),
        ("sms", "+14025550100", True, ""),
    ],
)
def test_registers_tell_senders_apart_and_are_not_asked_about_practice(channel, address, practice, kind):
    assert kind_of_sender(channel, address, practice=practice) == kind


def test_a_record_for_the_united_states_is_not_asked_again_for_its_territories():
    assert countries_of("a2p_campaign") == ("US",)
    assert countries_of("toll_free") == ("US", "CA")


@pytest.mark.parametrize("line", ['PR = "us"', 'PR = "GU"', 'Guam = "US"'])
def test_records_of_a_territory_are_those_of_a_country_with_its_own(line):
    text = texts_in()["registrations.toml"].replace('PR = "US"', line)

    with pytest.raises(InvalidRules, match="same_records"):
        build(texts_in() | {"registrations.toml": text})
