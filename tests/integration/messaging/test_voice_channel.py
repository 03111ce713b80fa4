"""What cannot be saved as a call: whatever would leave out who calls, how to end it, or what the law asks for on a machine."""

from typing import Any

import pytest

from accounts.contracts import Refused
from accounts.models import Organization
from core.tenancy import tenant_context
from messaging.channels.voice import VOICE

LEGAL_NAME = "Acme Dental Limited"
PARTS = {"language": "en", "phone": "+18005550123", "machine": "leave_message"}


def check(acme: Any, body: str = "Hello.", legal_name: str = LEGAL_NAME, **parts: Any) -> None:
    with tenant_context(acme.id):
        Organization.objects.update(legal_name=legal_name)
        VOICE.check(body, {name: value for name, value in (PARTS | parts).items() if value is not None})


def test_a_call_with_everything_is_fit(acme: Any) -> None:
    check(acme)
    check(acme, phone="+14025550100", machine="hang_up")
    check(acme, "Your curl is ready, {{ contact.fields.curly_name }} of {{ contact.fields.linked_shop }}.")


@pytest.mark.parametrize(
    ("field", "changes", "remedy"),
    [
        ("body", {"body": "  "}, "shall hear"),
        ("body", {"body": "a" * 1201}, "Nobody listens"),
        ("body", {"body": "Choose at {{ preferences_url }}."}, "end the calls with a key"),
        ("body", {"body": "{% if contact.city %}{{ contact.fields.map_link | upcase }}{% endif %}"}, "read it out"),
        ("body", {"body": "{{ contact.fields.url }}"}, "Leave it out"),
        ("body", {"body": "Hello {{ contact.first_name"}, "Add }}"),
        ("legal_name", {"legal_name": " "}, "settings"),
        ("audio", {"audio": "not-an-id"}, "Upload it again"),
        ("audio", {"audio": "0193a1c2-0000-7000-8000-000000000001"}, "Upload it again"),
        ("body", {"body": " ", "audio": "not-an-id"}, "word for word"),
        ("body", {"body": "Hi {{ contact.first_name }}", "audio": "not-an-id"}, "let a voice read"),
        ("body", {"body": "{% if true %}Hi{% endif %}", "audio": "not-an-id"}, "let a voice read"),
        ("body", {"body": "a" * 3001, "audio": "not-an-id"}, "Nobody listens"),
        ("phone", {"phone": None}, "country code"),
        ("phone", {"phone": "call us"}, "country code"),
        ("phone", {"phone": "800 555 0123"}, "country code"),
        ("phone", {"phone": "+19005550123", "machine": "hang_up"}, "premium"),
        ("phone", {"phone": "+14025550100"}, "toll-free"),
        ("language", {"language": "tlh"}, "Choose one of"),
        ("machine", {"machine": "sing"}, "hang_up"),
        ("record", {"record": True}, "Leave it out"),
    ],
)
def test_a_call_that_is_not_fit_is_refused_with_the_field_and_the_remedy(
    acme: Any, field: str, changes: dict[str, Any], remedy: str
) -> None:
    with pytest.raises(Refused) as refused:
        check(acme, **changes)

    assert refused.value.field == field
    assert remedy in str(refused.value)
