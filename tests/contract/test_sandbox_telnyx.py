"""The sandbox speaks Telnyx: our adapter sends to it, believes its webhooks, and gets an old answer for an old key."""

import asyncio
import contextlib
import dataclasses
import pathlib
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from core.http import Limits, Session
from messaging.contracts import Inbound, Receipt
from messaging.providers.protocol import (
    Misconfigured,
    OutcomeUnknown,
    ProviderError,
    Rejected,
    Throttled,
    WebhookRequest,
)
from messaging.providers.telnyx import Telnyx
from sandbox.app import Running, running
from sandbox.settings import Settings
from tests.contract.messages import ATTEMPT, CALLBACK_SECRET, outbound
from tests.proofs import proves

PROFILE, KEY, SENDER = "70000000-0000-4000-8000-000000000001", "KEY-of-the-sandbox", "+14025550100"
ORDINARY, STOPPER = "+14025550101", "+14025550113"


@dataclasses.dataclass
class Street:
    """The carrier, the adapter in front of it, and the address its webhooks come to."""

    sandbox: Running
    adapter: Telnyx
    session: aiohttp.ClientSession
    url: str
    heard: list[WebhookRequest]

    async def control(self, path: str, body: Any) -> Any:
        """One request to the control API."""
        base = f"http://127.0.0.1:{self.sandbox.port}/_sandbox/{path}"
        async with self.session.post(base, json=body) as answer:
            return await answer.json()

    async def send(self, to: str, key: str = "key-1", **changes: Any) -> Any:
        """One message with a key, reporting to our address."""
        callback = self.adapter.callback_url(f"{self.url}/status", "t1", ATTEMPT, CALLBACK_SECRET.encode())
        wanted = {"sender": SENDER, "recipient": to, "idempotency_key": key, "callback_url": callback} | changes
        return await self.adapter.send(outbound(**wanted))

    async def settled(self) -> list[Any]:
        """Everything the webhooks say, in order of arrival, once the carrier is quiet. Each must carry its mark."""
        while self.sandbox.postman.pending:
            await asyncio.sleep(0.01)
        for request in self.heard:
            self.adapter.verify(request)
        return [event for request in self.heard for event in self.adapter.parse(request)]

    def ledger(self) -> list[tuple[str, bool, str]]:
        """Status, accepted and key of each send request."""
        entries = self.sandbox.carrier.ledger.entries()
        return [(one["status"], one["accepted"], one["key"]) for one in entries if one["kind"] == "message"]


