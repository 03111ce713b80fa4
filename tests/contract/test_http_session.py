"""The one HTTP client: what it refuses to do by itself, and how it says what may have arrived."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest
import uvloop

from core import http
from core.http import Answer, HttpFailure, Limits, MaybeSent, NotSent, Session
from tests.contract import carrier as wire
from tests.contract.carrier import Carrier

QUICK = Limits(connect_seconds=0.3, total_seconds=0.8, answer_bytes=1000)


@pytest.fixture
async def carrier() -> AsyncIterator[Carrier]:
    async with wire.carrier() as running:
        yield running


async def test_an_answer_comes_whole_with_its_headers_in_small_letters(carrier: Carrier) -> None:
    carrier.answers(wire.status(418, b"x" * 1000, X_One="two"))

    async with Session(QUICK) as session:
        answer = await session.request("PUT", f"{carrier.base_url}/a?b=c", headers={"X-Me": "1"}, body=b"hello")

    assert (answer.status, answer.body, answer.headers["x-one"]) == (418, b"x" * 1000, "two")
    assert 0 < answer.seconds < 0.8
    assert (carrier.seen[0].method, carrier.seen[0].target, carrier.seen[0].body) == ("PUT", "/a?b=c", b"hello")
    assert carrier.seen[0].headers["accept-encoding"] == "identity"
    assert carrier.seen[0].headers["x-me"] == "1"


async def test_a_body_beyond_the_cap_is_not_read_on(carrier: Carrier) -> None:
    carrier.answers(wire.status(200, b"x" * 1001))

    async with Session(QUICK) as session:
        with pytest.raises(MaybeSent, match="answer_too_large"):
            await session.request("GET", carrier.base_url)


async def test_a_body_beyond_the_cap_ends_its_connection(carrier: Carrier) -> None:
    """What is left of it must not be taken for the next answer, nor be read on in the background."""
    carrier.answers(wire.status(200, b"x" * 200_000), wire.status(204))

    async with Session(QUICK) as session:
        with pytest.raises(MaybeSent):
            await session.request("GET", carrier.base_url)
        answer = await session.request("GET", carrier.base_url)

    assert answer.status == 204
    assert carrier.connections == 2


async def test_a_compressed_answer_is_not_unpacked(carrier: Carrier) -> None:
    carrier.answers(wire.status(200, b"\x1f\x8bnot really gzip", Content_Encoding="gzip"))

    async with Session(QUICK) as session:
        answer = await session.request("GET", carrier.base_url)

    assert answer.body == b"\x1f\x8bnot really gzip"


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "POST"])
async def test_no_method_is_repeated_when_a_kept_connection_dies(method: str, carrier: Carrier) -> None:
    carrier.answers(wire.status(200), wire.reset, wire.status(200))

    async with Session(QUICK) as session:
        await session.request(method, carrier.base_url)
        with pytest.raises(MaybeSent):
            await session.request(method, carrier.base_url)

    assert len(carrier.seen) == 2
    assert carrier.connections == 1


async def test_a_connection_is_used_again_while_it_is_fresh_and_not_after(carrier: Carrier) -> None:
    carrier.answers(wire.status(200))

    async with Session(Limits(idle_seconds=0.2)) as session:
        await session.request("GET", carrier.base_url)
        await session.request("GET", carrier.base_url)
        fresh = carrier.connections
        await asyncio.sleep(0.3)
        await session.request("GET", carrier.base_url)

    assert (fresh, carrier.connections) == (1, 2)


async def test_idle_connections_are_given_up_before_thirty_seconds() -> None:
    limits = Limits()

    assert (limits.connect_seconds, limits.total_seconds) == (3.0, 10.0)
    assert limits.idle_seconds < 30


async def test_proxies_and_cookies_of_the_machine_are_ignored(
    carrier: Carrier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    carrier.answers(wire.status(200, b"", Set_Cookie="a=b"))

    async with Session(QUICK) as session:
        await session.request("GET", carrier.base_url)
        await session.request("GET", carrier.base_url)

    assert "cookie" not in carrier.seen[1].headers


async def test_an_address_that_is_no_address_sends_nothing() -> None:
    async with Session(QUICK) as session:
        for url in ("nonsense", "ftp://127.0.0.1/", "http://"):
            with pytest.raises(NotSent, match="bad_url"):
                await session.request("GET", url)


async def test_a_session_that_is_not_open_says_how_to_open_it() -> None:
    closed = Session(QUICK)

    with pytest.raises(RuntimeError, match="async with"):
        await closed.request("GET", "http://127.0.0.1/")


def test_limits_that_would_blur_sent_and_not_sent_are_refused() -> None:
    with pytest.raises(ValueError, match="connect_seconds"):
        Limits(connect_seconds=10, total_seconds=10)


@pytest.mark.parametrize(
    ("error", "kind", "reason"),
    [
        (aiohttp.ConnectionTimeoutError(), NotSent, "connect_timeout"),
        (aiohttp.InvalidURL("x"), NotSent, "bad_url"),
        (aiohttp.SocketTimeoutError(), MaybeSent, "read_timeout"),
        (TimeoutError(), MaybeSent, "read_timeout"),
        (aiohttp.ServerDisconnectedError(), MaybeSent, "connection_lost"),
        (aiohttp.ClientOSError(104, "reset"), MaybeSent, "connection_lost"),
        (ConnectionResetError(), MaybeSent, "connection_lost"),
        (aiohttp.ClientPayloadError(), MaybeSent, "bad_answer"),
        (aiohttp.ClientError(), MaybeSent, "bad_answer"),
        (ValueError("anything new"), MaybeSent, "bad_answer"),
    ],
)
def test_what_is_not_known_to_come_first_may_have_been_sent(
    error: Exception, kind: type[HttpFailure], reason: str
) -> None:
    sorted_as = http.sort_error(error)

    assert (type(sorted_as), sorted_as.reason, str(sorted_as)) == (kind, reason, reason)


def test_calls_can_be_made_from_code_that_is_not_asynchronous() -> None:
    async def work(session: Session) -> Answer:
        async with wire.carrier() as running:
            running.answers(wire.status(204))
            return await session.request("GET", running.base_url)

    answer = http.run(work, QUICK)

    assert answer.status == 204


@pytest.mark.parametrize("behaviour", [wire.status(204), wire.reset], ids=["answer", "reset"])
def test_the_client_behaves_the_same_on_the_fast_loop(behaviour: wire.Behaviour) -> None:
    async def work() -> str:
        async with wire.carrier() as running, Session(QUICK) as session:
            running.answers(behaviour)
            try:
                return str((await session.request("POST", running.base_url, body=b"x")).status)
            except HttpFailure as error:
                return f"{type(error).__name__} {error.reason}"

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        outcome = runner.run(work())

    assert outcome == ("MaybeSent connection_lost" if behaviour is wire.reset else "204")


def test_a_refused_connection_is_not_sent_on_the_fast_loop() -> None:
    async def work() -> None:
        async with Session(QUICK) as session:
            await session.request("POST", "http://127.0.0.1:1/", body=b"x")

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner, pytest.raises(NotSent, match="refused"):
        runner.run(work())
