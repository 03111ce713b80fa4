"""Mail through a server of the customer's own, by SMTP.

Docs: RFC 5321 (SMTP), RFC 6409 (submission), RFC 3463 (enhanced status codes), RFC 8314 (TLS for mail), read 23 November 2026;
      what we concluded from them is in docs/providers/smtp.md.

A server that took the last dot of a mail and went silent may have taken the mail: that outcome is unknown, and the mail is
never sent again for it. Everything before that dot is provably not sent.
"""

import math
import pathlib
import re
import time
import tomllib
from collections.abc import Mapping
from typing import ClassVar, Final

import aiosmtplib
import yarl

from core.http import Session
from messaging.contracts import Accepted, Inbound, Outbound, Receipt, Unknown
from messaging.providers import http, smtp_guide
from messaging.providers.credentials import ConnectGuide
from messaging.providers.email_message import mail_bytes, mail_of, message_id
from messaging.providers.protocol import (
    BadSignature,
    Capabilities,
    CodeMeaning,
    Misconfigured,
    NotBegun,
    OutcomeUnknown,
    ProviderError,
    Rejected,
    Throttled,
    Unavailable,
    WebhookRequest,
)
from messaging.providers.smtp_pool import PATIENCE, Patience, Pool, Server

_ENHANCED: Final = re.compile(r"[245]\.[0-9]{1,3}\.[0-9]{1,3}(?![0-9.])")
_TABLE: Final = tomllib.loads(pathlib.Path(__file__).with_name("smtp_codes.toml").read_text())
CODES: Final = {code: CodeMeaning(code, **entry) for code, entry in _TABLE["codes"].items()}
_RETRY_SECONDS: Final = 60.0


class Smtp:
    """One login at one mail server.

    Shape: credentials `host`, `port`, `security` (starttls or tls), `username` and `password`. With a `base_url` such as
           smtp://127.0.0.1:8025, which comes from our own settings and never from a form, that server is used instead.
    """

    name: ClassVar[str] = "smtp"
    guide: ClassVar[ConnectGuide] = smtp_guide.GUIDE
    capabilities: ClassVar[Capabilities] = Capabilities(
        channels=frozenset({"email"}),
        idempotent_send=False,
        lookup=False,
        receipts=False,
        inbound=False,
        max_text_units=500_000,
        validity=False,
    )

    def __init__(
        self,
        credentials: Mapping[str, str],
        base_url: str = "",
        session: Session | None = None,
        patience: Patience = PATIENCE,
    ) -> None:
        self._server = _server(credentials, base_url)
        self._session = session
        self._patience = patience
        self._until = math.inf

    def begin_until(self, moment: float) -> None:
        """No mail begins after this moment, however long it waited for a connection. Units: the boot clock."""
        self._until = moment

    async def send(self, outbound: Outbound) -> Accepted:
        """Hand over one mail on a kept connection.

        Errors: the family of protocol.py; a connection lost or silent after the text was begun is OutcomeUnknown.
        """
        mail = mail_of(outbound, self.capabilities.max_text_units)
        content = mail_bytes(mail)
        refused: ProviderError | None = None
        async with self._pool().connection(self._seconds_left()) as client:
            try:
                if self._seconds_left() <= 0:
                    raise _Refused(NotBegun("too_late"))
                await _envelope(client, mail.sender, mail.recipient)
                await _content(client, content, self._patience.message)
            except _Refused as refusal:
                refused = refusal.error
                await _begin_again(client)
        if refused:
            raise refused
        return Accepted(message_id(mail), "accepted")

    def _seconds_left(self) -> float:
        return self._until - time.clock_gettime(time.CLOCK_BOOTTIME)

    async def check_credentials(self) -> None:
        """Connect, encrypt and log in. Errors: Misconfigured when the server refuses; Unavailable when it is not there."""
        async with self._pool().connection():
            pass

    def verify(self, request: WebhookRequest) -> None:
        """A mail server sends no webhooks. Errors: BadSignature, always."""
        raise BadSignature("a mail server sends no webhooks")

    def parse(self, request: WebhookRequest) -> tuple[Receipt | Inbound | Unknown, ...]:
        """Nothing: a mail server sends no webhooks."""
        return ()

    def explain(self, code: str) -> CodeMeaning:
        """What an answer of a mail server means, what it asks of us and what people can do."""
        for known in _longest_first(code):
            if known in CODES:
                found = CODES[known]
                return CodeMeaning(code, found.action, found.meaning, found.remedy)
        return CodeMeaning(code, "unknown", "The mail server reported a code that is not in our table.")

    def _pool(self) -> Pool:
        if self._session is None:
            raise RuntimeError(
                "This provider was made without a session; give it an open core.http.Session to call with."
            )
        return self._session.beside(self._server, lambda: Pool(self._server, self._patience))