@contextlib.asynccontextmanager
async def listening(heard: list[WebhookRequest]) -> AsyncIterator[str]:
    """Our side: an address that keeps what comes."""

    async def hear(request: web.Request) -> web.Response:
        url = f"{base}{request.path_qs}"
        heard.append(WebhookRequest("POST", url, tuple(request.headers.items()), await request.read()))
        return web.Response()

    server = web.Application()
    server.router.add_post("/{path:.*}", hear)
    runner = web.AppRunner(server, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield base
    await runner.cleanup()


@pytest.fixture
async def street(tmp_path: pathlib.Path) -> AsyncIterator[Street]:
    heard: list[WebhookRequest] = []
    async with contextlib.AsyncExitStack() as stack:
        url = await stack.enter_async_context(listening(heard))
        sandbox = await stack.enter_async_context(running(Settings(data=tmp_path, port=0, smtp_port=0)))
        plain = await stack.enter_async_context(aiohttp.ClientSession())
        session = await stack.enter_async_context(Session(Limits(connect_seconds=1, total_seconds=2)))
        account = {"speaks": "telnyx", "sid": PROFILE, "token": KEY, "sender": SENDER, "inbound_url": f"{url}/inbound"}
        async with plain.post(f"http://127.0.0.1:{sandbox.port}/_sandbox/accounts", json=account) as answer:
            known = await answer.json()
        credentials = {
            "api_key": KEY, "messaging_profile_id": PROFILE, "public_key": known["public_key"],
            "callback_secret": CALLBACK_SECRET,
        }  # fmt: skip
        adapter = Telnyx(credentials, f"http://127.0.0.1:{sandbox.port}", session)
        yield Street(sandbox, adapter, plain, url, heard)


@proves("G29")
async def test_a_message_is_taken_and_its_signed_news_names_the_attempt(street: Street) -> None:
    accepted = await street.send(ORDINARY)

    told = await street.settled()

    assert (accepted.status, accepted.units) == ("queued", 1)
    assert [(type(one), one.status, one.provider_message_id, one.attempt_id) for one in told] == [
        (Receipt, "sent", accepted.provider_message_id, ATTEMPT),
        (Receipt, "delivered", accepted.provider_message_id, ATTEMPT),
    ]


async def test_the_same_key_gets_the_answer_of_the_first_time_and_makes_no_second_message(street: Street) -> None:
    first = await street.send(ORDINARY)

    second = await street.send(ORDINARY)

    assert second == first
    assert street.ledger() == [("queued", True, "key-1"), ("replayed", False, "key-1")]


async def test_a_key_with_other_words_is_refused_as_something_that_exists(street: Street) -> None:
    await street.send(ORDINARY)

    with pytest.raises(OutcomeUnknown) as refused:
        await street.send(ORDINARY, body="Other words.")

    assert refused.value.code == "10015"
    assert [accepted for _, accepted, _ in street.ledger()] == [True, False]


async def test_a_lost_answer_is_found_again_by_its_key(street: Street) -> None:
    await street.control("faults", {"requests": {"lost_after": 1.0}})
    with pytest.raises(OutcomeUnknown):
        await street.send(ORDINARY)
    await street.control("faults", {})

    found = await street.send(ORDINARY)

    told = await street.settled()
    assert {one.provider_message_id for one in told} == {found.provider_message_id}
    assert [accepted for _, accepted, _ in street.ledger()] == [True, False]


async def test_a_failure_is_not_kept_so_the_same_key_is_tried_anew(street: Street) -> None:
    with pytest.raises(Throttled):
        await street.send("+14025550128")

    accepted = await street.send("+14025550128")

    assert accepted.status == "queued"
    assert street.ledger() == [("rate_limited", False, "key-1"), ("queued", True, "key-1")]


async def test_a_key_is_forgotten_after_a_day(street: Street) -> None:
    first = await street.send(ORDINARY)
    await street.control("clock", {"offset_seconds": 24 * 3600})

    second = await street.send(ORDINARY)

    assert second.provider_message_id != first.provider_message_id


@pytest.mark.parametrize(
    ("to", "error", "code"),
    [
        ("+14025550120", Throttled, "10011"),
        ("+14025550121", Rejected, "10002"),
        ("+14025550122", Rejected, "40300"),
        ("+14025550127", Rejected, "40001"),
        ("+14025550130", OutcomeUnknown, "10007"),
        ("+14025550133", OutcomeUnknown, "10007"),
        ("+14025550136", OutcomeUnknown, ""),
        ("+14025550137", OutcomeUnknown, ""),
    ],
)
async def test_the_numbers_with_a_will_do_here_what_they_do_elsewhere(
    street: Street, to: str, error: type[ProviderError], code: str
) -> None:
    with pytest.raises(error) as refused:
        await street.send(to)

    assert refused.value.code == code


async def test_a_bad_end_comes_with_a_code_of_this_carrier(street: Street) -> None:
    await street.send("+14025550152")

    told = await street.settled()

    assert [(one.status, one.code) for one in told] == [("sent", ""), ("failed", "40008")]


async def test_a_stop_blocks_the_profile_and_is_still_told(street: Street) -> None:
    await street.control(f"phones/{ORDINARY}/reply", {"text": " stop all ", "account": PROFILE, "to": SENDER})

    (heard,) = [one for one in await street.settled() if isinstance(one, Inbound)]
    with pytest.raises(Rejected) as refused:
        await street.send(ORDINARY)

    assert (heard.sender, heard.recipient, heard.body, heard.opt_out_type) == (ORDINARY, SENDER, " stop all ", "STOP")
    assert (refused.value.code, refused.value.opt_out) == ("40300", True)


async def test_what_is_told_again_has_the_same_event_keys(street: Street) -> None:
    accepted = await street.send(ORDINARY)
    first = [one.event_key for one in await street.settled()]
    await street.control(f"messages/{accepted.provider_message_id}/replay", {})

    both = [one.event_key for one in await street.settled()]

    assert both == [*first, *first]
    assert len(set(first)) == 2


async def test_credentials_are_checked_at_the_profile(street: Street) -> None:
    await street.adapter.check_credentials()

    async with Session() as session:
        others = {"api_key": "KEY-wrong", "messaging_profile_id": PROFILE, "public_key": "A" * 43 + "="}
        with pytest.raises(Misconfigured):
            await Telnyx(others, f"http://127.0.0.1:{street.sandbox.port}", session).check_credentials()
