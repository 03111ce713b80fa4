"""Calls at the sandbox carrier: the form it takes, the life of a call, what it asks and tells, and the phone in a hand."""

import asyncio
import pathlib
import urllib.parse
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from sandbox.app import Running, running
from sandbox.call_twiml import verbs
from sandbox.settings import Settings
from sandbox.signature import sign
from sandbox.twiml import BadTwiml

PHONE = "+14025560001"
MENU = (
    '<Response><Gather numDigits="1" timeout="5" action="{action}"><Say language="en-US">Press 9</Say></Gather>'
    "<Hangup/></Response>"
)


class Product:
    """An application that answers what it is told to, and remembers what it heard."""

    def __init__(self) -> None:
        self.heard: list[dict[str, str]] = []
        self.signed: list[bool] = []
        self.answers: dict[str, str] = {}
        self.url = ""

    async def take(self, request: web.Request) -> web.Response:
        raw = (await request.read()).decode()
        form = dict(urllib.parse.parse_qsl(raw, keep_blank_values=True))
        self.heard.append(form)
        url = f"{self.url}{request.path_qs}"
        self.signed.append(request.headers["X-Twilio-Signature"] == sign("sandbox-token", url, form.items()))
        key = form.get("Digits", "") or ("news" if "CallbackSource" in form else "asks")
        answer = self.answers.get(key, "<Response><Hangup/></Response>")
        return web.Response(text=answer.format(action=f"{self.url}/voice?turn=1"), content_type="text/xml")

    def statuses(self) -> list[str]:
        return [form["CallStatus"] for form in self.heard if "CallbackSource" in form]

    def asked(self) -> list[dict[str, str]]:
        return [form for form in self.heard if "CallbackSource" not in form]


@pytest.fixture
async def product() -> AsyncIterator[Product]:
    made = Product()
    application = web.Application()
    application.router.add_post("/{path:.*}", made.take)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield made
    await runner.cleanup()


@pytest.fixture
async def box(tmp_path: pathlib.Path) -> AsyncIterator[Running]:
    async with running(Settings(tmp_path, port=0, smtp_port=0)) as started:
        yield started


async def dial(box: Running, product: Product, to: str = PHONE, **changes: str) -> tuple[int, dict[str, Any]]:
    """Ask for a call and wait until nothing is on its way any more."""
    account = box.carrier.accounts.default
    form = {"To": to, "From": "+14025550100", "Url": f"{product.url}/voice", "StatusCallback": f"{product.url}/news"}
    form |= {"MachineDetection": "Enable", "Timeout": "25", "TimeLimit": "300"} | changes
    pairs = [(name, value) for name, value in form.items() if value]
    pairs += [("StatusCallbackEvent", event) for event in ("initiated", "ringing", "answered", "completed")]
    url = f"http://127.0.0.1:{box.port}/2010-04-01/Accounts/{account.sid}/Calls.json"
    async with (
        aiohttp.ClientSession() as session,
        session.post(url, data=pairs, headers={"Authorization": account.authorization}) as answer,
    ):
        return answer.status, await answer.json()


async def over(box: Running) -> None:
    for _ in range(200):
        if not box.postman.pending:
            return
        await asyncio.sleep(0.02)
    raise AssertionError("the call goes on")


def entries(box: Running, kind: str) -> list[dict[str, Any]]:
    return [entry for entry in box.carrier.ledger.entries() if entry["kind"] == kind]


async def test_a_person_answers_hears_everything_and_the_application_is_told_each_step(
    box: Running, product: Product
) -> None:
    product.answers["asks"] = MENU

    status, body = await dial(box, product)
    await over(box)

    assert (status, body["status"], body["sid"][:2], len(body["sid"])) == (201, "queued", "CA", 34)
    assert product.statuses() == ["initiated", "ringing", "in-progress", "completed"]
    assert [form["SequenceNumber"] for form in product.heard if "CallbackSource" in form] == ["0", "1", "2", "3"]
    assert [form["AnsweredBy"] for form in product.asked()] == ["human"]
    assert product.heard[-1]["CallDuration"] == "6"
    assert all(product.signed)
    (end,) = entries(box, "call_end")
    assert (end["said"], end["keys"], end["status"], end["seconds"]) == (["Press 9"], "", "completed", 6)


