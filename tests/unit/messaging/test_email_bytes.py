"""The quick way to a mail's bytes says what Python's own way says, and no value of anybody can begin a header."""

import datetime
import email
import email.headerregistry
import email.message
import email.policy
import email.utils
import random
import uuid

import pytest

from consent.contracts import Permit
from messaging.providers.email_message import EmailOutbound, mail_bytes, message_id
from tests.proofs import proves

_NAMES = ["Ana", "Özgür", "李雷", "محمد", "O'Brien", "Zoë <b>", "Mr. & Mrs. =20", "👩‍🚀", "a" * 60]
_LINES = ["Hello {}", ".", "..leading dots", "From me to you", "tab\there ", "trailing spaces   ", "x" * 1200, "= equals =3D",
          "-- ", "", "ünïcödé 🎉", "--=_carillon_parts", "\x0b odd", "a\rb\r\nc"]  # fmt: skip


def mail(**changes: object) -> EmailOutbound:
    """A mail to somebody."""
    permit = Permit(
        uuid.uuid4(), uuid.uuid4(), uuid.uuid4(), datetime.datetime(2026, 11, 25, 12, 0, 7, tzinfo=datetime.UTC)
    )
    values = {
        "permit": permit, "channel": "email", "sender": "news@shop.example", "recipient": "ana@people.example",
        "body": "Hello", "callback_url": "", "validity_seconds": 900, "idempotency_key": "x", "subject": "Hi",
        "html": "<p>Hello</p>", "from_name": "Acme, Größe & Co", "reply_to": "help@shop.example",
        "unsubscribe_url": "https://carillon.example/u/" + "a" * 86,
    }  # fmt: skip
    return EmailOutbound(**values | changes)  # type: ignore[arg-type]


def slow_bytes(outbound: EmailOutbound) -> bytes:
    """The same mail as the standard library makes it."""
    made = email.message.EmailMessage(policy=email.policy.SMTP)
    made["To"] = outbound.recipient
    made["Subject"] = outbound.subject
    made["Date"] = outbound.permit.decided_at
    made["Message-ID"] = message_id(outbound)
    made["List-Unsubscribe"] = f"<{outbound.unsubscribe_url}>"
    made["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    made["From"] = email.headerregistry.Address(outbound.from_name, addr_spec=outbound.sender)
    made["Reply-To"] = outbound.reply_to
    made.set_content(outbound.body, cte="quoted-printable")
    made.add_alternative(outbound.html, subtype="html", cte="quoted-printable")
    return made.as_bytes()


def read(content: bytes) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """What a mail program makes of some bytes: headers, and each part's kind and words."""
    parsed = email.message_from_bytes(content, policy=email.policy.default)
    headers = {name.lower(): str(value).strip() for name, value in parsed.items() if name.lower() != "content-type"}
    words = {part.get_content_type(): part.get_content().replace("\r\n", "\n") for part in parsed.iter_parts()}
    return headers, list(words.items())


def test_two_hundred_generated_people_get_what_the_standard_library_would_send() -> None:
    chance = random.Random(20261125)

    for number in range(200):
        name = chance.choice(_NAMES)
        lines = chance.choices(_LINES, k=chance.randrange(1, 12))
        message = mail(
            recipient=f"person.{number}+x@people.example",
            subject=" ".join(f"{name} {chance.choice(_LINES[7:9])} {'offer ' * chance.randrange(0, 30)}".split()),
            body="\n".join(lines).replace("{}", name),
            html="".join(f"<p>{line}</p>\n" for line in lines),
        )
        quick, slow = mail_bytes(message), slow_bytes(message)

        assert read(quick) == read(slow)
        assert read(quick)[0]["subject"] == message.subject
        assert quick.isascii()
        assert not {b"\r"[0], b"\n"[0]} & set(quick.replace(b"\r\n", b""))
        assert max(map(len, quick.split(b"\r\n"))) <= 998


@pytest.mark.parametrize("subject", ["=?utf-8?q?x?= is no code", "=?utf-8?q?x?= " + "offer " * 30, "100 % = 50 % off"])
def test_a_subject_that_looks_encoded_is_read_as_it_was_written(subject: str) -> None:
    headers, _ = read(mail_bytes(mail(subject=subject.strip())))

    assert headers["subject"] == subject.strip()


@proves("G23")
def test_every_mail_carries_both_headers_of_one_click_unsubscribing() -> None:
    headers, _ = read(mail_bytes(mail()))

    assert headers["list-unsubscribe"] == f"<https://carillon.example/u/{'a' * 86}>"
    assert headers["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"


@pytest.mark.parametrize("field", ["sender", "recipient", "subject", "from_name", "reply_to", "unsubscribe_url"])
@pytest.mark.parametrize(
    "injected", ["x\r\nBcc: victim@people.example", "x\nBcc: v@p.example", "x\rBcc: v", "x\0", "x\x7f"]
)
def test_what_would_begin_another_header_is_no_mail(field: str, injected: str) -> None:
    with pytest.raises(ValueError, match=field):
        mail(**{field: injected})


def test_a_mail_leaves_on_no_other_channel() -> None:
    with pytest.raises(ValueError, match="sms"):
        mail(channel="sms")


def test_no_text_can_end_its_part_early() -> None:
    message = mail(body="--=_carillon_parts--\r\n\r\nnothing more", html="--=_carillon_parts")

    _, parts = read(mail_bytes(message))

    assert [kind for kind, _ in parts] == ["text/plain", "text/html"]
    assert parts[0][1] == "--=_carillon_parts--\n\nnothing more\n"


def test_a_mail_shows_nobody_when_it_is_logged() -> None:
    shown = repr(mail(subject="Secret subject"))

    assert "ana@people" not in shown
    assert "Secret" not in shown
    assert "aaaa" not in shown
