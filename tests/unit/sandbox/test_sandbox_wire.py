"""The Twilio doors in this process: what is taken, what is refused, and what the caller sees of it."""

import asyncio

import aiohttp
import pytest

from sandbox.app import running
from tests.proofs import proves
from tests.unit.sandbox.in_process import MESSAGES, SID, credentials


async def test_an_accepted_message_is_in_the_ledger_and_looks_like_the_real_one(caller):
    status, message = await caller.send("+14025550142", StatusCallback="http://127.0.0.1:9/x?m=1")

    (entry,) = caller.entries("message")
    assert status == 201
    assert list(message) == [
        "account_sid", "api_version", "body", "date_created", "date_sent", "date_updated", "direction", "error_code",
        "error_message", "from", "messaging_service_sid", "num_media", "num_segments", "price", "price_unit", "sid",
        "status", "subresource_uris", "to", "uri",
    ]  # fmt: skip
    assert (message["status"], message["direction"], message["num_segments"]) == ("queued", "outbound-api", "1")
    assert message["date_created"].endswith(" +0000")
    assert (entry["sid"], entry["accepted"], entry["to"]) == (message["sid"], True, "+14025550142")
    assert entry["callback_url"] == "http://127.0.0.1:9/x?m=1"


async def test_a_service_has_not_chosen_its_sender_when_it_answers(caller):
    service = "MG" + "0" * 32

    _, message = await caller.send("+14025550142", From="", MessagingServiceSid=service)
    await asyncio.sleep(0.3)
    _, later = await caller.call("GET", message["uri"])

    assert (message["status"], message["from"], message["num_segments"]) == ("accepted", None, "0")
    assert (later["status"], later["from"], later["num_segments"]) == ("sent", "+14025550100", "1")
    assert later["messaging_service_sid"] == service


@pytest.mark.parametrize(
    "headers", [{"Authorization": ""}, credentials(token="wrong"), credentials(sid="AC" + "f" * 32)]
)
async def test_wrong_credentials_are_refused_and_nothing_is_written(caller, headers):
    status, error = await caller.send("+14025550142", headers=headers)

    assert (status, error["code"]) == (401, 20003)
    assert len(caller.sandbox.carrier.ledger) == 0


@pytest.mark.parametrize(
    ("to", "status", "code"),
    [
        ("+14025550120", 429, 20429),
        ("+14025550121", 400, 21211),
        ("+14025550122", 400, 21610),
        ("+14025550127", 400, 21614),
        ("+14025550130", 500, 20500),
        ("nonsense", 400, 21211),
    ],
)
@proves("G29")
async def test_a_refused_message_is_noted_as_refused_and_nothing_is_sent(caller, to, status, code):
    answered, error = await caller.send(to, StatusCallback="http://127.0.0.1:9/x")
    await caller.settled()

    assert (answered, error["code"], error["status"]) == (status, code, status)
    assert error["more_info"] == f"https://www.twilio.com/docs/errors/{code}"
    assert [entry["accepted"] for entry in caller.entries("message")] == [False]
    assert caller.entries("callback") == []


async def test_a_limited_sender_is_told_when_to_come_back(caller):
    await caller.call("POST", "/_sandbox/faults", json={"requests": {"rate_limited": 1}, "retry_after_seconds": 7})

    form = {"To": "+14025550142", "From": "+14025550100", "Body": "x"}
    async with caller.session.post(f"{caller.base}{MESSAGES}.json", data=form) as response:
        assert (response.status, response.headers["Retry-After"]) == (429, "7")


@pytest.mark.parametrize(("digits", "accepted"), [("32", False), ("38", True), ("39", True)])
@proves("G29")
async def test_a_cut_line_tells_the_caller_nothing_but_the_ledger_knows(caller, digits, accepted):
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await caller.send(f"+140255501{digits}")

    assert [entry["accepted"] for entry in caller.entries("message")] == [accepted]


@pytest.mark.parametrize(("digits", "accepted"), [("31", False), ("34", True)])
@proves("G29")
async def test_a_hanging_carrier_may_or_may_not_have_taken_the_message(caller, digits, accepted):
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await caller.send(f"+140255501{digits}")

    assert [entry["accepted"] for entry in caller.entries("message")] == [accepted]


@proves("G29")
async def test_an_accepted_message_may_be_answered_with_nonsense(caller):
    broken = await caller.send("+14025550136")
    nameless = await caller.send("+14025550137")
    failed = await caller.send("+14025550133")

    assert broken[0] == 201
    assert isinstance(broken[1], str)
    assert nameless[0] == 201
    assert "sid" not in nameless[1]
    assert (failed[0], failed[1]["code"]) == (500, 20500)
    assert [entry["accepted"] for entry in caller.entries("message")] == [True, True, True]


async def test_a_slow_carrier_answers_after_the_scripted_time(caller):
    await caller.call("POST", "/_sandbox/faults", json={"slow_seconds": 0.3})
    began = asyncio.get_running_loop().time()

    status, _ = await caller.send("+14025550135")

    assert status == 201
    assert asyncio.get_running_loop().time() - began >= 0.3


async def test_the_same_key_takes_a_message_once_and_another_body_is_refused(caller):
    account = {"sid": SID, "token": "sandbox-token", "personality": "keyed"}
    await caller.call("POST", "/_sandbox/accounts", json=account)
    key = {"Idempotency-Key": "k1"}

    first = await caller.send("+14025550142", headers=key)
    second = await caller.send("+14025550142", headers=key)
    third = await caller.send("+14025550142", body="Other", headers=key)

    assert (first[0], second[0], third[0]) == (201, 201, 422)
    assert first[1]["sid"] == second[1]["sid"]
    assert [(entry["accepted"], entry["key"], entry["status"]) for entry in caller.entries("message")] == [
        (True, "k1", "queued"), (False, "k1", "replayed"), (False, "k1", "refused"),
    ]  # fmt: skip


