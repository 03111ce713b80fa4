"""Postmark, for email. Requests and webhooks go through django-anymail's knowledge of Postmark.

Docs: https://postmarkapp.com/developer/api/email-api and https://postmarkapp.com/developer/webhooks/webhooks-overview, as
      django-anymail 15.2 and Postmark's Node library 4.0 know them, read 25 November 2026; what we concluded, and what is not
      confirmed, is in docs/providers/postmark.md.

Anymail says how a mail becomes a request and what a webhook means; the call itself is ours, because it must be known
whether a mail may have left. Postmark has no idempotency key: a lost answer stays unknown until a webhook brings our marks.
"""

import functools
import hmac
import pathlib
import re
import tomllib
import uuid
from collections.abc import Mapping
from typing import Any, ClassVar, Final

import yarl
from anymail.backends.postmark import EmailBackend
from anymail.exceptions import AnymailError
from anymail.message import AnymailMessage

from core.http import Answer, Session
from messaging.contracts import Accepted, Inbound, Outbound, Receipt, Unknown
from messaging.providers import callbacks, http, postmark_guide
from messaging.providers.books import KeptOut
from messaging.providers.credentials import ConnectGuide
from messaging.providers.email_message import EmailOutbound, mail_of, unsubscribe_headers
from messaging.providers.postmark_suppressions import kept_out_of
from messaging.providers.postmark_webhooks import read_webhook
from messaging.providers.protocol import (
    BadSignature,
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

BASE_URL: Final = "https://api.postmarkapp.com"
_ID: Final = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_TABLE: Final = tomllib.loads(pathlib.Path(__file__).with_name("postmark_codes.toml").read_text())
CODES: Final = {code: CodeMeaning(code, **entry) for code, entry in _TABLE["codes"].items()}


class Postmark:
    """One Postmark server.

    Shape: credentials `server_token`, `message_stream` and `webhook_secret` (ours, without it no webhook is believed);
           `server` is its name. `callback_secret` (ours): without it a receipt names no attempt.
    """

    name: ClassVar[str] = "postmark"
    guide: ClassVar[ConnectGuide] = postmark_guide.GUIDE
    capabilities: ClassVar[Capabilities] = Capabilities(
        channels=frozenset({"email"}),
        idempotent_send=False,
        lookup=False,
        receipts=True,
        inbound=True,
        max_text_units=500_000,
        validity=False,
        webhook_bytes=2_000_000,  # an answer comes with its attachments
    )

    def __init__(self, credentials: Mapping[str, str], base_url: str = "", session: Session | None = None) -> None:
        self._root = str(yarl.URL(base_url or BASE_URL)).rstrip("/") + "/"
        self._backend = EmailBackend(
            server_token=http.required_credential(credentials, "server_token"),
            message_stream=http.required_credential(credentials, "message_stream"),
            api_url=self._root,
        )
        self._webhook_secret = credentials.get("webhook_secret", "")
        self._callback_secret = credentials.get("callback_secret", "").encode()
        self._session = session

    # -- sending

    async def send(self, outbound: Outbound) -> Accepted:
        """Send one mail. Errors: the family of protocol.py; a lost or unclear answer is OutcomeUnknown."""
        message = _message(mail_of(outbound, self.capabilities.max_text_units))
        try:
            asked = self._backend.build_message_payload(message, {}).get_request_params(self._root)
        except AnymailError:  # it cannot be put as a request, so there was none
            raise Rejected("content", "not_a_mail") from None
        body = asked["data"].encode() if isinstance(asked["data"], str) else asked["data"]
        url = yarl.URL(asked["url"], encoded=True)
        answer = await http.call(self.name, self._session, asked["method"], url, asked["headers"], body)
        found = http.json_object(answer)
        if answer.status == 200 and found.get("ErrorCode") == 0:
            return _accepted(found)
        raise refusal(answer)

    async def check_credentials(self) -> None:
        """Read the server's message stream. Errors: Misconfigured when Postmark refuses the token or has no such stream."""
        stream = self._backend.message_stream
        answer = await self._read(f"message-streams/{stream}")
        found = http.json_object(answer)
        if found.get("ID") != stream or found.get("ArchivedAt"):
            raise Misconfigured("message_stream is archived or another one: copy the stream's id from Postmark again")

    async def list_kept_out(self) -> tuple[KeptOut, ...]:
        """The stream's suppressed addresses; Postmark gives them all at once.

        Source: the method getSuppressions of Postmark's Node library 4.0, read 25 November 2026.
        """
        answer = await self._read(f"message-streams/{self._backend.message_stream}/suppressions/dump")
        return kept_out_of(http.json_object(answer))

    async def _read(self, path: str) -> Answer:
        """What a GET brings. Errors: as it sorts a refusal; nothing is ever uncertain about reading."""
        url = yarl.URL(self._root + path, encoded=True)
        headers = {"Accept": "application/json", "X-Postmark-Server-Token": self._backend.server_token}
        try:
            answer = await http.call(self.name, self._session, "GET", url, headers)
        except OutcomeUnknown as error:
            raise Unavailable(error.reason) from None
        if answer.status == 200:
            return answer
        refused = refusal(answer)
        raise Unavailable(refused.reason, refused.code) if isinstance(refused, OutcomeUnknown) else refused

    # -- webhooks

    def verify(self, request: WebhookRequest) -> None:
        """Check the secret we gave to Postmark for this account's address. Errors: BadSignature."""
        expected = http.basic_authorization(postmark_guide.WEBHOOK_USER, self._webhook_secret)
        given = request.header("Authorization")
        if not self._webhook_secret or not hmac.compare_digest(given.encode(), expected.encode()):
            raise BadSignature("the webhook does not carry this account's secret")

    def parse(self, request: WebhookRequest) -> tuple[Receipt | Inbound | Unknown, ...]:
        """Read a verified webhook: a receipt, somebody's answer, or something to keep and look at."""
        return (read_webhook(request.body, self._callback_secret),)

    def callback_url(self, base: str, account_key: str, attempt_id: uuid.UUID, secret: bytes) -> str:
        """What Postmark shall give back with each event: account, attempt and mark, without the address they stand in."""
        return callbacks.callback_url("", account_key, attempt_id, secret).lstrip("/")

    def explain(self, code: str) -> CodeMeaning:
        """What one of Postmark's codes means, what it asks of us and what people can do."""
        return CODES.get(code) or CodeMeaning(code, "unknown", "Postmark reported a code that is not in our table.")


def _message(mail: EmailOutbound) -> AnymailMessage:
    """The mail as anymail wants it. Tracking of opens and clicks is never asked for."""
    message = AnymailMessage(
        subject=mail.subject,
        body=mail.body,
        from_email=_named(mail.from_name, mail.sender),
        to=[mail.recipient],
        reply_to=[mail.reply_to] if mail.reply_to else None,
        headers=dict(unsubscribe_headers(mail)),
    )
    message.attach_alternative(mail.html, "text/html")
    message.track_opens, message.track_clicks = False, False
    if mail.callback_url:
        message.metadata = callback_marks(mail.callback_url)
    return message


def _named(name: str, address: str) -> str:
    """A mailbox with its name in quotes, whatever stands in the name."""
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}" <{address}>' if name else address


