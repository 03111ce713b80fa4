"""Twilio: Programmable Messaging, and calls by twilio_voice.py.

Docs: https://www.twilio.com/docs/messaging/api/message-resource and https://www.twilio.com/docs/usage/security,
      read 23 November 2026; what we concluded from them is in docs/providers/twilio.md.

Twilio has no idempotency key for messages, so a lost answer stays unknown until a status callback or the list of
messages settles it.
"""

import datetime
import hashlib
import pathlib
import re
import tomllib
import urllib.parse
import uuid
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final
from xml.sax import saxutils

import yarl

from consent.contracts import Channel
from core.http import Answer, Session
from messaging.contracts import Accepted, Inbound, Outbound, Receipt, ReceiptStatus, Unknown
from messaging.providers import callbacks, http, twilio_guide, twilio_listing, twilio_signature, twilio_voice
from messaging.providers.books import Taken
from messaging.providers.call_message import CallAsks, CallOutbound, Turn
from messaging.providers.credentials import ConnectGuide
from messaging.providers.protocol import (
    BadSignature,
    Capabilities,
    CodeMeaning,
    Listed,
    Misconfigured,
    OutcomeUnknown,
    ProviderError,
    Rejected,
    Throttled,
    Unavailable,
    WebhookAnswer,
    WebhookRequest,
)

BASE_URL: Final = "https://api.twilio.com"
#: Twilio repeats a failed webhook once; on our addresses it shall try five times, whatever the failure
_CONNECTION_OVERRIDE: Final = "#rc=5&rp=all"
_VALIDITY_SECONDS: Final = range(6, 36_001)  # Twilio's own floor is 1, and it asks for more than 5
_LIST_PAGES: Final = 5
#: what people wrote in a day is read in so many pages of so many at most; a larger page could be larger than any answer may be
_INBOUND_PAGES: Final = 500
_INBOUND_PAGE: Final = 100
_SID: Final = re.compile(r"(?:SM|MM)[0-9a-fA-F]{32}")
_PARTS: Final = re.compile(r"[0-9]{1,4}")
_NOT_XML: Final = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

#: their statuses in our words; `partially_delivered` proves no more than that the message left
STATUSES: Final[dict[str, ReceiptStatus]] = {
    "accepted": "accepted",
    "scheduled": "accepted",
    "queued": "queued",
    "sending": "queued",
    "sent": "sent",
    "partially_delivered": "sent",
    "undelivered": "failed",
    "failed": "failed",
    "canceled": "failed",
    "delivered": "delivered",
    "read": "read",
}


def _read_codes() -> dict[str, CodeMeaning]:
    table = tomllib.loads(pathlib.Path(__file__).with_name("twilio_codes.toml").read_text())
    found = {
        str(code): (family["action"], family["meaning"])
        for family in table["families"]
        for code in range(family["first"], family["last"] + 1)
    } | {code: (entry["action"], entry["meaning"]) for code, entry in table["codes"].items()}
    return {code: CodeMeaning(code, *entry) for code, entry in found.items()}


CODES: Final = _read_codes()


