"""The doors of the WhatsApp half that no business has: the control API's, and those of the handset page."""

import dataclasses
import json
from typing import Any

from aiohttp import web

from sandbox import doors
from sandbox.pages import Place
from sandbox.twilio_webhooks import Heard
from sandbox.whatsapp_chats import Chats
from sandbox.whatsapp_numbers import phone_of
from sandbox.whatsapp_shapes import ChatMessage
from sandbox.whatsapp_store import BadBusiness, Business
from sandbox.whatsapp_webhooks import ChatWebhooks

_FIELDS = ("id", "phone_number_id", "display_number", "access_token", "app_secret", "verify_token", "webhook_url")
#: what the handset shows as it is
_SHOWN = ("image/jpeg", "image/png", "video/mp4", "application/pdf")
_STATUSES = ("APPROVED", "REJECTED", "PENDING", "PAUSED", "DISABLED", "IN_APPEAL")


class ChatControl:
    """JSON in, JSON out under /_sandbox/whatsapp/; forms under /handset/."""

    def __init__(self, chats: Chats, webhooks: ChatWebhooks) -> None:
        self._chats = chats
        self._webhooks = webhooks

    def routes(self) -> list[web.RouteDef]:
        """The doors and who answers them."""
        guard = doors.only_with(self._chats.carrier.settings.secret)
        table = [
            ("POST", "businesses", self.put_business),
            ("GET", "phones/{number}/messages", self.thread),
            ("POST", "phones/{number}/say", self.say),
            ("POST", "phones/{number}/press", self.press),
            ("POST", "phones/{number}/prefer", self.prefer),
            ("POST", "templates/{id:[0-9]+}", self.decide),
            ("POST", "messages/{sid}/replay", self.replay),
        ]
        guarded = [web.route(method, f"/_sandbox/whatsapp/{path}", guard(handler)) for method, path, handler in table]
        forms = [
            web.post("/handset/chat", self.chat_form),
            web.post("/handset/press", self.press_form),
            web.post("/handset/prefer", self.prefer_form),
            web.get("/handset/media/{id:[0-9]{1,20}}", self.picture),
        ]
        return guarded + forms

    async def put_business(self, request: web.Request) -> web.Response:
        """Make a business, or replace the one with the same id."""
        wanted = await _object(request)
        business = Business("", "", "+14025550100", "", "")
        for name in _FIELDS:
            setattr(business, name, wanted.get(name, getattr(business, name)))
        try:
            self._chats.store.put(business)
        except BadBusiness as bad:
            return doors.refused(str(bad), 400)
        shown = {name: getattr(business, name) for name in ("id", "phone_number_id", "display_number", "webhook_url")}
        return web.json_response(shown, status=201)

    async def thread(self, request: web.Request) -> web.Response:
        """The conversation of one phone, oldest first."""
        messages = self._chats.messages.thread(request.match_info["number"])
        return web.json_response([_line(one) for one in messages if isinstance(one, ChatMessage)])

    async def say(self, request: web.Request) -> web.Response:
        """A text, or what `kind` says: `text`, and where needed `business`, `answers` and `media_id`."""
        wanted = await _object(request)
        phone, business = self._who(request, wanted)
        if business is None or not phone:
            return doors.refused("number, business: no such phone or business", 400)
        more = {name: str(wanted[name]) for name in ("answers", "media_id", "payload") if name in wanted}
        heard = await self._webhooks.hear(
            business, phone, str(wanted.get("kind", "text")), str(wanted.get("text", "")), **more
        )
        return _answer(heard)

    async def press(self, request: web.Request) -> web.Response:
        """Press a button: `sid` of the message and `place` of the button, counted from nought."""
        wanted = await _object(request)
        phone, business = self._who(request, wanted)
        if business is None or not isinstance(wanted.get("place", 0), int):
            return doors.refused("business, place: no such business, or no whole number", 400)
        return _answer(
            await self._webhooks.press(business, phone, str(wanted.get("sid", "")), int(wanted.get("place", 0)))
        )

    async def prefer(self, request: web.Request) -> web.Response:
        """Choose about marketing in WhatsApp's settings: `choice` is stop or resume."""
        wanted = await _object(request)
        phone, business = self._who(request, wanted)
        choice = wanted.get("choice")
        if business is None or choice not in ("stop", "resume"):
            return doors.refused("choice: give stop or resume", 400)
        return _answer(await self._webhooks.prefer(business, phone, choice))

    async def decide(self, request: web.Request) -> web.Response:
        """Let the review say something now: `status`."""
        wanted = await _object(request)
        template = self._chats.store.template(request.match_info["id"])
        business = self._chats.store.get(template.business) if template else None
        if template is None or business is None or wanted.get("status") not in _STATUSES:
            return doors.refused(f"id, status: no such template, or none of {', '.join(_STATUSES)}", 400)
        await self._webhooks.say_status(business, template, str(wanted["status"]))
        return web.json_response(template.as_json())

    async def replay(self, request: web.Request) -> web.Response:
        """Tell the application again what it was told about one message."""
        message = self._chats.messages.get(request.match_info["sid"])
        if not isinstance(message, ChatMessage):
            return doors.refused("No such message.", 404)
        return web.json_response({"heard": await self._webhooks.replay(message)})

    def _who(self, request: web.Request, wanted: dict[str, Any]) -> tuple[str, Business | None]:
        phone = phone_of(request.match_info["number"])
        given = wanted.get("business")
        return phone, self._chats.store.get(str(given)) if given else self._chats.business_of(phone)

    # -- the handset's forms

    async def chat_form(self, request: web.Request) -> web.StreamResponse:
        """Send what the person typed."""
        form = await self._form(request)
        phone, text = phone_of(_bare(form.get("phone", ""))), form.get("text", "").strip()
        if not phone or not text:
            return _said(request, phone, "Type a text first.")
        heard = await self._webhooks.hear(self._chats.business_of(phone), phone, "text", text)
        return _said(request, phone, heard.problem)

    async def picture(self, request: web.Request) -> web.Response:
        """What stands at the head of a message."""
        kind, content = self._chats.store.media.get(request.match_info["id"], ("", b""))
        if kind not in _SHOWN:
            raise web.HTTPNotFound
        headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
        if kind == "application/pdf":
            headers["Content-Disposition"] = 'attachment; filename="document.pdf"'
        return web.Response(body=content, content_type=kind, headers=headers)

    async def press_form(self, request: web.Request) -> web.StreamResponse:
        """Press a button of a message."""
        form = await self._form(request)
        phone, place = phone_of(_bare(form.get("phone", ""))), form.get("place", "")
        if not phone or not place.isdecimal():
            return _said(request, phone, "This message has no such button.")
        heard = await self._webhooks.press(self._chats.business_of(phone), phone, form.get("sid", ""), int(place[:4]))
        return _said(request, phone, heard.problem)

    async def prefer_form(self, request: web.Request) -> web.StreamResponse:
        """Stop marketing in WhatsApp's settings, or allow it again."""
        form = await self._form(request)
        phone, choice = phone_of(_bare(form.get("phone", ""))), form.get("choice", "")
        if not phone or choice not in ("stop", "resume"):
            return _said(request, phone, "Choose stop or resume.")
        heard = await self._webhooks.prefer(self._chats.business_of(phone), phone, choice)
        return _said(request, phone, heard.problem)

    async def _form(self, request: web.Request) -> dict[str, str]:
        if doors.from_another_site(request):
            raise web.HTTPForbidden(text="Forms of another site's page are refused.")
        return {name: value for name, value in (await request.post()).items() if isinstance(value, str)}


