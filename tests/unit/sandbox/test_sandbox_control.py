"""The control API: who may use it, and that bad input is refused with the remedy."""

import dataclasses
import json

import aiohttp
import pytest

from sandbox.app import running
from tests.unit.sandbox.in_process import SID


@pytest.fixture
def secret_settings(settings):
    return dataclasses.replace(settings, secret="s3cret")


async def test_with_a_secret_only_its_bearer_passes(secret_settings):
    async with running(secret_settings) as sandbox, aiohttp.ClientSession() as session:
        base = f"http://127.0.0.1:{sandbox.port}/_sandbox"
        async with (
            session.post(f"{base}/reset") as without,
            session.post(f"{base}/clock", json={"offset_seconds": 60}) as no,
        ):
            statuses = [without.status, no.status]
        async with session.get(f"{base}/counts", headers={"Authorization": "Bearer s3cret"}) as bearer:
            statuses.append(bearer.status)
        async with session.get(f"{base}/health") as health:
            statuses.append(health.status)
        offset = sandbox.carrier.clock.offset

    assert statuses == [401, 401, 200, 200]
    assert offset == 0.0


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}])
async def test_a_page_of_another_site_cannot_reset_the_sandbox(caller, headers):
    await caller.send("+14025550142")

    status, _ = await caller.call("POST", "/_sandbox/reset", headers=headers)

    assert status == 403
    assert len(caller.entries("message")) == 1


async def test_the_ledger_is_read_as_lines_and_narrowed(caller):
    await caller.send("+14025550142")
    await caller.send("+14025550121")
    await caller.send("+14025550142")

    _, everything = await caller.call("GET", "/_sandbox/ledger")
    _, some = await caller.call("GET", "/_sandbox/ledger?since=1&to=%2B14025550142&kind=message&limit=5")
    _, counts = await caller.call("GET", "/_sandbox/counts")
    status, error = await caller.call("GET", "/_sandbox/ledger?since=x")

    assert [json.loads(line)["id"] for line in everything.splitlines()] == [1, 2, 3]
    assert some["id"] == 3
    assert counts == {"entries": 3, "message": 3, "message.accepted": 2, "message.refused": 1}
    assert (status, error) == (400, {"error": "since, limit: give whole numbers"})


async def test_a_script_and_a_pinned_number_are_forgotten_by_a_reset(caller):
    await caller.call("POST", "/_sandbox/faults", json={"seed": 4, "requests": {"error_before": 1}})
    await caller.call("POST", "/_sandbox/numbers", json={"number": "+447700900123", "outcome": "landline"})
    broken, _ = await caller.send("+14025550142")
    refused, _ = await caller.send("+447700900123")

    await caller.call("POST", "/_sandbox/reset")

    fine, _ = await caller.send("+447700900123")
    _, script = await caller.call("GET", "/_sandbox/faults")
    assert (broken, refused, fine) == (500, 400, 201)
    assert (script["requests"], script["webhooks"], script["seed"]) == ({}, {}, 0)


@pytest.mark.parametrize(
    ("path", "content", "complaint"),
    [
        ("faults", {"requests": {"x": 1}}, "requests.x: no such fault"),
        ("numbers", {"number": "+1", "outcome": "x"}, "outcome: 'x' is not in the table"),
        ("clock", {}, "offset_seconds: give a number"),
        ("clock", {"offset_seconds": 1e300}, "offset_seconds: give a number"),
        ("accounts", {"sid": "XX", "token": "t"}, "sid: give AC and 32"),
        ("accounts", {"sid": "AC" + "3" * 32}, "token: give a secret"),
        ("accounts", {"sid": "AC" + "3" * 32, "token": "t", "personality": "odd"}, "personality: give one of"),
        (
            "accounts",
            {"sid": "AC" + "3" * 32, "token": "t", "inbound_url": "file:///x"},
            "inbound_url: give an address",
        ),
        ("accounts", {"sid": "AC" + "3" * 32, "token": "t", "advanced_opt_out": "no"}, "advanced_opt_out: give true"),
        ("accounts", {"sid": 5, "token": "t"}, "sid: give a text"),
        ("phones/+14025550142/reply", {"text": "Hi", "account": "AC9"}, "account: no such account"),
        ("faults", [1], "body: send a JSON object"),
    ],
)
async def test_bad_input_is_answered_with_the_field_and_the_remedy(caller, path, content, complaint):
    status, error = await caller.call("POST", f"/_sandbox/{path}", json=content)

    assert status == 400
    assert error["error"].startswith(complaint)
    assert len(caller.sandbox.carrier.ledger) == 0


async def test_the_clock_tells_the_product_only_when_asked(caller, application):
    quiet = await caller.call("POST", "/_sandbox/clock", json={"offset_seconds": 60})
    told = await caller.call("POST", "/_sandbox/clock", json={"offset_seconds": 3600, "tell": True})
    shown = await caller.call("GET", "/_sandbox/clock")

    assert (quiet[1]["hook_status"], told[1]["hook_status"]) == (None, 204)
    assert application.json == [("", {"offset_seconds": 3600.0})]
    assert shown[1]["offset_seconds"] == 3600.0


async def test_a_reply_without_any_message_goes_to_the_default_sender(caller, application):
    _, heard = await caller.call("POST", "/_sandbox/phones/+14025550150/reply", json={"text": "Hello?"})
    _, phones = await caller.call("GET", "/_sandbox/phones")

    assert heard["status"] == 204
    assert (application.heard[0]["To"], application.heard[0]["AccountSid"]) == ("+14025550100", SID)
    assert [(phone["number"], phone["last"]["body"]) for phone in phones] == [("+14025550150", "Hello?")]


async def test_a_message_nobody_knows_cannot_be_replayed(caller):
    status, _ = await caller.call("POST", "/_sandbox/messages/SM0/replay")

    assert status == 404


async def test_an_account_is_shown_without_its_token(caller):
    account = {"sid": "AC" + "4" * 32, "token": "hidden", "personality": "keyed"}

    status, shown = await caller.call("POST", "/_sandbox/accounts", json=account)

    assert status == 201
    assert "hidden" not in json.dumps(shown)
    assert (shown["sid"], shown["personality"]) == ("AC" + "4" * 32, "keyed")
