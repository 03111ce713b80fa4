"""The doors of the Twilio API for calls: make one, look at it, hang up."""

import time
from typing import Any

from aiohttp import web

from sandbox import twilio_shapes
from sandbox.accounts import Account
from sandbox.call_life import CallLife
from sandbox.calls import Call, Calls, facts_of
from sandbox.messages import new_sid
from sandbox.numbers import Answer
from sandbox.twilio_answers import AFTER, as_json, error, taken, turned_away
from sandbox.twilio_shapes import API_VERSION, Form, field, is_address, is_callable, rfc2822

_EVENTS = frozenset({"initiated", "ringing", "answered", "completed"})
_DETECTIONS = frozenset({"", "Enable", "DetectMessageEnd"})
_LONGEST_RING, _LONGEST_CALL = 600, 14_400


class TwilioCalls:
    """The REST resource of calls, for every account of the carrier."""

    def __init__(self, calls: Calls, life: CallLife) -> None:
        self._calls = calls
        self._carrier = calls.carrier
        self._life = life

    def routes(self) -> list[web.RouteDef]:
        """The doors and who answers them; they come before those of messages, which answer for all that is unknown."""
        base = f"/{API_VERSION}/Accounts/{{account}}"
        return [
            web.post(f"{base}/Calls.json", self.create),
            web.get(f"{base}/Calls/{{sid}}.json", self.fetch),
            web.post(f"{base}/Calls/{{sid}}.json", self.change),
        ]

    async def create(self, request: web.Request) -> web.StreamResponse:
        """Take a call, or say why not. The ledger has its line before anyone is answered."""
        account = self._authenticated(request)
        if account is None:
            return error(20003)
        form = twilio_shapes.read_form(await request.read())
        answer = self._answer(field(form, "To"))
        if answer not in AFTER and answer not in ("ok", "refused"):
            self._refuse(account, form, answer)
            return await turned_away(request, self._carrier.faults, answer)
        code = _refusal(form, self._carrier.numbers.senders) or self._willed(field(form, "To"))
        if code:
            self._refuse(account, form, "refused", code)
            return error(code)
        call = self._accept(account, form)
        self._life.begin(call)
        return await taken(request, self._carrier.faults, answer, call_json(call))

    async def fetch(self, request: web.Request) -> web.Response:
        """One call as it is now."""
        call = self._found(request)
        return as_json(call_json(call)) if call else error(20404)

    async def change(self, request: web.Request) -> web.Response:
        """Hang up on a call that goes on, or cancel one that rings."""
        call = self._found(request)
        if call is None:
            return error(20404)
        form = twilio_shapes.read_form(await request.read())
        if field(form, "Status") not in ("completed", "canceled"):
            return error(21220)
        call.moves.put_nowait("hang_up")
        return as_json(call_json(call))

    def _answer(self, phone: str) -> Answer:
        """What the caller of the API sees: bad answers belong to the number, whichever channel it is used on."""
        numbers = self._carrier.numbers
        outcome = numbers.outcome_of(phone)
        answer = "ok" if outcome.answer == "refused" else numbers.answer_of(phone, outcome)
        return self._carrier.faults.answer(int(time.time())) if answer == "ok" else answer

    def _willed(self, phone: str) -> int:
        digits = self._carrier.numbers.digits_of(phone)
        return next((will.code for _, will in self._calls.wills.listed() if digits and will.digits == digits), 0)

    def _accept(self, account: Account, form: Form) -> Call:
        call = Call(
            sid=new_sid("CA"),
            account=account.sid,
            sender=field(form, "From"),
            recipient=field(form, "To"),
            url=field(form, "Url"),
            callback_url=field(form, "StatusCallback"),
            events=frozenset(form.get("StatusCallbackEvent", ["completed"])),
            ring_seconds=int(field(form, "Timeout") or 60),
            most_seconds=int(field(form, "TimeLimit") or _LONGEST_CALL),
            detection=field(form, "MachineDetection"),
            created=self._carrier.clock.seconds(account.sid),
        )
        self._carrier.ledger.append(
            "call", accepted=True, body="", key="", status="queued", code=0, url=call.url,
            callback_url=call.callback_url, **facts_of(call),
        )  # fmt: skip
        self._calls.add(call)
        return call

    def _refuse(self, account: Account, form: Form, status: str, code: int = 0) -> None:
        facts = {"account": account.sid, "to": field(form, "To"), "from": field(form, "From"), "sid": ""}
        self._carrier.ledger.append("call", accepted=False, body="", key="", status=status, code=code, **facts)

    def _authenticated(self, request: web.Request) -> Account | None:
        account = self._carrier.accounts.of_header(request.headers.get("Authorization", ""))
        return account if account and account.sid == request.match_info["account"] else None

    def _found(self, request: web.Request) -> Call | None:
        account, call = self._authenticated(request), self._calls.get(request.match_info["sid"])
        return call if account and call and call.account == account.sid else None


def _refusal(form: Form, senders: dict[str, int]) -> int:
    """The code of the first rule this request breaks, 0 when it may pass."""
    if not field(form, "To"):
        return 21201
    if not is_address(field(form, "To")):
        return 21217
    if not field(form, "From"):
        return 21213
    if not is_address(field(form, "From")) or field(form, "From") in senders:
        return senders.get(field(form, "From"), 21212)
    return _content_refusal(form)


def _content_refusal(form: Form) -> int:
    if not is_callable(field(form, "Url")):
        return 21205
    if field(form, "StatusCallback") and not is_callable(field(form, "StatusCallback")):
        return 21609
    events = set(form.get("StatusCallbackEvent", ()))
    if not events <= _EVENTS or field(form, "MachineDetection") not in _DETECTIONS:
        return 20001
    fits = _fits(field(form, "Timeout"), _LONGEST_RING) and _fits(field(form, "TimeLimit"), _LONGEST_CALL)
    return 0 if fits else 20001


def _fits(text: str, most: int) -> bool:
    return text == "" or (text.isdecimal() and 0 < int(text) <= most)


def call_json(call: Call) -> dict[str, Any]:
    """The resource as the API shows it now."""
    path = f"/{API_VERSION}/Accounts/{call.account}/Calls/{call.sid}"
    return {
        "account_sid": call.account,
        "annotation": None,
        "answered_by": call.answered_by or None,
        "api_version": API_VERSION,
        "caller_name": None,
        "date_created": rfc2822(int(call.created)),
        "date_updated": rfc2822(int(call.answered or call.created)),
        "direction": "outbound-api",
        "duration": str(round(call.seconds)) if call.is_over else None,
        "end_time": rfc2822(int(call.answered + call.seconds)) if call.is_over and call.answered else None,
        "forwarded_from": None,
        "from": call.sender,
        "from_formatted": call.sender,
        "group_sid": None,
        "parent_call_sid": None,
        "phone_number_sid": None,
        "price": None,
        "price_unit": "USD",
        "queue_time": "0",
        "sid": call.sid,
        "start_time": rfc2822(int(call.answered)) if call.answered else None,
        "status": call.status,
        "subresource_uris": {"recordings": f"{path}/Recordings.json"},
        "to": call.recipient,
        "to_formatted": call.recipient,
        "trunk_sid": None,
        "uri": f"{path}.json",
    }
