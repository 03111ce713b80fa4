"""WhatsApp's requests, where no wire is needed: each form against the documented example, and each limit at its edge."""

from typing import Any

import pytest

from messaging.contracts import Outbound
from messaging.providers.protocol import (
    ApprovedTemplate,
    Button,
    ButtonsOutbound,
    Misconfigured,
    Rejected,
    TemplateButton,
    TemplateMedia,
    TemplateOutbound,
    TemplateValue,
)
from messaging.providers.twilio import request_fields as twilio_fields
from messaging.providers.whatsapp_cloud_requests import request_body, request_fields
from tests.contract.kit_whatsapp_cloud import PHONE_NUMBER_ID
from tests.contract.kits import KITS, adapter, outbound
from tests.contract.messages import require_schema

KIT = KITS["whatsapp_cloud"]
MARK = "m_01J0000000000000000000001"
KEEP, MOVE = Button("keep", "Keep"), Button("move", "Move")


def made(kind: type[Outbound] = Outbound, **changes: Any) -> Outbound:
    values = {"channel": "whatsapp", "sender": PHONE_NUMBER_ID, "callback_url": MARK}
    return outbound(kind, **values | changes)  # type: ignore[no-any-return]


def buttons(*these: Button, **changes: Any) -> Outbound:
    return made(ButtonsOutbound, buttons=these, **changes)


def template(**parts: Any) -> Outbound:
    return made(TemplateOutbound, template=ApprovedTemplate(**{"name": "visit_reminder", "language": "en_US"} | parts))


def fields_of(message: Outbound) -> dict[str, Any]:
    found = request_fields(message)
    require_schema("whatsapp_cloud", found)
    return found


# -- the documented requests


def test_a_template_with_named_values_and_a_quick_reply() -> None:
    message = template(
        body=(TemplateValue("Ana", "first_name"), TemplateValue("Tuesday", "day")),
        buttons=(TemplateButton("quick_reply", 0, "CONFIRM_A17"),),
    )

    assert request_body(message) == (
        b'{"messaging_product":"whatsapp","recipient_type":"individual","to":"+15550100123","type":"template",'
        b'"biz_opaque_callback_data":"m_01J0000000000000000000001","template":{"name":"visit_reminder",'
        b'"language":{"code":"en_US"},"components":[{"type":"body","parameters":[{"type":"text",'
        b'"parameter_name":"first_name","text":"Ana"},{"type":"text","parameter_name":"day","text":"Tuesday"}]},'
        b'{"type":"button","sub_type":"quick_reply","index":"0","parameters":[{"type":"payload",'
        b'"payload":"CONFIRM_A17"}]}]}}'
    )
    require_schema("whatsapp_cloud", request_fields(message))


def test_a_template_with_a_picture_counted_values_and_two_buttons() -> None:
    message = template(
        name="order_update",
        header=TemplateMedia("image", "123"),
        body=(TemplateValue("Ana"), TemplateValue("A-17")),
        buttons=(TemplateButton("quick_reply", 0, "STOP_PROMO"), TemplateButton("url", 1, "A-17")),
    )

    assert fields_of(message)["template"] == {
        "name": "order_update",
        "language": {"code": "en_US"},
        "components": [
            {"type": "header", "parameters": [{"type": "image", "image": {"id": "123"}}]},
            {"type": "body", "parameters": [{"type": "text", "text": "Ana"}, {"type": "text", "text": "A-17"}]},
            {
                "type": "button",
                "sub_type": "quick_reply",
                "index": "0",
                "parameters": [{"type": "payload", "payload": "STOP_PROMO"}],
            },
            {"type": "button", "sub_type": "url", "index": "1", "parameters": [{"type": "text", "text": "A-17"}]},
        ],
    }


def test_a_template_with_a_heading_and_a_coupon() -> None:
    message = template(header=(TemplateValue("Autumn"),), buttons=(TemplateButton("copy_code", 2, "AUTUMN26"),))

    assert fields_of(message)["template"]["components"] == [
        {"type": "header", "parameters": [{"type": "text", "text": "Autumn"}]},
        {
            "type": "button",
            "sub_type": "copy_code",
            "index": "2",
            "parameters": [{"type": "coupon_code", "coupon_code": "AUTUMN26"}],
        },
    ]


def test_a_template_without_variables_has_no_components() -> None:
    assert fields_of(template())["template"] == {"name": "visit_reminder", "language": {"code": "en_US"}}


def test_what_the_person_will_read_does_not_leave_with_a_template() -> None:
    message = template(body=(TemplateValue("Ana"),))

    assert message.body.encode() not in request_body(message)


def test_a_text_inside_the_window() -> None:
    message = made(body="Thanks, see you Tuesday.", callback_url="")

    assert fields_of(message) == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": "+15550100123",
        "type": "text",
        "text": {"body": "Thanks, see you Tuesday.", "preview_url": False},
    }


def test_a_text_with_buttons_and_a_footer() -> None:
    message = buttons(KEEP, MOVE, body="Keep the slot?", footer="Example Co", callback_url="")

    assert fields_of(message) == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": "+15550100123",
        "type": "interactive",
        "interactive": {
            "type": "button",
            "body": {"text": "Keep the slot?"},
            "footer": {"text": "Example Co"},
            "action": {
                "buttons": [
                    {"type": "reply", "reply": {"id": "keep", "title": "Keep"}},
                    {"type": "reply", "reply": {"id": "move", "title": "Move"}},
                ]
            },
        },
    }