async def test_twilio_itself_knows_no_key(caller):
    key = {"Idempotency-Key": "k1"}

    first = await caller.send("+14025550142", headers=key)
    second = await caller.send("+14025550142", headers=key)

    assert first[1]["sid"] != second[1]["sid"]
    assert [entry["accepted"] for entry in caller.entries("message")] == [True, True]


async def test_a_carrier_that_only_calls_back_has_no_list(caller):
    account = {"sid": SID, "token": "sandbox-token", "personality": "webhook_only"}
    await caller.call("POST", "/_sandbox/accounts", json=account)

    status, error = await caller.call("GET", f"{MESSAGES}.json")

    assert (status, error["code"]) == (404, 20404)


async def test_a_list_is_newest_first_and_narrowed_by_number_and_date(caller):
    _, one = await caller.send("+14025550142")
    _, two = await caller.send("+14025550143")
    _, three = await caller.send("+14025550142")
    await asyncio.sleep(0.5)

    _, everything = await caller.call("GET", f"{MESSAGES}.json")
    _, to_one = await caller.call("GET", f"{MESSAGES}.json", params={"To": "+14025550142"})
    _, nobody = await caller.call("GET", f"{MESSAGES}.json", params={"To": "+14025550199"})
    _, sent = await caller.call("GET", f"{MESSAGES}.json", params={"From": "+14025550100", "DateSent>": "2020-01-01"})
    _, old = await caller.call("GET", f"{MESSAGES}.json", params={"DateSent<": "2020-01-01"})

    sids = [[message["sid"] for message in answer["messages"]] for answer in (everything, to_one, nobody, sent, old)]
    everyone = [three["sid"], two["sid"], one["sid"]]
    assert sids == [everyone, [three["sid"], one["sid"]], [], everyone, []]


async def test_a_queued_message_has_no_date_to_be_found_by(caller):
    await caller.send("+14025550142")

    _, found = await caller.call("GET", f"{MESSAGES}.json", params={"DateSent>": "2020-01-01"})

    assert found["messages"] == []


async def test_pages_of_a_list_follow_each_other_without_gap_or_overlap(caller):
    sent = [(await caller.send("+14025550142"))[1]["sid"] for _ in range(5)]
    path, seen = f"{MESSAGES}.json?PageSize=2&To=%2B14025550142", []

    while path:
        _, page = await caller.call("GET", path)
        seen += [message["sid"] for message in page["messages"]]
        path = page["next_page_uri"]

    assert seen == sent[::-1]


async def test_a_finished_message_can_be_emptied_and_deleted_and_an_unfinished_one_cannot(caller):
    _, message = await caller.send("+14025550142")
    early = [
        await caller.call("POST", message["uri"], data={"Body": ""}),
        await caller.call("DELETE", message["uri"]),
        await caller.call("POST", message["uri"], data={"Status": "canceled"}),
    ]
    await asyncio.sleep(0.5)

    emptied = await caller.call("POST", message["uri"], data={"Body": ""})
    deleted = await caller.call("DELETE", message["uri"])
    gone = await caller.call("GET", message["uri"])

    assert [error["code"] for _, error in early] == [20009, 20009, 30409]
    assert (emptied[1]["body"], emptied[1]["status"]) == ("", "delivered")
    assert (deleted[0], gone[0]) == (204, 404)
    assert [entry["status"] for entry in caller.entries("change")] == ["redacted", "deleted"]


async def test_an_account_sees_only_its_own_messages(caller):
    _, message = await caller.send("+14025550142")
    other = "AC" + "2" * 32
    await caller.call("POST", "/_sandbox/accounts", json={"sid": other, "token": "t2"})
    path = f"/2010-04-01/Accounts/{other}/Messages"

    listed = await caller.call("GET", f"{path}.json", headers=credentials(other, "t2"))
    fetched = await caller.call("GET", f"{path}/{message['sid']}.json", headers=credentials(other, "t2"))

    assert listed[1]["messages"] == []
    assert (fetched[0], fetched[1]["code"]) == (404, 20404)


async def test_credentials_can_be_checked(caller):
    good = await caller.call("GET", f"/2010-04-01/Accounts/{SID}.json")
    bad = await caller.call("GET", f"/2010-04-01/Accounts/{SID}.json", headers=credentials(token="x"))
    elsewhere = await caller.call("GET", "/2010-04-01/Accounts.json")

    assert (good[0], good[1]["sid"], good[1]["status"]) == (200, SID, "active")
    assert (bad[0], bad[1]["code"]) == (401, 20003)
    assert (elsewhere[0], elsewhere[1]["code"]) == (404, 20404)


async def test_threads_come_back_after_a_restart_and_nothing_is_delivered_again(settings, application):
    async with running(settings) as first:
        account = first.carrier.accounts.default
        first.carrier.accept(account, {"To": ["+14025550142"], "From": ["+14025550100"], "Body": ["Hi"]}, "")

    async with running(settings) as second:
        (message,) = second.carrier.messages.thread("+14025550142")
        pending = second.postman.pending

    assert (message.body, message.now().status, pending) == ("Hi", "delivered", 0)
    assert application.heard == []
