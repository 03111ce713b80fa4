"""The handset page as HTML: every piece is made from values, and every value is escaped."""

import dataclasses
import datetime
import string
import urllib.parse
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any, Protocol

from sandbox.mail_text import pieces
from sandbox.mailbox import Mail
from sandbox.messages import FINAL, Message
from sandbox.twilio_shapes import RULES

_BAD = frozenset({"undelivered", "failed", "canceled"})
_PREVIEW = 60
TABS = {"sms": "SMS", "whatsapp": "WhatsApp", "calls": "Calls", "mail": "Mail"}
_DRAWINGS = {"calls": "phone"}
#: what the product was told, where it is no receipt
_HEARD = {"received": "The text reached the product", "asks": "The product was asked what to say"}


class Willed(Protocol):
    """What a number has decided to do, in words."""

    @property
    def it_will(self) -> str: ...
    @property
    def you_see(self) -> str: ...
    @property
    def tone(self) -> str: ...


class Told(Protocol):
    """What a phone got last."""

    @property
    def body(self) -> str: ...


@dataclasses.dataclass(frozen=True, slots=True)
class Place:
    """Where the reader is: the phone in hand, the tab, and the mail that is open."""

    phone: str
    tab: str = "sms"
    mail: str = ""

    def address(self) -> str:
        """The address of this place."""
        facts = {"phone": self.phone, "tab": self.tab if self.tab != "sms" else "", "mail": self.mail}
        return "/?" + urllib.parse.urlencode({name: value for name, value in facts.items() if value})

    def link(self, **changes: str) -> str:
        """The address of a place beside this one, ready for an attribute."""
        return escape(dataclasses.replace(self, **changes).address())


def icon(name: str) -> str:
    """A small drawing from the sheet; words beside it carry the meaning."""
    return f'<svg class="icon" aria-hidden="true"><use href="/handset/icons.svg#{name}"/></svg>'


def badge(tone: str, text: str, drawing: str = "") -> str:
    """A word on a soft ground; `tone` is yes, wait, no, note or plain."""
    return f'<span class="badge t-{escape(tone)}">{icon(drawing) if drawing else ""}{escape(text)}</span>'


def number(text: str) -> str:
    """A phone number in groups a person can read."""
    prefix, bare = text.rpartition(":")[0], text.rpartition(":")[2]
    if bare.startswith("+1") and len(bare) == 12:
        bare = f"+1 {bare[2:5]} {bare[5:8]} {bare[8:]}"
    return escape(f"{prefix} {bare}".strip())


def thread(messages: list[Message], zone: datetime.tzinfo) -> str:
    """The bubbles of one phone: what it got on the left, what it wrote on the right, days between."""
    if not messages:
        return '<p class="event">Nothing yet. Send a campaign to this number, or write first.</p>'
    parts, day = [], None
    for message in messages:
        moment = datetime.datetime.fromtimestamp(message.created, zone)
        if moment.date() != day:
            day = moment.date()
            parts.append(f'<p class="event">{moment:%a} {moment.day} {moment:%b %Y}</p>')
        parts.append(_bubble(message, moment))
    return "".join(parts)


def _bubble(message: Message, moment: datetime.datetime) -> str:
    mine = message.direction == "inbound"
    text = escape(message.body) or '<i class="quiet">(text removed)</i>'
    stamp = f"<time>{moment:%H:%M}</time>" + ("" if mine else _state(message))
    return f'<div class="bubble {"out" if mine else "in"}"><p>{text}</p><p class="stamp num">{stamp}</p></div>'


def _state(message: Message) -> str:
    step = message.now()
    if step.status in _BAD:
        why = RULES["delivery"].get(str(step.code), "")
        return f'<span class="t-no tone">{escape(step.status)} {step.code or ""} {escape(why)}</span>'
    drawing = (
        icon("double-check") if step.status in FINAL else icon("check") if step.status == "sent" else icon("clock")
    )
    return f"<span>{drawing}{escape(step.status)}</span>"


