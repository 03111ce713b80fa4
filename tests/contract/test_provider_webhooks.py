"""The second half of the contract every registered provider keeps: reading webhooks and answering questions."""

import datetime
import hashlib
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest

from core.http import Session
from messaging.contracts import Inbound, Receipt, Unknown
from messaging.providers import protocol
from messaging.providers.protocol import Misconfigured, ProviderError, Throttled, Unavailable
from messaging.providers.registry import provider
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
    each_provider,
    fixtures,
    of_each,
    outbound,
)


@pytest.fixture
async def carrier() -> AsyncIterator[Carrier]:
    async with wire.carrier() as running:
        yield running


# -- webhooks


@pytest.mark.parametrize(("name", "fixture"), of_each("receipt") + of_each("inbound") + of_each("unknown"))
def test_a_recorded_webhook_is_verified_and_read(name: str, fixture: Mapping[str, Any]) -> None:
    made = provider(name, KITS[name].credentials)
    request = KITS[name].webhook(fixture["fields"])

    made.verify(request)
    events = made.parse(request)

    assert [_as_recorded(event, expected) for event, expected in zip(events, fixture["expect"], strict=True)] == (
        fixture["expect"]
    )
    assert all(event.event_key for event in events)
    assert all(event.status in RANKS for event in events if isinstance(event, Receipt))
    assert made.parse(request) == events


def _as_recorded(event: Receipt | Inbound | Unknown, expected: Mapping[str, Any]) -> dict[str, Any]:
    found = {key: getattr(event, key) for key in expected if key != "type"}
    return {"type": type(event).__name__} | found | ({"media": list(event.media)} if isinstance(event, Inbound) else {})


@each_provider
def test_what_is_kept_or_logged_of_a_webhook_shows_no_person(name: str) -> None:
    made = provider(name, KITS[name].credentials)

    shown = [repr(made.parse(KITS[name].webhook(fixture["fields"]))) for _, fixture in fixtures(name, "inbound")]
    shown += [repr(made.parse(KITS[name].webhook(fixture["fields"]))) for _, fixture in fixtures(name, "unknown")]
    shown.append(repr(KITS[name].webhook(fixtures(name, "inbound")[0][1]["fields"])) + repr(outbound()))

    assert not [text for text in shown if RECIPIENT in text or "please stop" in text or "15550100123" in text]


@each_provider
def test_a_receipt_names_the_attempt_of_the_address_it_came_to(name: str) -> None:
    made = provider(name, KITS[name].credentials)
    assert isinstance(made, protocol.ReportsToMarkedAddress)
    url = made.callback_url(WEBHOOK_BASE, "t1", ATTEMPT, CALLBACK_SECRET.encode()).partition("#")[0]
    forged = url.replace("00aa?", "00ab?")

    fields = fixtures(name, "receipt")[0][1]["fields"]
    (genuine,) = made.parse(KITS[name].webhook(fields, url))
    (foreign,) = made.parse(KITS[name].webhook(fields, forged))

    assert isinstance(genuine, Receipt)
    assert isinstance(foreign, Receipt)
    assert (genuine.attempt_id, foreign.attempt_id) == (ATTEMPT, None)
    assert genuine.provider_message_id == foreign.provider_message_id


@each_provider
def test_a_field_sent_twice_with_two_values_is_kept_for_a_person_to_look_at(name: str) -> None:
    made = provider(name, KITS[name].credentials)
    fields = [*fixtures(name, "receipt")[0][1]["fields"].items(), ("MessageStatus", "delivered")]

    events = made.parse(KITS[name].webhook(fields))

    assert [type(event) for event in events] == [Unknown]


@each_provider
@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b'{"a": "\xc3\xa9"}', b"&&&", b"=" * 5000, b"a&" * 600])
def test_a_body_that_is_no_form_is_unknown_and_never_an_exception(name: str, body: bytes) -> None:
    made = provider(name, KITS[name].credentials)

    events = made.parse(protocol.WebhookRequest("POST", WEBHOOK_BASE, (), body))

    assert [type(event) for event in events] == [Unknown]


# -- asking


@each_provider
async def test_credentials_are_checked_without_sending(name: str, carrier: Carrier) -> None:
    carrier.answers(wire.status(200, {"status": "active"}))

    await _check(name, carrier)

    assert [(seen.method, seen.target) for seen in carrier.seen] == [
        ("GET", f"/2010-04-01/Accounts/AC{'0' * 31}1.json")
    ]


@each_provider
@pytest.mark.parametrize(
    ("behaviour", "error"),
    [
        (wire.status(200, {"status": "suspended"}), Misconfigured),
        (wire.status(401, {"code": 20003}), Misconfigured),
        (wire.status(429, b""), Throttled),
        (wire.status(500, b""), Unavailable),
        (wire.reset, Unavailable),
    ],
)
async def test_a_failed_check_says_whether_the_credentials_are_at_fault(
    name: str, behaviour: wire.Behaviour, error: type[ProviderError], carrier: Carrier
) -> None:
    carrier.answers(behaviour)

    with pytest.raises(error):
        await _check(name, carrier)

    assert len(carrier.seen) == 1


async def _check(name: str, carrier: Carrier) -> None:
    async with Session(QUICK) as session:
        made = provider(name, KITS[name].credentials, carrier.base_url, session)
        assert isinstance(made, protocol.CredentialCheck)
        await made.check_credentials()


SINCE = datetime.datetime(2026, 11, 23, 15, tzinfo=datetime.UTC)


async def _listed(name: str, carrier: Carrier) -> tuple[protocol.Listed, ...]:
    async with Session(QUICK) as session:
        made = provider(name, KITS[name].credentials, carrier.base_url, session)
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


@each_provider
@pytest.mark.parametrize("page", [{}, {"messages": [{}]}, {"messages": [{"sid": "SM1", "date_created": "never"}]}, []])
async def test_absence_is_not_concluded_from_a_list_that_cannot_be_read(name: str, page: Any, carrier: Carrier) -> None:
    carrier.answers(wire.status(200, page if isinstance(page, dict) else b"[]"))

    with pytest.raises(Unavailable, match="cannot be read"):
        await _listed(name, carrier)