class Twilio:
    """One Twilio account.

    Shape: credentials `account_sid` and `auth_token`; optional `api_key_sid` with `api_key_secret` (used for calls
           instead of the token), `secondary_auth_token` (during rotation), `webhook_key_secret` (SHA-256 signatures)
           and `callback_secret` (ours: without it a receipt names no attempt).
    """

    name: ClassVar[str] = "twilio"
    guide: ClassVar[ConnectGuide] = twilio_guide.GUIDE
    capabilities: ClassVar[Capabilities] = Capabilities(
        channels=frozenset({"sms", "voice"}),
        idempotent_send=False,
        lookup=True,
        receipts=True,
        inbound=True,
        # Source: Body of the Message resource, "up to 1,600 characters", and error 21617, read 23 November 2026
        max_text_units=1600,
    )

    def __init__(self, credentials: Mapping[str, str], base_url: str = "", session: Session | None = None) -> None:
        self._account = http.required_credential(credentials, "account_sid")
        token = http.required_credential(credentials, "auth_token")
        self._tokens = tuple(filter(None, (token, credentials.get("secondary_auth_token", ""))))
        self._webhook_keys = tuple(filter(None, (credentials.get("webhook_key_secret", ""),)))
        self._callback_secret = credentials.get("callback_secret", "").encode()
        self._session = session
        self._origin = yarl.URL(base_url or BASE_URL)
        self._root = f"/2010-04-01/Accounts/{urllib.parse.quote(self._account, safe='')}"
        user = credentials.get("api_key_sid", "")
        secret = http.required_credential(credentials, "api_key_secret") if user else token
        self._headers = {
            "Authorization": http.basic_authorization(user or self._account, secret),
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
        }
        self._messages_url = self._url(f"{self._root}/Messages.json")
        self._calls_url = self._url(f"{self._root}/Calls.json")

    # -- sending

    async def send(self, outbound: Outbound) -> Accepted:
        """Create one message or call. Errors: the family of protocol.py; a lost or unclear answer is OutcomeUnknown."""
        if isinstance(outbound, CallOutbound):
            return twilio_voice.accepted_call(await self._post(self._calls_url, twilio_voice.call_fields(outbound)))
        return _accepted(await self._post(self._messages_url, list(request_fields(outbound).items())))

    async def _post(self, url: yarl.URL, fields: Sequence[tuple[str, str]]) -> dict[str, Any]:
        body = urllib.parse.urlencode(fields).encode()
        answer = await http.call(self.name, self._session, "POST", url, self._headers, body)
        if 200 <= answer.status < 300:
            return http.json_object(answer)
        raise refusal(answer)

    # -- asking

    async def check_credentials(self) -> None:
        """Read the account. Errors: Misconfigured when Twilio refuses the credentials or the account is not active."""
        found = http.json_object(await self._get(self._url(f"{self._root}.json")))
        if found.get("status") != "active":
            raise Misconfigured("the Twilio account is not active: reactivate it in the Twilio console")

    async def list_messages(self, recipient: str, since: datetime.datetime) -> tuple[Listed, ...]:
        """What went to or came from one address, newest first, read until older than `since`.

        Not filtered by DateSent: a message that still waits in Twilio's queue has none and would be hidden.
        """
        url = self._messages_url.with_query({"To": recipient, "PageSize": "100"})
        found: list[Listed] = []
        for _ in range(_LIST_PAGES):
            page = http.json_object(await self._get(url))
            listed = twilio_listing.listed_of(page, STATUSES)
            found += [one for one in listed if one.created_at >= since]
            following = page.get("next_page_uri")
            if not following or any(one.created_at < since for one in listed):
                return tuple(found)
            url = self._following(str(following))
        raise Unavailable("the list of messages is too long to be read whole")

    async def list_inbound(self, number: str, since: datetime.datetime) -> tuple[Taken, ...]:
        """What came to one of our numbers, oldest first. Twilio filters by its day in GMT; the hour is ours to compare."""
        day = since.astimezone(datetime.UTC).date().isoformat()
        url = self._messages_url.with_query({"To": number, "DateSent>": day, "PageSize": str(_INBOUND_PAGE)})
        found: list[Taken] = []
        for _ in range(_INBOUND_PAGES):
            page = http.json_object(await self._get(url))
            found += [one for one in twilio_listing.taken_of(page) if one.at >= since]
            if not (following := page.get("next_page_uri")):
                return tuple(sorted(found, key=lambda one: one.at))
            url = self._following(str(following))
        raise Unavailable("the list of messages is too long to be read whole")

    async def has_received(self, inbound: Inbound) -> bool:
        """Fetch the message by its SID and compare. Errors: ProviderError when Twilio cannot say."""
        if not _SID.fullmatch(inbound.provider_message_id):
            return False
        try:
            answer = await self._get(self._url(f"{self._root}/Messages/{inbound.provider_message_id}.json"))
        except Rejected:
            return False  # it has no such message
        kept = http.json_object(answer)
        wanted = {"direction": "inbound", "from": inbound.sender, "to": inbound.recipient, "body": inbound.body}
        return all(kept.get(name) == value for name, value in wanted.items())

    async def _get(self, url: yarl.URL) -> Answer:
        try:
            answer = await http.call(self.name, self._session, "GET", url, self._headers)
        except OutcomeUnknown as error:
            raise Unavailable(error.reason) from None
        if answer.status == 200:
            return answer
        refused = refusal(answer)
        raise Unavailable(refused.reason, refused.code) if isinstance(refused, OutcomeUnknown) else refused

    def _following(self, path: str) -> yarl.URL:
        """The next page, on our own account at the same host only: the credentials go with it."""
        if not path.startswith(f"{self._root}/Messages.json?"):
            raise Unavailable("the list continues at an address that is not the account's")
        return self._url(path)

    def _url(self, path: str) -> yarl.URL:
        return yarl.URL(str(self._origin).rstrip("/") + path, encoded=True)

    # -- webhooks

    def verify(self, request: WebhookRequest) -> None:
        """Check Twilio's signature and that the webhook speaks of this account. Errors: BadSignature."""
        fields = twilio_signature.require_signature(request, self._tokens, self._webhook_keys)
        self._require_own_account(fields)

    def _require_own_account(self, fields: Sequence[tuple[str, str]]) -> None:
        accounts = {value for name, value in fields if name == "AccountSid"}
        if fields and accounts != {self._account}:
            raise BadSignature("the webhook speaks of another account")

    def parse(self, request: WebhookRequest) -> tuple[Receipt | Inbound | Unknown, ...]:
        """Read a verified form webhook: a receipt, an inbound message, or something to keep and look at."""
        event = hashlib.sha256(request.body).hexdigest()[:32]
        try:
            pairs = http.form_pairs(request.body)
        except BadSignature:
            return (Unknown(event, "the body is not a form"),)
        fields = dict(pairs)
        if len(set(pairs)) != len(fields):
            return (Unknown(event, "a field was sent twice with different values", fields),)
        if twilio_voice.is_call(fields) and fields.get("CallStatus"):
            return (twilio_voice.call_receipt(request, fields, self._callback_secret),)
        sid = fields.get("MessageSid") or fields.get("SmsSid") or ""
        if not _SID.fullmatch(sid):
            return (Unknown(event, "there is no message id", fields),)
        if fields.get("MessageStatus"):
            return (self._receipt(request, sid, fields),)
        if fields.get("SmsStatus") == "received" and fields.get("From") and fields.get("To"):
            return (_inbound(sid, fields),)
        return (Unknown(event, "neither a status nor an inbound message", fields),)

    def _receipt(self, request: WebhookRequest, sid: str, fields: Mapping[str, str]) -> Receipt:
        raw, code = fields["MessageStatus"], fields.get("ErrorCode", "")
        attempt_id = callbacks.attempt_of(request.url, self._callback_secret)
        status = STATUSES.get(raw, "unknown")
        return Receipt(sid, status, raw, "" if code == "0" else code, attempt_id, event_key=f"{sid}:{raw}")

    def callback_url(self, base: str, account_key: str, attempt_id: uuid.UUID, secret: bytes) -> str:
        """The StatusCallback of one attempt, asking Twilio to repeat a failed webhook five times."""
        return callbacks.callback_url(base, account_key, attempt_id, secret) + _CONNECTION_OVERRIDE

    def explain(self, code: str) -> CodeMeaning:
        """What one of Twilio's codes, or the end of a call, means and asks of us."""
        known = CODES.get(code) or twilio_voice.CODES.get(code)
        return known or CodeMeaning(code, "unknown", "Twilio reported a code that is not in our table.")

    def read_question(self, request: WebhookRequest) -> CallAsks:
        """Read what Twilio asks while a call goes on. Errors: BadSignature when it is no question about a call."""
        return twilio_voice.read_question(request, dict(http.form_pairs(request.body)), self._callback_secret)

    def say(self, turn: Turn) -> WebhookAnswer:
        """TwiML for what is said next in a call."""
        return twilio_voice.say(turn, _CONNECTION_OVERRIDE)

    def answer(self, replies: Sequence[str] = ()) -> WebhookAnswer:
        """TwiML: an empty Response, or one Message for each reply."""
        messages = "".join(f"<Message>{saxutils.escape(_NOT_XML.sub('', reply))}</Message>" for reply in replies)
        whole = f"<Response>{messages}</Response>" if messages else "<Response/>"
        return WebhookAnswer(200, "text/xml", f'<?xml version="1.0" encoding="UTF-8"?>{whole}'.encode())


