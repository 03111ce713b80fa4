"""The Telnyx wire as values: JSON in and out, errors, events, and the mark on webhooks. No sockets here."""

import base64
import dataclasses
import datetime
import hashlib
import pathlib
import re
import tomllib
import uuid
from typing import Any

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sandbox.accounts import Account
from sandbox.messages import Message
from sandbox.numbers import Step

RULES: dict[str, Any] = tomllib.loads((pathlib.Path(__file__).parent / "telnyx.toml").read_text("utf-8"))
LIMITS: dict[str, Any] = RULES["limits"]
KEY = re.compile(r"[A-Za-z0-9_\-:,]{1,255}")
_ADDRESS = re.compile(r"\+[1-9]\d{6,14}|\d{3,8}")
_SENDER = re.compile(r"\+[1-9]\d{6,14}|\d{3,8}|(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}")
_ORGANIZATION = "71000000-0000-4000-8000-000000000001"
_EVENTS = uuid.UUID("80000000-0000-4000-8000-000000000000")
#: what a number's step is called here, and the event that tells it
_STATUSES = {"accepted": "queued", "undelivered": "delivery_failed", "failed": "sending_failed"}
_KINDS = {"sent": "message.sent", "read": "message.read"}


@dataclasses.dataclass(frozen=True, slots=True)
class Wanted:
    """A send request that could be read. `callback_url` is where its news shall go, empty for the profile's address."""

    sender: str
    recipient: str
    text: str
    profile: str
    callback_url: str
    use_profile: bool


class Refused(Exception):
    """The request breaks a rule. `code` is the carrier's, `pointer` the field it concerns."""

    def __init__(self, code: str, detail: str, pointer: str = "") -> None:
        super().__init__(detail)
        self.code, self.detail, self.pointer = code, detail, pointer


def read_request(raw: bytes) -> Wanted:
    """The send request in some bytes. Errors: Refused with the first rule it breaks."""
    try:
        found = orjson.loads(raw)
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, dict):
        raise Refused("10015", "The request is not a JSON object.")
    wanted = Wanted(
        sender=_text(found, "from"),
        recipient=_text(found, "to"),
        text=_text(found, "text"),
        profile=_text(found, "messaging_profile_id"),
        callback_url=_text(found, "webhook_url"),
        use_profile=found.get("use_profile_webhooks", True) is not False,
    )
    _check(wanted)
    return wanted


def _check(wanted: Wanted) -> None:
    if not wanted.recipient or not wanted.sender:
        raise Refused("10004", "Give from and to.", "/to" if wanted.sender else "/from")
    if not _ADDRESS.fullmatch(wanted.recipient):
        raise Refused("10002", "The number is not in the format +E.164.", "/to")
    if not _SENDER.fullmatch(wanted.sender):
        raise Refused("40305", "The sender is no number, short code or name.", "/from")
    if not wanted.text:
        raise Refused("10004", "Give a text.", "/text")
    if len(wanted.text) > LIMITS["text_characters"]:
        raise Refused("40009", "The text has more than ten parts.", "/text")
    if wanted.callback_url and not wanted.callback_url.startswith(("http://", "https://")):
        raise Refused("10015", "The webhook_url is no address.", "/webhook_url")


def like(code: int) -> str:
    """The code of a number's will in this carrier's words; empty for nothing."""
    return str(RULES["like"].get(str(code), RULES["otherwise"]["code"])) if code else ""


def error(code: str, detail: str = "", pointer: str = "", status: int = 0) -> tuple[int, bytes]:
    """HTTP status and body of an error answer."""
    usual, title = RULES["errors"].get(code, (400, RULES["titles"].get(code, "Unknown error")))
    content: dict[str, Any] = {"code": code, "title": title}
    content |= {"detail": detail} if detail else {}
    content |= {"source": {"pointer": pointer}} if pointer else {}
    return status or usual, orjson.dumps({"errors": [content]})


