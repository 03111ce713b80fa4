"""What mail over SMTP promises: one mail leaves or none does, every answer means one thing, and silence after the text is
never taken for a refusal. The server is a scripted one on 127.0.0.1.
"""

import asyncio
import contextlib
import dataclasses
import email
import email.policy
import logging
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest

from core.http import Session
from messaging.contracts import Accepted
from messaging.providers.protocol import (
    BadSignature,
    Misconfigured,
    OutcomeUnknown,
    ProviderError,
    Rejected,
    Throttled,
    Unavailable,
    WebhookRequest,
)
from messaging.providers.registry import PROVIDERS
from messaging.providers.smtp import CODES, Smtp
from messaging.providers.smtp_pool import Patience
from tests.contract.kit_postmark import mail
from tests.contract.messages import outbound

QUICK = Patience(free_connection=0.4, connect=0.5, command=0.4, message=0.4, idle=5.0, connections=2)
CREDENTIALS = {
    "host": "smtp.example.com",
    "port": "587",
    "security": "starttls",
    "username": "user-of-this-test-suite",
    "password": "password-of-this-test-suite",
}


@dataclasses.dataclass
class Server:
    """A mail server that says what it is told to. `says` maps a command to its next answers; the default is yes."""

    says: dict[str, list[str]] = dataclasses.field(default_factory=dict)
    greeting: str = "220 sample ESMTP"
    mails: list[bytes] = dataclasses.field(default_factory=list)
    commands: list[str] = dataclasses.field(default_factory=list)
    connections: int = 0
    port: int = 0
    writers: list[asyncio.StreamWriter] = dataclasses.field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        self.connections += 1
        self.writers.append(writer)
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            await self._say(writer, self.greeting)
            while line := await reader.readline():
                word = line.split()[0].decode().upper()
                self.commands.append(word)
                await self._say(writer, self._answer(word))
                if word == "DATA" and self.commands[-1] == "DATA" and self._last.startswith("354"):
                    self.mails.append(await reader.readuntil(b"\r\n.\r\n"))
                    await self._say(writer, self._answer("."))
                if word == "QUIT":
                    break
        writer.close()

    def _answer(self, word: str) -> str:
        usual = {"EHLO": "250-sample\r\n250 8BITMIME", "DATA": "354 go on", "QUIT": "221 bye"}
        told = self.says.get(word, [])
        self._last = (told.pop(0) if len(told) > 1 else told[0]) if told else usual.get(word, "250 2.0.0 ok")
        return self._last

    async def _say(self, writer: asyncio.StreamWriter, words: str) -> None:
        if words == "silence":
            await asyncio.sleep(30)
        if words == "reset":
            writer.transport.abort()
            return
        writer.write(words.encode() + b"\r\n")
        await writer.drain()


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    running = Server()
    listening = await asyncio.start_server(running.serve, "127.0.0.1", 0)
    running.port = listening.sockets[0].getsockname()[1]
    yield running
    listening.close()
    for writer in running.writers:
        writer.transport.abort()
    await listening.wait_closed()


async def send(server: Server, *mails: Any) -> list[Accepted | ProviderError]:
    """Send mails one after the other on one session; what came of each."""
    outcomes: list[Accepted | ProviderError] = []
    async with Session() as session:
        made = Smtp(CREDENTIALS, f"smtp://127.0.0.1:{server.port}", session, QUICK)
        for one in mails or (mail(),):
            try:
                outcomes.append(await made.send(one))
            except ProviderError as error:
                outcomes.append(error)
    return outcomes


async def failure(server: Server, **changes: Any) -> ProviderError:
    (outcome,) = await send(server, mail(**changes))
    assert isinstance(outcome, ProviderError)
    return outcome


# -- what was accepted


