"""The handset page: a phone that belongs to nobody, its mail, and the clock. Works without JavaScript."""

import pathlib
import re
from collections.abc import Sequence

from aiohttp import web

from sandbox import call_pages, doors, pages, whatsapp_pages
from sandbox.calls import Call, Calls
from sandbox.carrier import Carrier
from sandbox.control import correspondent, move_clock
from sandbox.messages import Message
from sandbox.pages import Place, Willed
from sandbox.postman import Postman
from sandbox.twilio_webhooks import Webhooks
from sandbox.whatsapp_chats import Chats
from sandbox.whatsapp_shapes import ChatMessage

_HERE = pathlib.Path(__file__).parent
_SHOWN_EVENTS = 20
_SHOWN_PHONES = 12
_FIRST_PHONE = "+14025550101"
#: the tabs, and how the screen of each looks
_SCREENS = {"sms": "thread", "whatsapp": "thread chats", "calls": "mails calls", "mail": "mails"}
_STATIC = {
    "handset.css": "text/css",
    "plain.css": "text/css",
    "handset.js": "text/javascript",
    "icons.svg": "image/svg+xml",
}
_MOVE = re.compile(r"answer|decline|hang_up|say|key [0-9*#]")
_FONT = re.compile(r"url\([\"']?[^)\"']*?([\w-]+\.woff2)[\"']?\)")
_SAFE = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "font-src 'self'; media-src 'self'; connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Handset:
    """The page, its live pieces, and the two things a person can do: write, and move the clock.

    The page asks for no secret: whoever reaches the port may hold a phone. Forms of other sites are refused.
    """

    def __init__(self, carrier: Carrier, webhooks: Webhooks, postman: Postman, chats: Chats, calls: Calls) -> None:
        self._carrier = carrier
        self._chats = chats
        self._calls = calls
        self._webhooks = webhooks
        self._postman = postman
        self._template = (_HERE / "templates" / "handset.html").read_text("utf-8")

    def routes(self) -> list[web.RouteDef]:
        """The doors and who answers them."""
        return [
            web.get("/", self.show),
            web.get("/handset/live", self.live),
            web.post("/handset/reply", self.reply),
            web.post("/handset/clock", self.clock),
            web.post("/handset/call", self.call),
            web.get("/handset/sound/{sid:CA[0-9a-f]{32}}/{number:[0-9]{1,3}}", self.sound),
            web.get("/handset/{name:[a-z.]+}", self.static),
            web.get("/handset/fonts/{name:[\\w-]+\\.woff2}", self.font),
        ]

    async def show(self, request: web.Request) -> web.Response:
        """The whole page."""
        place = self._place(request)
        settings = self._carrier.settings
        home = f'<a class="btn" href="{pages.escape(settings.home_url)}">Back to the product</a>'
        values = self._pieces(place) | {
            "look": "product.css" if self._product_css() else "plain.css",
            "home": home if settings.home_url else "",
            "phone": pages.escape(place.phone),
            "phone_words": pages.number(place.phone),
            "tab": place.tab,
            "mail": pages.escape(place.mail),
            "numbers": pages.number_rows(self._listed(place), place),
            "zone": pages.escape(settings.zone.key),
            "screen": _SCREENS[place.tab],
            "send_to": "/handset/chat" if place.tab == "whatsapp" else "/handset/reply",
            "settings": whatsapp_pages.settings(place.phone) if place.tab == "whatsapp" else "",
        }
        return web.Response(text=pages.page(self._template, values), content_type="text/html", headers=_SAFE)

    async def live(self, request: web.Request) -> web.Response:
        """The pieces that change, as HTML by name."""
        if doors.from_another_site(request):
            return doors.refused("Requests of another site's page are refused.")
        return web.json_response(self._pieces(self._place(request)), headers=_SAFE)

    def _pieces(self, place: Place) -> dict[str, str]:
        carrier, zone = self._carrier, self._carrier.settings.zone
        now = carrier.clock.now().astimezone(zone)
        amounts = {
            "sms": len(carrier.messages.thread(place.phone)),
            "whatsapp": len(self._chats.messages.thread(place.phone)),
            "calls": len(self._calls.of_phone(place.phone)),
            "mail": len(carrier.mailbox.newest_first()),
        }
        self._calls.hold(place.phone)
        return {
            "call": call_pages.card(self._calls.live(place.phone)),
            "log": self._log(place),
            "tabs": pages.tabs(place, amounts),
            "phones": pages.phone_rows(self._newest(), place),
            "happened": pages.happened(list(reversed(carrier.ledger.recent))[:_SHOWN_EVENTS], zone),
            "time": f"{now:%H:%M:%S}",
            "short_time": f"{now:%H:%M}",
            "date": f"{now:%a} {now.day} {now:%b %Y}",
            "offset": pages.badge(
                "wait" if carrier.clock.offset else "plain", pages.offset_words(carrier.clock.offset)
            ),
            "business": self._partner(place),
        }

    def _log(self, place: Place) -> str:
        zone = self._carrier.settings.zone
        if place.tab == "whatsapp":
            chats = [each for each in self._chats.messages.thread(place.phone) if isinstance(each, ChatMessage)]
            return whatsapp_pages.conversation(chats, place.phone, zone, self._chats.store.fetched)
        if place.tab == "calls":
            return call_pages.call_list(self._calls.of_phone(place.phone), zone)
        return (
            pages.thread(self._carrier.messages.thread(place.phone), zone) if place.tab == "sms" else self._mail(place)
        )

    def _partner(self, place: Place) -> str:
        """Whom the phone in hand talks to."""
        if place.tab == "whatsapp":
            business = self._chats.business_of(place.phone)
            return whatsapp_pages.partner(business.display_number, is_open=self._chats.is_open(business, place.phone))
        return pages.number(correspondent(self._carrier, place.phone)[1])

    def _newest(self) -> list[tuple[str, str, Message | Call]]:
        """The newest thread of each phone with its tab, whichever channel it is of."""
        found: dict[str, tuple[str, str, Message | Call]] = {
            phone: (phone, "calls", self._calls.of_phone(phone)[-1]) for phone in self._calls.phones()[:_SHOWN_PHONES]
        }
        for tab, messages in (("sms", self._carrier.messages), ("whatsapp", self._chats.messages)):
            for phone in messages.phones(_SHOWN_PHONES):
                last = messages.thread(phone, 1)[0]
                if phone not in found or found[phone][2].created < last.created:
                    found[phone] = (phone, tab, last)
        return sorted(found.values(), key=lambda row: -row[2].created)[:_SHOWN_PHONES]

    def _listed(self, place: Place) -> Sequence[tuple[str, Willed]]:
        if place.tab == "calls":
            return self._calls.wills.listed()
        return self._chats.numbers.listed() if place.tab == "whatsapp" else self._carrier.numbers.listed()

    def _mail(self, place: Place) -> str:
        mail = self._carrier.mailbox.get(int(place.mail)) if place.mail else None
        if mail:
            return pages.mail_view(mail, place)
        return pages.mail_list(self._carrier.mailbox.newest_first(), place, self._carrier.settings.zone)

    def _place(self, request: web.Request) -> Place:
        newest = self._newest()
        phone = _bare(request.query.get("phone", "")) or (newest[0][0] if newest else _FIRST_PHONE)
        mail, tab = request.query.get("mail", ""), request.query.get("tab", "")
        tab = "mail" if mail else tab if tab in _SCREENS else "sms"
        return Place(phone, tab, mail if mail.isdecimal() else "")

    async def reply(self, request: web.Request) -> web.StreamResponse:
        """Send what the person typed, or the word of a quick button."""
        if doors.from_another_site(request):
            return doors.refused("Forms of another site's page are refused.")
        form = await request.post()
        phone, text = _bare(str(form.get("phone", ""))), str(form.get("text", "")).strip()
        if not phone or not text:
            return self._said(request, phone, "Type a text first.")
        account, business = correspondent(self._carrier, phone)
        heard = await self._webhooks.hear(account, phone, business, text)
        return self._said(request, phone, heard.problem)

    async def clock(self, request: web.Request) -> web.StreamResponse:
        """Move the business time, and tell the product."""
        if doors.from_another_site(request):
            return doors.refused("Forms of another site's page are refused.")
        form = await request.post()
        phone, tab = str(form.get("phone", "")), str(form.get("tab", ""))
        try:
            offset = self._carrier.clock.moved(str(form.get("move", "")), self._carrier.settings.zone)
            told = await move_clock(self._carrier, self._webhooks, self._postman, offset, tell=True)
        except ValueError as bad:
            return self._said(request, phone, str(bad), tab)
        trouble = told is not None and not 200 <= told < 300
        return self._said(request, phone, "The product did not take the new time." if trouble else "", tab)

    async def call(self, request: web.Request) -> web.StreamResponse:
        """Answer, decline, press a key, say something or hang up, as the person holding the phone."""
        if doors.from_another_site(request):
            return doors.refused("Forms of another site's page are refused.")
        form = await request.post()
        call, move = self._calls.get(str(form.get("call", ""))), str(form.get("move", ""))
        if call is None or call.is_over:
            return self._said(request, call.recipient if call else "", "This call is over.", "calls")
        if not _MOVE.fullmatch(move):
            return self._said(request, call.recipient, "Press one of the keys.", "calls")
        words = " ".join(str(form.get("words", "")).split())[:300]
        if move == "say" and not words:
            return self._said(request, call.recipient, "Type what you say first.", "calls")
        call.moves.put_nowait(f"say {words}" if move == "say" else move)
        return self._said(request, call.recipient, "", "calls")

    async def sound(self, request: web.Request) -> web.Response:
        """What a call that is in a hand plays, as it was fetched."""
        call, number = self._calls.get(request.match_info["sid"]), int(request.match_info["number"])
        if call is None or not call.in_hand or number >= len(call.sounds) or call.sounds[number].problem:
            raise web.HTTPNotFound
        played = call.sounds[number]
        return web.Response(body=played.raw, content_type=played.content_type, headers=_SAFE)

    def _said(self, request: web.Request, phone: str, problem: str, tab: str = "sms") -> web.StreamResponse:
        """A script gets the words; a form goes back to the page."""
        if request.headers.get("Accept") == "application/json":
            return web.json_response({"problem": problem}, headers=_SAFE)
        raise web.HTTPSeeOther(Place(phone, tab if tab in _SCREENS else "sms").address(), headers=_SAFE)

    async def static(self, request: web.Request) -> web.StreamResponse:
        """Our own small files, and the product's stylesheet, its fonts fetched here as well."""
        name = request.match_info["name"]
        path = self._product_css() if name == "product.css" else _HERE / "static" / name
        kind = "text/css" if name == "product.css" else _STATIC.get(name)
        if kind is None or path is None:
            raise web.HTTPNotFound
        text = path.read_text("utf-8")
        if name == "product.css":
            text = _FONT.sub(r"url(/handset/fonts/\1)", text)
        return web.Response(text=text, content_type=kind, headers=_SAFE | {"Cache-Control": "no-cache"})

    async def font(self, request: web.Request) -> web.StreamResponse:
        """A font of the product's stylesheet."""
        folder = self._carrier.settings.public_fonts
        path = folder / request.match_info["name"] if folder else None
        if path is None or not path.is_file():
            raise web.HTTPNotFound
        return web.Response(
            body=path.read_bytes(), content_type="font/woff2", headers=_SAFE | {"Cache-Control": "max-age=86400"}
        )

    def _product_css(self) -> pathlib.Path | None:
        path = self._carrier.settings.public_css
        return path if path and path.is_file() else None


def _bare(number: str) -> str:
    """A number as it goes over the wire, however a person typed it."""
    return "".join(character for character in number if character not in " -().\u00a0")
