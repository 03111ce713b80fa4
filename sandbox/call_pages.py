"""Calls on the handset page: the card of a call that rings or goes on, with its keypad, and the list of past ones."""

import datetime
from collections.abc import Iterable
from html import escape

from sandbox.call_sounds import Sound
from sandbox.calls import Call
from sandbox.pages import icon, number

_KEYS = "123456789*0#"
_ENDS = {
    "completed": ("yes", "answered"),
    "busy": ("wait", "busy"),
    "no-answer": ("wait", "no answer"),
    "failed": ("no", "failed"),
    "canceled": ("plain", "cancelled"),
}


def card(call: Call | None) -> str:
    """The call that rings or goes on in this hand; nothing when there is none."""
    if call is None:
        return ""
    if call.status != "in-progress":
        title = f'<p class="call-state">{icon("phone")}Incoming call</p>'
        return _card(call, title, _form(call, _button("answer", "Answer", "btn-act"), _button("decline", "Decline")))
    sentences = "".join(_audible(call, each) for each in call.speaking)
    lines = (
        f'<div class="call-words" role="log" tabindex="0" aria-label="What is said" lang="{escape(call.language)}"'
        f' data-turn="{call.sid}-{call.turn}">{sentences}</div>'
    )
    title = f'<p class="call-state">{icon("phone")}On the line<span class="num">{_pressed(call)}</span></p>'
    pad = "".join(f'<button class="key num" name="move" value="key {key}">{key}</button>' for key in _KEYS)
    keypad = _form(call, pad, looks="keypad", label="Keys")
    saying = _form(
        call,
        '<input class="input" name="words" maxlength="300" autocomplete="off" required aria-label="Say something"'
        ' placeholder="Say something">',
        _button("say", "Say"),
        looks="call-says",
    )
    return _card(call, title, lines, keypad, saying, _form(call, _button("hang_up", "Hang up")))


def _audible(call: Call, each: str | Sound) -> str:
    """A sentence for the browser's voice, or a sound to play; what could not be fetched is said."""
    if isinstance(each, str):
        return f"<p>{escape(each)}</p>"
    if each.problem:
        return f'<p class="t-no tone">{escape(each.problem)}</p>'
    address = f"/handset/sound/{call.sid}/{call.sounds.index(each)}"
    return f'<audio class="call-sound" controls preload="auto" src="{address}">{escape(each.words)}</audio>'


def _card(call: Call, *pieces: str) -> str:
    caller = f'<p class="call-number num">{number(call.sender)}</p>'
    return f'<section class="call-card" aria-label="Call">{pieces[0]}{caller}{"".join(pieces[1:])}</section>'


def _pressed(call: Call) -> str:
    return f" · pressed {escape(call.keys)}" if call.keys else ""


def _form(call: Call, *inside: str, looks: str = "call-buttons", label: str = "") -> str:
    named = f' role="group" aria-label="{label}"' if label else ""
    return (
        f'<form class="{looks}"{named} method="post" action="/handset/call" data-quiet>'
        f'<input type="hidden" name="call" value="{call.sid}">{"".join(inside)}</form>'
    )


def _button(move: str, words: str, looks: str = "") -> str:
    return f'<button class="btn {looks}" name="move" value="{move}">{words}</button>'


def call_list(calls: Iterable[Call], zone: datetime.tzinfo) -> str:
    """The calls of one phone, oldest first: what was said, what was pressed, how it ended."""
    rows = [_row(call, datetime.datetime.fromtimestamp(call.created, zone)) for call in calls]
    return (
        "".join(rows) or '<p class="event">No calls yet. While this page is open, calls to this number ring here.</p>'
    )


def _row(call: Call, moment: datetime.datetime) -> str:
    said = "".join(
        f'<p class="call-key num">{escape(line)}</p>' if line.startswith(("key ", "say ")) else f"<p>{escape(line)}</p>"
        for line in call.said
    )
    tone, words = _ENDS.get(call.status, ("note", call.status))
    by = f" by {escape(call.answered_by.partition('_')[0])}" if call.answered_by and call.status == "completed" else ""
    seconds = f" · {round(call.seconds)} s" if call.seconds else ""
    problem = f'<p class="t-no tone">{escape(call.problem)}</p>' if call.problem else ""
    nothing = '<p class="quiet">Nothing was said.</p>' if not said else ""
    stamp = f"<time>{moment:%H:%M}</time><span class='t-{tone} tone'>{words}{by}{seconds}</span>"
    return f'<div class="bubble in call-row">{said}{nothing}{problem}<p class="stamp num">{stamp}</p></div>'
