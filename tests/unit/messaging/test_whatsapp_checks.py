"""What a template with more than words is refused for, before anybody else looks at it."""

import dataclasses
import uuid
from typing import Any

import pytest

from accounts.contracts import Refused
from messaging.channels.template_media import read_picture
from messaging.channels.whatsapp_checks import category_for, check_text, code_text
from messaging.channels.whatsapp_rules import whatsapp_rules
from messaging.channels.whatsapp_texts import Head, TemplateText, WrittenButton, WrittenCard, WrittenCode, text_of
from tests.factories import pictures

FILE = str(uuid.UUID(int=7))
BODY = "Two teas are back in the shop today."
LOOK = WrittenButton("url", "Look", "https://example.com")
KEEP = WrittenButton("quick_reply", "Keep me one")
CARD = WrittenCard(Head("image", FILE), "From the first harvest.", (KEEP, LOOK))
TAP = WrittenCode("one_tap", app="com.example.shop", signature="K8a/AINcGX7")


def cards(*others: WrittenCard, **more: Any) -> TemplateText:
    return TemplateText(BODY, cards=(CARD, *others), **more)


def card(**changes: Any) -> WrittenCard:
    return dataclasses.replace(CARD, **changes)


@pytest.mark.parametrize(
    ("text", "field", "words"),
    [
        (TemplateText(BODY, head=Head("image")), "header_file", "The head has no picture to review."),
        (TemplateText(BODY, header="Tea", head=Head("image", FILE)), "header", "words or a picture, not both"),
        (TemplateText(BODY, buttons=(KEEP, LOOK, KEEP)), "buttons", "The answers do not stand together."),
        (TemplateText(BODY, buttons=(WrittenButton("flow", "Day", "abc"),)), "buttons", "Button 1 names no form."),
        (TemplateText(BODY, buttons=(WrittenButton("flow", "Day", "1", "a b"),)), "buttons", "names no screen"),
        (TemplateText(BODY, buttons=(WrittenButton("flow", "Day", "1"),) * 2), "buttons", "At most 1 of the buttons"),
        (TemplateText(BODY, buttons=(WrittenButton("copy_code", "", "A" * 16),)), "buttons", "Button 1 has no code."),
        (cards(), "cards", "There are too few cards, or too many. Write 2 to 10."),
        (cards(*[CARD] * 10), "cards", "There are too few cards, or too many."),
        (cards(card(head=Head("video", FILE))), "cards", "All cards show pictures, or all show films."),
        (cards(card(body="")), "cards", "Some cards have a text and some none."),
        (cards(card(buttons=(LOOK, KEEP))), "cards", "The cards have different buttons."),
        (cards(card(body="a" * 161)), "cards", "Card 2 has 161 characters. Shorten it by 1."),
        (cards(card(head=Head("image"))), "cards", "Card 2 has no picture to review."),
        (cards(CARD, footer="Example Co"), "footer", "Beside cards there is no place for footer."),
        (cards(CARD, buttons=(KEEP,)), "buttons", "Beside cards there is no place for buttons."),
        (cards(card(body="From the {{1}} harvest.")), "samples", "Write a sample for {{1}} of the body of card 2."),
        (code_text(WrittenCode(minutes=91)), "code", "A code cannot be good for so long."),
        (code_text(WrittenCode(words="a" * 26)), "code", "The button says too much."),
        (code_text(dataclasses.replace(TAP, app="shop")), "code", "No app is named that takes the code."),
        (code_text(dataclasses.replace(TAP, signature="short")), "code", "signature hash is not right"),
    ],
)
def test_what_whatsapp_would_not_take_is_refused_with_the_field_and_the_remedy(
    text: TemplateText, field: str, words: str
) -> None:
    with pytest.raises(Refused) as refused:
        check_text(text)

    assert refused.value.field == field
    assert words in str(refused.value)
    assert refused.value.remedy


@pytest.mark.parametrize(
    "text",
    [
        TemplateText(
            BODY, head=Head("document", FILE), buttons=(KEEP, LOOK, WrittenButton("flow", "Day", "1", "FIRST"))
        ),
        cards(CARD),
        cards(*[CARD] * 9),
        code_text(TAP),
        code_text(WrittenCode(minutes=90)),
    ],
)
def test_what_keeps_the_rules_passes_and_is_read_as_it_was_kept(text: TemplateText) -> None:
    check_text(text)

    assert text_of(text.as_content()) == text


def test_cards_are_for_marketing_and_codes_for_what_somebody_asked() -> None:
    cases = whatsapp_rules().use_cases
    found = []
    for text, case in ((cards(CARD), "support"), (code_text(TAP), "promotional")):
        with pytest.raises(Refused) as refused:
            category_for(text, cases[case])
        found.append(refused.value.field)

    assert found == ["use_case", "use_case"]
    assert category_for(cards(CARD), cases["promotional"]) == "marketing"
    assert category_for(code_text(TAP), cases["transactional"]) == "authentication"


@pytest.mark.parametrize(
    ("raw", "kind", "words"),
    [
        (b"", "image", "This file is empty."),
        (b"<html>", "image", "This file is of another kind. Choose a JPEG or PNG file."),
        (pictures.PDF, "image", "This file is of another kind."),
        (b"GIF89a", "", "This file is of another kind."),
        (pictures.JPEG + bytes(5_000_000), "image", "The picture is larger than 5 MB."),
        (pictures.PDF + bytes(16_000_000), "document", "or give its web address in each campaign"),
    ],
)
def test_a_file_is_known_by_what_is_in_it_and_refused_when_it_is_too_large(raw: bytes, kind: str, words: str) -> None:
    with pytest.raises(Refused) as refused:
        read_picture(raw, kind)

    assert (refused.value.field, words in str(refused.value)) == ("header_file", True)