async def test_a_mail_arrives_whole_and_is_named_by_its_message_id(server: Server) -> None:
    message = mail(body="Hello Ana\n.\n..\nFrom me, ¡olé! 👍", subject="¡Hola! " * 9)

    (accepted,) = await send(server, message)

    read = email.message_from_bytes(server.mails[0].replace(b"\r\n..", b"\r\n."), policy=email.policy.default)
    assert accepted == Accepted(f"<{message.permit.message_id.hex}@shop.example>", "accepted")
    assert (read["message-id"], read["to"], read["subject"]) == (
        f"<{message.permit.message_id.hex}@shop.example>",
        "ana@people.example",
        ("¡Hola! " * 9).strip() + " ",
    )
    text = read.get_body(("plain",)).get_content().replace("\r\n", "\n")
    assert text == "Hello Ana\n.\n..\nFrom me, ¡olé! 👍\n"
    assert read["list-unsubscribe"] == "<https://carillon.example/u/sample>"
    assert read["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"


async def test_mails_share_a_connection_and_say_goodbye_at_the_end(server: Server) -> None:
    await send(server, mail(), mail(), mail())

    assert (server.connections, len(server.mails), server.commands.count("QUIT")) == (1, 3, 1)


async def test_no_more_connections_are_open_than_a_server_takes(server: Server) -> None:
    async with Session() as session:
        made = Smtp(CREDENTIALS, f"smtp://127.0.0.1:{server.port}", session, QUICK)
        await asyncio.gather(*(made.send(mail()) for _ in range(12)))

    assert (server.connections, len(server.mails)) == (2, 12)


async def test_two_accounts_share_no_connection(server: Server) -> None:
    async with Session() as session:
        for name in ("one", "two"):
            made = Smtp(CREDENTIALS | {"username": name}, f"smtp://127.0.0.1:{server.port}", session, QUICK)
            other = dataclasses.replace(made._server, username="")
            assert made._pool() is made._pool()
            assert other in (other,)
        first = Smtp(CREDENTIALS, "", session)._pool()
        second = Smtp(CREDENTIALS | {"password": "another"}, "", session)._pool()

    assert first is not second


async def test_a_connection_the_server_left_is_opened_again(server: Server) -> None:
    async with Session() as session:
        patient = dataclasses.replace(QUICK, idle=0.0)
        made = Smtp(CREDENTIALS, f"smtp://127.0.0.1:{server.port}", session, patient)
        await made.send(mail())
        for writer in server.writers:
            writer.transport.abort()
        await asyncio.sleep(0.05)
        await made.send(mail())

    assert (server.connections, len(server.mails)) == (2, 2)


# -- refusals

REFUSALS = {
    "no such mailbox": ("RCPT", "550 5.1.1 no such user", Rejected, "5.1.1", {"suppress": True, "soft": False}),
    "no such domain": ("RCPT", "550 5.1.2 unknown", Rejected, "5.1.2", {"suppress": True}),
    "a mailbox that moved": ("RCPT", "551 5.1.6 moved", Rejected, "5.1.6", {"suppress": True}),
    "a full mailbox": ("RCPT", "552 5.2.2 full", Rejected, "5.2.2", {"suppress": False, "soft": True}),
    "a plain 550": ("RCPT", "550 no", Rejected, "550", {"suppress": False, "soft": True}),
    "a rule of the mailbox": ("RCPT", "550 5.7.1 members only", Rejected, "5.7.1", {"suppress": False, "soft": False}),
    "a code nobody knows": ("RCPT", "559 5.9.9 strange", Rejected, "5.9.9", {"suppress": False, "soft": False}),
    "greylisting": (
        "RCPT",
        "450 4.2.0 later",
        Throttled,
        "4.2.0",
        {"retry_after_seconds": 300.0, "one_recipient": True},
    ),
    "too busy": ("RCPT", "451 4.3.0 later", Throttled, "4.3.0", {"retry_after_seconds": 60.0, "one_recipient": True}),
    "the server closes": ("RCPT", "421 4.3.2 closing", Unavailable, "4.3.2", {}),
    "a sender not allowed": ("MAIL", "550 5.7.1 not yours", Misconfigured, "5.7.1", {}),
    "a sender too fast": ("MAIL", "450 4.7.1 slow", Throttled, "4.7.1", {"one_recipient": False}),
    "no login": ("MAIL", "530 5.7.0 log in first", Misconfigured, "5.7.0", {}),
    "a mail taken for spam": (".", "554 5.6.0 content", Rejected, "5.6.0", {"suppress": False}),
    "a domain that proves nothing": (".", "550 5.7.26 unauthenticated", Misconfigured, "5.7.26", {}),
    "Outlook's own": (".", "550 5.7.515 access denied", Misconfigured, "5.7.515", {}),
    "too large": (".", "552 5.3.4 too big", Rejected, "5.3.4", {"suppress": False, "soft": False}),
    "not now": (".", "452 4.3.1 no space", Throttled, "4.3.1", {"one_recipient": False}),
    "no DATA": ("DATA", "554 no", Rejected, "554", {"suppress": False}),
}


@pytest.mark.parametrize(("command", "said", "kind", "code", "more"), REFUSALS.values(), ids=REFUSALS)
async def test_every_refusal_means_one_thing(
    server: Server, command: str, said: str, kind: type[ProviderError], code: str, more: dict[str, Any]
) -> None:
    server.says[command] = [said]

    error = await failure(server)

    assert (type(error), error.code, error.may_have_left) == (kind, code, False)
    assert {name: getattr(error, name) for name in more} == more


async def test_after_a_refusal_the_connection_serves_the_next_mail(server: Server) -> None:
    server.says["RCPT"] = ["550 5.1.1 no such user", "250 ok"]

    outcomes = await send(server, mail(), mail())

    assert [type(one) for one in outcomes] == [Rejected, Accepted]
    assert (server.connections, server.commands.count("RSET"), len(server.mails)) == (1, 1, 1)


def test_every_code_of_the_table_can_be_explained_to_people() -> None:
    made = Smtp(CREDENTIALS)

    told = {code: made.explain(code) for code in [*CODES, "5.1.99", "5.99.1", "4.4.7", "559", "450", "x", ""]}

    assert all(meaning.meaning for meaning in told.values())
    assert (told["5.1.99"].action, told["4.4.7"].action, told["450"].action) == ("soft_bounce", "retry", "retry")
    assert (told["x"].action, told[""].action) == ("unknown", "unknown")


# -- nothing left


@pytest.mark.parametrize("command", ["EHLO", "MAIL", "RCPT"])
@pytest.mark.parametrize("behaviour", ["reset", "silence"])
async def test_before_the_text_a_lost_connection_means_nothing_left(
    server: Server, command: str, behaviour: str
) -> None:
    server.says[command] = [behaviour]

    error = await failure(server)

    assert (type(error), error.may_have_left, server.mails) == (Unavailable, False, [])


@pytest.mark.parametrize(
    ("greeting", "kind"),
    [("421 too many connections", Unavailable), ("554 no service for you", Misconfigured), ("reset", Unavailable),
     ("silence", Unavailable), ("HTTP/1.1 400 Bad Request", Unavailable)],
)  # fmt: skip
async def test_a_server_that_does_not_let_us_in_got_nothing(
    server: Server, greeting: str, kind: type[ProviderError]
) -> None:
    server.greeting = greeting

    error = await failure(server)

    assert (type(error), error.may_have_left, server.mails) == (kind, False, [])


async def test_a_refused_connection_means_nothing_left() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))

        error = await failure(Server(port=nobody.getsockname()[1]))

    assert (type(error), error.reason) == (Unavailable, "refused")