def request_fields(outbound: Outbound) -> dict[str, str]:
    """The form of one message. Errors: Misconfigured, Rejected when it could never be accepted; nothing has left."""
    if outbound.channel != "sms":
        raise Misconfigured(f"this provider does not send {outbound.channel}; choose another sender")
    if outbound.validity_seconds not in _VALIDITY_SECONDS:
        raise Misconfigured("validity_seconds must lie between 6 and 36000; change the purpose's validity")
    if not 0 < len(outbound.body) <= Twilio.capabilities.max_text_units:
        raise Rejected("content", "21617" if outbound.body else "21602")
    by = "MessagingServiceSid" if outbound.sender.startswith("MG") and len(outbound.sender) == 34 else "From"
    return {
        "To": outbound.recipient,
        by: outbound.sender,
        "Body": outbound.body,
        "StatusCallback": outbound.callback_url,
        "ValidityPeriod": str(outbound.validity_seconds),
    }


def _accepted(found: Mapping[str, Any]) -> Accepted:
    sid, raw = found.get("sid"), str(found.get("status"))
    if not isinstance(sid, str) or not _SID.fullmatch(sid):
        raise OutcomeUnknown("the answer has no message id")
    units = str(found.get("num_segments") or "0")
    return Accepted(sid, STATUSES.get(raw, "accepted"), int(units) or None if _PARTS.fullmatch(units) else None)


