"""The sandbox's WhatsApp: Meta's wire format, a window, a review with magic names, webhooks signed over their raw bytes."""

import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from sandbox.app import running
from sandbox.settings import Settings
from tests.unit.sandbox.in_process import Caller

ID, NUMBER, TOKEN, SECRET, WORD = "100000000000055", "200000000000055", "token-55", "secret-55", "word-55"
AUTH = {"Authorization": f"Bearer {TOKEN}"}
ANA = "+14025550101"


class Product:
    """The application's side: every webhook whose signature is right, and how often it was asked to prove itself."""

    def __init__(self) -> None:
        self.heard: list[dict[str, Any]] = []
        self.forged = 0
        self.asked = 0
        self.url = ""

    async def hear(self, request: web.Request) -> web.Response:
        if request.method == "GET":
            self.asked += 1
            right = request.query["hub.verify_token"] == WORD and request.query["hub.mode"] == "subscribe"
            return web.Response(text=request.query["hub.challenge"]) if right else web.Response(status=403)
        body = await request.read()
        digest = "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        self.forged += digest != request.headers["X-Hub-Signature-256"]
        self.heard.append(json.loads(body))
        return web.Response()

    def changes(self, field: str) -> list[dict[str, Any]]:
        found = [change for one in self.heard for entry in one["entry"] for change in entry["changes"]]
        return [change["value"] for change in found if change["field"] == field]

    def statuses(self) -> list[dict[str, Any]]:
        return [row for value in self.changes("messages") for row in value.get("statuses", ())]

    def messages(self) -> list[dict[str, Any]]:
        return [row for value in self.changes("messages") for row in value.get("messages", ())]


@pytest.fixture
async def product() -> AsyncIterator[Product]:
    found, server = Product(), web.Application()
    server.router.add_route("*", "/meta", found.hear)
    runner = web.AppRunner(server, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    found.url = f"http://127.0.0.1:{runner.addresses[0][1]}/meta"
    yield found
    await runner.cleanup()


@pytest.fixture
async def business(caller: Caller, product: Product) -> Caller:
    made = {"id": ID, "phone_number_id": NUMBER, "access_token": TOKEN, "app_secret": SECRET}
    await caller.call("POST", "/_sandbox/whatsapp/businesses", json=made | {"webhook_url": product.url})
    return caller


async def graph(caller: Caller, method: str, path: str, **more: Any) -> tuple[int, Any]:
    return await caller.call(method, f"/v23.0/{path}", headers=AUTH, **more)


def body(text: str = "Hello {{1}}, your visit is on {{2}} at our office.") -> dict[str, Any]:
    part = {"type": "BODY", "text": text, "example": {"body_text": [["Ana", "Tuesday"]]}}
    return {"name": "visit", "language": "en_US", "category": "UTILITY", "components": [part]}


async def approved(caller: Caller, **others: Any) -> dict[str, Any]:
    _, made = await graph(caller, "POST", f"{ID}/message_templates", json=body() | others)
    await caller.settled()
    return dict(made)


def template(to: str = ANA, **others: Any) -> dict[str, Any]:
    values = [{"type": "text", "text": text} for text in others.pop("values", ["Ana", "Tuesday"])]
    named = {"name": "visit", "language": {"code": "en_US"}, "components": [{"type": "body", "parameters": values}]}
    return {
        "messaging_product": "whatsapp", "to": to, "type": "template", "template": named,
        "biz_opaque_callback_data": "t1/a?k=1",
    } | others  # fmt: skip


def text(to: str = ANA) -> dict[str, Any]:
    return {"messaging_product": "whatsapp", "to": to, "type": "text", "text": {"body": "At nine."}}


async def test_an_approved_template_is_taken_reported_and_shown_with_its_values(
    business: Caller, product: Product
) -> None:
    made = await approved(business)

    status, answer = await graph(business, "POST", f"{NUMBER}/messages", json=template())
    await business.settled()

    assert (made["status"], status, answer["contacts"][0]["wa_id"]) == ("PENDING", 200, ANA[1:])
    (line,) = business.entries("chat")
    assert (line["to"], line["body"]) == (ANA, "Hello Ana, your visit is on Tuesday at our office.")
    assert [row["status"] for row in product.statuses()] == ["sent", "delivered"]
    assert {row["biz_opaque_callback_data"] for row in product.statuses()} == {"t1/a?k=1"}
    assert product.changes("message_template_status_update")[0]["event"] == "APPROVED"
    assert product.forged == 0


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        (template(values=["Ana"]), 132000),
        (template() | {"template": {"name": "other", "language": {"code": "en_US"}}}, 132001),
        (template() | {"template": {"name": "visit", "language": {"code": "de"}}}, 132001),
        (template(values=["Ana\nBen", "Tuesday"]), 132012),
        (text(), 131047),
        (template(to="ana"), 131009),
        (template(to="+14025550122"), 131050),
        ({"messaging_product": "whatsapp", "type": "text"}, 131008),
    ],
)
async def test_what_meta_would_not_take_is_refused_with_its_code_and_reaches_nobody(
    business: Caller, wanted: dict[str, Any], code: int
) -> None:
    await approved(business)

    status, answer = await graph(business, "POST", f"{NUMBER}/messages", json=wanted)

    assert (status >= 400, answer["error"]["code"]) == (True, code)
    assert [line for line in business.entries("chat") if line["accepted"]] == []


