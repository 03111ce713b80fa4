"""The second half of the contract every provider keeps: reading webhooks and answering questions."""

import datetime
import hashlib
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest

from core.http import Session
from messaging.contracts import Inbound, Receipt, Unknown
from messaging.providers import protocol
from messaging.providers.protocol import Misconfigured, ProviderError, Throttled, Unavailable
from messaging.states import RANKS
from tests.contract import carrier as wire
from tests.contract.carrier import Carrier
from tests.contract.kits import (
    ATTEMPT,
    CALLBACK_SECRET,
    KITS,
    QUICK,
    RECIPIENT,
    WEBHOOK_BASE,
    adapter,
    each_lookup,
    each_provider,
    fixtures,
    of_each,
    recorded,
)


@pytest.fixture
async def carrier() -> AsyncIterator[Carrier]:
    async with wire.carrier() as running:
        yield running


# -- webhooks


def content(fixture: Mapping[str, Any]) -> Any:
    """What a recorded webhook carried: the fields of a form, or a JSON body."""
    return fixture["fields"] if "fields" in fixture else fixture["webhook"]


@pytest.mark.parametrize(("name", "fixture"), of_each("receipt", "inbound", "unknown"))
def test_a_recorded_webhook_is_verified_and_read(name: str, fixture: Mapping[str, Any]) -> None:
    made = adapter(name)
    request = KITS[name].webhook(content(fixture))

    made.verify(request)
    events = made.parse(request)

    assert [_as_recorded(event, expected) for event, expected in zip(events, fixture["expect"], strict=True)] == (
        fixture["expect"]
    )
    assert all(0 < len(event.event_key) <= 120 for event in events)
    assert all(event.status in RANKS for event in events if isinstance(event, Receipt))
    assert made.parse(request) == events


