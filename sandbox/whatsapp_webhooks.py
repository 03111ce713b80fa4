"""What WhatsApp tells the application: statuses, what people send and press, and what became of templates."""

import functools
import json
import secrets
import time
import urllib.parse
from typing import Any

import aiohttp
import yarl

from sandbox import whatsapp_bodies
from sandbox.faults import Planned
from sandbox.numbers import Step
from sandbox.postman import Posted, Postman
from sandbox.twilio_webhooks import Heard
from sandbox.whatsapp_chats import Chats, fate_of
from sandbox.whatsapp_numbers import RULES
from sandbox.whatsapp_shapes import LIMITS, ChatMessage
from sandbox.whatsapp_store import Business, ChatTemplate

_REVIEW: dict[str, float] = RULES["review"]
_NOBODY = "no webhook address is proven for this business"
_ANSWERS_AFTER = 1.2


class ChatWebhooks:
    """Turns what happens in conversations into signed posts, in the order and with the faults planned."""

    def __init__(self, chats: Chats, postman: Postman) -> None:
        self._chats = chats
        self._carrier = chats.carrier
        self._postman = postman

    async def handshake(self, business: Business, url: str, verify_token: str) -> bool:
        """Ask an address to prove itself, and use it from then on when it does. Effects: none when it does not."""
        challenge = str(secrets.randbelow(10**10))
        asked = {"hub.mode": "subscribe", "hub.verify_token": verify_token, "hub.challenge": challenge}
        target = yarl.URL(f"{url}{'&' if '?' in url else '?'}{urllib.parse.urlencode(asked)}", encoded=True)
        timeout = aiohttp.ClientTimeout(total=5)
        try:
            async with aiohttp.ClientSession(timeout=timeout) as session, session.get(target) as answer:
                proven = answer.status == 200 and (await answer.text()).strip() == challenge
        except (aiohttp.ClientError, TimeoutError, OSError):
            proven = False
        if proven:
            business.webhook_url, business.verify_token = url, verify_token
            self._chats.store.keep()
        return proven

    # -- messages on their way

    def begin(self, message: ChatMessage) -> None:
        """Set the life of an accepted message going: its statuses, and what the person does about it."""
        outcome = self._chats.numbers.outcome_of(message.phone)
        era = self._chats.messages.era
        plan = self._carrier.faults.plan(message.steps, outcome.callbacks)
        self._next(message, plan, 0, era)
        if outcome.reply:
            self._postman.later(outcome.reply_after, functools.partial(self._reply, message, outcome.reply, era))
        elif outcome.name in _HABITS:
            self._postman.later(_ANSWERS_AFTER, functools.partial(self._act, message, outcome.name, era))

    def _next(self, message: ChatMessage, plan: list[Planned], place: int, era: int) -> None:
        if place < len(plan):
            wait = message.starts + plan[place].at - time.monotonic()
            self._postman.later(wait, functools.partial(self._tell, message, plan, place, era))

    async def _tell(self, message: ChatMessage, plan: list[Planned], place: int, era: int) -> None:
        business = self._chats.store.get(message.account)
        if era != self._chats.messages.era or business is None:
            return
        if plan[place].lost:
            self._lose(business, message, plan[place].step)
        else:
            await self.tell(business, message, plan[place].step)
        self._next(message, plan, place + 1, era)

    async def tell(self, business: Business, message: ChatMessage, step: Step) -> int:
        """Post one status. Effects: a ledger line for each try; answers the last one's HTTP status."""
        moment = self._carrier.clock.seconds(business.id)
        hidden = message.to_person or self._chats.is_hidden(message.phone)
        content = whatsapp_bodies.status(business, message, step, moment, hidden=hidden)
        return (await self._post(business, content, _facts(message, step.status, step.code))).http

    def _lose(self, business: Business, message: ChatMessage, step: Step) -> None:
        facts = _facts(message, step.status, step.code) | {"url": business.webhook_url}
        self._carrier.ledger.append("callback", accepted=False, attempt=0, http=0, ms=0, why="lost", **facts)

    async def replay(self, message: ChatMessage) -> int:
        """Tell the application again all it was told about a message; answers how often it heard."""
        business = self._chats.store.get(message.account)
        if business is None or not business.webhook_url:
            return 0
        if message.direction == "inbound":
            return int((await self._deliver(business, message)).http > 0)
        return sum([await self.tell(business, message, step) > 0 for step in message.past()])

    # -- what people do

    async def hear(self, business: Business, phone: str, kind: str, body: str, **more: Any) -> Heard:
        """Deliver what a person sent or pressed now. Effects: ledger lines for it and for each try of the webhook."""
        message = self._chats.hear(business, phone, kind, body, **more)
        if not business.webhook_url:
            return Heard(message.sid, None, problem=_NOBODY)
        return _heard(message.sid, await self._deliver(business, message))

    async def press(self, business: Business, phone: str, sid: str, place: int) -> Heard:
        """Press one button of a message."""
        message = self._chats.messages.get(sid)
        button = message.button(place) if isinstance(message, ChatMessage) and message.phone == phone else None
        if button is None:
            return Heard("", None, problem="this message has no such button")
        if button.kind == "flow":
            filled = json.dumps({"flow_token": button.value, "answer": "yes"})
            more: dict[str, Any] = {"payload": filled, "answers": sid, "filled_in": True}
            return await self.hear(business, phone, "interactive", "Sent", **more)
        if button.kind not in ("reply", "quick_reply"):
            return Heard("", None, problem="this button opens something on the phone; nothing is sent")
        kind = "interactive" if button.kind == "reply" else "button"
        return await self.hear(business, phone, kind, button.title, payload=button.value, answers=sid)

    async def prefer(self, business: Business, phone: str, choice: str) -> Heard:
        """Stop marketing messages, or allow them again, in WhatsApp's own settings."""
        moment = self._carrier.clock.seconds(business.id)
        hidden = self._chats.is_hidden(phone)
        facts = {"account": business.id, "from": phone, "to": business.phone_number_id, "sid": "", "body": choice}
        self._carrier.ledger.append("chat_preference", accepted=True, status=choice, **facts)
        if not business.webhook_url:
            return Heard("", None, problem=_NOBODY)
        content = whatsapp_bodies.preference(business, phone, choice, moment, hidden=hidden)
        del facts["body"]
        return _heard("", await self._post(business, content, facts | {"status": f"preference {choice}", "code": 0}))

    async def _deliver(self, business: Business, message: ChatMessage) -> Posted:
        content = whatsapp_bodies.inbound(business, message, hidden=self._chats.is_hidden(message.phone))
        return await self._post(business, content, _facts(message, "received", 0))

    async def _reply(self, message: ChatMessage, text: str, era: int) -> None:
        business = self._chats.store.get(message.account)
        if business and era == self._chats.messages.era:
            await self.hear(business, message.phone, "text", text, answers=message.sid)

    async def _act(self, message: ChatMessage, habit: str, era: int) -> None:
        business = self._chats.store.get(message.account)
        if business is None or era != self._chats.messages.era:
            return
        if habit == "presses":
            await self.press(business, message.phone, message.sid, 0)
        elif habit == "stops_marketing":
            await self.prefer(business, message.phone, "stop")
        elif habit == "reacts":
            await self.hear(business, message.phone, "reaction", "\N{THUMBS UP SIGN}", answers=message.sid)
        else:
            await self.hear(business, message.phone, "image", "Look at this", media_id=self._chats.store.new_id())

    # -- templates

    def review(self, business: Business, template: ChatTemplate) -> None:
        """Let a new template meet its fate: a decision, and sometimes something after it."""
        fate, era = fate_of(template.name), self._chats.messages.era
        if fate["status"] == "PENDING":
            return
        self._postman.later(
            _REVIEW["decided_after"], functools.partial(self._decide, business, template, fate["status"], era)
        )
        if fate.keys() & {"then", "category", "quality"}:
            self._postman.later(_REVIEW["then_after"], functools.partial(self._change, business, template, fate, era))

    async def _decide(self, business: Business, template: ChatTemplate, status: str, era: int) -> None:
        if era == self._chats.messages.era:
            await self.say_status(business, template, status)

    async def say_status(self, business: Business, template: ChatTemplate, status: str) -> None:
        """Change a template's status and tell. Effects: kept, one ledger line, one webhook."""
        fate = fate_of(template.name)
        template.status = status
        template.reason = str(fate.get("reason", "NONE")) if status == "REJECTED" else "NONE"
        more: dict[str, Any] = {"event": status, "message_template_category": template.category}
        more["reason"] = template.reason if status == "REJECTED" else None if status == "APPROVED" else "NONE"
        if status == "REJECTED":
            more["rejection_info"] = {"reason": fate.get("why", ""), "recommendation": fate.get("remedy", "")}
        if status == "PAUSED":
            more["other_info"] = {"title": "FIRST_PAUSE", "description": "Paused for 3 hours because of low quality."}
        if status == "DISABLED":
            more["disable_info"] = {"disable_date": int(self._carrier.clock.seconds(business.id))}
        await self._say(business, template, "message_template_status_update", more, status)

    async def _change(self, business: Business, template: ChatTemplate, fate: dict[str, Any], era: int) -> None:
        if era != self._chats.messages.era:
            return
        if "then" in fate:
            await self.say_status(business, template, fate["then"])
        if "category" in fate and template.category != fate["category"]:
            more = {"previous_category": template.category, "new_category": fate["category"]}
            template.category = fate["category"]
            await self._say(business, template, "template_category_update", more, fate["category"])
        if "quality" in fate:
            more = {"previous_quality_score": template.quality, "new_quality_score": fate["quality"]}
            template.quality = fate["quality"]
            await self._say(business, template, "message_template_quality_update", more, fate["quality"])

    async def _say(
        self, business: Business, template: ChatTemplate, field: str, more: dict[str, Any], said: str
    ) -> None:
        self._chats.store.add(template)
        facts = {"account": business.id, "from": business.id, "to": template.name, "sid": template.id}
        self._carrier.ledger.append("chat_template", accepted=True, status=said, body="", **facts)
        content = whatsapp_bodies.template_news(
            business, template, field, more, self._carrier.clock.seconds(business.id)
        )
        if business.webhook_url:
            await self._post(business, content, facts | {"status": f"template {said}", "code": 0})

    # -- the post

    async def _post(self, business: Business, content: dict[str, Any], facts: dict[str, Any]) -> Posted:
        if not business.webhook_url:
            return Posted(0, b"", 0.0, 0, "nobody")
        headers, body = whatsapp_bodies.signed(business, content)
        note = functools.partial(self._note, facts | {"url": business.webhook_url})
        retries = int(LIMITS["webhook_retries"])
        return await self._postman.deliver(business.webhook_url, headers, body, note, retries)

    def _note(self, facts: dict[str, Any], posted: Posted) -> None:
        outcome = {"attempt": posted.attempt, "http": posted.http, "ms": posted.milliseconds, "why": posted.why}
        self._carrier.ledger.append("callback", accepted=200 <= posted.http < 300, **facts, **outcome)


#: the outcomes of the table by which a person does something other than write
_HABITS = frozenset({"presses", "stops_marketing", "reacts", "sends_a_picture"})


def _heard(sid: str, posted: Posted) -> Heard:
    taken = 200 <= posted.http < 300
    return Heard(sid, posted.http, problem="" if taken else "the webhook did not take it")


def _facts(message: ChatMessage, status: str, code: int) -> dict[str, Any]:
    facts = {"account": message.account, "from": message.sender, "to": message.recipient, "sid": message.sid}
    return facts | {"status": status, "code": code, "channel": "whatsapp"}