async def test_a_wrong_token_learns_nothing(business: Caller) -> None:
    for path in (f"{NUMBER}/messages", f"{ID}/message_templates"):
        status, answer = await business.call(
            "POST", f"/v23.0/{path}", headers={"Authorization": "Bearer x"}, json=template()
        )
        assert (status, answer["error"]["code"]) == (401, 190)


@pytest.mark.parametrize(("seconds", "taken"), [(86_399 - 30, True), (86_400, False)])
async def test_free_text_is_taken_for_24_hours_after_the_person_wrote(
    business: Caller, seconds: int, taken: bool
) -> None:
    await business.call("POST", f"/_sandbox/whatsapp/phones/{ANA}/say", json={"text": "Hello", "business": ID})
    business.sandbox.carrier.clock.set(seconds)

    status, _ = await graph(business, "POST", f"{NUMBER}/messages", json=text())

    assert (status == 200) is taken


@pytest.mark.parametrize(
    ("word", "events", "state"),
    [
        ("visit_rejected", ["REJECTED"], "REJECTED"),
        ("visit_pending", [], "PENDING"),
        ("visit_paused", ["APPROVED", "PAUSED"], "PAUSED"),
        ("visit_disabled", ["APPROVED", "DISABLED"], "DISABLED"),
    ],
)
async def test_the_last_word_of_a_templates_name_decides_its_fate(
    business: Caller, product: Product, word: str, events: list[str], state: str
) -> None:
    made = await approved(business, name=word)
    _, found = await graph(business, "GET", made["id"])

    assert [value["event"] for value in product.changes("message_template_status_update")] == events
    assert found["status"] == state


@pytest.mark.parametrize(
    ("wrong", "subcode"),
    [
        (body("{{1}} is your visit, see you there soon."), 2388299),
        (body("Hi {{1}} {{2}} {{3}} ok."), 2388293),
        (body("a" * 1025), 2388072),
        (body() | {"components": [{"type": "BODY", "text": "Hello"}, {"type": "FOOTER", "text": "a" * 61}]}, 2388073),
    ],
)
async def test_a_template_that_breaks_a_rule_is_refused_with_the_number_of_the_rule(
    business: Caller, wrong: dict[str, Any], subcode: int
) -> None:
    status, answer = await graph(business, "POST", f"{ID}/message_templates", json=wrong)

    assert (status, answer["error"]["code"], answer["error"]["error_subcode"]) == (400, 100, subcode)
    assert (await graph(business, "GET", f"{ID}/message_templates"))[1]["data"] == []


