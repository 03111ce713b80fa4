"""Postmark's HTTP API as far as a sender needs it, and the webhooks that follow a mail."""

import base64
import dataclasses
import itertools
import json
import pathlib
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from sandbox import postmark_shapes
from sandbox.carrier import Carrier
from sandbox.mail_text import words_of
from sandbox.mail_wills import Report
from sandbox.mailbox import Mail, one_click_address
from sandbox.postman import Posted, Postman

_RETRIES = 2
#: what it answers to a mail for an address it keeps out
_INACTIVE = 406


@dataclasses.dataclass(frozen=True, slots=True)
class MailServer:
    """One server at the mail service: who may send, on which stream, and where it reports."""

    token: str
    stream: str = "outbound"
    webhook_url: str = ""
    user: str = ""
    password: str = dataclasses.field(default="", repr=False)


class BadMailServer(Exception):
    """A server was described with a field that cannot be."""


class PostmarkApi:
    """The doors of the mail service; servers made by hand are kept in a file, for the next start."""

    def __init__(self, carrier: Carrier, postman: Postman) -> None:
        self._carrier = carrier
        self._postman = postman
        self._file = carrier.settings.data / "mail_servers.json"
        kept = json.loads(self._file.read_text()) if self._file.exists() else ()
        self._servers = {each["token"]: MailServer(**each) for each in kept}
        self._numbers = itertools.count(1)

    def routes(self) -> list[web.RouteDef]:
        """The doors and who answers them."""
        return [
            web.post("/email", self.send),
            web.get("/message-streams/{id}", self.stream),
            web.get("/message-streams/{id}/suppressions/dump", self.suppressions),
        ]

    def put(self, server: MailServer) -> None:
        """Add a server, or replace the one with the same token. Errors: BadMailServer names the field."""
        for field in dataclasses.fields(server):
            if not isinstance(getattr(server, field.name), str):
                raise BadMailServer(f"{field.name}: give a text")
        if not server.token or not server.stream:
            raise BadMailServer("token, stream: give both")
        if server.webhook_url and not server.webhook_url.startswith(("http://", "https://")):
            raise BadMailServer("webhook_url: give an address that begins with http:// or https://")
        self._servers[server.token] = server
        draft: pathlib.Path = self._file.with_suffix(".draft")
        draft.write_text(json.dumps([dataclasses.asdict(each) for each in self._servers.values()], indent=1))
        draft.replace(self._file)

    async def stream(self, request: web.Request) -> web.Response:
        """One message stream of the server whose token was sent."""
        server = self._server(request)
        if server is None:
            return _refused(10, 401)
        if request.match_info["id"] != server.stream:
            return _refused(1235, 422)
        return web.json_response({"ID": server.stream, "ServerID": 1, "Name": server.stream, "ArchivedAt": None})

    async def suppressions(self, request: web.Request) -> web.Response:
        """Every address the server's stream keeps out."""
        server = self._server(request)
        if server is None:
            return _refused(10, 401)
        if request.match_info["id"] != server.stream:
            return _refused(1235, 422)
        return web.json_response({"Suppressions": self._carrier.kept_out_mail.of(server.token)})

    async def send(self, request: web.Request) -> web.Response:
        """Take one mail."""
        server = self._server(request)
        if server is None:
            return _refused(10, 401)
        try:
            asked = json.loads(await request.read())
            recipient, sender = _bare(asked["To"]), _bare(asked["From"])
        except (ValueError, KeyError, TypeError, AttributeError):
            return _refused(402, 422)
        if asked.get("MessageStream", "outbound") != server.stream:
            return _refused(1235, 422)
        will = self._carrier.mail_wills.of(recipient)
        refused = will.refused or (_INACTIVE if self._carrier.kept_out_mail.has(server.token, recipient) else 0)
        if refused:
            self._carrier.mailbox.refuse(sender, recipient, str(refused))
            return _refused(refused, 422)
        message_id = self._take(server, asked, sender, recipient)
        sent: dict[str, Any] = {
            "message_id": message_id,
            "recipient": recipient,
            "sender": sender,
            "stream": server.stream,
        }
        sent |= {"metadata": asked.get("Metadata") or {}, "subject": str(asked.get("Subject", ""))}
        for report in will.reports:
            self._postman.later(report.after, self._reporting(server, report, sent))
        return web.json_response(postmark_shapes.accepted(recipient, message_id, self._carrier.clock.now()))

    def _take(self, server: MailServer, asked: dict[str, Any], sender: str, recipient: str) -> str:
        message_id = str(uuid.uuid4())
        headers = {str(each["Name"]).lower(): str(each["Value"]) for each in asked.get("Headers") or ()}
        html = str(asked.get("HtmlBody") or "")
        self._carrier.mailbox.keep(
            sender,
            [recipient],
            subject=str(asked.get("Subject", "")),
            text=str(asked.get("TextBody") or "") or words_of(html),
            html=html,
            unsubscribe=one_click_address(headers),
            key=str((asked.get("Metadata") or {}).get("attempt", "")),
            account=server.token,
            sid=message_id,
        )
        return message_id

    async def hear(self, mail: Mail, text: str) -> Posted | None:
        """A person answers a mail; None when nobody wants to know. Effects: one ledger line for each try."""
        server = next((each for each in self._servers.values() if each.webhook_url), None)
        entry = next((each for each in self._carrier.ledger.recent if each["id"] == mail.id), None)
        server = self._servers.get(entry["account"], server) if entry else server
        if server is None:
            return None
        content = postmark_shapes.inbound(str(uuid.uuid4()), mail.recipients[0], mail.sender, text)
        return await self._post(server, content, "received")

    def _reporting(self, server: MailServer, report: Report, sent: dict[str, Any]) -> Callable[[], Awaitable[None]]:
        async def tell() -> None:
            self._carrier.kept_out_mail.note(server.token, sent["recipient"], report.type)
            content = postmark_shapes.webhook(report, sent, next(self._numbers), self._carrier.clock.now())
            await self._post(server, content, (report.type or report.record).lower())

        return tell

    async def _post(self, server: MailServer, content: dict[str, Any], status: str) -> Posted | None:
        if not server.webhook_url:
            return None
        secret = base64.b64encode(f"{server.user}:{server.password}".encode()).decode()
        headers = {"Authorization": f"Basic {secret}", "Content-Type": "application/json", "User-Agent": "Postmark"}

        def noted(posted: Posted) -> None:
            self._note(server, content, status, posted)

        body = json.dumps(content, separators=(",", ":"), ensure_ascii=False).encode()
        return await self._postman.deliver(server.webhook_url, headers, body, noted, _RETRIES)

    def _note(self, server: MailServer, content: dict[str, Any], status: str, posted: Posted) -> None:
        facts = {"from": "", "to": str(content.get("Email") or content.get("Recipient") or "")}
        facts |= {"body": "", "sid": str(content["MessageID"]), "key": "", "status": status, "url": server.webhook_url}
        self._carrier.ledger.append(
            "callback",
            accepted=200 <= posted.http < 300,
            account=server.token,
            attempt=posted.attempt,
            code=0,
            http=posted.http,
            ms=posted.milliseconds,
            why=posted.why,
            **facts,
        )

    def _server(self, request: web.Request) -> MailServer | None:
        return self._servers.get(request.headers.get("X-Postmark-Server-Token", ""))


def _bare(mailbox: str) -> str:
    """The address of "Name" <address>."""
    return mailbox.rpartition("<")[2].rstrip(">").strip()


def _refused(code: int, status: int) -> web.Response:
    return web.json_response(postmark_shapes.error(code), status=status)
