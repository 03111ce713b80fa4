"""The handset page: a phone that belongs to nobody, its mail, and the clock. Works without JavaScript."""

import pathlib
import re

from aiohttp import web

from sandbox import doors, pages
from sandbox.carrier import Carrier
from sandbox.control import correspondent, move_clock
from sandbox.pages import Place
from sandbox.postman import Postman
from sandbox.twilio_webhooks import Webhooks

_HERE = pathlib.Path(__file__).parent
_SHOWN_EVENTS = 20
_SHOWN_PHONES = 12
_FIRST_PHONE = "+14025550101"
_STATIC = {
    "handset.css": "text/css",
    "plain.css": "text/css",
    "handset.js": "text/javascript",
    "icons.svg": "image/svg+xml",
}
_FONT = re.compile(r"url\([\"']?[^)\"']*?([\w-]+\.woff2)[\"']?\)")
_SAFE = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Handset:
    """The page, its live pieces, and the two things a person can do: write, and move the clock.

    The page asks for no secret: whoever reaches the port may hold a phone. Forms of other sites are refused.
    """

    def __init__(self, carrier: Carrier, webhooks: Webhooks, postman: Postman) -> None:
        self._carrier = carrier
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
            "numbers": pages.number_rows(self._carrier.numbers.listed(), place),
            "zone": pages.escape(settings.zone.key),
            "screen": "thread" if place.tab == "sms" else "mails",
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
        messages = carrier.messages.thread(place.phone)
        newest = [(phone, carrier.messages.thread(phone, 1)[0]) for phone in carrier.messages.phones(_SHOWN_PHONES)]
        _, business = correspondent(carrier, place.phone)
        return {
            "log": pages.thread(messages, zone) if place.tab == "sms" else self._mail(place),
            "tabs": pages.tabs(place, len(messages), len(carrier.mailbox.newest_first())),
            "phones": pages.phone_rows(newest, place),
            "happened": pages.happened(list(reversed(carrier.ledger.recent))[:_SHOWN_EVENTS], zone),
            "time": f"{now:%H:%M:%S}",
            "short_time": f"{now:%H:%M}",
            "date": f"{now:%a} {now.day} {now:%b %Y}",
            "offset": pages.badge(
                "wait" if carrier.clock.offset else "plain", pages.offset_words(carrier.clock.offset)
            ),
            "business": pages.number(business),
        }

    def _mail(self, place: Place) -> str:
        mail = self._carrier.mailbox.get(int(place.mail)) if place.mail else None
        if mail:
            return pages.mail_view(mail, place)
        return pages.mail_list(self._carrier.mailbox.newest_first(), place, self._carrier.settings.zone)

    def _place(self, request: web.Request) -> Place:
        newest = self._carrier.messages.phones(1)
        phone = _bare(request.query.get("phone", "")) or (newest[0] if newest else _FIRST_PHONE)
        mail = request.query.get("mail", "")
        tab = "mail" if mail or request.query.get("tab") == "mail" else "sms"
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
        phone = str(form.get("phone", ""))
        try:
            offset = self._carrier.clock.moved(str(form.get("move", "")), self._carrier.settings.zone)
            told = await move_clock(self._carrier, self._webhooks, self._postman, offset, tell=True)
        except ValueError as bad:
            return self._said(request, phone, str(bad))
        trouble = told is not None and not 200 <= told < 300
        return self._said(request, phone, "The product did not take the new time." if trouble else "")

    def _said(self, request: web.Request, phone: str, problem: str) -> web.StreamResponse:
        """A script gets the words; a form goes back to the page."""
        if request.headers.get("Accept") == "application/json":
            return web.json_response({"problem": problem}, headers=_SAFE)
        raise web.HTTPSeeOther(Place(phone).address(), headers=_SAFE)

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