def refusal(answer: Answer) -> ProviderError:
    """Sort an answer that is no success: only a code of Twilio's own proves that a 4xx was not accepted."""
    code = http.json_object(answer).get("code")
    if answer.status == 429:
        return Throttled(http.retry_after_seconds(answer), str(code or ""))
    if not 400 <= answer.status < 500:
        return OutcomeUnknown(f"status {answer.status}")
    if not isinstance(code, int):
        known = answer.status in (401, 403)
        return (
            Misconfigured("credentials refused") if known else OutcomeUnknown(f"status {answer.status} without a code")
        )
    meaning = CODES.get(str(code))
    action = (
        meaning.action if meaning else "setup" if answer.status in (401, 403) or 20_000 <= code < 21_000 else "unknown"
    )
    if action in ("setup", "ours"):
        return Misconfigured(meaning.meaning if meaning else "refused", str(code))
    if action == "retry":
        return Throttled(http.retry_after_seconds(answer), str(code))
    return Rejected(action, str(code), suppress=action in ("bad_address", "risk"), opt_out=action == "opt_out")


def _inbound(sid: str, fields: Mapping[str, str]) -> Inbound:
    channel: Channel = "whatsapp" if fields["From"].startswith("whatsapp:") else "sms"
    count = fields.get("NumMedia", "0")
    media = (fields.get(f"MediaUrl{index}", "") for index in range(min(int(count), 10) if count.isdecimal() else 0))
    return Inbound(
        sid,
        channel,
        fields["From"].removeprefix("whatsapp:"),
        fields["To"].removeprefix("whatsapp:"),
        fields.get("Body", ""),
        fields.get("OptOutType", "").upper(),
        tuple(filter(None, media)),
        event_key=f"{sid}:received",
    )