@pytest.mark.parametrize(
    ("phone", "kind"), [("+14025550106", "button"), ("+14025550108", "reaction"), ("+14025550109", "image")]
)
async def test_magic_phones_press_react_and_send_pictures(
    business: Caller, product: Product, phone: str, kind: str
) -> None:
    buttons = {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Confirm"}]}
    await approved(business, components=[*body()["components"], buttons])

    await graph(business, "POST", f"{NUMBER}/messages", json=template(to=phone))
    await business.settled()

    assert [row["type"] for row in product.messages()] == [kind]


async def test_a_phone_that_goes_by_a_name_is_told_by_its_id_alone_and_can_be_written_to_by_it(
    business: Caller, product: Product
) -> None:
    await approved(business)
    hidden = "+14025550105"
    await business.call("POST", f"/_sandbox/whatsapp/phones/{hidden}/say", json={"text": "Hello", "business": ID})
    (heard,) = product.messages()
    by_id = template() | {"recipient": heard["from_user_id"]}
    del by_id["to"]

    status, answer = await graph(business, "POST", f"{NUMBER}/messages", json=by_id)
    await business.settled()

    assert "from" not in heard
    assert (status, "wa_id" in answer["contacts"][0]) == (200, False)
    assert all("recipient_id" not in row for row in product.statuses())
    _, thread = await business.call("GET", f"/_sandbox/whatsapp/phones/{hidden}/messages")
    assert [line["direction"] for line in thread] == ["inbound", "outbound-api"]


async def test_a_preference_is_told_as_meta_tells_it(business: Caller, product: Product) -> None:
    await business.call("POST", f"/_sandbox/whatsapp/phones/{ANA}/prefer", json={"choice": "stop", "business": ID})

    (value,) = product.changes("user_preferences")
    (row,) = value["user_preferences"]
    assert (row["wa_id"], row["value"], row["category"], type(row["timestamp"])) == (
        ANA[1:], "stop", "marketing_messages", int,
    )  # fmt: skip


async def test_an_address_is_used_only_after_it_has_repeated_the_challenge(caller: Caller, product: Product) -> None:
    made = {"id": ID, "phone_number_id": NUMBER, "access_token": TOKEN, "app_secret": SECRET}
    await caller.call("POST", "/_sandbox/whatsapp/businesses", json=made)
    asked = {"override_callback_uri": product.url, "verify_token": "another"}

    wrong = await graph(caller, "POST", f"{ID}/subscribed_apps", json=asked)
    before = (await caller.call("POST", f"/_sandbox/whatsapp/phones/{ANA}/say", json={"text": "Hi", "business": ID}))[1]
    right = await graph(caller, "POST", f"{ID}/subscribed_apps", json=asked | {"verify_token": WORD})
    after = (await caller.call("POST", f"/_sandbox/whatsapp/phones/{ANA}/say", json={"text": "Hi", "business": ID}))[1]

    assert (wrong[0], right[0], product.asked) == (400, 200, 2)
    assert (before["status"], after["status"]) == (None, 200)


async def test_media_go_in_and_come_out(business: Caller) -> None:
    form = aiohttp.FormData({"messaging_product": "whatsapp", "type": "image/png"})
    form.add_field("file", b"picture", filename="a.png", content_type="image/png")

    _, made = await graph(business, "POST", f"{NUMBER}/media", data=form)
    _, about = await graph(business, "GET", made["id"])
    async with business.session.get(about["url"], headers=AUTH) as answer:
        content = await answer.read()
    gone = await graph(business, "DELETE", made["id"])

    assert (about["mime_type"], about["file_size"], content) == ("image/png", 7, b"picture")
    assert (gone[0], (await graph(business, "GET", made["id"]))[0]) == (200, 400)


async def test_the_handset_shows_the_conversation_and_its_buttons_can_be_pressed(
    business: Caller, product: Product
) -> None:
    buttons = [
        {"type": "QUICK_REPLY", "text": "<Confirm>"},
        {"type": "URL", "text": "More", "url": "https://x.example"},
    ]
    await approved(business, components=[*body()["components"], {"type": "BUTTONS", "buttons": buttons}])
    await graph(business, "POST", f"{NUMBER}/messages", json=template())
    await business.settled()
    (line,) = business.entries("chat")

    _, page = await business.call("GET", "/", params={"phone": ANA, "tab": "whatsapp"})
    pressed = await business.call(
        "POST", "/handset/press", data={"phone": ANA, "sid": line["sid"], "place": "0"},
        headers={"Accept": "application/json"},
    )  # fmt: skip
    foreign = await business.call(
        "POST", "/handset/press", data={"phone": ANA, "sid": line["sid"], "place": "0"},
        headers={"Origin": "https://evil.example"},
    )  # fmt: skip

    assert "Hello Ana, your visit is on Tuesday" in page
    assert "&lt;Confirm&gt;</button>" in page
    assert "<Confirm>" not in page
    assert "templates only" in page
    assert pressed[1] == {"problem": ""}
    assert foreign[0] == 403
    assert [(row["type"], row["button"]["text"]) for row in product.messages()] == [("button", "<Confirm>")]
    _, after = await business.call("GET", "/handset/live", params={"phone": ANA, "tab": "whatsapp"})
    assert "may write freely" in after["business"]


async def test_businesses_templates_and_conversations_are_there_after_a_restart(
    settings: Settings, product: Product
) -> None:
    made = {"id": ID, "phone_number_id": NUMBER, "access_token": TOKEN, "app_secret": SECRET}
    async with running(settings) as first, aiohttp.ClientSession() as session:
        caller = Caller(session, f"http://127.0.0.1:{first.port}", first)
        await caller.call("POST", "/_sandbox/whatsapp/businesses", json=made)
        await approved(caller)
        await graph(caller, "POST", f"{NUMBER}/messages", json=template())
        await caller.settled()

    async with running(settings) as second, aiohttp.ClientSession() as session:
        caller = Caller(session, f"http://127.0.0.1:{second.port}", second)
        _, found = await graph(caller, "GET", f"{ID}/message_templates")
        _, thread = await caller.call("GET", f"/_sandbox/whatsapp/phones/{ANA}/messages")

    assert [row["status"] for row in found["data"]] == ["APPROVED"]
    assert [line["body"] for line in thread] == ["Hello Ana, your visit is on Tuesday at our office."]
