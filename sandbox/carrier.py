"""The carrier itself: what it holds, and the few things that may happen to a message."""

import uuid
from collections.abc import Callable
from typing import Any

from sandbox import mail_wills, numbers, segments, twilio_shapes
from sandbox.accounts import Account, Accounts
from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.kept_out import KeptOutMail
from sandbox.ledger import Ledger, moment_of
from sandbox.mailbox import Mailbox
from sandbox.messages import Message, Messages, from_entry, new_sid
from sandbox.settings import Settings
from sandbox.twilio_shapes import Form, field

_TEXTS = frozenset({"message", "twiml_reply", "carrier_reply", "inbound"})


class Carrier:
    """One running sandbox: clock, ledger, messages, accounts, numbers, faults and mail."""

    def __init__(self, settings: Settings) -> None:
        settings.data.mkdir(parents=True, exist_ok=True)
        self.settings = settings
        self.clock = Clock()
        self.ledger = Ledger(settings.data / "ledger.jsonl", self.clock)
        self.messages = Messages()
        self.numbers = numbers.load()
        self.faults = Faults()
        self.mailbox = Mailbox(self.ledger)
        self.mail_wills = mail_wills.load()
        self.kept_out_mail = KeptOutMail(self.clock)
        default = Account(settings.account_sid, settings.auth_token, inbound_url=settings.inbound_url)
        self.accounts = Accounts(default, settings.data / "accounts.json")
        #: what the other channels forget when everything begins again
        self.also_reset: list[Callable[[], None]] = []
        self._rebuild()

    def _rebuild(self) -> None:
        """Threads and mail of an earlier run come back from the ledger; nothing is delivered again."""
        for entry in self.ledger.entries():
            if entry["kind"] == "mail" and entry["accepted"]:
                self.mailbox.restore(entry)
            if entry["kind"] in _TEXTS and entry["accepted"]:
                steps = () if entry["kind"] == "inbound" else self.numbers.outcome_of(entry["to"]).steps
                self.messages.add(from_entry(entry, moment_of(entry).timestamp(), steps))

    def refuse(self, account: Account, form: Form, key: str, status: str, code: int = 0, sid: str = "") -> None:
        """Note a send request that was not accepted. Effects: one ledger line."""
        self.ledger.append(
            "message",
            accepted=False,
            account=account.sid,
            to=field(form, "To"),
            body=field(form, "Body"),
            sid=sid,
            key=key,
            status=status,
            code=code,
            callback_url=field(form, "StatusCallback"),
            **{"from": field(form, "From")},
        )

    def accept(self, account: Account, form: Form, key: str) -> Message:
        """Take a message from the API. Effects: one ledger line before anything else, then the message is kept."""
        service = field(form, "MessagingServiceSid") or None
        message = self._new(
            account,
            sender=field(form, "From") or account.sender,
            recipient=field(form, "To"),
            body=field(form, "Body") or field(form, "ContentSid"),
            media=tuple(form.get("MediaUrl", ())),
            service=service,
            callback_url=field(form, "StatusCallback"),
            first_status="accepted" if service and not field(form, "From") else "queued",
        )
        if field(form, "ScheduleType") == "fixed":
            message.hold(twilio_shapes.send_at(form) or self.clock.seconds())
        self._note("message", message, key)
        self.messages.add(message)
        return message

    def answer_person(self, account: Account, kind: str, sender: str, phone: str, body: str) -> Message:
        """Take a text the application or the carrier answers a person with. Effects: as `accept`."""
        message = self._new(account, sender=sender, recipient=phone, body=body, direction="outbound-reply")
        self._note(kind, message, "")
        self.messages.add(message)
        return message

    def hear(self, account: Account, phone: str, business: str, body: str) -> Message:
        """Take a text from a person. Effects: one ledger line; the webhook is someone else's work."""
        message = self._new(
            account, sender=phone, recipient=business, body=body, direction="inbound", first_status="received"
        )
        message.steps = ()
        self._note("inbound", message, "")
        self.messages.add(message)
        return message

    def _new(self, account: Account, *, sender: str, recipient: str, body: str, **more: Any) -> Message:
        now = self.clock.seconds(account.sid)
        message = Message(
            sid=str(uuid.uuid4()) if account.speaks == "telnyx" else new_sid("MM" if more.get("media") else "SM"),
            account=account.sid,
            sender=sender,
            recipient=recipient,
            body=body,
            created=now,
            segments=segments.count(body),
            steps=self.numbers.outcome_of(recipient).steps or self.numbers.ordinary.steps,
            **{"direction": "outbound-api", "first_status": "queued"} | more,
        )
        message.release(now)
        return message

    def _note(self, kind: str, message: Message, key: str) -> None:
        self.ledger.append(
            kind,
            accepted=True,
            account=message.account,
            to=message.recipient,
            body=message.body,
            sid=message.sid,
            key=key,
            status=message.first_status,
            direction=message.direction,
            service=message.service,
            callback_url=message.callback_url,
            **{"from": message.sender},
        )

    def change(self, message: Message, status: str) -> None:
        """Note a redaction, cancellation or deletion of a message. Effects: one ledger line."""
        facts = {"account": message.account, "from": message.sender, "to": message.recipient, "sid": message.sid}
        self.ledger.append("change", accepted=True, status=status, **facts)

    def reset(self) -> None:
        """Begin again: ledger, messages, mail, faults, pinned numbers and clock; accounts stay."""
        self.ledger.clear()
        self.messages.clear()
        self.mailbox.clear()
        self.mail_wills.forget()
        self.kept_out_mail.forget()
        self.faults.forget()
        self.numbers.forget()
        self.accounts.forget()
        self.clock.reset()
        for forget in self.also_reset:
            forget()
