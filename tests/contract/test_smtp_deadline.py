"""A mail that waited for a free connection past the deadline of its batch does not leave any more: its decision is too old."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest

from core.http import Session
from messaging import lanes
from messaging.contracts import Accepted
from messaging.providers.smtp import Smtp
from messaging.providers.smtp_pool import Patience
from tests.contract.kit_postmark import mail
from tests.contract.test_smtp_contract import CREDENTIALS, Server

SECONDS_A_MAIL = 0.3


class Slow(Server):
    """A server that takes its time for every mail, and notes when each began."""

    began: list[float]
    greets_after = 0.0

    async def _say(self, writer: asyncio.StreamWriter, words: str) -> None:
        if not self.commands:
            await asyncio.sleep(self.greets_after)
        last = self.commands[-1] if self.commands else ""
        if last == "MAIL":
            self.began.append(time.clock_gettime(time.CLOCK_BOOTTIME))
        if last == "DATA" and words.startswith("250"):
            await asyncio.sleep(SECONDS_A_MAIL)
        await super()._say(writer, words)


@pytest.fixture
async def slow() -> AsyncIterator[Slow]:
    server = Slow()
    server.began = []
    async with await asyncio.start_server(server.serve, "127.0.0.1", 0) as listening:
        server.port = listening.sockets[0].getsockname()[1]
        yield server


async def test_no_mail_of_a_batch_begins_after_its_deadline_and_whoever_waited_was_never_called(
    slow: Slow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lanes, "DEADLINE_SECONDS", 0.5)
    started = time.clock_gettime(time.CLOCK_BOOTTIME)

    async with Session() as session:
        carrier = Smtp(CREDENTIALS, f"smtp://127.0.0.1:{slow.port}", session, Patience(connections=2))
        answers = await lanes._send_all(carrier, [mail() for _ in range(10)], started)

    assert [at for at in slow.began if at - started > lanes.DEADLINE_SECONDS] == []
    assert 2 <= len(slow.began) < 10
    assert sum(isinstance(answer, Accepted) for answer in answers) == len(slow.began)
    assert answers.count(None) == 10 - len(slow.began)


async def test_a_mail_whose_connection_came_too_late_leaves_it_to_the_next_one(slow: Slow) -> None:
    now = time.clock_gettime(time.CLOCK_BOOTTIME)
    slow.greets_after = 0.3

    async with Session() as session:
        carrier = Smtp(CREDENTIALS, f"smtp://127.0.0.1:{slow.port}", session)
        carrier.begin_until(now + 0.1)
        late = await lanes._send_one(carrier, mail(), now)
        began = list(slow.began)
        carrier.begin_until(now + 60)
        again = await lanes._send_one(carrier, mail(), now)

    assert (late, began) == (None, [])
    assert isinstance(again, Accepted)
    assert (len(slow.mails), slow.connections) == (1, 1)
