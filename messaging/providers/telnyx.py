"""Telnyx Messaging, for SMS.

Docs: https://developers.telnyx.com/docs/messaging/messages/send-message and
      https://developers.telnyx.com/docs/messaging/messages/receiving-webhooks, read 23 November 2026; what we concluded
      from them is in docs/providers/telnyx.md.

Telnyx keeps the answer to an idempotency key for up to 24 hours: after a lost answer the very same Outbound may be sent
again, byte for byte, and brings the answer of the first.
"""

import datetime
import hashlib
import json
import pathlib
import re
import tomllib
import uuid
from collections.abc import Mapping
from typing import Any, ClassVar, Final

import yarl

from core.http import Answer, Session
from messaging.contracts import Accepted, Inbound, Outbound, Receipt, ReceiptStatus, Unknown
from messaging.providers import callbacks, http, telnyx_guide, telnyx_signature
from messaging.providers.books import KeptOut
from messaging.providers.credentials import ConnectGuide
from messaging.providers.protocol import (
    Capabilities,
    CodeMeaning,
    Misconfigured,
    OutcomeUnknown,
    ProviderError,
    Rejected,
    Throttled,
    Unavailable,
    WebhookRequest,
)

BASE_URL: Final = "https://api.telnyx.com"
_ID: Final = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_IDEMPOTENCY_KEY: Final = re.compile(r"[A-Za-z0-9_\-:,]{1,255}")
#: a number, a short code, or a name of one to eleven letters, digits and spaces with a letter among them
_SENDER: Final = re.compile(r"\+[1-9][0-9]{6,14}|[0-9]{3,8}|(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}")
#: statuses of an answer that prove nothing about the message, whatever code comes with them
_UNPROVEN_STATUSES: Final = frozenset({408, 409})
#: a list of opt-outs is read in so many pages of so many at most: half a million people
_LIST_PAGES: Final = 2_000
_PAGE_SIZE: Final = 250
_OPT_OUT_TYPES: Final = frozenset({"STOP", "START", "HELP"})

#: their statuses in our words; `delivery_unconfirmed` proves no more than that the message left
STATUSES: Final[dict[str, ReceiptStatus]] = {
    "queued": "queued",
    "sending": "queued",
    "sent": "sent",
    "delivery_unconfirmed": "sent",
    "sending_failed": "failed",
    "delivery_failed": "failed",
    "expired": "failed",
    "delivered": "delivered",
    "read": "read",
}
_RECEIPTS: Final = frozenset({"message.sent", "message.finalized", "message.read"})

_TABLE: Final = tomllib.loads(pathlib.Path(__file__).with_name("telnyx_codes.toml").read_text())
CODES: Final = {code: CodeMeaning(code, **entry) for code, entry in _TABLE["codes"].items()}