@pytest.mark.parametrize(
    ("changes", "kind", "code"),
    [
        ({"body": ""}, Rejected, "no_text"),
        ({"subject": ""}, Rejected, "no_subject"),
        ({"html": "a" * 500_001}, Rejected, "too_long"),
        ({"recipient": "añá@people.example"}, Rejected, "non_ascii_address"),
        ({"sender": "Example Co"}, Misconfigured, ""),
    ],
)
async def test_what_can_never_be_accepted_does_not_leave(
    server: Server, changes: dict[str, Any], kind: type[ProviderError], code: str
) -> None:
    error = await failure(server, **changes)

    assert (type(error), error.code, server.connections) == (kind, code, 0)


async def test_what_is_no_mail_does_not_leave(server: Server) -> None:
    (error,) = await send(server, outbound())

    assert (type(error), server.connections) == (Misconfigured, 0)


# -- it may have left


@pytest.mark.parametrize("behaviour", ["reset", "silence", "SSH-2.0-OpenSSH"])
async def test_silence_after_the_text_is_unknown_and_nothing_is_said_about_anybody(
    server: Server, behaviour: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.says["."] = [behaviour]

    error = await failure(server)

    assert (type(error), error.may_have_left, len(server.mails)) == (OutcomeUnknown, True, 1)
    said = repr(error) + caplog.text + "".join(str(vars(line)) for line in caplog.records)
    for private in ("ana@people.example", "Your slot", *CREDENTIALS.values()):
        assert private not in said or private in ("587", "starttls")


# -- credentials


async def test_a_server_without_encryption_gets_neither_password_nor_mail(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Session() as session:
        made = Smtp(CREDENTIALS, "", session, QUICK)
        made._server = dataclasses.replace(made._server, host="127.0.0.1", port=server.port, ours=True)
        with pytest.raises(Misconfigured, match="encryption"):
            await made.check_credentials()

    assert "AUTH" not in server.commands
    assert "MAIL" not in server.commands


async def test_credentials_are_checked_without_sending(server: Server) -> None:
    async with Session() as session:
        await Smtp(CREDENTIALS, f"smtp://127.0.0.1:{server.port}", session, QUICK).check_credentials()

    assert server.commands == ["QUIT"]


def test_a_mail_server_sends_no_webhooks() -> None:
    made = Smtp(CREDENTIALS)

    with pytest.raises(BadSignature):
        made.verify(WebhookRequest("POST", "https://hooks.example.com/x", ()))
    assert made.parse(WebhookRequest("POST", "https://hooks.example.com/x", ())) == ()


def test_it_is_registered_with_a_guide() -> None:
    assert PROVIDERS["smtp"] is Smtp
    assert [field.name for field in Smtp.guide.fields] == ["host", "port", "security", "username", "password"]