def callback_marks(callback: str) -> dict[str, str]:
    """Our mark in pieces, because Postmark takes at most 80 characters for one value."""
    account, _, rest = callback.partition("/")
    attempt, _, mark = rest.partition("?k=")
    return {"account": account, "attempt": attempt, "mark": mark}


def _accepted(found: Mapping[str, Any]) -> Accepted:
    identifier = found.get("MessageID")
    if not isinstance(identifier, str) or not _ID.fullmatch(identifier):
        raise OutcomeUnknown("the answer has no message id")
    return Accepted(identifier, "accepted")


def refusal(answer: Answer) -> ProviderError:
    """Sort an answer that is no success: only a code of Postmark's own proves that a 4xx was not accepted."""
    found = http.json_object(answer)
    number = found.get("ErrorCode")
    code = str(number) if type(number) is int and number > 0 else ""
    if answer.status == 429:
        return Throttled(http.retry_after_seconds(answer), code)
    if not 400 <= answer.status < 500 or answer.status == 408:
        return OutcomeUnknown(f"status {answer.status}", code)
    if not code:
        known = answer.status in (401, 403)
        return (
            Misconfigured("credentials refused") if known else OutcomeUnknown(f"status {answer.status} without a code")
        )
    return _sorted(answer, code, str(found.get("Message", "")))


def _sorted(answer: Answer, code: str, said: str) -> ProviderError:
    meaning = CODES.get(code)
    action = meaning.action if meaning else "setup" if answer.status in (401, 403) else "unknown"
    if code == _TABLE["invalid_request"]["code"] and _about_recipient().search(said):
        action = "bad_address"
    if action in ("setup", "ours"):
        return Misconfigured(meaning.meaning if meaning else "refused", code)
    if action == "retry":
        return Throttled(http.retry_after_seconds(answer), code)
    return Rejected(action, code, suppress=action == "bad_address", opt_out=action == "opt_out")


@functools.cache
def _about_recipient() -> re.Pattern[str]:
    return re.compile(_TABLE["invalid_request"]["about_recipient"])
