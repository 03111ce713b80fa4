"""The WhatsApp half of the carrier: conversations, the window, the review of templates; one ledger with the rest."""

import dataclasses
import math
from typing import Any

from sandbox.carrier import Carrier
from sandbox.ledger import moment_of
from sandbox.messages import Messages
from sandbox.numbers import Step
from sandbox.whatsapp_numbers import RULES, ChatNumbers, is_person, person_of
from sandbox.whatsapp_shapes import (
    LIMITS,
    ChatButton,
    ChatCard,
    ChatHead,
    ChatMessage,
    Refused,
    Wanted,
    fill,
    new_wamid,
)
from sandbox.whatsapp_store import Business, ChatTemplate, Store
from sandbox.whatsapp_templates import fill_template

#: what Meta says of a message whose picture it could not get
_NO_MEDIA = 131053

DEFAULT = Business(
    id="100000000000001",
    phone_number_id="200000000000001",
    display_number="+14025550100",
    access_token="sandbox-token",  # noqa: S106 - the well-known secret of an account that belongs to nobody
    app_secret="sandbox-app-secret",  # noqa: S106 - the same
)


class Chats:
    """What WhatsApp holds: businesses, templates, and the conversation of each phone."""

    def __init__(self, carrier: Carrier) -> None:
        self.carrier = carrier
        self.store = Store(carrier.settings.data / "whatsapp.json", DEFAULT)
        self.messages = Messages()
        self.numbers = ChatNumbers(carrier.numbers)
        self._wrote: dict[tuple[str, str], float] = {}
        carrier.also_reset.append(self.forget)
        self._rebuild()

    def _rebuild(self) -> None:
        for entry in self.carrier.ledger.entries():
            if entry["kind"] in ("chat", "chat_inbound") and entry["accepted"]:
                message = _from_entry(entry)
                self.messages.add(message)
                if entry["kind"] == "chat_inbound":
                    self._wrote[message.account, message.phone] = message.created

    def forget(self) -> None:
        """Drop conversations, windows and templates; businesses stay."""
        self.messages.clear()
        self._wrote.clear()
        self.store.forget()

    def is_open(self, business: Business, phone: str) -> bool:
        """Whether the person wrote within the last 24 hours."""
        wrote = self._wrote.get((business.id, phone), -math.inf)
        return self.carrier.clock.seconds(business.id) - wrote < LIMITS["window_seconds"]

    def accept(self, business: Business, wanted: Wanted, shown: dict[str, Any], *, lacks: bool = False) -> ChatMessage:
        """Take a message from the API. Shape: `shown` is what `show` made; `lacks` when a picture could not be fetched.

        Effects: one ledger line, then the message is kept.
        """
        message = self._new(business, wanted.recipient, wanted.kind)
        message.data, message.answers, message.to_person = wanted.data, wanted.answers, wanted.to_person
        for name, value in shown.items():
            setattr(message, name, value)
        message.steps = self.numbers.outcome_of(wanted.phone).steps or self.carrier.numbers.ordinary.steps
        if lacks:
            message.steps = (Step("failed", message.steps[0].after, _NO_MEDIA),)
        self.note("chat", message)
        self.messages.add(message)
        return message

    def show(self, business: Business, wanted: Wanted) -> dict[str, Any]:
        """What the phone will show of a message. Errors: Refused."""
        if wanted.kind == "template":
            return fill_template(self._usable(business, wanted), wanted.content)
        shown = fill(wanted)
        if not self.is_open(business, wanted.phone):
            raise Refused(131047, "the person has not written within the last 24 hours")
        return shown

    def _usable(self, business: Business, wanted: Wanted) -> ChatTemplate:
        language = wanted.content.get("language")
        code = str(language.get("code", "")) if isinstance(language, dict) else ""
        template = self.store.named(business.id, str(wanted.content.get("name", "")), code)
        if template is None or template.status not in ("APPROVED", "PAUSED", "DISABLED"):
            raise Refused(132001, "no approved template of this name in this language")
        if template.status != "APPROVED":
            raise Refused(132015 if template.status == "PAUSED" else 132016, template.name)
        if template.category == "AUTHENTICATION" and wanted.to_person:
            raise Refused(131009, "authentication templates need a phone number")
        return template

    def hear(self, business: Business, phone: str, kind: str, body: str, **more: Any) -> ChatMessage:
        """Take something a person sent or pressed. Effects: one ledger line; the window opens."""
        message = self._new(business, person_of(phone) if self.is_hidden(phone) else phone, kind)
        message.direction, message.first_status, message.steps, message.body = "inbound", "received", (), body
        message.sender, message.recipient = phone, business.phone_number_id
        for name, value in more.items():
            setattr(message, name, value)
        self.note("chat_inbound", message)
        self.messages.add(message)
        self._wrote[business.id, phone] = message.created
        return message

    def is_hidden(self, phone: str) -> bool:
        """Whether this person goes by a name, so that businesses never learn the number."""
        return self.numbers.outcome_of(phone).name == "known_by_name"

    def business_of(self, phone: str) -> Business:
        """Whom a phone answers: the business that wrote last, else the default one."""
        for message in self.messages.newest_first(phone):
            if business := self.store.get(message.account):
                return business
        return self.store.default

    def _new(self, business: Business, recipient: str, kind: str) -> ChatMessage:
        now = self.carrier.clock.seconds(business.id)
        message = ChatMessage(
            sid=new_wamid(),
            account=business.id,
            direction="outbound-api",
            sender=business.phone_number_id,
            recipient=recipient,
            body="",
            created=now,
            first_status="accepted",
            kind=kind,
        )
        message.release(now)
        return message

    def refuse(self, business: Business, wanted: Wanted, status: str, code: int = 0) -> None:
        """Note a request to send that was not accepted. Effects: one ledger line."""
        facts = {"account": business.id, "from": business.phone_number_id, "to": wanted.recipient, "sid": ""}
        self.carrier.ledger.append("chat", accepted=False, status=status, code=code, form=wanted.kind, body="", **facts)

    def note(self, kind: str, message: ChatMessage) -> None:
        """One ledger line about a message that was taken."""
        self.carrier.ledger.append(
            kind,
            accepted=True,
            account=message.account,
            to=message.recipient,
            body=message.body,
            sid=message.sid,
            status=message.first_status,
            direction=message.direction,
            form=message.kind,
            header=message.header,
            footer=message.footer,
            buttons=[[button.kind, button.title, button.value] for button in message.buttons],
            answers=message.answers,
            payload=message.payload,
            category=message.category,
            template=message.template,
            data=message.data,
            media_id=message.media_id,
            head=dataclasses.asdict(message.head) if message.head else None,
            cards=[dataclasses.asdict(card) for card in message.cards],
            filled_in=message.filled_in,
            **{"from": message.sender},
        )