def mail_list(mails: list[Mail], place: Place, zone: datetime.tzinfo) -> str:
    """Caught mails as rows, newest first."""
    if not mails:
        return '<p class="event">No mail yet. Mail that the product sends lands here.</p>'
    rows = []
    for mail in mails:
        moment = datetime.datetime.fromisoformat(mail.at).astimezone(zone)
        rows.append(
            f'<a class="mail-row" href="{place.link(mail=str(mail.id))}"><span class="strong">{escape(mail.subject)}</span>'
            f'<time class="meta num">{moment:%H:%M}</time><span class="meta">{escape(", ".join(mail.recipients))}</span></a>'
        )
    return "".join(rows)


def mail_view(mail: Mail, place: Place) -> str:
    """One mail as text; codes stand out, links can be followed."""
    shown = {"text": escape, "code": lambda text: f'<strong class="code">{escape(text)}</strong>', "link": _link}
    text = "".join(shown[piece.kind](piece.text) for piece in pieces(mail.text))
    page = f'<iframe class="mail-page" sandbox src="/handset/mail/{mail.id}" title="The mail as a page"></iframe>'
    return (
        f'<article class="mail"><a class="btn btn-sm" href="{place.link(mail="")}">{icon("undo")}All mail</a>'
        f'<h2>{escape(mail.subject)}</h2><p class="meta">from {escape(mail.sender)}<br>'
        f"to {escape(', '.join(mail.recipients))}</p>{_unsubscribe(mail, place)}{page if mail.html else ''}"
        f'<div class="mail-text">{text}</div></article>'
    )


def _unsubscribe(mail: Mail, place: Place) -> str:
    """The button mail programs show beside the sender, where the mail allows it."""
    if not mail.unsubscribe:
        return ""
    return (
        '<form method="post" action="/handset/unsubscribe" data-quiet>'
        f'<input type="hidden" name="phone" value="{escape(place.phone)}">'
        f'<input type="hidden" name="mail" value="{mail.id}"><button class="btn btn-sm">Unsubscribe</button></form>'
    )


def _link(address: str) -> str:
    return f'<a href="{escape(address)}" target="_blank" rel="noopener noreferrer">{escape(address)}</a>'


def phone_rows(threads: Iterable[tuple[str, str, Told]], place: Place) -> str:
    """The phones with the newest threads, to be taken into the hand; each opens the tab of its last message."""
    rows = [
        f'<a class="phone-row" href="{place.link(phone=phone, tab=tab, mail="")}"{_current(phone == place.phone)}>'
        f'<span class="strong num">{icon(_DRAWINGS.get(tab, tab))}{number(phone)}</span>'
        f'<span class="meta">{escape(last.body[:_PREVIEW])}</span></a>'
        for phone, tab, last in threads
    ]
    return "".join(rows) or '<p class="event">No phone has a message yet.</p>'


def _current(is_current: bool) -> str:
    return ' aria-current="true"' if is_current else ""


def tabs(place: Place, amounts: Mapping[str, int]) -> str:
    """The channels of the phone, with how many messages there are."""
    return "".join(
        f'<a href="{place.link(tab=tab, mail="")}"{_current(place.tab == tab)}>'
        f'{icon(_DRAWINGS.get(tab, tab))}{TABS[tab]} <span class="num">{amount}</span></a>'
        for tab, amount in amounts.items()
    )


def number_rows(listed: Iterable[tuple[str, Willed]], place: Place) -> str:
    """The table of magic numbers."""
    tab = place.tab if place.tab != "mail" else "sms"
    return "".join(
        f'<tr><td class="num strong">{number(phone)}</td><td>{escape(outcome.it_will)}</td>'
        f'<td class="you-see">{badge(outcome.tone, outcome.you_see)}</td>'
        f'<td class="r"><a class="btn btn-sm" href="{place.link(phone=phone, tab=tab, mail="")}">Hold this phone</a></td></tr>'
        for phone, outcome in listed
    )


