"""The contract every provider keeps, registered or waiting for it: how it sends and how it sorts what comes back.

Each case runs for each adapter, over real sockets, against a carrier on 127.0.0.1 that misbehaves.
"""

import asyncio
import logging
import pathlib
import socket
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest

from core.http import Limits, Session
from messaging.contracts import Accepted
from messaging.providers import protocol
from messaging.providers.protocol import Misconfigured, OutcomeUnknown, ProviderError, Throttled, Unavailable
from messaging.providers.registry import PROVIDERS, _by_name, provider
from tests.contract import carrier as wire
from tests.contract.carrier import Carrier
from tests.contract.kits import (
    ATTEMPT,
    BODY,
    KITS,
    QUICK,
    RECIPIENT,
    adapter,
    each_idempotent,
    each_provider,
    fixtures,
    good_answer,
    of_each,
    of_kits,
)
from tests.contract.messages import require_schema


@pytest.fixture
async def carrier() -> AsyncIterator[Carrier]:
    async with wire.carrier() as running:
        yield running


async def send(name: str, base_url: str, **changes: Any) -> Accepted:
    async with Session(QUICK) as session:
        return await adapter(name, base_url=base_url, session=session).send(KITS[name].outbound(**changes))


async def failure(name: str, base_url: str, **changes: Any) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        await send(name, base_url, **changes)
    return caught.value


# -- completeness


@each_provider
def test_every_provider_has_fixtures_a_docs_page_and_a_kit(name: str) -> None:
    kinds = {fixture["kind"] for _, fixture in fixtures(name)}

    page = pathlib.Path(__file__).parents[2] / "docs" / "providers" / f"{name}.md"

    assert name in KITS
    assert {"answer", "receipt", "inbound", "unknown"} <= kinds
    assert page.is_file()


@each_provider
def test_every_fixture_says_where_it_comes_from(name: str) -> None:
    origins = [fixture["origin"] for _, fixture in fixtures(name)]

    assert all({"source", "read_on", "values"} == set(origin) for origin in origins)


def test_the_register_refuses_two_providers_of_one_name() -> None:
    twice = (*PROVIDERS.values(), *PROVIDERS.values())

    with pytest.raises(ValueError, match="two providers are called"):
        _by_name(twice)


def test_an_unregistered_name_is_answered_with_the_names_there_are() -> None:
    with pytest.raises(Misconfigured, match="choose one of: .*twilio"):
        provider("pigeon", {})


@each_provider
def test_capabilities_and_the_second_protocols_agree(name: str) -> None:
    made = adapter(name)

    assert made.capabilities.lookup is isinstance(made, protocol.Lookup)
    assert made.capabilities.channels
    assert "text" in made.capabilities.forms
    assert made.name == name


@each_provider
def test_a_missing_credential_is_named(name: str) -> None:
    for field in KITS[name].required:
        without = {key: value for key, value in KITS[name].credentials.items() if key != field} | {field: "  "}

        with pytest.raises(Misconfigured, match=f"{field} is missing"):
            adapter(name, without)


# -- sending: what was accepted, and what was not


@pytest.mark.parametrize(("name", "fixture"), of_each("answer"))
async def test_a_recorded_answer_becomes_accepted_or_the_right_error(
    name: str, fixture: Mapping[str, Any], carrier: Carrier
) -> None:
    carrier.answers(wire.status(fixture["status"], fixture["body"]))
    expected = fixture["expect"]

    if "error" not in expected:
        accepted = await send(name, carrier.base_url)
        assert accepted == Accepted(expected["sid"], expected["status"], expected["units"])
    else:
        error = await failure(name, carrier.base_url)
        assert type(error).__name__ == expected["error"]
        assert {key: getattr(error, key) for key in expected if key != "error"} == {
            key: value for key, value in expected.items() if key != "error"
        }
        assert error.may_have_left is False

    assert len(carrier.seen) == 1


@each_provider
@pytest.mark.parametrize("text", ["¡Hola! 50% & +1 = 👍", 'a "quote", a \\ and\na line', "x"])
async def test_exactly_the_documented_request_leaves(name: str, text: str, carrier: Carrier) -> None:
    kit = KITS[name]
    carrier.answers(wire.status(kit.success, good_answer(name)))
    message = kit.outbound(body=text)

    async with Session(QUICK) as session:
        await adapter(name, base_url=carrier.base_url, session=session).send(message)

    (seen,) = carrier.seen
    assert (seen.method, seen.target) == ("POST", kit.send_target)
    assert seen.headers[getattr(kit, "credential_header", "authorization")].startswith(kit.authorization)
    assert seen.headers["content-type"] == kit.content_type
    assert kit.request(seen) == kit.expected(message)
    require_schema(name, kit.request(seen))


