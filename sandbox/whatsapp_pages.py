"""The handset's WhatsApp screen as HTML: bubbles with buttons that can be pressed. Every value is escaped."""

import datetime
from collections.abc import Iterable, Mapping
from html import escape

from sandbox.pages import icon, number
from sandbox.whatsapp_numbers import title
from sandbox.whatsapp_shapes import CARD_PLACES, ChatButton, ChatCard, ChatHead, ChatMessage

_PRESSED = frozenset({"reply", "quick_reply", "flow"})
_DRAWINGS = {"url": "link", "phone_number": "phone", "copy_code": "copy"}
_WORDS = {"reaction": "Reacted with", "image": "Sent a picture"}


Fetched = Mapping[str, str]


def conversation(messages: Iterable[ChatMessage], phone: str, zone: datetime.tzinfo, fetched: Fetched) -> str:
    """The bubbles of one phone, oldest first, days between. Shape: `fetched` is the medium that lay at an address."""
    parts, day = [], None
    for message in messages:
        moment = datetime.datetime.fromtimestamp(message.created, zone)
        if moment.date() != day:
            day = moment.date()
            parts.append(f'<p class="event">{moment:%a} {moment.day} {moment:%b %Y}</p>')
        mine = message.direction == "inbound"
        parts.append(_mine(message, moment) if mine else _theirs(message, phone, moment, fetched))
    return "".join(parts) or '<p class="event">Nothing yet. Send a campaign to this number, or write first.</p>'


def _mine(message: ChatMessage, moment: datetime.datetime) -> str:
    words = _WORDS.get(message.kind, "")
    said = f'<span class="quiet">{words}</span> {escape(message.body)}' if words else escape(message.body)
    done = "filled in a form" if message.filled_in else "pressed a button"
    note = f'<p class="meta">{done}</p>' if message.kind in ("button", "interactive") else ""
    stamp = f'<p class="stamp num"><time>{moment:%H:%M}</time></p>'
    return f'<div class="bubble out chat"><p>{said}</p>{note}{stamp}</div>'


def _theirs(message: ChatMessage, phone: str, moment: datetime.datetime, fetched: Fetched) -> str:
    head = _head(message.head, fetched) if message.head else ""
    head += f'<p class="strong">{escape(message.header)}</p>' if message.header else ""
    foot = f'<p class="meta">{escape(message.footer)}</p>' if message.footer else ""
    stamp = f'<p class="stamp num"><time>{moment:%H:%M}</time>{_state(message)}</p>'
    bubble = f'<div class="bubble in chat">{head}<p>{escape(message.body)}</p>{foot}{stamp}</div>'
    buttons = _buttons(message, phone, message.buttons, 0)
    cards = "".join(_card(message, phone, place, card, fetched) for place, card in enumerate(message.cards, 1))
    swiped = f'<div class="template-cards chat-cards" tabindex="0" role="group" aria-label="Cards">{cards}</div>'
    return bubble + buttons + (swiped if cards else "")


def _card(message: ChatMessage, phone: str, number: int, card: ChatCard, fetched: Fetched) -> str:
    """One of the cards a person swipes through, with its buttons."""
    words = f"<p>{escape(card.body)}</p>" if card.body else ""
    bubble = f'<div class="bubble in chat">{_head(card.head, fetched)}{words}</div>'
    return f'<div class="chat-card">{bubble}{_buttons(message, phone, card.buttons, number * CARD_PLACES)}</div>'


def _head(head: ChatHead, fetched: Fetched) -> str:
    """A picture, film or document above the words; where it could not be had, that is said."""
    media_id = head.media_id or fetched.get(head.link, "")
    if not media_id:
        return f'<p class="template-head-none">{icon("note")}this {escape(head.kind)} could not be had</p>'
    source = f"/handset/media/{escape(media_id)}"
    if head.kind == "image":
        return f'<img class="template-head" src="{source}" width="320" height="168" alt="Picture">'
    if head.kind == "video":
        return f'<video class="template-head" src="{source}" controls preload="metadata" aria-label="Film"></video>'
    return f'<a class="template-head-none" href="{source}">{icon("note")}{escape(head.filename or "Document")}</a>'


def _buttons(message: ChatMessage, phone: str, buttons: Iterable[ChatButton], first: int) -> str:
    drawn = "".join(_button(message, phone, first + place, one) for place, one in enumerate(buttons))
    return f'<div class="chat-buttons">{drawn}</div>' if drawn else ""


def _button(message: ChatMessage, phone: str, place: int, button: ChatButton) -> str:
    """A button that answers is one here as well; one that would leave WhatsApp shows where it leads."""
    if button.kind not in _PRESSED:
        drawing = icon(_DRAWINGS.get(button.kind, "note"))
        return f'<p class="chat-link" title="{escape(button.value)}">{drawing}{escape(button.title)}</p>'
    hidden = f'<input type="hidden" name="phone" value="{escape(phone)}">'
    hidden += f'<input type="hidden" name="sid" value="{escape(message.sid)}">'
    drawing = icon("note" if button.kind == "flow" else "undo")
    press = f'<button class="btn btn-sm" name="place" value="{place}">{drawing}{escape(button.title)}</button>'
    return f'<form method="post" action="/handset/press" data-quiet>{hidden}{press}</form>'


def _state(message: ChatMessage) -> str:
    step = message.now()
    if step.status == "failed":
        return f'<span class="t-no tone">failed {step.code} {escape(title(step.code))}</span>'
    ends = step.status in ("delivered", "read")
    drawing = "double-check" if ends else "check" if step.status == "sent" else "clock"
    return f'<span class="{"seen" if step.status == "read" else ""}">{icon(drawing)}{escape(step.status)}</span>'


def partner(business_number: str, *, is_open: bool) -> str:
    """Whom the phone talks to, and whether that business may write freely now."""
    words = "may write freely" if is_open else "templates only"
    tone = "yes" if is_open else "plain"
    return f'{number(business_number)} <span class="badge t-{tone}">{words}</span>'


def settings(phone: str) -> str:
    """What a person can set about a business inside WhatsApp itself."""
    hidden = f'<input type="hidden" name="phone" value="{escape(phone)}">'
    choices = (("stop", "Stop marketing", "hand"), ("resume", "Allow it again", "check"))
    buttons = "".join(
        f'<button class="chip" name="choice" value="{choice}">{icon(drawing)}{words}</button>'
        for choice, words, drawing in choices
    )
    return (
        '<form class="quick settings" method="post" action="/handset/prefer" data-quiet>'
        f'{hidden}<span class="meta">In settings</span>{buttons}</form>'
    )
