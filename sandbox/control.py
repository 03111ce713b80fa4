"""The control API under /_sandbox/: what tests, drills and the demo use to look, script and begin again."""

import dataclasses
import json
from typing import Any

from aiohttp import web

from sandbox import doors, telnyx_shapes
from sandbox.accounts import Account, BadAccount
from sandbox.carrier import Carrier
from sandbox.faults import BadScript
from sandbox.messages import Message
from sandbox.numbers import UnknownOutcome
from sandbox.postman import Postman
from sandbox.twilio_shapes import message_json
from sandbox.twilio_webhooks import Webhooks

_LEDGER_LIMIT = 1_000_000
_ACCOUNT_FIELDS = frozenset({"sid", "token", "inbound_url", "personality", "sender", "advanced_opt_out", "speaks"})


class Control:
    """JSON in, JSON out; a bad field is answered with 400 and the remedy."""

    def __init__(self, carrier: Carrier, webhooks: Webhooks, postman: Postman) -> None:
        self._carrier = carrier
        self._webhooks = webhooks
        self._postman = postman

    def routes(self) -> list[web.RouteDef]:
        """The doors and who answers them."""
        guard = doors.only_with(self._carrier.settings.secret)
        table = [
            ("GET", "ledger", self.ledger),
            ("GET", "counts", self.counts),
            ("POST", "reset", self.reset),
            ("GET", "faults", self.faults),
            ("POST", "faults", self.script),
            ("GET", "numbers", self.numbers),
            ("POST", "numbers", self.pin),
            ("GET", "clock", self.clock),
            ("POST", "clock", self.move),
            ("POST", "accounts", self.put_account),
            ("GET", "phones", self.phones),
            ("GET", "phones/{number}/messages", self.thread),
            ("POST", "phones/{number}/reply", self.reply),
            ("POST", "messages/{sid}/replay", self.replay),
            ("GET", "mail", self.mails),
            ("GET", "mail/{id:\\d+}", self.mail),
            ("DELETE", "mail", self.clear_mail),
        ]
        guarded = [web.route(method, f"/_sandbox/{path}", guard(handler)) for method, path, handler in table]
        return [web.get("/_sandbox/health", self.health), *guarded]

    async def health(self, request: web.Request) -> web.Response:
        """Alive, and how much is still to do: `pending` is 0 when no webhook is on its way. Open to everyone."""
        held = len(self._carrier.messages.held)
        return web.json_response({"ok": True, "pending": self._postman.pending, "held": held})

    async def ledger(self, request: web.Request) -> web.StreamResponse:
        """Ledger lines as they are, oldest first; since, to, kind, account and limit narrow them."""
        query = request.query
        try:
            since, limit = int(query.get("since", 0)), int(query.get("limit", _LEDGER_LIMIT))
        except ValueError:
            return doors.refused("since, limit: give whole numbers", 400)
        filters = {name: query.get(name, "") for name in ("to", "kind", "account")}
        response = web.StreamResponse(headers={"Content-Type": "application/x-ndjson"})
        await response.prepare(request)
        block = bytearray()
        for line in self._carrier.ledger.lines(max(since, 0), limit=max(limit, 0), **filters):
            block += line
            if len(block) > 1 << 18:
                await response.write(bytes(block))
                block.clear()
        await response.write(bytes(block))
        return response

    async def counts(self, request: web.Request) -> web.Response:
        """How many entries of each kind, accepted and refused."""
        return web.json_response({"entries": len(self._carrier.ledger), **self._carrier.ledger.counts})

    async def reset(self, request: web.Request) -> web.Response:
        """Begin again: everything but the accounts is forgotten."""
        self._carrier.reset()
        return web.json_response({"ok": True})

    async def faults(self, request: web.Request) -> web.Response:
        """The fault script in force."""
        return web.json_response(self._carrier.faults.as_script())

    async def script(self, request: web.Request) -> web.Response:
        """Replace the fault script."""
        wanted = await _object(request)
        try:
            self._carrier.faults.script(wanted)
        except BadScript as bad:
            return doors.refused(str(bad), 400)
        return web.json_response(self._carrier.faults.as_script())

    async def numbers(self, request: web.Request) -> web.Response:
        """Every magic number and what it will do."""
        listed = self._carrier.numbers.listed()
        return web.json_response([{"number": number, **dataclasses.asdict(outcome)} for number, outcome in listed])

    async def pin(self, request: web.Request) -> web.Response:
        """Give a number an outcome of the table: `number`, `outcome`."""
        wanted = await _object(request)
        try:
            self._carrier.numbers.pin(str(wanted.get("number", "")), str(wanted.get("outcome", "")))
        except UnknownOutcome as unknown:
            return doors.refused(str(unknown), 400)
        return web.json_response({"ok": True})

    async def clock(self, request: web.Request) -> web.Response:
        """The business time and its offset."""
        clock = self._carrier.clock
        return web.json_response({"now": clock.now().isoformat(), "offset_seconds": clock.offset})

    async def move(self, request: web.Request) -> web.Response:
        """Set the offset; the product is told only when `tell` is true, as it may be the caller.

        With `account` the time of that account alone is set, as a distance from everybody's, and nobody is told.
        """
        wanted = await _object(request)
        if sid := str(wanted.get("account", "")):
            return self._move_account(sid, wanted)
        try:
            offset, tell = float(wanted["offset_seconds"]), bool(wanted.get("tell"))
            told = await move_clock(self._carrier, self._webhooks, self._postman, offset, tell=tell)
        except (KeyError, TypeError, ValueError):
            return doors.refused("offset_seconds: give a number of seconds, 50 years at most", 400)
        now = self._carrier.clock.now().isoformat()
        return web.json_response({"now": now, "offset_seconds": offset, "hook_status": told})

    def _move_account(self, sid: str, wanted: dict[str, Any]) -> web.Response:
        clock = self._carrier.clock
        try:
            clock.set(float(wanted["offset_seconds"]), sid)
        except (KeyError, TypeError, ValueError):
            return doors.refused("offset_seconds: give a number of seconds, 50 years at most", 400)
        return web.json_response({"now": clock.now(sid).isoformat(), "offset_seconds": clock.offset_of(sid)})

    async def put_account(self, request: web.Request) -> web.Response:
        """Make an account, or replace the one with the same id."""
        wanted = await _object(request)
        account = Account("", "")
        try:
            for name in _ACCOUNT_FIELDS & wanted.keys():
                setattr(account, name, wanted[name])
            self._carrier.accounts.put(account)
        except BadAccount as bad:
            return doors.refused(str(bad), 400)
        shown = {name: getattr(account, name) for name in sorted(_ACCOUNT_FIELDS - {"token"})}
        if account.speaks == "telnyx":
            shown["public_key"] = telnyx_shapes.public_key(account.token)
        return web.json_response(shown, status=201)

    async def phones(self, request: web.Request) -> web.Response:
        """The newest threads."""
        messages = self._carrier.messages
        newest = [(number, messages.thread(number, 1)[0]) for number in messages.phones()]
        return web.json_response([{"number": number, "last": _line(last)} for number, last in newest])

    async def thread(self, request: web.Request) -> web.Response:
        """The messages of one phone, oldest first."""
        return web.json_response([_line(each) for each in self._carrier.messages.thread(request.match_info["number"])])

    async def reply(self, request: web.Request) -> web.Response:
        """A text from the phone: `text`, and where needed `account` and `to` (the business number)."""
        wanted = await _object(request)
        account = self._carrier.accounts.get(str(wanted["account"])) if "account" in wanted else None
        if "account" in wanted and account is None:
            return doors.refused("account: no such account; POST /_sandbox/accounts makes one", 400)
        number, text = request.match_info["number"], str(wanted.get("text", "")).encode("utf-8", "replace").decode()
        account, business = correspondent(self._carrier, number, account)
        heard = await self._webhooks.hear(account, number, str(wanted.get("to") or business), text)
        return web.json_response(
            {"sid": heard.sid, "status": heard.http, "replies": heard.replies, "problem": heard.problem}
        )

    async def replay(self, request: web.Request) -> web.Response:
        """Tell the application again what it was told about one message."""
        message = self._carrier.messages.get(request.match_info["sid"])
        if message is None:
            return doors.refused("No such message.", 404)
        return web.json_response({"heard": await self._webhooks.replay(message)})

    async def mails(self, request: web.Request) -> web.Response:
        """Caught mails, newest first; `to` narrows them to one recipient."""
        to = request.query.get("to", "")
        caught = [mail for mail in self._carrier.mailbox.newest_first() if to in ("", *mail.recipients)]
        return web.json_response([mail.as_json() for mail in caught])

    async def mail(self, request: web.Request) -> web.Response:
        """One caught mail."""
        mail = self._carrier.mailbox.get(int(request.match_info["id"]))
        return web.json_response(mail.as_json()) if mail else doors.refused("No such mail.", 404)

    async def clear_mail(self, request: web.Request) -> web.Response:
        """Throw all mails away."""
        self._carrier.mailbox.clear()
        return web.json_response({"ok": True})


def correspondent(carrier: Carrier, phone: str, account: Account | None = None) -> tuple[Account, str]:
    """Whom a phone answers: the account and number that wrote last, else the default account's sender."""
    for message in carrier.messages.newest_first(phone):
        owner = carrier.accounts.get(message.account)
        if owner and account in (None, owner):
            return owner, message.business
    account = account or carrier.accounts.default
    return account, account.sender


async def move_clock(
    carrier: Carrier, webhooks: Webhooks, postman: Postman, offset: float, *, tell: bool
) -> int | None:
    """Set the business time. Effects: due messages leave; the product is told. None when nobody was to be told.

    Errors: ValueError for a time too far away; nothing changed.
    """
    carrier.clock.set(offset)
    webhooks.release_held()
    settings = carrier.settings
    if not tell or not settings.clock_hook_url:
        return None
    return await postman.tell(settings.clock_hook_url, settings.secret, {"offset_seconds": offset})


def _line(message: Message) -> dict[str, Any]:
    shown = message_json(message)
    return {
        name: shown[name] for name in ("sid", "direction", "from", "to", "body", "status", "error_code", "date_created")
    }


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
