"""The doors of the Twilio API: create, fetch, list, change and delete messages, and check credentials."""

import itertools
import time
import urllib.parse
from collections.abc import Iterator
from typing import Any

from aiohttp import web

from sandbox import twilio_shapes
from sandbox.accounts import Account, KeyedAnswer
from sandbox.carrier import Carrier
from sandbox.messages import FINAL, Message
from sandbox.twilio_answers import AFTER, as_json, error, taken, turned_away
from sandbox.twilio_shapes import API_VERSION, LIMITS, Form, field
from sandbox.twilio_webhooks import Webhooks


class TwilioApi:
    """The REST resource of messages, for every account of the carrier."""

    def __init__(self, carrier: Carrier, webhooks: Webhooks) -> None:
        self._carrier = carrier
        self._webhooks = webhooks

    def routes(self) -> list[web.RouteDef]:
        """The doors and who answers them."""
        base = f"/{API_VERSION}/Accounts/{{account}}"
        return [
            web.post(f"{base}/Messages.json", self.create),
            web.get(f"{base}/Messages.json", self.listing),
            web.get(f"{base}/Messages/{{sid}}.json", self.fetch),
            web.post(f"{base}/Messages/{{sid}}.json", self.change),
            web.delete(f"{base}/Messages/{{sid}}.json", self.delete),
            web.get(f"{base}.json", self.account),
            web.route("*", f"/{API_VERSION}/{{path:.*}}", self.unknown),
        ]

    async def create(self, request: web.Request) -> web.StreamResponse:
        """Take a message, or say why not. The ledger has its line before anyone is answered."""
        account = self._authenticated(request)
        if account is None:
            return error(20003)
        form = twilio_shapes.read_form(await request.read())
        key = request.headers.get("Idempotency-Key", "") if account.personality == "keyed" else ""
        recipient = field(form, "To")
        outcome = self._carrier.numbers.outcome_of(recipient)
        answer = self._carrier.numbers.answer_of(recipient, outcome)
        if answer == "ok":
            answer = self._carrier.faults.answer(int(time.time()))
        if answer not in AFTER and answer not in ("ok", "refused"):
            self._carrier.refuse(account, form, key, answer)
            return await turned_away(request, self._carrier.faults, answer)
        code = self._refusal(account, form, outcome.code if answer == "refused" else 0)
        if code:
            self._carrier.refuse(account, form, key, "refused", code)
            return error(code)
        message = self._keyed(account, form, key)
        if message is None:
            self._carrier.refuse(account, form, key, "refused", 20422)
            return error(20422)
        return await taken(request, self._carrier.faults, answer, twilio_shapes.message_json(message))

    def _refusal(self, account: Account, form: Form, willed: int) -> int:
        code = twilio_shapes.refusal(form, self._carrier.numbers.senders, self._carrier.clock.seconds())
        if code or willed:
            return code or willed
        return 21610 if field(form, "To") in account.opted_out else 0

    def _keyed(self, account: Account, form: Form, key: str) -> Message | None:
        """The message of this request: a new one, or the one the same key made before; None when the bodies differ."""
        request = tuple(sorted((name, value) for name, values in form.items() for value in values))
        now = self._carrier.clock.seconds()
        earlier = account.keys.get(key) if key else None
        if earlier and now - earlier.at < LIMITS["idempotency_seconds"]:
            if earlier.request != request:
                return None
            self._carrier.refuse(account, form, key, "replayed", sid=earlier.message.sid)
            return earlier.message
        message = self._carrier.accept(account, form, key)
        if key:
            account.keys[key] = KeyedAnswer(now, request, message)
        self._webhooks.begin(message)
        return message

    async def fetch(self, request: web.Request) -> web.Response:
        """One message as it is now."""
        message, code = self._found(request)
        return as_json(twilio_shapes.message_json(message)) if message else error(code)

    async def change(self, request: web.Request) -> web.Response:
        """Cancel a scheduled message, or empty the text of a finished one."""
        message, code = self._found(request)
        if message is None:
            return error(code)
        form = twilio_shapes.read_form(await request.read())
        status = message.now().status
        if field(form, "Status") == "canceled":
            if status != "scheduled":
                return error(30409)
            self._webhooks.cancel(message)
        elif "Body" in form and field(form, "Body") == "":
            if status not in FINAL:
                return error(20009)
            message.body = ""
            self._carrier.change(message, "redacted")
        return as_json(twilio_shapes.message_json(message))

    async def delete(self, request: web.Request) -> web.Response:
        """Forget a finished message; the ledger keeps its lines."""
        message, code = self._found(request)
        if message is None:
            return error(code)
        if message.now().status not in FINAL:
            return error(20009)
        self._carrier.messages.remove(message)
        self._carrier.change(message, "deleted")
        return web.Response(status=204)

    async def account(self, request: web.Request) -> web.Response:
        """The account itself: a check of credentials."""
        account = self._authenticated(request)
        if account is None:
            return error(20003)
        return as_json(twilio_shapes.account_json(account.sid, self._carrier.clock.seconds()))

    async def unknown(self, request: web.Request) -> web.Response:
        """A path the carrier does not have."""
        return error(20404)

    async def listing(self, request: web.Request) -> web.Response:
        """The account's messages, newest first, by To, From and DateSent, a page at a time."""
        account = self._authenticated(request)
        if account is None or account.personality == "webhook_only":
            return error(20003 if account is None else 20404)
        query = twilio_shapes.read_form(request.query_string.encode())
        size = _whole(field(query, "PageSize"), LIMITS["page_size_default"])
        size = max(1, min(size, LIMITS["page_size"]))
        found = list(itertools.islice(self._matching(account, query), size + 1))
        return as_json(_page(account, query, found[:size], size, more=len(found) > size))

    def _matching(self, account: Account, query: Form) -> Iterator[Message]:
        wanted_to, wanted_from = field(query, "To"), field(query, "From")
        after = field(query, "PageToken").removeprefix("PA")
        passed = not after
        for message in self._carrier.messages.between(wanted_to, wanted_from):
            if not passed:
                passed = message.sid == after
                continue
            fits = message.account == account.sid and wanted_to in ("", message.recipient)
            if fits and wanted_from in ("", message.sender) and twilio_shapes.sent_within(message, query):
                yield message

    def _authenticated(self, request: web.Request) -> Account | None:
        account = self._carrier.accounts.of_header(request.headers.get("Authorization", ""))
        return account if account and account.sid == request.match_info["account"] else None

    def _found(self, request: web.Request) -> tuple[Message | None, int]:
        account = self._authenticated(request)
        if account is None:
            return None, 20003
        message = self._carrier.messages.get(request.match_info["sid"])
        return (message, 0) if message and message.account == account.sid else (None, 20404)


def _page(account: Account, query: Form, found: list[Message], size: int, *, more: bool) -> dict[str, Any]:
    page = _whole(field(query, "Page"), 0)
    filters = {name: field(query, name) for name in query if name not in ("Page", "PageSize", "PageToken")}

    def uri(number: int, token: str = "") -> str:
        pairs = filters | {"PageSize": str(size), "Page": str(number)} | ({"PageToken": token} if token else {})
        return twilio_shapes.uri_of(account.sid, query=urllib.parse.urlencode(pairs))

    return {
        "messages": [twilio_shapes.message_json(message) for message in found],
        "page": page,
        "page_size": size,
        "start": page * size,
        "end": page * size + max(len(found) - 1, 0),
        "first_page_uri": uri(0),
        "next_page_uri": uri(page + 1, "PA" + found[-1].sid) if more else None,
        "previous_page_uri": None,
        "uri": uri(page, field(query, "PageToken")),
    }


def _whole(text: str, otherwise: int) -> int:
    return int(text) if text.isdecimal() else otherwise