async def test_a_pressed_key_is_reported_and_what_comes_back_is_said(box: Running, product: Product) -> None:
    product.answers |= {"asks": MENU, "9": "<Response><Say>Goodbye</Say><Hangup/></Response>"}

    await dial(box, product, "+14025550195")
    await over(box)

    assert [form.get("Digits") for form in product.asked()] == [None, "9"]
    (end,) = entries(box, "call_end")
    assert (end["said"], end["keys"]) == (["Press 9", "key 9", "Goodbye"], "9")


@pytest.mark.parametrize(
    ("digits", "statuses", "sip"),
    [
        ("90", ["initiated", "ringing", "busy"], "486"),
        ("91", ["initiated", "ringing", "no-answer"], "480"),
        ("94", ["initiated", "ringing", "failed"], "404"),
    ],
)
async def test_nobody_answers(box: Running, product: Product, digits: str, statuses: list[str], sip: str) -> None:
    await dial(box, product, f"+140255501{digits}")
    await over(box)

    assert product.statuses() == statuses
    assert product.asked() == []
    assert product.heard[-1]["SipResponseCode"] == sip
    assert entries(box, "call_end")[0]["accepted"] is False


@pytest.mark.parametrize(
    ("digits", "detection", "answered_by"),
    [
        ("92", "Enable", "machine_start"),
        ("92", "DetectMessageEnd", "machine_end_beep"),
        ("93", "Enable", "fax"),
        ("98", "Enable", "unknown"),
        ("92", "", None),
    ],
)
async def test_who_answered_is_said_where_somebody_asked(
    box: Running, product: Product, digits: str, detection: str, answered_by: str | None
) -> None:
    await dial(box, product, f"+140255501{digits}", MachineDetection=detection)
    await over(box)

    assert [form.get("AnsweredBy") for form in product.asked()] == [answered_by]


async def test_a_number_that_is_busy_once_is_answered_the_second_time(box: Running, product: Product) -> None:
    for _ in range(2):
        await dial(box, product, "+14025550197")
        await over(box)

    assert [entry["status"] for entry in entries(box, "call_end")] == ["busy", "completed"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"To": ""}, 21201),
        ({"To": "nobody"}, 21217),
        ({"To": "+14025550189"}, 21217),
        ({"From": ""}, 21213),
        ({"From": "?"}, 21212),
        ({"Url": ""}, 21205),
        ({"StatusCallback": "http://under_score.example/x"}, 21609),
        ({"MachineDetection": "Maybe"}, 20001),
        ({"Timeout": "601"}, 20001),
        ({"TimeLimit": "soon"}, 20001),
    ],
)
async def test_a_form_that_cannot_be_a_call_is_refused_with_its_code(
    box: Running, product: Product, changes: dict[str, str], code: int
) -> None:
    status, body = await dial(box, product, changes.pop("To", PHONE), **changes)

    assert (status, body["code"]) == (400, code)
    (line,) = entries(box, "call")
    assert (line["accepted"], line["code"]) == (False, code)
    assert product.heard == []


async def test_a_number_that_is_too_much_for_the_carrier_is_so_on_every_channel(box: Running, product: Product) -> None:
    status, body = await dial(box, product, "+14025550120")

    assert (status, body["code"]) == (429, 20429)
    assert [line["status"] for line in entries(box, "call")] == ["rate_limited"]


async def test_a_call_whose_answer_was_lost_rings_all_the_same(box: Running, product: Product) -> None:
    lost = next(phone for phone, outcome in box.carrier.numbers.listed() if outcome.answer == "lost_after")

    with pytest.raises(aiohttp.ClientError):
        await dial(box, product, lost)
    await over(box)

    assert product.statuses() == ["initiated", "ringing", "in-progress", "completed"]


async def test_an_answer_that_is_no_twiml_ends_the_call_and_says_why(box: Running, product: Product) -> None:
    product.answers["asks"] = "<Response><Dial>+19005550100</Dial></Response>"

    await dial(box, product)
    await over(box)

    (end,) = entries(box, "call_end")
    assert (end["said"], end["why"]) == ([], "<Dial> cannot stand here (error 12200)")


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"<Say>x</Say>",
        b"<Response><Say>",
        b"<!DOCTYPE x><Response/>",
        b"<Response><Say><Say>x</Say></Say></Response>",
    ],
)
def test_what_is_no_twiml_of_a_call_is_refused(document: bytes) -> None:
    with pytest.raises(BadTwiml):
        verbs(document)


