"""What the carrier tells the application: status callbacks, and texts from people."""

import asyncio
import contextlib
import dataclasses
import datetime
import functools
import itertools
import re
import time
from typing import Any

from sandbox import segments, telnyx_webhooks, twiml
from sandbox.accounts import Account
from sandbox.carrier import Carrier
from sandbox.faults import Planned
from sandbox.messages import Message
from sandbox.numbers import Step
from sandbox.postman import Posted, Postman
from sandbox.twilio_shapes import API_VERSION, RULES

_TICK = 0.25  # seconds between looks at held messages and unwritten ledger lines
_SERVICE_STEP = Step("queued", 0.02)  # a messaging service tells when it has chosen a sender


@dataclasses.dataclass(frozen=True, slots=True)
class Heard:
    """What became of a text from a person. `http` is the webhook's answer, 0 for none, None when nobody listens."""

    sid: str
    http: int | None
    replies: tuple[str, ...] = ()
    problem: str = ""


class Webhooks:
    """Turns accepted messages and people's texts into signed posts, in the order and with the faults planned."""

    def __init__(self, carrier: Carrier, postman: Postman) -> None:
        self._carrier = carrier
        self._postman = postman
        self._ticker: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to look at the clock."""
        self._ticker = asyncio.create_task(self._tick())

    async def stop(self) -> None:
        """Stop looking at the clock."""
        if self._ticker:
            self._ticker.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._ticker

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(_TICK)
            self.release_held()
            self._carrier.ledger.flush()

    def release_held(self) -> None:
        """Let scheduled messages go whose hour has come."""
        for message in self._carrier.messages.due(self._carrier.clock.seconds()):
            self.begin(message)

    def begin(self, message: Message) -> None:
        """Set the life of an accepted message going: its callbacks, and what the phone writes back."""
        if message.sid in self._carrier.messages.held:
            return
        outcome = self._carrier.numbers.outcome_of(message.recipient)
        era = self._carrier.messages.era
        if message.callback_url:
            chosen = (_SERVICE_STEP,) if message.first_status == "accepted" else ()
            plan = self._carrier.faults.plan(chosen + message.steps, outcome.callbacks)
            self._next(message, plan, 0, era)
        if outcome.reply and message.direction == "outbound-api":
            self._postman.later(outcome.reply_after, functools.partial(self._reply, message, outcome.reply, era))

    def _next(self, message: Message, plan: list[Planned], index: int, era: int) -> None:
        if index < len(plan):
            wait = message.starts + plan[index].at - time.monotonic()
            self._postman.later(wait, functools.partial(self._call_back, message, plan, index, era))

    async def _call_back(self, message: Message, plan: list[Planned], index: int, era: int) -> None:
        account = self._carrier.accounts.get(message.account)
        if era != self._carrier.messages.era or message.canceled or account is None:
            return
        step = plan[index].step
        if plan[index].lost:
            self._lose(message, message.callback_url, step)
        else:
            await self._tell(account, message, step)
        self._next(message, plan, index + 1, era)

    async def tell_canceled(self, message: Message) -> None:
        """Say once that a scheduled message was cancelled."""
        account = self._carrier.accounts.get(message.account)
        if message.callback_url and account:
            await self._tell(account, message, message.now())

    def cancel(self, message: Message) -> None:
        """Withdraw a held message; it will never leave."""
        message.canceled = True
        self._carrier.messages.held.pop(message.sid, None)
        self._carrier.change(message, "canceled")
        self._postman.later(0, functools.partial(self.tell_canceled, message))

    def _note(self, kind: str, facts: dict[str, Any], posted: Posted) -> None:
        taken = 200 <= posted.http < 300
        outcome = {"attempt": posted.attempt, "http": posted.http, "ms": posted.milliseconds, "why": posted.why}
        self._carrier.ledger.append(kind, accepted=taken, **facts, **outcome)

    async def _reply(self, message: Message, text: str, era: int) -> None:
        account = self._carrier.accounts.get(message.account)
        if account and era == self._carrier.messages.era:
            await self.hear(account, message.recipient, message.sender, text)

    async def hear(self, account: Account, phone: str, business: str, text: str) -> Heard:
        """Deliver a text from a person now, and take the answers the webhook gives.

        Effects: ledger lines for the text, each try of the webhook, and each answer.
        """
        opt_out = self._opt_out(account, phone, business, text)
        message = self._carrier.hear(account, phone, business, text)
        url = self._listener(account, phone)
        if not url:
            return Heard(message.sid, None, problem="no inbound URL is set for this account")
        if self._carrier.faults.loses():
            self._lose(message, url, message.now())
            return Heard(message.sid, 0, problem="lost on the way, as scripted")
        return self._answers(account, message, await self._deliver(account, message, url, opt_out))

    def _listener(self, account: Account, phone: str) -> str:
        """Where texts of a phone go: the account's own address, else one made from the callback of what it answers."""
        pattern, _, replacement = self._carrier.settings.inbound_rule.partition(" ")
        if account.inbound_url or not pattern:
            return account.inbound_url
        messages = self._carrier.messages
        candidates = itertools.chain(messages.newest_first(phone), messages.newest_first())
        sent = (each.callback_url for each in candidates if each.account == account.sid and each.callback_url)
        return next((re.sub(pattern, replacement, url) for url in sent if re.search(pattern, url)), "")

    async def _deliver(self, account: Account, message: Message, url: str, opt_out: str = "") -> Posted:
        facts = {**_facts(message), "url": url, "status": "received", "code": 0}
        note = functools.partial(self._note, "callback", facts)
        if account.speaks == "telnyx":
            return await telnyx_webhooks.deliver(self._postman, account, message, url, opt_out, note)
        fields = inbound_fields(message, opt_out)
        return await self._postman.post(account.token, url, fields, note)

    async def replay(self, message: Message) -> int:
        """Tell the application again, now and in order, all it was told about a message; answers how often it heard.

        Effects: ledger lines for each try. Nothing is accepted anew: a repeated text from a person keeps its id.
        """
        account = self._carrier.accounts.get(message.account)
        if account is None:
            return 0
        if message.direction == "inbound":
            url = self._listener(account, message.phone)
            return int((await self._deliver(account, message, url)).http > 0) if url else 0
        heard = 0
        for step in message.past() if message.callback_url else ():
            heard += await self._tell(account, message, step) > 0
        return heard

    async def _tell(self, account: Account, message: Message, step: Step) -> int:
        facts = {**_facts(message), "url": message.callback_url, "status": step.status, "code": step.code}
        note = functools.partial(self._note, "callback", facts)
        if account.speaks == "telnyx":
            return (await telnyx_webhooks.tell(self._postman, account, message, step, note)).http
        fields = callback_fields(message, step, self._carrier.clock.now(account.sid))
        return (await self._postman.post(account.token, message.callback_url, fields, note)).http

    def _lose(self, message: Message, url: str, step: Step) -> None:
        facts = {**_facts(message), "url": url, "status": step.status, "code": step.code}
        self._carrier.ledger.append("callback", accepted=False, attempt=0, http=0, ms=0, why="lost", **facts)

    def _answers(self, account: Account, message: Message, posted: Posted) -> Heard:
        if posted.http != 200 or account.speaks == "telnyx":
            problem = "" if 200 <= posted.http < 300 else "the webhook did not take it"
            return Heard(message.sid, posted.http, problem=problem)
        try:
            texts = twiml.messages(posted.body)
        except twiml.BadTwiml as bad:
            return Heard(message.sid, posted.http, problem=str(bad))
        for text in texts:
            self._answer(account, "twiml_reply", message, text)
        return Heard(message.sid, posted.http, tuple(texts))

    def _answer(self, account: Account, kind: str, message: Message, text: str) -> None:
        self.begin(self._carrier.answer_person(account, kind, message.recipient, message.sender, text))

    def _opt_out(self, account: Account, phone: str, business: str, text: str) -> str:
        """STOP, START or HELP when the carrier itself understands and answers it, else empty."""
        if account.speaks == "telnyx":
            return self._telnyx_opt_out(account, phone, business, text)
        if not account.advanced_opt_out:
            return ""
        word = text.strip().upper()
        kind = next((kind for kind, words in RULES["opt_out"].items() if word in words), "")
        if kind == "STOP":
            account.opted_out.add(phone)
        if kind == "START":
            account.opted_out.discard(phone)
        if kind:
            reply = RULES["opt_out_replies"][kind]
            self.begin(self._carrier.answer_person(account, "carrier_reply", business, phone, reply))
        return kind

    def _telnyx_opt_out(self, account: Account, phone: str, business: str, text: str) -> str:
        kind = telnyx_webhooks.understood(account, phone, text)
        if kind:
            reply = telnyx_webhooks.RULES["opt_out_replies"][kind]
            self.begin(self._carrier.answer_person(account, "carrier_reply", business, phone, reply))
        return kind


