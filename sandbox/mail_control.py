"""What a person does with a mail: look at it, press the unsubscribe button of the mail program, answer it."""

import json
from typing import Any

from aiohttp import web

from sandbox import doors
from sandbox.carrier import Carrier
from sandbox.mailbox import Mail
from sandbox.pages import Place
from sandbox.postman import Posted, Postman
from sandbox.postmark_wire import BadMailServer, MailServer, PostmarkApi

_FRAME = {
    # nothing of a mail runs, loads or leads anywhere: it is looked at, inside the handset's own frame
    "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


class MailControl:
    """JSON in, JSON out under /_sandbox/; forms under /handset/."""

    def __init__(self, carrier: Carrier, postman: Postman, postmark: PostmarkApi) -> None:
        self._carrier = carrier
        self._postman = postman
        self._postmark = postmark

    def routes(self) -> list[web.RouteDef]:
        """The doors and who answers them."""
        guard = doors.only_with(self._carrier.settings.secret)
        table = [
            ("POST", "mail_servers", self.put_server),
            ("GET", "mailboxes", self.mailboxes),
            ("POST", "mail/{id:\\d+}/unsubscribe", self.unsubscribe),
            ("POST", "mail/{id:\\d+}/reply", self.reply),
        ]
        guarded = [web.route(method, f"/_sandbox/{path}", guard(handler)) for method, path, handler in table]
        forms = [
            web.get("/handset/mail/{id:\\d+}", self.look),
            web.post("/handset/unsubscribe", self.unsubscribe_form),
        ]
        return guarded + forms

    async def put_server(self, request: web.Request) -> web.Response:
        """Make a server of the mail service, or replace the one with the same token."""
        wanted = await _object(request)
        known = {
            name: wanted[name] for name in ("token", "stream", "webhook_url", "user", "password") if name in wanted
        }
        try:
            self._postmark.put(MailServer(**{"token": ""} | known))
        except BadMailServer as bad:
            return doors.refused(str(bad), 400)
        return web.json_response({"stream": known.get("stream", "outbound")}, status=201)

    async def mailboxes(self, request: web.Request) -> web.Response:
        """Every magic mailbox and what it will do."""
        named = self._carrier.mail_wills.named.values()
        return web.json_response([{"mailbox": f"{will.name}@example.com", "it_will": will.it_will} for will in named])

    async def unsubscribe(self, request: web.Request) -> web.Response:
        """Press the mail program's unsubscribe button."""
        mail = self._carrier.mailbox.get(int(request.match_info["id"]))
        if mail is None:
            return doors.refused("No such mail.", 404)
        posted = await self._press(mail)
        if posted is None:
            return doors.refused("The mail has no one-click unsubscribe.", 409)
        return web.json_response({"status": posted.http, "body": posted.body.decode(errors="replace")})

    async def reply(self, request: web.Request) -> web.Response:
        """Answer a mail that came through the mail service: `text`."""
        mail = self._carrier.mailbox.get(int(request.match_info["id"]))
        if mail is None:
            return doors.refused("No such mail.", 404)
        posted = await self._postmark.hear(mail, str((await _object(request)).get("text", "")))
        if posted is None:
            return doors.refused("No server of the mail service wants answers; POST /_sandbox/mail_servers.", 409)
        return web.json_response({"status": posted.http})

    async def look(self, request: web.Request) -> web.Response:
        """A mail's HTML, shut off from everything."""
        mail = self._carrier.mailbox.get(int(request.match_info["id"]))
        if mail is None or not mail.html:
            raise web.HTTPNotFound
        return web.Response(text=mail.html, content_type="text/html", headers=_FRAME)

    async def unsubscribe_form(self, request: web.Request) -> web.StreamResponse:
        """The button on the handset page."""
        if doors.from_another_site(request):
            return doors.refused("Forms of another site's page are refused.")
        form = await request.post()
        chosen = str(form.get("mail", ""))
        mail = self._carrier.mailbox.get(int(chosen)) if chosen.isdecimal() else None
        posted = await self._press(mail) if mail else None
        problem = "" if posted and 200 <= posted.http < 300 else "The sender did not take it."
        if request.headers.get("Accept") == "application/json":
            return web.json_response({"problem": problem})
        raise web.HTTPSeeOther(Place(str(form.get("phone", "")), "mail", chosen if mail else "").address())

    async def _press(self, mail: Mail) -> Posted | None:
        """What a mail program does: one POST, no cookie, no redirect followed (RFC 8058, section 3.2)."""
        if not mail.unsubscribe:
            return None
        headers = {"Content-Type": "application/x-www-form-urlencoded", "User-Agent": "Sandbox mail program"}

        def noted(posted: Posted) -> None:
            self._carrier.ledger.append(
                "callback", accepted=200 <= posted.http < 300, account="", to=mail.recipients[0], body="", sid="",
                key="", status="unsubscribed", url=mail.unsubscribe, attempt=posted.attempt, code=0, http=posted.http,
                ms=posted.milliseconds, why=posted.why, **{"from": ""},
            )  # fmt: skip

        return await self._postman.deliver(mail.unsubscribe, headers, b"List-Unsubscribe=One-Click", noted)


async def _object(request: web.Request) -> dict[str, Any]:
    """The JSON object of a request; an empty body is an empty object."""
    try:
        content = json.loads(await request.read() or b"{}")
    except ValueError:
        content = None
    if not isinstance(content, dict):
        raise web.HTTPBadRequest(
            text=json.dumps({"error": "body: send a JSON object"}), content_type="application/json"
        )
    return content
