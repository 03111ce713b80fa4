"""The mail catcher: every mail that anybody sends ends here, in memory and in the ledger, and goes nowhere."""

import asyncio
import collections
import dataclasses
import email
import email.message
import email.policy
import re
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from sandbox.ledger import Ledger, moment_of
from sandbox.mail_text import codes, read_text
from sandbox.mail_wills import MailWills

_KEPT = 500
_TEXT_LIMIT = 20_000
_HTML_LIMIT = 120_000
_SIZE_LIMIT = 10 * 1024 * 1024
_ONE_CLICK = "list-unsubscribe=one-click"
_HTTPS = re.compile(r"<(https?://[^<>\s]+)>")


@dataclasses.dataclass(frozen=True, slots=True)
class Mail:
    """One caught mail. `id` is its ledger id; `at` the business time as ISO text.

    `unsubscribe` is where its one-click button leads, empty for a mail without one (RFC 8058 wants two headers for it).
    """

    id: int
    at: str
    sender: str
    recipients: tuple[str, ...]
    subject: str
    text: str
    message_id: str
    html: str = ""
    unsubscribe: str = ""

    def as_json(self) -> dict[str, Any]:
        """The mail for the control API, with the codes found in it."""
        return dataclasses.asdict(self) | {"codes": codes(self.text)}


class Mailbox:
    """The last mails, newest first."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._mails: collections.OrderedDict[int, Mail] = collections.OrderedDict()

    def take(self, sender: str, recipients: list[str], content: bytes, **more: str) -> Mail:
        """Keep a mail. Effects: one ledger line first."""
        parsed = email.message_from_bytes(content, policy=email.policy.default)
        return self.keep(
            sender,
            recipients,
            subject=str(parsed["subject"] or ""),
            text=read_text(parsed),
            html=_html(parsed),
            unsubscribe=one_click_address({name.lower(): str(value) for name, value in parsed.items()}),
            key=str(parsed["message-id"] or "").strip(),
            **more,
        )

    def keep(
        self,
        sender: str,
        recipients: list[str],
        *,
        subject: str,
        text: str,
        html: str,
        unsubscribe: str,
        key: str,
        **more: str,
    ) -> Mail:
        """Keep a mail whose parts are known. Effects: one ledger line first."""
        facts = {
            "from": sender,
            "to": ",".join(recipients),
            "subject": subject,
            "body": text[:_TEXT_LIMIT],
            "html": html[:_HTML_LIMIT],
            "unsubscribe": unsubscribe,
            "key": key,
        }
        self._ledger.append("mail", accepted=True, **({"account": "", "sid": "", "status": "received"} | more | facts))
        return self.restore(self._ledger.recent[-1])

    def restore(self, entry: dict[str, Any]) -> Mail:
        """A mail from its ledger line."""
        mail = Mail(
            entry["id"],
            moment_of(entry).isoformat(timespec="seconds"),
            entry["from"],
            tuple(entry["to"].split(",")),
            entry["subject"],
            entry["body"],
            entry["key"],
            entry.get("html", ""),
            entry.get("unsubscribe", ""),
        )
        self._mails[mail.id] = mail
        if len(self._mails) > _KEPT:
            self._mails.popitem(last=False)
        return mail

    def refuse(self, sender: str, recipient: str, why: str) -> None:
        """Note a recipient that was turned away. Effects: one ledger line."""
        facts = {"from": sender, "to": recipient, "subject": "", "body": "", "key": ""}
        self._ledger.append("mail", accepted=False, account="", sid="", status=why[:3], **facts)

    def newest_first(self) -> list[Mail]:
        """All kept mails."""
        return list(reversed(self._mails.values()))

    def get(self, mail_id: int) -> Mail | None:
        """The mail with this id."""
        return self._mails.get(mail_id)

    def clear(self) -> None:
        """Throw all mails away; the ledger keeps its lines."""
        self._mails.clear()


def one_click_address(headers: dict[str, str]) -> str:
    """Where a mail program's unsubscribe button leads, by lower-case headers; empty unless both headers are there."""
    if "".join(headers.get("list-unsubscribe-post", "").split()).lower() != _ONE_CLICK:
        return ""
    found = _HTTPS.search("".join(headers.get("list-unsubscribe", "").split()))
    return found[1] if found else ""


def _html(parsed: email.message.EmailMessage) -> str:
    part = parsed.get_body(preferencelist=("html",))
    try:
        return str(part.get_content()) if part is not None else ""
    except (LookupError, ValueError):
        return ""


class _Handler:
    """What the SMTP server asks: may this recipient come in, and here is a mail."""

    def __init__(self, mailbox: Mailbox, wills: MailWills) -> None:
        self._mailbox = mailbox
        self._wills = wills

    async def handle_RCPT(  # the name is the SMTP library's
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Turn away the mailboxes of the table, take all others."""
        if why := self._wills.answer(address):
            self._mailbox.refuse(envelope.mail_from or "", address, why)
            return why
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Take the mail."""
        content = envelope.content
        raw = content if isinstance(content, bytes) else str(content or "").encode()
        mail = self._mailbox.take(envelope.mail_from or "", envelope.rcpt_tos, raw)
        hangs_up = any(self._wills.of(each).after == "hang_up" for each in envelope.rcpt_tos)
        if hangs_up and server.transport:
            server.transport.abort()  # type: ignore[attr-defined]  # a transport of streams, whichever loop made it
        return f"250 2.0.0 Caught as {mail.id}"


async def serve(mailbox: Mailbox, wills: MailWills, host: str, port: int) -> asyncio.Server:
    """Listen for mail."""
    handler = _Handler(mailbox, wills)
    return await asyncio.get_running_loop().create_server(
        lambda: SMTP(handler, hostname="sandbox.invalid", enable_SMTPUTF8=True, data_size_limit=_SIZE_LIMIT),
        host,
        port,
    )
