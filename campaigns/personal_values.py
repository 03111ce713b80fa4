"""What a text may say about a person: the names variables have, their values for one contact, and whether they suffice."""

import difflib
import functools
import re
from collections.abc import Mapping
from typing import Any

from contacts.models import Contact
from messaging.channels.protocol import Content, MessageChannel, Rendered
from messaging.content import precompile
from messaging.content_rules import ContentError
from messaging.preference_links import place as preference_place

_OUTPUT = re.compile(r"\{\{-?\s*([\w.]+)\s*(\|[^}]*)?-?\}\}")

#: the names shown beside the text, with what they mean
VARIABLES = (
    ("contact.first_name", "First name"),
    ("contact.last_name", "Last name"),
    ("contact.city", "City"),
    ("contact.country", "Country, two letters"),
    ("contact.language", "Language, such as en"),
    ("preferences_url", "Link to the page where they choose what they get"),
)
_WHOLE = frozenset({"contact", "contact.fields"})


class _Fields(dict[str, Any]):
    """Custom fields: one nobody filled in has no value; that its name exists is asked when a text is saved."""

    def __missing__(self, key: str) -> None:
        return None


def values_of(contact: Contact) -> dict[str, Any]:
    """The values a text can use: `contact.first_name` and its like, custom fields as `contact.fields.<key>`.

    `preferences_url` is a place as long as the link, which is put there when the message leaves.
    """
    known = {
        "first_name": contact.first_name,
        "last_name": contact.last_name,
        "city": contact.city,
        "country": contact.country,
        "language": contact.language,
    }
    values: dict[str, Any] = {name: value or None for name, value in known.items()}
    return {"contact": values | {"fields": _Fields(contact.fields)}, "preferences_url": preference_place()}


def sample_values(name: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Values that belong to nobody, for tests and for counting: a first name, and something in every other place."""
    known = {"first_name": name, "last_name": "Sample", "city": "Sample City", "country": "US", "language": "en"}
    return {"contact": known | {"fields": _Fields(fields)}, "preferences_url": preference_place()}


def check_names(body: str, custom: Mapping[str, str]) -> None:
    """Refuse a text that asks for something no contact has.

    Shape:  custom is key → label of the organisation's own fields.
    Errors: ContentError naming the line, the name, and the nearest name that is known; or what Liquid itself refuses.
    """
    known = {name for name, _ in VARIABLES} | {f"contact.fields.{key}" for key in custom} | _WHOLE
    for name in sorted(precompile(body).variables):
        if not any(name == each or (each not in _WHOLE and name.startswith(f"{each}.")) for each in known):
            close = difflib.get_close_matches(name, sorted(known - _WHOLE), n=1)
            remedy = f"Did you mean {close[0]}?" if close else "The names you can use stand beside the text."
            problem = f"Line {_line_of(body, name)} uses {name}, and no contact has that."
            raise ContentError(problem, remedy, variable=name)


def _line_of(body: str, name: str) -> int:
    return body.count("\n", 0, max(0, body.find(name))) + 1


@functools.lru_cache(maxsize=256)
def required_names(text: str) -> frozenset[str]:
    """The variables a text prints without a default; a text with conditions decides for itself what it needs."""
    if "{%" in text:
        return frozenset()
    return frozenset(name for name, filters in _OUTPUT.findall(text) if "default" not in filters)


def plain_names(texts: Mapping[str, str]) -> frozenset[str] | None:
    """The columns these texts print, when they do no more than that and the body has words of its own; else None.

    Then a person lacks something exactly when one of these columns is empty.
    """
    found = [_plain_names(text) for text in texts.values()]
    has_words = bool(_OUTPUT.sub("", texts["body"]).strip())
    if not has_words or any(names is None for names in found):
        return None
    return frozenset().union(*(names for names in found if names is not None))


@functools.lru_cache(maxsize=256)
def _plain_names(text: str) -> frozenset[str] | None:
    names, words = required_names(text), _OUTPUT.sub("", text)
    known = {name for name, _ in VARIABLES}
    simple = "{%" not in words and "{{" not in words and names <= known
    return names if simple and not any(filters for _, filters in _OUTPUT.findall(text)) else None


def needs_values(texts: Mapping[str, str]) -> bool:
    """Whether any of these texts says something about a person."""
    return any(precompile(text).variables for text in texts.values())


def missing_names(texts: Mapping[str, str], contact: Contact) -> list[str]:
    """The variables these texts need and this person does not have, sorted."""
    values, needed = values_of(contact), frozenset().union(*(required_names(text) for text in texts.values()))
    return sorted(name for name in needed if _value(values, name) in (None, ""))


def message_for(channel: MessageChannel, content: Content, contact: Contact) -> Rendered | None:
    """What one person gets; None when something it needs is missing or the text comes out empty (D7)."""
    if missing_names(channel.texts(content), contact):
        return None
    try:
        rendered = channel.render(content, values_of(contact))
    except ContentError:
        return None
    return rendered if rendered.body else None


def _value(values: dict[str, Any], name: str) -> Any:
    found: Any = values
    for part in name.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    return found
