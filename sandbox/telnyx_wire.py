"""The doors of the Telnyx API: create and fetch messages, and read the messaging profile."""

import asyncio
import hashlib
import time

import orjson
from aiohttp import web

from sandbox import telnyx_shapes
from sandbox.accounts import Account, KeyedAnswer
from sandbox.carrier import Carrier
from sandbox.messages import Message
from sandbox.numbers import Answer, Step
from sandbox.telnyx_shapes import LIMITS, Refused, Wanted
from sandbox.twilio_webhooks import Webhooks

_JSON = {"Content-Type": "application/json; charset=utf-8"}
_PAGE = {"number": 1, "size": 25}
_AFTER = frozenset({"slow", "lost_after", "hang_after", "error_after", "malformed", "no_id"})


class TelnyxApi:
    """The REST resource of messages, for every account of the carrier that speaks Telnyx."""

    def __init__(self, carrier: Carrier, webhooks: Webhooks) -> None:
        self._carrier = carrier
        self._webhooks = webhooks

    def routes(self) -> list[web.RouteDef]:
        """The doors and who answers them."""
        return [
            web.post("/v2/messages", self.create),
            web.get("/v2/messages/{id}", self.fetch),
            web.get("/v2/messaging_profiles/{id}", self.profile),
            web.get("/v2/messaging_optouts", self.opt_outs),
            web.route("*", "/v2/{path:.*}", self.unknown),
        ]

    async def create(self, request: web.Request) -> web.StreamResponse:
        """Take a message, or say why not. The ledger has its line before anyone is answered."""
        account = self._authenticated(request)
        if account is None:
            return _error("10009")
        raw, key = await request.read(), request.headers.get("Idempotency-Key", "")
        try:
            wanted = telnyx_shapes.read_request(raw)
        except Refused as refused:
            return _error(refused.code, refused.detail, refused.pointer)
        answer = self._will(wanted)
        if answer not in _AFTER and answer not in ("ok", "refused"):
            self._refuse(account, wanted, key, answer)
            return await self._turn_away(request, answer)
        try:
            message = self._keyed(account, wanted, key, raw, refused=answer == "refused")
        except Refused as refused:
            self._refuse(account, wanted, key, "refused", refused.code)
            # "not well-formed" is what a key gets that was used with other bytes, then with status 422
            return _error(refused.code, refused.detail, status=422 if refused.code == "10015" else 0)
        return await self._answered(request, answer, message)

    def _will(self, wanted: Wanted) -> Answer:
        """What happens to this request: the number's will first, then the script."""
        outcome = self._carrier.numbers.outcome_of(wanted.recipient)
        answer = self._carrier.numbers.answer_of(wanted.recipient, outcome)
        return self._carrier.faults.answer(int(time.time())) if answer == "ok" else answer

    def _keyed(self, account: Account, wanted: Wanted, key: str, raw: bytes, *, refused: bool) -> Message:
        """The message of this request: a new one, or the one the same key made before.

        A key keeps successes only, for its organisation, method and path; the bytes must be the same. Errors: Refused.
        """
        if key and not telnyx_shapes.KEY.fullmatch(key):
            raise Refused("10015", "The idempotency key has a letter it may not have.")
        now, digest = self._carrier.clock.seconds(), (("sha256", hashlib.sha256(raw).hexdigest()),)
        earlier = account.keys.get(key) if key else None
        if earlier and now - earlier.at < LIMITS["idempotency_seconds"]:
            if earlier.request != digest:
                raise Refused("10015", "The idempotency key was used with a different request.")
            self._refuse(account, wanted, key, "replayed", sid=earlier.message.sid)
            return earlier.message
        self._check(account, wanted, refused=refused)
        message = self._carrier.accept(account, self._form(account, wanted), key)
        if key:
            account.keys[key] = KeyedAnswer(now, digest, message)
        self._webhooks.begin(message)
        return message

    def _check(self, account: Account, wanted: Wanted, *, refused: bool) -> None:
        if wanted.profile not in ("", account.sid):
            raise Refused("10006", "This messaging profile is another account's.", "/messaging_profile_id")
        if wanted.sender in self._carrier.numbers.senders:
            raise Refused("40013", "This sender cannot send.", "/from")
        if refused:
            code = self._carrier.numbers.outcome_of(wanted.recipient).code
            raise Refused(telnyx_shapes.like(code), "As this number wills.")
        if wanted.recipient in account.opted_out:
            raise Refused("40300", "The person has stopped this messaging profile.")

    def _refuse(self, account: Account, wanted: Wanted, key: str, status: str, code: str = "", sid: str = "") -> None:
        number = int(code) if code else 0
        self._carrier.refuse(account, self._form(account, wanted), key, status, number, sid)

    def _form(self, account: Account, wanted: Wanted) -> dict[str, list[str]]:
        """The request in the carrier's own words."""
        profile = account.inbound_url if wanted.use_profile else ""
        callback = wanted.callback_url or profile
        return {
            "From": [wanted.sender],
            "To": [wanted.recipient],
            "Body": [wanted.text],
            "StatusCallback": [callback],
        }

    async def _turn_away(self, request: web.Request, answer: Answer) -> web.StreamResponse:
        """Answers of a carrier that has taken nothing."""
        if answer == "rate_limited":
            return _error("10011", headers={"Retry-After": str(self._carrier.faults.retry_after_seconds)})
        if answer == "error_before":
            return _error("10007")
        if answer == "hang_before":
            await asyncio.sleep(self._carrier.faults.hang_seconds)
        return _cut(request)

    async def _answered(self, request: web.Request, answer: Answer, message: Message) -> web.StreamResponse:
        """Answers of a carrier that has taken the message: always that of the first time."""
        content = telnyx_shapes.message_json(message, Step(message.first_status, 0.0))
        if answer == "slow":
            await asyncio.sleep(self._carrier.faults.slow_seconds)
        if answer == "hang_after":
            await asyncio.sleep(self._carrier.faults.hang_seconds)
        if answer in ("lost_after", "hang_after"):
            return _cut(request)
        if answer == "error_after":
            return _error("10007")
        if answer == "malformed":
            return web.Response(status=200, body=orjson.dumps({"data": content})[:40], headers=_JSON)
        if answer == "no_id":
            del content["id"]
        return _json(content)

    async def fetch(self, request: web.Request) -> web.Response:
        """One message as it is now."""
        account = self._authenticated(request)
        if account is None:
            return _error("10009")
        message = self._carrier.messages.get(request.match_info["id"])
        if message is None or message.account != account.sid:
            return _error("10005")
        return _json(telnyx_shapes.message_json(message, message.now()))

    async def profile(self, request: web.Request) -> web.Response:
        """The messaging profile: a check of credentials."""
        account = self._authenticated(request)
        if account is None:
            return _error("10009")
        if request.match_info["id"] != account.sid:
            return _error("10005")
        return _json({"record_type": "messaging_profile", "id": account.sid, "name": "Sandbox", "enabled": True})

    async def opt_outs(self, request: web.Request) -> web.Response:
        """The people a messaging profile may not write to, a page at a time."""
        account = self._authenticated(request)
        if account is None:
            return _error("10009")
        if request.query.get("filter[messaging_profile_id]", account.sid) != account.sid:
            return _error("10006")
        number, size = (int(request.query.get(f"page[{name}]") or usual) for name, usual in _PAGE.items())
        now = self._carrier.clock.now()
        return web.json_response(telnyx_shapes.opt_outs(account, number, size, now))

    async def unknown(self, request: web.Request) -> web.Response:
        """A path the carrier does not have."""
        return _error("10005")

    def _authenticated(self, request: web.Request) -> Account | None:
        account = self._carrier.accounts.of_header(request.headers.get("Authorization", ""))
        return account if account and account.speaks == "telnyx" else None


def _json(content: dict[str, object]) -> web.Response:
    return web.Response(status=200, body=orjson.dumps({"data": content}), headers=_JSON)


def _error(
    code: str, detail: str = "", pointer: str = "", status: int = 0, headers: dict[str, str] | None = None
) -> web.Response:
    status, body = telnyx_shapes.error(code, detail, pointer, status)
    return web.Response(status=status, body=body, headers=_JSON | (headers or {}))


def _cut(request: web.Request) -> web.StreamResponse:
    """End the connection without an answer, so that the caller cannot know what happened."""
    if request.transport:
        request.transport.abort()
    return web.Response(status=500)