@each_provider
async def test_an_idempotency_key_is_sent_by_those_who_promise_something_for_it(name: str, carrier: Carrier) -> None:
    carrier.answers(wire.status(KITS[name].success, good_answer(name)))

    await send(name, carrier.base_url)

    keys = {header: value for header, value in carrier.seen[0].headers.items() if "idempotency" in header}
    promised = adapter(name).capabilities.idempotent_send
    assert keys == ({"idempotency-key": str(ATTEMPT)} if promised else {})


@each_idempotent
async def test_one_message_sent_twice_is_the_same_bytes_under_the_same_key(name: str, carrier: Carrier) -> None:
    carrier.answers(wire.reset, wire.status(KITS[name].success, good_answer(name)))
    message = KITS[name].outbound()

    async with Session(QUICK) as session:
        made = adapter(name, base_url=carrier.base_url, session=session)
        with pytest.raises(OutcomeUnknown):
            await made.send(message)
        accepted = await made.send(message)

    first, second = carrier.seen
    assert accepted.provider_message_id
    assert (first.target, first.body) == (second.target, second.body)
    assert first.headers["idempotency-key"] == second.headers["idempotency-key"]


@pytest.mark.parametrize(("name", "case"), of_kits("impossible"))
async def test_what_can_never_be_accepted_does_not_leave(
    name: str, case: tuple[dict[str, Any], type[ProviderError], str], carrier: Carrier
) -> None:
    carrier.answers(wire.status(201))
    changes, error, code = case

    raised = await failure(name, carrier.base_url, **changes)

    assert (type(raised), raised.code) == (error, code)
    assert carrier.connections == 0


@each_provider
@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry_After": "7"}, 7.0),
        ({"Retry_After": "0"}, 1.0),
        ({"Retry_After": "99999"}, 900.0),
        ({"Retry_After": "soon"}, 5.0),
        ({"Retry_After": "Mon, 23 Nov 2026 15:00:20 GMT", "Date": "Mon, 23 Nov 2026 15:00:00 GMT"}, 20.0),
        ({"Retry_After": "Mon, 23 Nov 2026 15:00:20 GMT"}, 5.0),
        ({}, 5.0),
    ],
)
async def test_the_carriers_own_waiting_time_is_kept_within_bounds(
    name: str, headers: dict[str, str], seconds: float, carrier: Carrier
) -> None:
    carrier.answers(wire.status(429, b"slow down", **headers))

    error = await failure(name, carrier.base_url)

    assert isinstance(error, Throttled)
    assert error.retry_after_seconds == seconds


@each_provider
@pytest.mark.parametrize("code", [401, 403])
async def test_a_refusal_of_credentials_without_a_code_pauses_the_sender(
    name: str, code: int, carrier: Carrier
) -> None:
    carrier.answers(wire.status(code, b"<html>no</html>"))

    error = await failure(name, carrier.base_url)

    assert isinstance(error, Misconfigured)


# -- sending: nothing left


@each_provider
async def test_a_refused_connection_means_nothing_left(name: str) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]

        error = await failure(name, f"http://127.0.0.1:{port}")

    assert (type(error), error.reason, error.may_have_left) == (Unavailable, "refused", False)


@each_provider
async def test_a_carrier_that_never_finishes_the_handshake_means_nothing_left(name: str) -> None:
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(5)

        error = await failure(name, f"https://127.0.0.1:{deaf.getsockname()[1]}")

    assert (type(error), error.reason, error.may_have_left) == (Unavailable, "connect_timeout", False)


@each_provider
async def test_a_full_backlog_means_nothing_left(name: str) -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        waiting = [_knock(full.getsockname()) for _ in range(4)]

        error = await failure(name, f"http://127.0.0.1:{full.getsockname()[1]}")
        for one in waiting:
            one.close()

    assert (type(error), error.reason, error.may_have_left) == (Unavailable, "connect_timeout", False)


def _knock(address: tuple[str, int]) -> socket.socket:
    """Take one place in a listener's queue without waiting for it."""
    one = socket.socket()
    one.setblocking(False)
    one.connect_ex(address)
    return one


