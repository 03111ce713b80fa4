"""What somebody who wrote a keyword is answered: texts by language, with the organisation's name and contact put in."""

import functools
import re
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Final, get_args

from consent.folding import keyword_file
from consent.rule_reader import Row
from consent.rule_types import Keyword
from consent.vocabulary import base_language, read_mark

FALLBACK: Final = "en"
CHANNELS: Final = ("sms", "whatsapp", "voice", "email")
#: what an answer has to hold: law and carriers name it (see the words of `minimum_of`)
MINIMUM: Final[Mapping[Keyword, tuple[str, ...]]] = MappingProxyType(
    {"stop": ("{name}", "{closed}"), "start": ("{name}", "{rates}", "HELP", "STOP"),
     "help": ("{name}", "{contact}", "{rates}", "STOP")}
)  # fmt: skip
#: where that minimum stands written
MINIMUM_SOURCE: Final[Mapping[Keyword, str]] = MappingProxyType(
    {
        "stop": "47 CFR 64.1200(a)(12), CTIA Messaging Principles: one confirmation that names the sender, without an offer",
        "start": "CTIA Messaging Principles: a confirmation names the programme, what it costs, HELP and STOP",
        "help": "CTIA Messaging Principles: the answer to HELP names the programme, a contact, what it costs and how to stop",
    }
)
_SLOT: Final = re.compile(r"\{(\w+)\}")
Texts = Mapping[str, str]


def answer_languages() -> tuple[str, ...]:
    """The languages we have answers in, English first."""
    return tuple(sorted(_answers(), key=lambda code: (code != FALLBACK, code)))


def answers_in(language: str) -> Texts:
    """Our own answers in a language; English where we have none."""
    texts = _answers()
    return texts.get(base_language(language), texts[FALLBACK])


def chosen_language(wishes: Iterable[str], also: Iterable[str] = ()) -> str:
    """The first of these languages in which there is an answer, ours or (`also`) the organisation's own; English for none."""
    known = {*_answers(), *also}
    return next((base for base in map(base_language, wishes) if base in known), FALLBACK)


def reply_text(
    kind: Keyword,
    organization_name: str,
    language: str,
    contact: str,
    frequency: str = "",
    closed: Sequence[str] = (),
    own: Texts | None = None,
) -> str:
    """The one reply to a keyword: who we are and what now holds, without any offer.

    Shape:  language a hint such as "ur-PK"; one without texts gets English. contact is needed for help alone. frequency
            is the programme's own sentence ("Up to 4 messages a month."), empty for the general one. closed names the
            channels a stop has closed; it promises silence on no other. own are the organisation's texts, empty ones ours.
    Errors: ValueError for an empty name, an empty contact or no channel where it is needed, or an unknown kind.
    Source: CTIA Messaging Principles (HELP and STOP replies); 47 CFR 64.1200(a)(12).
    """
    texts = {**answers_in(language), **{key: text for key, text in (own or {}).items() if text}}
    if kind not in get_args(Keyword):
        raise ValueError(f"kind: {kind!r} has no reply; it is stop, start or help")
    if not organization_name.strip():
        raise ValueError("organization_name: must not be empty; people must know who writes")
    if kind == "help" and not contact.strip():
        raise ValueError("contact: must not be empty; a help reply names where to reach a human")
    if kind == "stop" and not closed:
        raise ValueError("closed: must name a channel; a confirmation says what the stop has closed")
    values = {
        "name": organization_name.strip(),
        "contact": contact.strip(),
        "frequency": frequency.strip() or texts["frequency"],
        "rates": texts["rates"],
        "closed": _closed_words(closed, texts),
    }
    return _SLOT.sub(lambda slot: values.get(slot[1], slot[0]), texts[kind])


def slots_in(text: str) -> list[str]:
    """The places in a text that are filled in, as they are written: "{name}"."""
    return [slot[0] for slot in _SLOT.finditer(text)]


def _closed_words(closed: Sequence[str], texts: Texts) -> str:
    words = [texts[f"closed.{channel}"] for channel in CHANNELS if channel in closed]
    *several, last = words or [""]
    return f"{', '.join(several)} {texts['closed.joined']} {last}" if several else last


@functools.cache
def _answers() -> Mapping[str, Texts]:
    tables = keyword_file().row("reply")
    return {language: _texts(tables.row(language)) for language in tables.table}


def _texts(row: Row) -> Texts:
    read_mark(row)
    texts = {key: row.text(key) for key in ("stop", "start", "help", "frequency", "rates")}
    closed = row.row("closed")
    texts |= {f"closed.{key}": closed.text(key) for key in (*CHANNELS, "joined")}
    closed.finish()
    row.finish()
    for kind, needed in MINIMUM.items():
        missing = [part for part in needed if part not in texts[kind]]
        if missing:
            row.fail(kind, f"must hold {', '.join(missing)}")
    return texts