@pytest.mark.parametrize("person", ["US.1234567890", "US.13491208655302741918", "US.ENT.987654", "DE." + "a1" * 64])
@pytest.mark.parametrize("build", [made, lambda **k: buttons(KEEP, **k)], ids=["text", "buttons"])
def test_a_person_known_by_an_id_alone_is_written_to_by_it(person: str, build: Any) -> None:
    fields = fields_of(build(recipient=person))

    assert fields["recipient"] == person
    assert "to" not in fields


# -- what could never be accepted


LIMITS = {
    "text": (made(body="a" * 4096), made(body="a" * 4097)),
    "text under buttons": (buttons(KEEP, body="a" * 1024), buttons(KEEP, body="a" * 1025)),
    "footer": (buttons(KEEP, footer="a" * 60), buttons(KEEP, footer="a" * 61)),
    "button title": (buttons(Button("a", "a" * 20)), buttons(Button("a", "a" * 21))),
    "button id": (buttons(Button("a" * 256, "A")), buttons(Button("a" * 257, "A"))),
    "buttons": (buttons(KEEP, MOVE, Button("end", "End")), buttons(KEEP, MOVE, Button("end", "End"), Button("x", "X"))),
    "template name": (template(name="a" * 512), template(name="a" * 513)),
    "person id": (made(recipient="US." + "1" * 128), made(recipient="US." + "1" * 129)),
}


@pytest.mark.parametrize(("longest", "too_long"), LIMITS.values(), ids=LIMITS)
def test_the_longest_is_sent_and_one_more_is_not(longest: Outbound, too_long: Outbound) -> None:
    fields_of(longest)

    with pytest.raises(Rejected) as refused:
        request_fields(too_long)

    assert refused.value.reason == "content"
    assert (refused.value.suppress, refused.value.opt_out) == (False, False)


EMPTY = {
    "no buttons": buttons(),
    "a button without a title": buttons(Button("a", "")),
    "a button without an id": buttons(Button("", "A")),
    "buttons without a text": buttons(KEEP, body=""),
}


@pytest.mark.parametrize("message", EMPTY.values(), ids=EMPTY)
def test_what_is_missing_has_the_code_of_a_missing_part(message: Outbound) -> None:
    with pytest.raises(Rejected) as refused:
        request_fields(message)

    assert refused.value.code == "131008"


@pytest.mark.parametrize(
    "parts",
    [{"name": ""}, {"name": "Visit Reminder"}, {"name": "visit-reminder"}, {"language": ""}, {"language": "en-US"}],
)
def test_a_template_that_cannot_exist_is_refused_as_a_missing_one(parts: dict[str, str]) -> None:
    with pytest.raises(Rejected) as refused:
        request_fields(template(**parts))

    assert refused.value.code == "132001"


@pytest.mark.parametrize("kind", [TemplateOutbound, ButtonsOutbound])
def test_templates_and_buttons_cannot_be_made_for_other_channels(kind: type[Outbound]) -> None:
    parts = {"template": None} if kind is TemplateOutbound else {"buttons": (KEEP,)}

    with pytest.raises(ValueError, match="do not exist on sms"):
        outbound(kind, **parts)


@pytest.mark.parametrize("kind", [TemplateOutbound, ButtonsOutbound])
def test_no_chat_form_is_made_without_a_permit(kind: type[Outbound]) -> None:
    parts = {"template": None} if kind is TemplateOutbound else {"buttons": (KEEP,)}

    with pytest.raises(TypeError, match="Permit"):
        made(kind, permit=None, **parts)


def test_a_provider_of_text_messages_never_sends_a_template_as_its_text() -> None:
    with pytest.raises(Misconfigured, match="whatsapp"):
        twilio_fields(template())


# -- accounts


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("business_account_id", "waba"),
        ("business_account_id", "1/../2"),
        ("graph_version", "23"),
        ("graph_version", "v1/.."),
    ],
)
def test_a_credential_of_the_wrong_form_is_named(field: str, value: str) -> None:
    with pytest.raises(Misconfigured, match=field):
        adapter("whatsapp_cloud", KIT.credentials | {field: value})


def test_the_callback_data_holds_account_attempt_and_mark_and_no_address() -> None:
    ours = adapter("whatsapp_cloud")
    attempt = KIT.outbound().permit.attempt_id

    data = ours.callback_url("https://hooks.example.com/x", "a" * 43, attempt, b"sixteen bytes ok")  # type: ignore[attr-defined]

    assert data.startswith(f"{'a' * 43}/{attempt}?k=")
    assert len(data) <= 512
    fields_of(made(callback_url=data))


def test_nothing_a_message_holds_is_shown_when_it_is_printed() -> None:
    shown = repr(
        template(body=(TemplateValue("Ana", "first_name"),), buttons=(TemplateButton("quick_reply", 0, "CONFIRM_A17"),))
    )

    assert not [private for private in ("Ana", "CONFIRM_A17", "15550100123", "slot") if private in shown]