@each_provider
async def test_a_failed_tls_handshake_means_nothing_left(name: str, carrier: Carrier) -> None:
    carrier.answers(wire.status(201))

    error = await failure(name, carrier.base_url.replace("http:", "https:"))

    assert (type(error), error.may_have_left) == (Unavailable, False)
    assert carrier.seen == []


@each_provider
async def test_a_name_that_does_not_resolve_means_nothing_left(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere(*_: Any, **__: Any) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", nowhere)

    error = await failure(name, "https://api.example.com")

    assert (type(error), error.reason, error.may_have_left) == (Unavailable, "name_not_found", False)


@each_provider
async def test_waiting_for_a_free_connection_is_not_a_maybe(name: str, carrier: Carrier) -> None:
    carrier.answers(wire.silence)

    async with Session(Limits(connect_seconds=0.2, total_seconds=0.6, connections=1)) as session:
        made = adapter(name, base_url=carrier.base_url, session=session)
        messages = [KITS[name].outbound() for _ in range(2)]
        outcomes = await asyncio.gather(*map(made.send, messages), return_exceptions=True)

    assert [type(outcome) for outcome in outcomes] == [OutcomeUnknown, Unavailable]
    assert len(carrier.seen) == 1


# -- sending: it may have left


UNCLEAR = {
    "500": wire.status(500, b"<html>"),
    "502 from a gateway": wire.status(502, b"<html>Bad Gateway</html>"),
    "408": wire.status(408, b""),
    "400 without a code": wire.status(400, b"<html>"),
    "404 without a code": wire.status(404, b""),
    "a redirect": wire.status(302, b"", Location="http://127.0.0.1:1/elsewhere"),
    "a redirect that keeps the method": wire.status(307, b"", Location="http://127.0.0.1:1/elsewhere"),
    "201 with broken JSON": wire.status(201, b'{"sid": "SM'),
    "201 with deep JSON": wire.status(201, b"[" * 15_000),
    "201 with a list": wire.status(201, b"[]"),
    "201 empty": wire.status(201),
    "200 with an empty object": wire.status(200, {}),
    "204": wire.status(204),
    "an oversized answer": wire.status(201, b"x" * 20_001),
    "no answer in time": wire.silence,
    "a body that never ends": wire.slow_body,
    "a reset after the request": wire.reset,
    "an answer cut short": wire.cut_in_the_body,
    "no HTTP at all": wire.no_http,
}


@pytest.mark.parametrize(
    ("name", "behaviour"),
    [pytest.param(name, each, id=f"{name}-{label}") for name in KITS for label, each in UNCLEAR.items()]
    + of_kits("unclear"),
)
async def test_an_unclear_answer_is_unknown_and_never_repeated(
    name: str, behaviour: wire.Behaviour, carrier: Carrier, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    carrier.answers(behaviour)

    error = await failure(name, carrier.base_url)

    assert (type(error), error.may_have_left) == (OutcomeUnknown, True)
    assert len(carrier.seen) == 1
    _says_nothing_personal(name, repr(error) + caplog.text + "".join(map(str, (vars(line) for line in caplog.records))))


def _says_nothing_personal(name: str, said: str) -> None:
    for private in (RECIPIENT, RECIPIENT.lstrip("+"), BODY, *KITS[name].secrets, str(ATTEMPT)):
        assert private not in said


@each_provider
async def test_a_redirect_is_never_followed(name: str, carrier: Carrier) -> None:
    async with wire.carrier() as elsewhere:
        elsewhere.answers(wire.status(KITS[name].success, good_answer(name)))
        carrier.answers(wire.status(307, b"", Location=f"{elsewhere.base_url}/2010-04-01/x"))

        error = await failure(name, carrier.base_url)

        assert isinstance(error, OutcomeUnknown)
        assert elsewhere.connections == 0


@each_provider
async def test_a_kept_connection_that_died_is_not_tried_twice(name: str, carrier: Carrier) -> None:
    good = wire.status(KITS[name].success, good_answer(name))
    carrier.answers(good, wire.reset, good)

    async with Session(QUICK) as session:
        made = adapter(name, base_url=carrier.base_url, session=session)
        await made.send(KITS[name].outbound())
        with pytest.raises(OutcomeUnknown):
            await made.send(KITS[name].outbound())

    assert len(carrier.seen) == 2
    assert carrier.connections == 1


@each_provider
async def test_a_provider_without_a_session_says_so(name: str) -> None:
    made = adapter(name)

    with pytest.raises(RuntimeError, match="open core.http.Session"):
        await made.send(KITS[name].outbound())