def fate_of(name: str) -> dict[str, Any]:
    """What the review will say of a template, by the last word of its name."""
    word = name.rpartition("_")[2]
    return next((dict(row) for row in RULES["fate"] if row["word"] == word), {"status": "APPROVED"})


def _from_entry(entry: dict[str, Any]) -> ChatMessage:
    """A message rebuilt from its ledger line after a restart; its steps lie in the past."""
    created = moment_of(entry).timestamp()
    return ChatMessage(
        sid=entry["sid"],
        account=entry["account"],
        direction=entry["direction"],
        sender=entry["from"],
        recipient=entry["to"],
        body=entry["body"],
        created=created,
        started=created,
        first_status=entry["status"],
        starts=-math.inf,
        kind=entry["form"],
        header=entry["header"],
        footer=entry["footer"],
        buttons=tuple(ChatButton(*button) for button in entry["buttons"]),
        answers=entry["answers"],
        payload=entry["payload"],
        category=entry["category"],
        template=entry["template"],
        data=entry["data"],
        media_id=entry["media_id"],
        to_person=is_person(entry["to"]),
        head=ChatHead(**entry["head"]) if entry.get("head") else None,
        cards=tuple(_card(card) for card in entry.get("cards", ())),
        filled_in=bool(entry.get("filled_in")),
    )


def _card(row: dict[str, Any]) -> ChatCard:
    return ChatCard(ChatHead(**row["head"]), row["body"], tuple(ChatButton(**button) for button in row["buttons"]))
