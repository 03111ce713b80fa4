"""What a text may ask for, and how long it is."""

import uuid

import pytest

from campaigns.forms.campaign import plain_lines
from campaigns.forms.launch import LaunchForm
from campaigns.personal_values import check_names, message_for, missing_names, required_names, sample_values
from campaigns.reasons import explain, words_of
from campaigns.selectors.preview import length_of
from consent.reasons import REASONS, UnknownReason
from contacts.models import Contact
from messaging.channels.protocol import Rendered, Written
from messaging.channels.sms import SMS
from messaging.content import precompile
from messaging.content_rules import ContentError


def person(**fields):
    """A contact that is in no database."""
    return Contact(organization_id=uuid.uuid4(), **fields)


OWN = {"size": "Shoe size"}


@pytest.mark.parametrize(
    "body",
    [
        "No names at all",
        "{{ contact.first_name }} {{ contact.last_name }} {{ contact.city }} {{ contact.country }} {{ contact.language }}",
        "{{ contact.fields.size }}",
        "{% if contact.fields.size %}{{ contact.fields.size | upcase }}{% endif %}",
        "{% assign who = contact.first_name %}{{ who }}",
    ],
)
def test_every_name_that_is_shown_beside_the_text_is_known(body):
    check_names(body, OWN)


@pytest.mark.parametrize(
    ("body", "problem", "remedy"),
    [
        ("{{ contact.nick }}", "Line 1 uses contact.nick", "Did you mean contact.city?"),
        ("One\nTwo\n{{ contact.fields.sise }}", "Line 3 uses contact.fields.sise", "Did you mean contact.fields.size?"),
        ("{{ name | default: 'you' }}", "Line 1 uses name", "The names you can use stand beside the text."),
    ],
)
def test_a_name_no_contact_has_is_refused_with_its_line_even_behind_a_default(body, problem, remedy):
    with pytest.raises(ContentError) as caught:
        check_names(body, OWN)

    assert caught.value.problem == f"{problem}, and no contact has that."
    assert remedy.split("?")[0].split()[0] in caught.value.remedy


def test_what_a_text_needs_is_what_it_prints_without_a_default():
    body = 'Hi {{ contact.first_name }}, {{ contact.city | default: "there" }} {{ contact.fields.size }}'

    assert required_names(body) == {"contact.first_name", "contact.fields.size"}
    assert missing_names({"body": body}, person(first_name="Ada")) == ["contact.fields.size"]


def test_a_field_nobody_filled_in_has_no_value_and_may_have_a_default():
    body = 'Size {{ contact.fields.size | default: "M" }}'

    assert message_for(SMS, Written(body), person()) == Rendered("Size M")
    assert message_for(SMS, Written(body), person(fields={"size": "L"})) == Rendered("Size L")
    assert message_for(SMS, Written("Size {{ contact.fields.size }}"), person()) is None


def test_sample_values_fill_every_name():
    body = "{{ contact.first_name }} {{ contact.last_name }} {{ contact.city }} {{ contact.fields.size }}"

    assert precompile(body).render(sample_values("Hina", {"size": "L"})) == "Hina Sample Sample City L"


@pytest.mark.parametrize(
    ("text", "encoding", "parts", "left", "replaceable"),
    [
        ("", "GSM-7", 0, 160, False),
        ("a" * 160, "GSM-7", 1, 0, False),
        ("a" * 161, "GSM-7", 2, 145, False),
        ("€" * 80, "GSM-7", 1, 0, False),
        ("ب" * 70, "UCS-2", 1, 0, False),
        ("ب" * 71, "UCS-2", 2, 63, False),
        ("it’s", "UCS-2", 1, 66, True),
        ("ب’", "UCS-2", 1, 68, False),
    ],
)
def test_the_room_left_is_that_of_the_last_part(text, encoding, parts, left, replaceable):
    length = length_of(text)

    assert (length.segments.encoding, length.segments.parts, length.left) == (encoding, parts, left)
    assert length.replaceable is replaceable


def test_line_ends_of_browsers_become_those_of_phones():
    assert plain_lines("a\r\nb\rc\nd") == "a\nb\nc\nd"


@pytest.mark.parametrize("typed", ["1234", "1,234", " 1 234 "])
def test_the_number_may_be_grouped_as_the_heading_groups_it(typed):
    form = LaunchForm({"confirmed": typed}, zone="UTC", gets=1234)

    assert form.is_valid(), form.errors
    assert form.cleaned_data == {"confirmed": 1234, "at": None}


@pytest.mark.parametrize("typed", ["-1", "1.5", "１２３４", "²", "many"])
def test_what_is_no_number_is_not_guessed(typed):
    assert not LaunchForm({"confirmed": typed}, zone="UTC", gets=1234).is_valid()


def test_every_reason_of_the_gate_and_of_the_plan_has_words():
    for code in [*REASONS, "excluded", "same_address", "missing_value", "not_ending", "asked_already"]:
        assert words_of(code) == (explain(code).label, explain(code).sentence)


def test_a_word_that_is_both_a_reason_of_the_gate_and_an_end_of_a_message_is_told_apart_by_the_outcome():
    assert words_of("expired", outcome="refused")[0] == "Their agreement is too old"
    assert words_of("expired", outcome="expired")[0] == "Its time to be sent ran out"
    assert words_of("no_evidence", outcome="refused")[0] == "The proof of their agreement is gone"
    assert words_of("30005", "twilio", outcome="failed")[0] == "The number is not in use"


def test_a_code_nobody_wrote_down_stands_for_itself():
    assert words_of("31337") == ("The carrier's reason 31337", "")
    assert words_of("") == ("No reason was given", "")
    with pytest.raises(UnknownReason):
        explain("31337")