def _said(request: web.Request, phone: str, problem: str) -> web.StreamResponse:
    """A script gets the words; a form goes back to the page."""
    if request.headers.get("Accept") == "application/json":
        return web.json_response({"problem": problem}, headers={"Cache-Control": "no-store"})
    raise web.HTTPSeeOther(Place(phone, "whatsapp").address())


def _answer(heard: Heard) -> web.Response:
    return web.json_response({"sid": heard.sid, "status": heard.http, "problem": heard.problem})


def _line(message: ChatMessage) -> dict[str, Any]:
    step = message.now()
    return {
        "sid": message.sid,
        "direction": message.direction,
        "from": message.sender,
        "to": message.recipient,
        "kind": message.kind,
        "header": message.header,
        "body": message.body,
        "footer": message.footer,
        "buttons": [[button.kind, button.title, button.value] for button in message.buttons],
        "head": dataclasses.asdict(message.head) if message.head else None,
        "cards": [dataclasses.asdict(card) for card in message.cards],
        "status": step.status,
        "error_code": step.code or None,
    }


def _bare(number: str) -> str:
    return "".join(character for character in number if character not in " -().\u00a0")


async def _object(request: web.Request) -> dict[str, Any]:
    try:
        content = json.loads(await request.read() or b"{}")
    except ValueError:
        content = None
    if not isinstance(content, dict):
        raise web.HTTPBadRequest(
            text=json.dumps({"error": "body: send a JSON object"}), content_type="application/json"
        )
    return content
