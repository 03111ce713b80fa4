"""What differs from channel to channel in the check: what is written, what the carrier's ledger shows, how people say stop."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tooling.carrier import Carrier
from tooling.neighbours import PRESSES_9, line, mailbox, winnipeg
from tooling.visitor import UnexpectedPage, Visitor

_MAILBOX = "news@practice.example"
#: words that tell what a campaign said from what the API said
CAMPAIGN, ALONE = "Autumn cloth", "parcel is here"
NUMBER = "+1 800 555 0100"
_GOT = ("delivered", "read")


@dataclasses.dataclass(frozen=True, slots=True)
class Taken:
    """One message a carrier took: for whom, what it says as far as anybody heard it, and whether it arrived."""

    to: str
    says: str
    arrived: bool


@dataclasses.dataclass(frozen=True, slots=True)
class Line:
    """One channel of the story.

    `words` people agree to; `written` is what the form of a campaign is filled with; `alone` what the API sends to one
    person; `stopper` says stop in the channel's own way (`stop`), which the evidence shows as `proof`; `writer` writes back.
    """

    channel: str
    title: str
    words: str
    written: Mapping[str, str]
    alone: Mapping[str, Any]
    alone_to: str
    stopper: str
    proof: str
    taken: Callable[[Carrier], list[Taken]]
    stopped: Callable[[Carrier], set[str]]
    stop: Callable[["Hands"], None] | None = None
    writer: str = ""
    #: whether its carrier ever says that something arrived
    reports_arrival: bool = True


@dataclasses.dataclass(frozen=True, slots=True)
class Hands:
    """Whoever holds the phones and opens the mails of the sandbox."""

    url: str
    carrier: Carrier

    def use(self, door: str, **fields: str) -> None:
        """Do something on the handset page. Errors: UnexpectedPage with what it says."""
        problem = Visitor(self.url).send(f"/handset/{door}", fields)
        if problem:
            raise UnexpectedPage(f"the handset says: {problem}")

    def unsubscribe(self, address: str) -> None:
        """Press the mail program's button under the campaign's mail: one POST, as RFC 8058 has it."""
        mails = [mail for mail in self.carrier.get(f"mail?to={address}") if CAMPAIGN in mail["subject"]]
        self.use("unsubscribe", mail=str(mails[0]["id"]))


def _accepted(carrier: Carrier, kind: str) -> list[dict[str, Any]]:
    return [entry for entry in carrier.ledger(f"kind={kind}") if entry["accepted"]]


def _with_receipts(carrier: Carrier, kind: str) -> list[Taken]:
    got = {entry["sid"] for entry in _accepted(carrier, "callback") if entry["status"] in _GOT}
    return [Taken(each["to"], each["body"], each["sid"] in got) for each in _accepted(carrier, kind)]


def _mails(carrier: Carrier) -> list[Taken]:
    """A mail server says that it took a mail, and never that it arrived."""
    ours = [mail for mail in _accepted(carrier, "mail") if mail["from"] == _MAILBOX]
    return [Taken(mail["to"], f"{mail['subject']} {mail['body']}", arrived=False) for mail in ours]


def _calls(carrier: Carrier) -> list[Taken]:
    """A call arrived when somebody picked up and heard something; a machine hears nothing."""
    heard = {end["sid"]: end["body"] for end in carrier.ledger("kind=call_end")}
    told = [(call["to"], heard.get(call["sid"], "")) for call in _accepted(carrier, "call")]
    return [Taken(to, says, bool(says)) for to, says in told]


def _wrote_stop(carrier: Carrier) -> set[str]:
    return {entry["from"] for entry in carrier.ledger("kind=inbound") if entry["body"].lower().startswith("stop")}


def _chose_stop(carrier: Carrier) -> set[str]:
    return {entry["from"] for entry in _accepted(carrier, "chat_preference") if entry["status"] == "stop"}


def _pressed_button(carrier: Carrier) -> set[str]:
    return {entry["to"] for entry in _accepted(carrier, "callback") if entry["status"] == "unsubscribed"}


def _pressed_9(carrier: Carrier) -> set[str]:
    return {entry["to"] for entry in carrier.ledger("kind=call_end") if "9" in entry["keys"]}


def replied(carrier: Carrier, channel: str) -> set[str]:
    """Who wrote anything but a stop."""
    if channel == "sms":
        return {entry["from"] for entry in carrier.ledger("kind=inbound")} - _wrote_stop(carrier)
    return {entry["from"] for entry in carrier.ledger("kind=chat_inbound")} if channel == "whatsapp" else set()


TEMPLATE = "autumn_cloth"
TEMPLATE_BODY = "Hello {{first_name}}, " + CAMPAIGN + " is in at our shop: {{news}} Come and see it."
_SPOKEN = {"language": "en", "phone": NUMBER, "machine": "hang_up"}

LINES: Sequence[Line] = (
    Line(
        "sms",
        "SMS",
        "Yes, text me offers from Corner Cloth, up to four a month. Reply STOP to end.",
        {"body": CAMPAIGN + " is in, {{ contact.first_name }}. Corner Cloth. Reply STOP to end."},
        {"text": f"Your {ALONE}. Corner Cloth."},
        line(2),
        line(7),
        "Stop please",
        lambda carrier: _with_receipts(carrier, "message"),
        _wrote_stop,
        lambda hands: hands.use("reply", phone=line(7), text="Stop please"),
        line(4),
    ),
    Line(
        "whatsapp",
        "WhatsApp",
        "Yes, send me offers from Corner Cloth on WhatsApp.",
        {"value_body_first_name": "{{ contact.first_name }}", "value_body_news": "wool, linen and more."},
        {"content": {"values": {"body_first_name": "Neighbour", "body_news": f"your {ALONE}."}}},
        winnipeg(21),
        winnipeg(25),
        "Reported by the carrier",
        lambda carrier: _with_receipts(carrier, "chat"),
        _chose_stop,
        lambda hands: hands.use("prefer", phone=winnipeg(25), choice="stop"),
        winnipeg(26),
    ),
    Line(
        "email",
        "email",
        "Yes, mail me offers from Corner Cloth. Every mail has a way out.",
        {"subject": f"{CAMPAIGN} is in", "body": "<p>Hello {{ contact.first_name }}, come and see it.</p>"},
        {"text": f"Hello.\n\nYour {ALONE}.", "content": {"subject": "Corner Cloth"}},
        mailbox(13),
        mailbox(15),
        "Unsubscribe button of the mail program",
        _mails,
        _pressed_button,
        lambda hands: hands.unsubscribe(mailbox(15)),
        reports_arrival=False,
    ),
    Line(
        "voice",
        "voice",
        "Yes, call me with offers from Corner Cloth, also with a recorded voice.",
        {"body": CAMPAIGN + " is in, {{ contact.first_name }}. Come and see it.", **_SPOKEN},
        {"text": f"Your {ALONE}.", "content": _SPOKEN},
        line(31),
        PRESSES_9,
        "Key pressed in a call",
        _calls,
        _pressed_9,
    ),
)
