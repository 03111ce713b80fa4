"""Heads, cards, codes and forms on Meta's wire: as they are submitted, as they are listed, as they leave."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from messaging.channels.protocol import Common
from messaging.providers.protocol import (
    ApprovedTemplate,
    Rejected,
    TemplateButton,
    TemplateCard,
    TemplateMedia,
    TemplateOutbound,
    TemplateValue,
)
from messaging.providers.template_messages import (
    DraftButton,
    DraftCard,
    DraftCode,
    DraftMedia,
    DraftTemplate,
    TemplateRefused,
)
from messaging.providers.whatsapp_cloud_drafts import template_body
from messaging.providers.whatsapp_cloud_requests import request_body
from tests.contract import carrier as wire
from tests.contract.carrier import Carrier
from tests.contract.kit_whatsapp_cloud import DATA, PHONE_NUMBER_ID, error
from tests.contract.messages import outbound, require_schema
from tests.contract.test_whatsapp_cloud_templates import ask, row

PNG = b"\x89PNG\r\n\x1a\n and more"
ANSWER = DraftButton("quick_reply", "Keep me one")
LOOK = DraftButton("url", "Look", "https://example.com/tea/{{1}}", "https://example.com/tea/green")
HEAD = DraftTemplate(
    name="spring", language="en_US", category="marketing", body="Hello {{1}}, the spring list is open now.",
    body_samples=(("1", "Ana"),), media=DraftMedia("image", "image/png", PNG),
    buttons=(ANSWER, DraftButton("flow", "Choose a day", "12345", screen="WELCOME_SCREEN")),
)  # fmt: skip
CARDS = DraftTemplate(
    name="tea", language="en_US", category="marketing", body="Two teas are back today.",
    cards=tuple(
        DraftCard(
            DraftMedia("image", "image/png", PNG), f"Tea {place} from the {{{{1}}}} harvest.", (ANSWER, LOOK), (("1", "first"),),
        )
        for place in (1, 2)
    ),
)  # fmt: skip
CODE = DraftTemplate("sign_in", "en_US", "authentication", "", code=DraftCode("copy_code", security=True, minutes=10))
TAP = DraftTemplate(
    "tap_in", "en_US", "authentication", "",
    code=DraftCode("one_tap", words="Copy", fill_words="Fill in", app="com.example.shop", signature="K8a/AINcGX7"),
)  # fmt: skip


@pytest.fixture
async def carrier() -> AsyncIterator[Carrier]:
    async with wire.carrier() as running:
        yield running


@pytest.mark.parametrize("draft", [HEAD, CARDS, CODE, TAP], ids=lambda draft: draft.name)
def test_what_is_submitted_keeps_the_schema_of_the_pages(draft: DraftTemplate) -> None:
    handles = [f"4::{place}" for place, _ in enumerate(draft.files)]

    require_schema("whatsapp_cloud_template", json.loads(template_body(draft, handles=handles)))


def test_a_code_leaves_its_words_to_the_network() -> None:
    assert json.loads(template_body(TAP))["components"] == [
        {"type": "BODY", "add_security_recommendation": False},
        {
            "type": "BUTTONS",
            "buttons": [
                {
                    "type": "OTP", "otp_type": "ONE_TAP", "text": "Copy", "autofill_text": "Fill in",
                    "supported_apps": [{"package_name": "com.example.shop", "signature_hash": "K8a/AINcGX7"}],
                }
            ],
        },
    ]  # fmt: skip


async def test_a_picture_is_uploaded_before_its_template_and_named_by_its_handle(carrier: Carrier) -> None:
    carrier.answers(
        wire.status(200, {"id": "upload:MTphd?sig=ARZ"}),
        wire.status(200, {"h": "4::aW1hZ2U="}),
        wire.status(200, {"id": "500000000000001", "status": "PENDING", "category": "MARKETING"}),
    )

    said = await ask(carrier, "submit_template", HEAD)

    begun, sent, submitted = carrier.seen
    assert begun.target == f"/v23.0/app/uploads?file_name=head.png&file_length={len(PNG)}&file_type=image%2Fpng"
    assert (sent.target, sent.body) == ("/v23.0/upload:MTphd?sig=ARZ", PNG)
    headers = {name.lower(): value for name, value in dict(sent.headers).items()}
    assert (headers["authorization"], headers["file_offset"]) == ("OAuth token-of-this-test-suite", "0")
    header = json.loads(submitted.body)["components"][0]
    assert header == {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": ["4::aW1hZ2U="]}}
    assert said.state == "submitted"


async def test_a_file_the_network_refuses_is_named_and_no_template_leaves(carrier: Carrier) -> None:
    carrier.answers(wire.status(400, error(100)))

    with pytest.raises(TemplateRefused) as refused:
        await ask(carrier, "submit_template", HEAD)

    assert (refused.value.field, len(carrier.seen)) == ("header_file", 1)


async def test_cards_and_codes_are_read_from_the_list(carrier: Carrier) -> None:
    carousel = json.loads(template_body(CARDS, handles=["a", "b"]))["components"]
    url = "https://www.whatsapp.com/otp/code/?otp_type=COPY_CODE&code_expiration_minutes=10&code=otp{{1}}"
    code = [
        {"type": "BODY", "text": "*{{1}}* is your verification code.", "add_security_recommendation": True},
        {"type": "FOOTER", "text": "This code expires in 10 minutes.", "code_expiration_minutes": 10},
        {"type": "BUTTONS", "buttons": [{"type": "URL", "text": "Copy code", "url": url}]},
    ]
    rows = [row(components=carousel), row(category="AUTHENTICATION", components=code)]
    carrier.answers(wire.status(200, {"data": rows}))

    cards, codes = await ask(carrier, "list_templates")

    assert (cards.unfit, codes.unfit) == ("", "")
    assert [(card.media.kind, card.body, card.buttons) for card in cards.draft.cards] == [
        ("image", f"Tea {place} from the {{{{1}}}} harvest.", (ANSWER, LOOK)) for place in (1, 2)
    ]
    assert codes.draft.code == DraftCode("copy_code", security=True, minutes=10, words="Copy code")
    assert codes.draft.buttons == ()


def leaving(**others: Any) -> TemplateOutbound:
    made = outbound(channel="whatsapp", sender=PHONE_NUMBER_ID, callback_url=DATA)
    told = {name: getattr(made, name) for name in Common.__dataclass_fields__ if hasattr(made, name)}
    recipient = others.pop("recipient", made.recipient)
    template = ApprovedTemplate(name="spring", language="en_US", **others)
    return TemplateOutbound(
        **told | {"recipient": recipient, "channel": "whatsapp", "body": "Hello"}, template=template
    )


CARD = TemplateCard(
    TemplateMedia("image", link="https://example.com/tea.png"),
    (TemplateValue("first"),),
    (TemplateButton("quick_reply", 0, "card 1: Keep me one"), TemplateButton("url", 1, "green")),
)


@pytest.mark.parametrize(
    "parts",
    [
        {"header": TemplateMedia("image", "300000000000001")},
        {"header": TemplateMedia("video", link="https://example.com/film.mp4")},
        {"header": TemplateMedia("document", link="https://example.com/menu.pdf", filename="menu.pdf")},
        {"cards": (CARD, CARD)},
        {"buttons": (TemplateButton("copy_code", 0, "SPRING26"), TemplateButton("flow", 1, "token"))},
        {
            "body": (TemplateValue("481516"),),
            "buttons": (TemplateButton("url", 0, "481516"),),
            "category": "authentication",
        },
    ],
    ids=["picture by id", "film by address", "document", "cards", "code and form", "one-time code"],
)
def test_every_part_leaves_as_the_pages_want_it(parts: dict[str, Any]) -> None:
    require_schema("whatsapp_cloud", json.loads(request_body(leaving(**parts))))


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ({"header": TemplateMedia("image")}, "131008"),
        ({"header": TemplateMedia("image", link="ftp://example.com/x")}, "131009"),
        ({"cards": (CARD,)}, "131009"),
        ({"cards": (CARD,) * 11}, "131009"),
        ({"body": (TemplateValue("1" * 16),), "category": "authentication"}, "131009"),
        ({"recipient": "US.1234567890", "body": (TemplateValue("1"),), "category": "authentication"}, "131062"),
    ],
)
def test_what_could_never_be_accepted_does_not_leave(parts: dict[str, Any], code: str) -> None:
    with pytest.raises(Rejected) as rejected:
        request_body(leaving(**parts))

    assert rejected.value.code == code


def test_every_card_is_numbered_and_an_answer_says_which_card_it_is_of() -> None:
    (carousel,) = json.loads(request_body(leaving(cards=(CARD, CARD))))["template"]["components"]

    assert carousel["cards"][1] == {
        "card_index": 1,
        "components": [
            {"type": "header", "parameters": [{"type": "image", "image": {"link": "https://example.com/tea.png"}}]},
            {"type": "body", "parameters": [{"type": "text", "text": "first"}]},
            {
                "type": "button", "sub_type": "quick_reply", "index": "0",
                "parameters": [{"type": "payload", "payload": "card 1: Keep me one"}],
            },
            {"type": "button", "sub_type": "url", "index": "1", "parameters": [{"type": "text", "text": "green"}]},
        ],
    }  # fmt: skip