class Telnyx:
    """One Telnyx account, through one messaging profile.

    Shape: credentials `api_key`, `messaging_profile_id` and `public_key`; optional `secondary_public_key` (during
           rotation) and `callback_secret` (ours: without it a receipt names no attempt).
    """

    name: ClassVar[str] = "telnyx"
    guide: ClassVar[ConnectGuide] = telnyx_guide.GUIDE
    capabilities: ClassVar[Capabilities] = Capabilities(
        channels=frozenset({"sms"}),
        idempotent_send=True,
        lookup=False,
        receipts=True,
        inbound=True,
        max_text_units=1530,  # ten parts of 153
        validity=False,
        key_seconds=86_400,
    )

    def __init__(self, credentials: Mapping[str, str], base_url: str = "", session: Session | None = None) -> None:
        self._profile = http.required_credential(credentials, "messaging_profile_id")
        if not _ID.fullmatch(self._profile):
            raise Misconfigured("messaging_profile_id is not an id: copy it from Messaging in the Telnyx portal")
        self._headers = {
            "Authorization": f"Bearer {http.required_credential(credentials, 'api_key')}",
            "Content-Type": "application/json",
            "Accept": "application/json",
        }
        keys = (http.required_credential(credentials, "public_key"), credentials.get("secondary_public_key", ""))
        self._public_keys = tuple(telnyx_signature.public_key(key) for key in keys if key)
        self._callback_secret = credentials.get("callback_secret", "").encode()
        self._session = session
        self._root = str(yarl.URL(base_url or BASE_URL)).rstrip("/") + "/v2"

    # -- sending

    async def send(self, outbound: Outbound) -> Accepted:
        """Create one message. The same Outbound always makes the same bytes, so it may be repeated within 24 hours.

        Errors: the family of protocol.py; a lost or unclear answer is OutcomeUnknown.
        """
        body = json.dumps(request_fields(outbound, self._profile), separators=(",", ":")).encode()
        headers = self._headers | {"Idempotency-Key": _idempotency_key(outbound)}
        answer = await http.call(self.name, self._session, "POST", self._url("/messages"), headers, body)
        if 200 <= answer.status < 300:
            return _accepted(_object(http.json_object(answer).get("data")))
        raise refusal(answer)

    async def check_credentials(self) -> None:
        """Read the messaging profile. Errors: Misconfigured when Telnyx refuses the key or the profile is switched off."""
        answer = await self._read(self._url(f"/messaging_profiles/{self._profile}"))
        if _object(http.json_object(answer).get("data")).get("enabled") is not True:
            raise Misconfigured("the messaging profile is not enabled: switch it on in the Telnyx portal")

    async def list_kept_out(self) -> tuple[KeptOut, ...]:
        """The profile's blocked people, a page at a time.

        Source: https://developers.telnyx.com/api-reference/opt-out-management/list-opt-outs, read 25 November 2026.
        """
        found: list[KeptOut] = []
        for number in range(1, _LIST_PAGES + 1):
            asked: dict[str, str | int] = {
                "filter[messaging_profile_id]": self._profile,
                "page[number]": number,
                "page[size]": _PAGE_SIZE,
            }
            page = http.json_object(await self._read(self._url("/messaging_optouts").with_query(asked)))
            found += _kept_out_of(page)
            pages = _object(page.get("meta")).get("total_pages")
            if type(pages) is not int:
                raise Unavailable("the list of opt-outs does not say how long it is")
            if number >= pages:
                return tuple(found)
        raise Unavailable("the list of opt-outs is too long to be read whole")

    async def _read(self, url: yarl.URL) -> Answer:
        """What a GET brings. Errors: as it sorts a refusal; nothing is ever uncertain about reading."""
        try:
            answer = await http.call(self.name, self._session, "GET", url, self._headers)
        except OutcomeUnknown as error:
            raise Unavailable(error.reason) from None
        if answer.status == 200:
            return answer
        refused = refusal(answer)
        raise Unavailable(refused.reason, refused.code) if isinstance(refused, OutcomeUnknown) else refused

    def _url(self, path: str) -> yarl.URL:
        return yarl.URL(self._root + path, encoded=True)

    # -- webhooks

    def verify(self, request: WebhookRequest) -> None:
        """Check Telnyx's signature over the raw body and its age. Errors: BadSignature."""
        telnyx_signature.require_signature(request, self._public_keys)

    def parse(self, request: WebhookRequest) -> tuple[Receipt | Inbound | Unknown, ...]:
        """Read a verified webhook: a receipt, an inbound message, or something to keep and look at."""
        found = http.json_object(Answer(200, {}, request.body))
        event = _object(found.get("data"))
        payload, kind = _object(event.get("payload")), _text(event.get("event_type"))
        key = _text(event.get("id"))
        if not _ID.fullmatch(key):
            return (Unknown(hashlib.sha256(request.body).hexdigest()[:32], "there is no event id", found),)
        if not _ID.fullmatch(_text(payload.get("id"))):
            return (Unknown(key, "there is no message id", found),)
        if kind in _RECEIPTS:
            return (self._receipt(request, event, payload, key),)
        inbound = _inbound(payload, key) if kind == "message.received" else None
        return (inbound or Unknown(key, "neither a status nor an inbound text message", found),)

    def _receipt(
        self, request: WebhookRequest, event: Mapping[str, Any], payload: Mapping[str, Any], key: str
    ) -> Receipt:
        raw = _text(_object(_first(payload.get("to"))).get("status"))
        return Receipt(
            payload["id"],
            STATUSES.get(raw, "unknown"),
            raw[:40],
            _first_code(payload),
            callbacks.attempt_of(request.url, self._callback_secret),
            _moment(event.get("occurred_at")),
            event_key=key,
        )

    def callback_url(self, base: str, account_key: str, attempt_id: uuid.UUID, secret: bytes) -> str:
        """The webhook_url of one attempt."""
        return callbacks.callback_url(base, account_key, attempt_id, secret)

    def explain(self, code: str) -> CodeMeaning:
        """What one of Telnyx's codes means, what it asks of us and what people can do."""
        return CODES.get(code) or CodeMeaning(code, "unknown", "Telnyx reported a code that is not in our table.")


def request_fields(outbound: Outbound, messaging_profile_id: str) -> dict[str, str | bool]:
    """The JSON of one message. Errors: Misconfigured, Rejected when it could never be accepted; nothing has left."""
    if outbound.channel not in Telnyx.capabilities.channels:
        raise Misconfigured(f"this provider does not send {outbound.channel}; choose another sender")
    if not _SENDER.fullmatch(outbound.sender):
        raise Misconfigured("the sender is neither a number with +, nor a short code, nor a name of at most 11 letters")
    if not 0 < len(outbound.body) <= Telnyx.capabilities.max_text_units:
        raise Rejected("content", "40009" if outbound.body else "10004")
    fields: dict[str, str | bool] = {
        "from": outbound.sender,
        "to": outbound.recipient,
        "messaging_profile_id": messaging_profile_id,
        "text": outbound.body,
        "type": "SMS",
        "encoding": "auto",
    }
    if outbound.callback_url:
        fields |= {"webhook_url": outbound.callback_url, "use_profile_webhooks": False}
    return fields