def _as_recorded(event: Receipt | Inbound | Unknown, expected: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": type(event).__name__} | {key: recorded(getattr(event, key)) for key in expected if key != "type"}


@each_provider
def test_what_is_kept_or_logged_of_a_webhook_shows_no_person(name: str) -> None:
    made, kit = adapter(name), KITS[name]

    shown = [
        repr(made.parse(kit.webhook(content(each))))
        for kind in ("inbound", "unknown")
        for _, each in fixtures(name, kind)
    ]
    shown.append(repr(kit.webhook(content(fixtures(name, "inbound")[0][1]))) + repr(kit.outbound()))

    for private in (RECIPIENT, "please stop", "15550100123", "US.1234567890", "Ana"):
        assert not [text for text in shown if private in text]


@each_provider
def test_a_receipt_names_the_attempt_of_the_mark_it_came_with(name: str) -> None:
    made = adapter(name)
    assert isinstance(made, protocol.ReportsToMarkedAddress)
    marked = made.callback_url(WEBHOOK_BASE, "t1", ATTEMPT, CALLBACK_SECRET.encode())
    forged = marked.replace("00aa?", "00ab?")
    news = content(fixtures(name, "receipt")[0][1])

    (genuine,) = made.parse(KITS[name].reported(news, marked))
    (foreign,) = made.parse(KITS[name].reported(news, forged))

    assert isinstance(genuine, Receipt)
    assert isinstance(foreign, Receipt)
    assert (genuine.attempt_id, foreign.attempt_id) == (ATTEMPT, None)
    assert genuine.provider_message_id == foreign.provider_message_id


@each_provider
def test_without_our_own_secret_a_receipt_names_no_attempt(name: str) -> None:
    made = adapter(name, {key: value for key, value in KITS[name].credentials.items() if key != "callback_secret"})
    assert isinstance(made, protocol.ReportsToMarkedAddress)
    marked = made.callback_url(WEBHOOK_BASE, "t1", ATTEMPT, CALLBACK_SECRET.encode())

    (receipt,) = made.parse(KITS[name].reported(content(fixtures(name, "receipt")[0][1]), marked))

    assert isinstance(receipt, Receipt)
    assert receipt.attempt_id is None


@each_provider
def test_a_webhook_repeated_brings_the_same_keys_and_other_news_another(name: str) -> None:
    made, kit = adapter(name), KITS[name]
    news = [content(each) for _, each in fixtures(name, "receipt")]

    once = [event.event_key for each in news for event in made.parse(kit.webhook(each))]
    again = [event.event_key for each in news for event in made.parse(kit.webhook(each))]

    assert once == again
    assert len(set(once)) >= 6


NO_WEBHOOKS = [b"", b"\xff\xfe", b'{"a": "\xc3\xa9"}', b"{", b"[" * 5000, b'{"data": {"id": "\\ud800"}}', b"&=&"]


@pytest.mark.parametrize(
    ("name", "body"),
    [pytest.param(name, body, id=f"{name}-{place}") for name in KITS for place, body in enumerate(NO_WEBHOOKS)]
    + [
        pytest.param(name, body, id=f"{name}-own-{place}")
        for name, kit in KITS.items()
        for place, body in enumerate(kit.no_webhooks)
    ],
)
def test_a_body_that_is_no_webhook_is_unknown_and_never_an_exception(name: str, body: bytes) -> None:
    made = adapter(name)

    events = made.parse(protocol.WebhookRequest("POST", WEBHOOK_BASE, (), body))

    assert [type(event) for event in events] == [Unknown]
    assert events[0].event_key


# -- asking


@each_provider
async def test_credentials_are_checked_without_sending(name: str, carrier: Carrier) -> None:
    carrier.answers(wire.status(200, KITS[name].account_works))

    await _check(name, carrier)

    assert [(seen.method, seen.target) for seen in carrier.seen] == [("GET", KITS[name].check_target)]


@each_provider
@pytest.mark.parametrize(
    ("behaviour", "error"),
    [
        (lambda kit: wire.status(200, kit.account_fails), Misconfigured),
        (lambda kit: wire.status(401, kit.key_refused), Misconfigured),
        (lambda kit: wire.status(403, b""), Misconfigured),
        (lambda kit: wire.status(429, b""), Throttled),
        (lambda kit: wire.status(500, b""), Unavailable),
        (lambda kit: wire.status(404, b""), Unavailable),
        (lambda kit: wire.reset, Unavailable),
    ],
)
async def test_a_failed_check_says_whether_the_credentials_are_at_fault(
    name: str, behaviour: Any, error: type[ProviderError], carrier: Carrier
) -> None:
    carrier.answers(behaviour(KITS[name]))

    with pytest.raises(error):
        await _check(name, carrier)

    assert len(carrier.seen) == 1


async def _check(name: str, carrier: Carrier) -> None:
    async with Session(QUICK) as session:
        made = adapter(name, base_url=carrier.base_url, session=session)
        assert isinstance(made, protocol.CredentialCheck)
        await made.check_credentials()


SINCE = datetime.datetime(2026, 11, 23, 15, tzinfo=datetime.UTC)


async def _listed(name: str, carrier: Carrier) -> tuple[protocol.Listed, ...]:
    async with Session(QUICK) as session:
        made = adapter(name, base_url=carrier.base_url, session=session)
        assert isinstance(made, protocol.Lookup)
        return await made.list_messages(RECIPIENT, SINCE)


@pytest.mark.parametrize(("name", "fixture"), of_each("list"))
async def test_the_list_is_read_by_recipient_until_it_is_old_enough(
    name: str, fixture: Mapping[str, Any], carrier: Carrier
) -> None:
    carrier.answers(*(wire.status(200, page) for page in fixture["pages"]))

    found = await _listed(name, carrier)

    assert [(one.provider_message_id[-2:], one.outbound) for one in found] == [
        ("21", True),
        ("22", False),
        ("23", True),
    ]
    assert found[0].body_digest == hashlib.sha256(b"Hello").digest()
    assert found[2].created_at == SINCE
    assert "To=%2B15550100123" in carrier.seen[0].target
    assert "DateSent" not in carrier.seen[0].target
    assert len(carrier.seen) == 2


@pytest.mark.parametrize(("name", "fixture"), of_each("list"))
@pytest.mark.parametrize(
    "following",
    ["https://evil.example/2010-04-01/x", "//evil.example/x", "/2010-04-01/Accounts/AC2/Messages.json?To=1"],
)
async def test_the_list_never_takes_the_credentials_elsewhere(
    name: str, fixture: Mapping[str, Any], following: str, carrier: Carrier
) -> None:
    carrier.answers(wire.status(200, fixture["pages"][0] | {"next_page_uri": following}))

    with pytest.raises(Unavailable, match="not the account's"):
        await _listed(name, carrier)

    assert len(carrier.seen) == 1


@pytest.mark.parametrize(("name", "fixture"), of_each("list"))
async def test_absence_is_not_concluded_from_a_list_that_is_too_long(
    name: str, fixture: Mapping[str, Any], carrier: Carrier
) -> None:
    carrier.answers(wire.status(200, fixture["pages"][0]))

    with pytest.raises(Unavailable, match="too long"):
        await _listed(name, carrier)

    assert len(carrier.seen) == 5


@each_lookup
@pytest.mark.parametrize("page", [{}, {"messages": [{}]}, {"messages": [{"sid": "SM1", "date_created": "never"}]}, []])
async def test_absence_is_not_concluded_from_a_list_that_cannot_be_read(name: str, page: Any, carrier: Carrier) -> None:
    carrier.answers(wire.status(200, page if isinstance(page, dict) else b"[]"))

    with pytest.raises(Unavailable, match="cannot be read"):
        await _listed(name, carrier)
