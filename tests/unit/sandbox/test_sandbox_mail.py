"""The mail catcher, and how a mail is read."""

import asyncio
import smtplib
from email.message import EmailMessage

import pytest

from sandbox.mail_text import Piece, codes, pieces, words_of


def _mail(to="dana@example.com", text="Your code is 482913.\n", html=""):
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "hello@carillon.example", to, "Your sign-in code"
    mail["Message-ID"] = "<m1@carillon.example>"
    if text:
        mail.set_content(text)
    if html:
        mail.add_alternative(html, subtype="html") if text else mail.set_content(html, subtype="html")
    return mail


async def _send(caller, mail):
    def deliver():
        with smtplib.SMTP("127.0.0.1", caller.sandbox.smtp_port, timeout=5) as server:
            server.send_message(mail)

    await asyncio.to_thread(deliver)


async def test_a_mail_is_caught_with_its_code_and_is_in_the_ledger(caller):
    await _send(caller, _mail())

    _, (mail,) = await caller.call("GET", "/_sandbox/mail?to=dana@example.com")
    _, nobody = await caller.call("GET", "/_sandbox/mail?to=other@example.com")
    assert (mail["subject"], mail["recipients"], mail["codes"]) == (
        "Your sign-in code",
        ["dana@example.com"],
        ["482913"],
    )
    assert nobody == []
    assert [(entry["to"], entry["key"]) for entry in caller.entries("mail")] == [
        ("dana@example.com", "<m1@carillon.example>")
    ]


async def test_caught_mail_can_be_read_and_thrown_away(caller):
    await _send(caller, _mail())
    _, (listed,) = await caller.call("GET", "/_sandbox/mail")

    read = await caller.call("GET", f"/_sandbox/mail/{listed['id']}")
    await caller.call("DELETE", "/_sandbox/mail")
    gone = await caller.call("GET", f"/_sandbox/mail/{listed['id']}")

    assert (read[0], read[1]["text"]) == (200, "Your code is 482913.")
    assert gone[0] == 404
    assert len(caller.entries("mail")) == 1


@pytest.mark.parametrize(("name", "code"), [("bounce", 550), ("full", 452), ("blocked", 550)])
async def test_some_mailboxes_refuse_and_nothing_is_caught(caller, name, code):
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        await _send(caller, _mail(to=f"{name}@example.com"))

    assert [answer[0] for answer in refused.value.recipients.values()] == [code]
    assert caller.sandbox.carrier.mailbox.newest_first() == []
    assert [(entry["accepted"], entry["status"]) for entry in caller.entries("mail")] == [(False, str(code))]


async def test_a_mail_with_only_html_is_read_as_its_words(caller):
    await _send(
        caller,
        _mail(text="", html='<style>p{}</style><p>Hello</p><p><a href="https://x.test/a?b=1&amp;c=2">Go</a></p>'),
    )

    (mail,) = caller.sandbox.carrier.mailbox.newest_first()
    assert mail.text == "Hello\n\nGo https://x.test/a?b=1&c=2"


async def test_mail_comes_back_after_a_restart(caller, settings):
    await _send(caller, _mail())
    caller.sandbox.carrier.ledger.flush()

    from sandbox.carrier import Carrier

    again = Carrier(settings)

    assert [mail.subject for mail in again.mailbox.newest_first()] == ["Your sign-in code"]
    again.ledger.close()


def test_codes_and_links_are_found_and_digits_in_links_are_no_codes():
    text = "Code: 482913 or K7N-3PQ4. See https://x.test/confirm/123456?a=1. Order 12."

    assert pieces(text) == [
        Piece("text", "Code: "), Piece("code", "482913"), Piece("text", " or "), Piece("code", "K7N-3PQ4"),
        Piece("text", ". See "), Piece("link", "https://x.test/confirm/123456?a=1"), Piece("text", ". Order 12."),
    ]  # fmt: skip
    assert codes(text) == ["482913", "K7N-3PQ4"]


def test_scripts_and_styles_of_a_mail_are_not_words():
    assert words_of("<title>t</title><script>x()</script>Hello &amp; <b>bye</b>") == "Hello & bye"
