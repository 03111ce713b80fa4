"""What a text may say about a person: the names variables have, their values for one contact, and whether they suffice."""

import difflib
import functools
import re
from collections.abc import Mapping
from typing import Any

from contacts.models import Contact
from messaging.content import precompile
from messaging.content_rules import ContentError

_OUTPUT = re.compile(r"\{\{-?\s*([\w.]+)\s*(\|[^}]*)?-?\}\}")

#: the names shown beside the text, with what they mean
VARIABLES = (
    ("contact.first_name", "First name"),
    ("contact.last_name", "Last name"),
    ("contact.city", "City"),
    ("contact.country", "Country, two letters"),
    ("contact.language", "Language, such as en"),
)
_WHOLE = frozenset({"contact", "contact.fields"})


class _Fields(dict[str, Any]):
    """Custom fields: one nobody filled in has no value; that its name exists is asked when a text is saved."""

    def __missing__(self, key: str) -> None:
        return None


def values_of(contact: Contact) -> dict[str, Any]:
    """The values a text can use: `contact.first_name` and its like, custom fields as `contact.fields.<key>`."""
    known = {
        "first_name": contact.first_name,
        "last_name": contact.last_name,
        "city": contact.city,
        "country": contact.country,
        "language": contact.language,
    }
    values: dict[str, Any] = {name: value or None for name, value in known.items()}
    return {"contact": values | {"fields": _Fields(contact.fields)}}


def sample_values(name: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Values that belong to nobody, for tests and for counting: a first name, and something in every other place."""
    known = {"first_name": name, "last_name": "Sample", "city": "Sample City", "country": "US", "language": "en"}
    return {"contact": known | {"fields": _Fields(fields)}}


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
def required_names(body: str) -> frozenset[str]:
    """The variables a text prints without a default; a text with conditions decides for itself what it needs."""
    if "{%" in body:
        return frozenset()
    return frozenset(name for name, filters in _OUTPUT.findall(body) if "default" not in filters)


@functools.lru_cache(maxsize=256)
def plain_names(body: str) -> frozenset[str] | None:
    """The columns a text prints, when it has words of its own and does no more than print columns; else None.

    For such a text a person lacks something exactly when one of these columns is empty.
    """
    names, words = required_names(body), _OUTPUT.sub("", body)
    known = {name for name, _ in VARIABLES}
    simple = words.strip() and "{%" not in words and "{{" not in words
    return names if simple and names <= known and not any(filters for _, filters in _OUTPUT.findall(body)) else None


def missing_names(body: str, contact: Contact) -> list[str]:
    """The variables the text needs and this person does not have, sorted."""
    values = values_of(contact)
    return sorted(name for name in required_names(body) if _value(values, name) in (None, ""))


def text_for(body: str, contact: Contact) -> str | None:
    """The finished text for one person; None when something it needs is missing or it comes out empty (D7)."""
    if missing_names(body, contact):
        return None
    try:
        return precompile(body).render(values_of(contact)).strip() or None
    except ContentError:
        return None


def _value(values: dict[str, Any], name: str) -> Any:
    found: Any = values
    for part in name.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    return found
