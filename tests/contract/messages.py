"""The message the contract suite sends, and the words, numbers and names it looks for afterwards. All are invented."""

import datetime
import json
import pathlib
import uuid
from typing import Any

import jsonschema

from consent.contracts import Permit
from messaging.contracts import Outbound

RECIPIENT = "+15550100123"
BODY = "Example Co: Ana, your slot is Tue 10:00. Reply STOP to opt out."
CALLBACK_SECRET = "callback-secret-of-this-test-suite"
ATTEMPT = uuid.UUID("01936f5e-0000-7000-8000-0000000000aa")
WEBHOOK_BASE = "https://hooks.example.com/hooks/twilio"
_SCHEMAS = pathlib.Path(__file__).parent / "schemas"


def permit() -> Permit:
    """A permit, as the gate would give it."""
    return Permit(uuid.uuid4(), ATTEMPT, uuid.uuid4(), datetime.datetime(2026, 11, 23, 15, tzinfo=datetime.UTC))


def outbound(kind: type[Outbound] = Outbound, **changes: Any) -> Any:
    """A message with a permit, as the send step would build it for Twilio; kits change what is different elsewhere."""
    values = {
        "permit": permit(),
        "channel": "sms",
        "sender": "MG" + "0" * 31 + "1",
        "recipient": RECIPIENT,
        "body": BODY,
        "callback_url": f"{WEBHOOK_BASE}/t1/{ATTEMPT}?k=mark",
        "validity_seconds": 900,
        "idempotency_key": str(ATTEMPT),
    }
    return kind(**values | changes)


def require_schema(name: str, request: Any) -> None:
    """Hold a request against what we wrote down of the provider's pages. Errors: ValidationError names the field."""
    schema = json.loads((_SCHEMAS / f"{name}.json").read_text())
    jsonschema.Draft202012Validator(schema).validate(request)