async def page(box: Running, method: str, path: str, **form: str) -> Any:
    async with (
        aiohttp.ClientSession() as session,
        session.request(
            method, f"http://127.0.0.1:{box.port}{path}", data=form or None, headers={"Accept": "application/json"}
        ) as answer,
    ):
        return await answer.json()


async def card(box: Running, words: str) -> str:
    """The call card of the phone in hand, once it shows these words."""
    for _ in range(100):
        live = await page(box, "GET", f"/handset/live?phone={urllib.parse.quote(PHONE)}&tab=calls")
        if words in live["call"]:
            return str(live["call"])
        await asyncio.sleep(0.05)
    raise AssertionError(f"the card never showed {words}")


async def test_a_phone_in_a_hand_rings_there_is_picked_up_and_its_keys_are_heard(
    box: Running, product: Product
) -> None:
    product.answers |= {"asks": MENU, "9": "<Response><Say>Goodbye &amp; &lt;b&gt;</Say><Hangup/></Response>"}
    await page(box, "GET", f"/handset/live?phone={urllib.parse.quote(PHONE)}")

    _, call = await dial(box, product)
    ringing = await card(box, "Incoming call")
    picked = await page(box, "POST", "/handset/call", call=call["sid"], move="answer")
    talking = await card(box, "Press 9")
    await page(box, "POST", "/handset/call", call=call["sid"], move="key 9")
    goodbye = await card(box, "Goodbye &amp; &lt;b&gt;")
    await page(box, "POST", "/handset/call", call=call["sid"], move="hang_up")
    await over(box)
    late = await page(box, "POST", "/handset/call", call=call["sid"], move="key 1")

    assert 'value="answer"' in ringing
    assert 'value="decline"' in ringing
    assert picked == {"problem": ""}
    assert 'lang="en-US"' in talking
    assert talking.count('class="key num"') == 12
    assert "pressed 9" in goodbye
    assert late == {"problem": "This call is over."}
    assert [form.get("Digits") for form in product.asked()] == [None, "9"]
    listed = await page(box, "GET", f"/handset/live?phone={urllib.parse.quote(PHONE)}&tab=calls")
    assert listed["call"] == ""
    assert "answered by human" in listed["log"]


async def test_a_declined_call_is_busy_and_other_words_are_no_keys(box: Running, product: Product) -> None:
    await page(box, "GET", f"/handset/live?phone={urllib.parse.quote(PHONE)}")
    _, call = await dial(box, product)
    await card(box, "Incoming call")

    wrong = await page(box, "POST", "/handset/call", call=call["sid"], move="key 99")
    await page(box, "POST", "/handset/call", call=call["sid"], move="decline")
    await over(box)

    assert wrong == {"problem": "Press one of the keys."}
    assert product.statuses() == ["initiated", "ringing", "busy"]


async def test_the_control_api_lists_pins_and_replays_calls(box: Running, product: Product) -> None:
    pinned = await page_json(box, "calls/wills", {"number": PHONE, "will": "call_busy"})
    refused = await page_json(box, "calls/wills", {"number": PHONE, "will": "call_sings"})
    _, call = await dial(box, product)
    await over(box)
    told = len(product.heard)

    replayed = await page_json(box, f"calls/{call['sid']}/replay", {"backwards": True})
    listed = await page(box, "GET", "/_sandbox/calls")

    assert pinned == {"ok": True}
    assert "will:" in refused["error"]
    assert (replayed, len(product.heard)) == ({"heard": 3}, told + 3)
    assert [each["CallStatus"] for each in product.heard[told:]] == ["busy", "ringing", "initiated"]
    assert [(each["sid"], each["status"]) for each in listed] == [(call["sid"], "busy")]


async def page_json(box: Running, path: str, body: dict[str, Any]) -> Any:
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"http://127.0.0.1:{box.port}/_sandbox/{path}", json=body) as answer,
    ):
        return await answer.json()


async def test_a_reset_ends_every_call(box: Running, product: Product) -> None:
    await page(box, "GET", f"/handset/live?phone={urllib.parse.quote(PHONE)}")
    await dial(box, product)
    await card(box, "Incoming call")

    box.carrier.reset()
    await over(box)

    assert await page(box, "GET", "/_sandbox/calls") == []