def offset_words(seconds: float) -> str:
    """How far the clock stands from the world's."""
    if abs(seconds) < 1:
        return "the world's time"
    minutes = round(abs(seconds) / 60)
    days, hours, rest = minutes // 1440, minutes % 1440 // 60, minutes % 60
    parts = [f"{amount} {unit}" for amount, unit in ((days, "d"), (hours, "h"), (rest, "min")) if amount]
    return f"{' '.join(parts) or 'less than a minute'} {'ahead of' if seconds > 0 else 'behind'} the world"


def happened(entries: Iterable[dict[str, Any]], zone: datetime.tzinfo) -> str:
    """The last ledger lines in words, newest first."""
    rows = []
    for entry in entries:
        moment = datetime.datetime.fromisoformat(entry["at"]).astimezone(zone)
        drawing, tone, title, detail = _told(entry)
        rows.append(
            f'<li><span class="pin t-{tone}">{icon(drawing)}</span><p class="strong">{escape(title)}</p>'
            f'<time class="meta num">{moment:%H:%M:%S}.{moment.microsecond // 100000}</time>'
            f'<p class="quiet detail">{escape(detail)}</p></li>'
        )
    return "".join(rows) or '<li class="event">Nothing yet.</li>'


def _told(entry: dict[str, Any]) -> tuple[str, str, str, str]:
    """Drawing, tone, title and detail of one ledger line."""
    kind, quote = entry["kind"], f"“{str(entry.get('body', ''))[:_PREVIEW]}”"
    if kind == "callback":
        return _told_callback(entry)
    if kind == "mail":
        return "mail", "note", "A mail came in", f"{entry['subject']} · to {entry['to']}"
    if kind == "chat_template":
        return "note", "plain", f"Template {entry['status'].lower()}", entry["to"]
    if kind == "chat_preference":
        said = "stopped marketing" if entry["status"] == "stop" else "allowed marketing again"
        return "hand", "wait", f"The phone {said} in WhatsApp", f"by {entry['from']}"
    if kind == "call_end":
        said = f"{quote} · " if entry["body"] else ""
        return (
            "phone",
            "note" if entry["accepted"] else "wait",
            f"The call ended: {entry['status']}",
            said + entry["to"],
        )
    if kind == "change":
        return "note", "plain", f"Message {entry['status']}", f"to {entry['to']}"
    if not entry["accepted"]:
        reason = f"code {entry['code']}" if entry.get("code") else entry["status"].replace("_", " ")
        return "x", "no", f"A {'call' if kind == 'call' else 'message'} was not taken", f"to {entry['to']} · {reason}"
    titles = {
        "inbound": ("sms", "note", "The phone wrote"),
        "twiml_reply": ("send", "plain", "The product answered at once"),
        "carrier_reply": ("hand", "wait", "The carrier itself answered"),
        "call": ("phone", "note", "A call was taken"),
        "chat": ("whatsapp", "note", "A WhatsApp message was taken"),
        "chat_inbound": ("whatsapp", "note", "The phone wrote on WhatsApp"),
    }
    drawing, tone, title = titles.get(kind, ("send", "note", "A message was taken"))
    words = f"{quote} · " if entry.get("body") else ""
    return drawing, tone, title, f"{words}{entry['from']} to {entry['to']}"


def _told_callback(entry: dict[str, Any]) -> tuple[str, str, str, str]:
    title = _HEARD.get(entry["status"]) or f"Receipt: {entry['status']}"
    if entry["status"].startswith("key "):
        title = f"The product heard {entry['status']}"
    if entry["code"]:
        title += f" {entry['code']}"
    if entry["accepted"]:
        return "check", "yes", title, f"Webhook signed, answered with {entry['http']} in {entry['ms']:g} ms"
    if entry["why"] == "lost":
        return "x", "wait", title, "Webhook lost on the way, as scripted"
    trouble = f"answered with {entry['http']}" if entry["http"] else "not answered"
    return "x", "no", title, f"Webhook signed, {trouble}, try {entry['attempt']}"


def page(template: str, values: dict[str, str]) -> str:
    """The whole page; values are HTML already."""
    return string.Template(template).substitute(values)
