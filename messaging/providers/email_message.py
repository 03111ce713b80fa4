"""A mail on its way out, and its bytes: a frame built once for each sender, and what differs from person to person.

The frame holds every header and every line that is the same for all; per person only the recipient, the subject, the date,
the id, the unsubscribe address and the two encoded texts are put in. A test holds the result beside what Python's own
`email.message` makes of the same mail.
"""

import binascii
import dataclasses
import email.header
import email.headerregistry
import email.policy
import email.utils
import functools
import re
from typing import Final, Literal

from messaging.contracts import Outbound
from messaging.providers.protocol import Misconfigured, Rejected

#: what may not stand in a header: it would begin another one
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
#: quoted-printable never holds an equals sign before an underscore, so no text can contain the boundary (RFC 2045, 6.7)
_BOUNDARY: Final = "=_carillon_parts"
_SHORT_LINE: Final = 78
#: RFC 8058, section 3.1: the exact value
ONE_CLICK: Final = "List-Unsubscribe=One-Click"


@dataclasses.dataclass(frozen=True, slots=True)
class EmailOutbound(Outbound):
    """One mail. `body` is its text part, `html` the same for programs that show it.

    Shape:  `unsubscribe_url` empty means a mail nobody can unsubscribe from: a purely transactional one.
    Errors: ValueError for a line break in what becomes a header, or for another channel than email.
    Source: RFC 8058 on the two headers of one-click unsubscribing.
    """

    subject: str = dataclasses.field(repr=False)
    html: str = dataclasses.field(repr=False)
    from_name: str = ""
    reply_to: str = ""
    unsubscribe_url: str = dataclasses.field(default="", repr=False)

    def __post_init__(self) -> None:
        Outbound.__post_init__(self)
        if self.channel != "email":
            raise ValueError(f"a mail does not leave on {self.channel}; send that as another Outbound")
        for name in ("sender", "recipient", "subject", "from_name", "reply_to", "unsubscribe_url"):
            if _CONTROL.search(getattr(self, name)):
                raise ValueError(f"{name} holds a line break or another control character; it would break the mail")


def mail_of(outbound: Outbound, longest: int) -> EmailOutbound:
    """The mail that this is. Errors: Misconfigured, Rejected when it could never be accepted; nothing has left."""
    if not isinstance(outbound, EmailOutbound):
        raise Misconfigured(f"this provider does not send {outbound.channel}; choose another sender")
    if not outbound.subject or not outbound.body:
        raise Rejected("content", "no_subject" if outbound.body else "no_text")
    if len(outbound.body) + len(outbound.html) > longest:
        raise Rejected("content", "too_long")
    if not outbound.recipient.isascii():
        raise Rejected("content", "non_ascii_address")
    if not outbound.sender.isascii() or "@" not in outbound.sender:
        raise Misconfigured("the sender is no mail address of plain letters; write one such as news@example.com")
    return outbound


def message_id(outbound: EmailOutbound) -> str:
    """The Message-ID, the same for every attempt: who gets a mail twice after all sees one."""
    return f"<{outbound.permit.message_id.hex}@{outbound.sender.rpartition('@')[2]}>"


def mail_bytes(outbound: EmailOutbound) -> bytes:
    """The whole mail as it goes over the wire: ASCII, CRLF, no line over 998 octets (RFC 5322, 2.1.1)."""
    head, between, tail = _frame(outbound.sender, outbound.from_name, outbound.reply_to)
    own = [
        f"To: {outbound.recipient}",
        f"Subject: {_encoded(outbound.subject)}",
        f"Date: {email.utils.format_datetime(outbound.permit.decided_at)}",
        f"Message-ID: {message_id(outbound)}",
        *(f"{name}: {value}" for name, value in unsubscribe_headers(outbound)),
    ]
    first = "\r\n".join(own).encode("ascii") + b"\r\n" + head
    return b"".join((first, _quoted(outbound.body), between, _quoted(outbound.html), tail))


def unsubscribe_headers(outbound: EmailOutbound) -> tuple[tuple[str, str], ...]:
    """The two headers by which a mail program unsubscribes with one press; none for a mail without an address for it."""
    if not outbound.unsubscribe_url:
        return ()
    return (("List-Unsubscribe", f"<{outbound.unsubscribe_url}>"), ("List-Unsubscribe-Post", ONE_CLICK))


@functools.lru_cache(maxsize=256)
def _frame(sender: str, from_name: str, reply_to: str) -> tuple[bytes, bytes, bytes]:
    """What stands after a person's own headers, between their two texts, and at the end."""
    lines = [f"From: {from_value(sender, from_name)}"]
    lines += [f"Reply-To: {reply_to}"] if reply_to else []
    lines += ["MIME-Version: 1.0", f'Content-Type: multipart/alternative; boundary="{_BOUNDARY}"', "", ""]
    head = "\r\n".join(lines) + _part_head("plain")
    between = "\r\n" + _part_head("html")
    return head.encode("ascii"), between.encode("ascii"), f"\r\n--{_BOUNDARY}--\r\n".encode("ascii")


def _part_head(kind: Literal["plain", "html"]) -> str:
    encoding = "Content-Transfer-Encoding: quoted-printable\r\nMIME-Version: 1.0\r\n\r\n"
    return f'--{_BOUNDARY}\r\nContent-Type: text/{kind}; charset="utf-8"\r\n{encoding}'


def from_value(sender: str, from_name: str) -> str:
    """The From header's value, the name encoded where it must be, on as many lines as it needs."""
    address = email.headerregistry.Address(from_name, addr_spec=sender)
    made = email.policy.SMTP.header_factory("From", [address])
    return str(made.fold(policy=email.policy.SMTP)).removeprefix("From: ").rstrip("\r\n")


def _encoded(subject: str) -> str:
    """The Subject header's value: as it is when short and plain, else in encoded words (RFC 2047)."""
    if len(subject) + len("Subject: ") <= _SHORT_LINE and subject.isascii() and "=?" not in subject:
        return subject
    return email.header.Header(subject, "utf-8", header_name="Subject").encode(linesep="\r\n")


def _quoted(text: str) -> bytes:
    """A text in quoted-printable with the line ends of mail, the last line ended as well."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n") + "\n"
    return binascii.b2a_qp(plain.encode(errors="replace"), istext=True).replace(b"\n", b"\r\n")