def message_json(message: Message, step: Step) -> dict[str, Any]:
    """The message as the API shows it at one step of its life."""
    sent = step.status not in ("queued", "accepted", "failed")
    final = step.status not in ("queued", "accepted", "sent")
    return {
        "record_type": "message",
        "direction": "outbound",
        "id": message.sid,
        "type": "SMS",
        "messaging_profile_id": message.account,
        "organization_id": _ORGANIZATION,
        "from": {"phone_number": message.sender, "carrier": "Telnyx", "line_type": "VoIP"},
        "to": [_person(message.recipient) | {"status": _STATUSES.get(step.status, step.status)}],
        "cc": [],
        "text": message.body,
        "media": [],
        "encoding": "GSM-7" if message.body.isascii() else "UCS-2",
        "parts": message.segments,
        "tags": [],
        "cost": _cost(message) if sent else None,
        "received_at": _moment(message.created),
        "sent_at": _moment(message.started + min(step.after, 0.15)) if sent else None,
        "completed_at": _moment(message.started + step.after) if final else None,
        "valid_until": _moment(message.created + LIMITS["waits_seconds"]),
        "errors": _errors(step),
        "webhook_url": message.callback_url or None,
        "webhook_failover_url": None,
    }


def status_event(message: Message, step: Step) -> dict[str, Any]:
    """The event that tells one step. Its id is the same whenever it is told."""
    payload = message_json(message, step)
    kind = _KINDS.get(step.status, "message.finalized")
    return _event(message, kind, step.status, message.started + step.after, payload)


def inbound_event(message: Message, understood: str = "") -> dict[str, Any]:
    """The event of a text from a person; `understood` is STOP or START when the carrier has acted on it."""
    payload: dict[str, Any] = {
        "record_type": "message",
        "direction": "inbound",
        "id": message.sid,
        "type": "SMS",
        "messaging_profile_id": message.account,
        "from": _person(message.sender),
        "to": [
            {"phone_number": message.recipient, "status": "webhook_delivered", "carrier": "Telnyx", "line_type": "VoIP"}
        ],
        "cc": [],
        "text": message.body,
        "media": [],
        "encoding": "GSM-7" if message.body.isascii() else "UCS-2",
        "parts": message.segments,
        "received_at": _moment(message.created),
        "errors": [],
    }
    payload |= {"autoresponse_type": understood} if understood else {}
    return _event(message, "message.received", "received", message.created, payload)


def _event(message: Message, kind: str, status: str, at: float, payload: dict[str, Any]) -> dict[str, Any]:
    return {
        "record_type": "event",
        "id": str(uuid.uuid5(_EVENTS, f"{message.sid} {status}")),
        "event_type": kind,
        "occurred_at": _moment(at),
        "payload": payload,
    }


def public_key(secret: str) -> str:
    """The public key of an account, as the portal shows it."""
    return base64.b64encode(_signing_key(secret).public_key().public_bytes_raw()).decode()


def signed_headers(secret: str, second: int, body: bytes) -> dict[str, str]:
    """The headers of a webhook: Ed25519 over the time and the raw body."""
    signature = _signing_key(secret).sign(f"{second}|".encode() + body)
    return {
        "Content-Type": "application/json",
        "User-Agent": "telnyx-webhooks",
        "telnyx-timestamp": str(second),
        "telnyx-signature-ed25519": base64.b64encode(signature).decode(),
    }


def _signing_key(secret: str) -> Ed25519PrivateKey:
    """An account's signing key is made of its API key, so that nothing has to be kept."""
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(f"webhooks of {secret}".encode()).digest())


def _person(number: str) -> dict[str, str]:
    return {"phone_number": number, "carrier": "SAMPLE WIRELESS", "line_type": "Wireless"}


def _cost(message: Message) -> dict[str, str]:
    price = (float(RULES["price"]["carrier_fee"]) + float(RULES["price"]["rate"])) * message.segments
    return {"amount": f"{price:.4f}", "currency": RULES["price"]["currency"]}


def _errors(step: Step) -> list[dict[str, str]]:
    code = like(step.code)
    return [{"code": code, "title": RULES["titles"].get(code, "Unknown error")}] if code else []


def _moment(seconds: float) -> str:
    moment = datetime.datetime.fromtimestamp(seconds, datetime.UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def _text(found: dict[str, Any], name: str) -> str:
    value = found.get(name)
    return value if isinstance(value, str) else ""


def opt_outs(account: Account, number: int, size: int, now: datetime.datetime) -> dict[str, object]:
    """A page of the people who stopped an account's profile. Which sender they answered to is not remembered here."""
    people = sorted(account.opted_out)
    rows = people[(number - 1) * size : number * size]
    return {
        "data": [
            {
                "created_at": now.isoformat(sep=" "),
                "from": account.sender,
                "keyword": "STOP",
                "messaging_profile_id": account.sid,
                "to": person,
            }
            for person in rows
        ],
        "meta": {
            "page_number": number,
            "page_size": size,
            "total_pages": max(1, -(-len(people) // size)),
            "total_results": len(people),
        },
    }