def callback_fields(message: Message, step: Step, now: datetime.datetime) -> dict[str, str]:
    """The form of one status callback; error fields come only with bad ends, the receipt date only with receipts."""
    fields = {
        "AccountSid": message.account,
        "ApiVersion": API_VERSION,
        "From": message.sender,
        "MessageSid": message.sid,
        "MessageStatus": step.status,
        "SmsSid": message.sid,
        "SmsStatus": step.status,
        "To": message.recipient,
    }
    if message.service:
        fields["MessagingServiceSid"] = message.service
    if step.status in ("delivered", "undelivered"):
        fields["RawDlrDoneDate"] = f"{now:%y%m%d%H%M}"
    if step.code:
        fields |= {"ErrorCode": str(step.code), "ErrorMessage": RULES["delivery"].get(str(step.code), "Unknown error")}
    if message.recipient.startswith("whatsapp:"):
        fields |= {"ChannelPrefix": "whatsapp", "ChannelInstallSid": "XE" + message.account[2:]}
    return fields | ({"EventType": "READ"} if step.status == "read" else {})


def inbound_fields(message: Message, opt_out: str = "") -> dict[str, str]:
    """The form of a text from a person; geography is invented, and empty where the carrier would not know."""
    fields = {
        "AccountSid": message.account,
        "ApiVersion": API_VERSION,
        "Body": message.body,
        "From": message.sender,
        "MessageSid": message.sid,
        "NumMedia": "0",
        "NumSegments": str(segments.count(message.body)),
        "SmsMessageSid": message.sid,
        "SmsSid": message.sid,
        "SmsStatus": "received",
        "To": message.recipient,
    }
    if message.sender.startswith("whatsapp:"):
        fields |= {"ProfileName": "Sandbox", "WaId": message.sender.removeprefix("whatsapp:+")}
    else:
        fields |= _GEOGRAPHY
    return fields | ({"OptOutType": opt_out} if opt_out else {})


_GEOGRAPHY = {
    "FromCity": "OMAHA",
    "FromCountry": "US",
    "FromState": "NE",
    "FromZip": "68102",
    "ToCity": "",
    "ToCountry": "US",
    "ToState": "NE",
    "ToZip": "",
}


def _facts(message: Message) -> dict[str, Any]:
    return {"account": message.account, "from": message.sender, "to": message.recipient, "sid": message.sid}