def _idempotency_key(outbound: Outbound) -> str:
    if not _IDEMPOTENCY_KEY.fullmatch(outbound.idempotency_key):
        raise Misconfigured("idempotency_key must be 1 to 255 letters, digits, _, -, : or commas; tell the operator")
    return outbound.idempotency_key


def _accepted(data: Mapping[str, Any]) -> Accepted:
    found, parts = _text(data.get("id")), data.get("parts")
    if not _ID.fullmatch(found):
        raise OutcomeUnknown("the answer has no message id")
    status = STATUSES.get(_text(_object(_first(data.get("to"))).get("status")), "accepted")
    return Accepted(found, status, parts if type(parts) is int and parts > 0 else None)


def refusal(answer: Answer) -> ProviderError:
    """Sort an answer that is no success: only a code of Telnyx's own proves that a 4xx was not accepted."""
    code = _first_code(http.json_object(answer))
    if answer.status == 429:
        return Throttled(http.retry_after_seconds(answer), code)
    if not 400 <= answer.status < 500 or answer.status in _UNPROVEN_STATUSES or _is_unproven(answer.status, code):
        return OutcomeUnknown(f"status {answer.status}", code)
    if not code:
        known = answer.status in (401, 403)
        return (
            Misconfigured("credentials refused") if known else OutcomeUnknown(f"status {answer.status} without a code")
        )
    meaning = CODES.get(code)
    action = meaning.action if meaning else "setup" if answer.status in (401, 403) else "unknown"
    if action in ("setup", "ours"):
        return Misconfigured(meaning.meaning if meaning else "refused", code)
    if action == "retry":
        return Throttled(http.retry_after_seconds(answer), code)
    return Rejected(action, code, suppress=action in ("bad_address", "risk"), opt_out=action == "opt_out")


def _is_unproven(status: int, code: str) -> bool:
    unproven = _TABLE["unproven"]
    return code in unproven["codes"] or code in unproven["by_status"].get(str(status), ())


def _inbound(payload: Mapping[str, Any], key: str) -> Inbound | None:
    """An inbound text message; None when it is one of another channel, or without its two addresses."""
    first = _first(payload.get("to"))
    sender = _text(_object(payload.get("from")).get("phone_number"))
    recipient = _text(_object(first).get("phone_number"))
    if payload.get("type") not in ("SMS", "MMS") or not sender or not recipient:
        return None
    media = payload.get("media")
    urls = (_text(_object(one).get("url")) for one in (media if isinstance(media, list) else ()))
    answered = _text(payload.get("autoresponse_type")).upper()
    return Inbound(
        payload["id"],
        "sms",
        sender,
        recipient,
        _text(payload.get("text")),
        answered if answered in _OPT_OUT_TYPES else "",
        tuple(filter(None, urls)),
        event_key=key,
    )


def _kept_out_of(page: Mapping[str, Any]) -> list[KeptOut]:
    """The entries of a page of opt-outs. Errors: Unavailable when one cannot be read: it must not look free."""
    entries = page.get("data")
    if not isinstance(entries, list):
        raise Unavailable("the list of opt-outs cannot be read")
    found = []
    for entry in map(_object, entries):
        # Telnyx names it from our side: `to` is the person, `from` our sender
        if not (person := _text(entry.get("to"))):
            raise Unavailable("the list of opt-outs has an entry without its number")
        since = _moment(_text(entry.get("created_at")).replace(" ", "T", 1))
        found.append(KeptOut("sms", person, "opted_out", since, _text(entry.get("keyword"))[:40]))
    return found


def _first_code(holder: Mapping[str, Any]) -> str:
    """The code of the first of some errors; it is documented as a string, and a number is read as one."""
    code = _object(_first(holder.get("errors"))).get("code")
    return str(code) if type(code) is int else _text(code)[:40]


def _moment(value: object) -> datetime.datetime | None:
    """An aware moment, or None when it is missing, without a zone or no moment at all."""
    try:
        found = datetime.datetime.fromisoformat(_text(value))
    except ValueError:
        return None
    return found if found.tzinfo else None


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    """A text that can be kept; what is no text is empty. JSON may hold halves of characters, which nothing else can."""
    return value.encode(errors="replace").decode() if isinstance(value, str) else ""


def _first(value: object) -> object:
    return value[0] if isinstance(value, list) and value else None
