"""Webhooks of any shape: reading one never fails, never comes back empty, and holds nothing that cannot be kept."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from messaging.contracts import Inbound, Receipt, Unknown
from messaging.providers.protocol import WebhookRequest
from tests.contract.kits import adapter, fixtures
from tests.support.strange import strange_documents

NAMES = ["telnyx", "whatsapp_cloud"]
RECORDED = {
    name: [each["webhook"] for kind in ("receipt", "inbound", "unknown") for _, each in fixtures(name, kind)]
    for name in NAMES
}


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_a_webhook_with_anything_anywhere_is_read(name: str, data: st.DataObject) -> None:
    body = data.draw(strange_documents(RECORDED[name]))

    events = adapter(name).parse(WebhookRequest("POST", "https://hooks.example.com/x", (), body))

    assert events
    for event in events:
        _can_be_kept(event)


def _can_be_kept(event: Receipt | Inbound | Unknown) -> None:
    assert 0 < len(event.event_key) <= 120
    event.event_key.encode()
    if isinstance(event, Receipt):
        assert len(event.code) <= 40
        (event.raw_status + event.code + event.provider_message_id).encode()
    if isinstance(event, Inbound):
        assert event.sender
        (event.sender + event.recipient + event.body + "".join(event.media)).encode()


@pytest.mark.parametrize(
    "data", ["//[", "http://[::1", "t1", "t1/x?k=y", "a" * 600, "é", "t1/" + "0" * 36 + "?k=mark", 7, None, {}]
)
def test_callback_data_that_is_not_ours_names_no_attempt(data: object) -> None:
    status = {"id": "wamid.OUT01", "status": "sent", "timestamp": "1795446000", "biz_opaque_callback_data": data}
    change = {"field": "messages", "value": {"statuses": [status]}}
    whole = {"object": "whatsapp_business_account", "entry": [{"id": "100000000000001", "changes": [change]}]}

    (receipt,) = adapter("whatsapp_cloud").parse(
        WebhookRequest("POST", "https://hooks.example.com/x", (), json.dumps(whole).encode())
    )

    assert isinstance(receipt, Receipt)
    assert (receipt.provider_message_id, receipt.attempt_id) == ("wamid.OUT01", None)


def test_a_long_message_id_gives_a_key_that_is_hashed_and_never_cut() -> None:
    def key(status: str) -> str:
        item = {"id": "wamid." + "A" * 200, "status": status, "timestamp": "1795446000"}
        change = {"field": "messages", "value": {"statuses": [item]}}
        whole = {"object": "whatsapp_business_account", "entry": [{"id": "100000000000001", "changes": [change]}]}
        request = WebhookRequest("POST", "https://hooks.example.com/x", (), json.dumps(whole).encode())
        return adapter("whatsapp_cloud").parse(request)[0].event_key

    sent, delivered = key("sent"), key("delivered")

    assert sent != delivered
    assert len(sent) == len(delivered) == 64


def _said(name: str, text: str) -> str:
    """What an adapter makes of an inbound text."""
    document = json.dumps(dict(fixtures(name, "inbound"))["inbound_emoji"]["webhook"], ensure_ascii=False)
    body = document.replace("¡Sí! 👩🏽‍🚀 merci ’ &=+%", text).encode()
    (inbound,) = adapter(name).parse(WebhookRequest("POST", "https://hooks.example.com/x", (), body))
    assert isinstance(inbound, Inbound)
    return inbound.body


@pytest.mark.parametrize("name", NAMES)
def test_half_a_character_in_a_text_is_a_question_mark_and_a_whole_one_is_kept(name: str) -> None:
    assert _said(name, r"STOP \ud83d") == "STOP ?"
    assert _said(name, r"STOP \ud83d\ude00") == "STOP 😀"