class _Refused(Exception):
    """Said no, in so many words of the server or before it was asked; the connection may be used for the next mail."""

    def __init__(self, error: ProviderError) -> None:
        super().__init__()
        self.error = error


def _server(credentials: Mapping[str, str], base_url: str) -> Server:
    """Where to connect. Errors: Misconfigured names the field that is missing or cannot be."""
    given = {name: http.required_credential(credentials, name) for name in ("username", "password")}
    if base_url:
        url = yarl.URL(base_url)
        if url.scheme != "smtp" or not url.host or not url.explicit_port:
            raise Misconfigured("the address of the practice mail server must look like smtp://127.0.0.1:8025")
        return Server(url.host, url.explicit_port, "none", ours=True)
    host, port = http.required_credential(credentials, "host"), http.required_credential(credentials, "port")
    security = http.required_credential(credentials, "security")
    if port not in smtp_guide.PORTS:
        raise Misconfigured(f"port must be one of {', '.join(smtp_guide.PORTS)}")
    if security not in ("starttls", "tls"):
        raise Misconfigured("security must be starttls or tls: nothing is sent unencrypted")
    return Server(host, int(port), security, **given)  # type: ignore[arg-type]


async def _envelope(client: aiosmtplib.SMTP, sender: str, recipient: str) -> None:
    """From whom, to whom. Nothing of the mail has left when this fails."""
    try:
        await client.mail(sender)
    except aiosmtplib.SMTPResponseException as error:
        raise _Refused(refusal(error.code, error.message, "sender")) from None
    except (aiosmtplib.SMTPException, OSError):
        raise Unavailable("connection_lost") from None
    try:
        await client.rcpt(recipient)
    except aiosmtplib.SMTPResponseException as error:
        raise _Refused(refusal(error.code, error.message, "recipient")) from None
    except (aiosmtplib.SMTPException, OSError):
        raise Unavailable("connection_lost") from None


async def _content(client: aiosmtplib.SMTP, content: bytes, seconds: float) -> None:
    """The mail itself. Whatever ends without an answer may have been taken."""
    try:
        await client.data(content, timeout=seconds)
    except aiosmtplib.SMTPDataError as error:
        raise _Refused(refusal(error.code, error.message, "content")) from None
    except aiosmtplib.SMTPTimeoutError:
        raise OutcomeUnknown("read_timeout") from None
    except (aiosmtplib.SMTPException, OSError):
        raise OutcomeUnknown("connection_lost") from None


async def _begin_again(client: aiosmtplib.SMTP) -> None:
    """Make a connection that said no ready for the next mail, or close it."""
    try:
        if client.is_connected:
            await client.rset()
    except (aiosmtplib.SMTPException, OSError):
        client.close()


def refusal(reply: int, said: str, about: str) -> ProviderError:
    """Sort a refusal by what the server said, and by whether it was about the sender, the recipient or the content."""
    found = _ENHANCED.match(said)
    code = found[0] if found else str(reply)
    if reply == 421:
        return Unavailable("server_closing", code)
    if not 400 <= reply < 600:
        return OutcomeUnknown("bad_answer", str(reply)) if about == "content" else Unavailable("bad_answer", str(reply))
    meaning = next(CODES[known] for known in _longest_first(code) if known in CODES)
    if reply < 500:
        return Throttled(_wait(code), code, one_recipient=about == "recipient" or _concerns_one(code))
    if about == "recipient" and code in _TABLE["one_recipient"]["refused"]:
        return Rejected("route", code)
    if meaning.action in ("setup", "ours") or about == "sender":
        return Misconfigured(meaning.meaning, code)
    return Rejected(
        meaning.action, code, suppress=meaning.action == "bad_address", soft=meaning.action == "soft_bounce"
    )


def _wait(code: str) -> float:
    return float(_TABLE["waits"].get(code, _RETRY_SECONDS))


def _concerns_one(code: str) -> bool:
    return any(code == known or code.startswith(f"{known}.") for known in _TABLE["one_recipient"]["classes"])


def _longest_first(code: str) -> tuple[str, ...]:
    """The entries that fit a code, the most exact first: 5.1.1, 5.1, 5 or 550, 5."""
    parts = code.split(".")
    if len(parts) == 3:
        return (code, f"{parts[0]}.{parts[1]}", parts[0])
    return (code, code[:1])
