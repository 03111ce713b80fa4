"""What a text may say about a person: the names variables have, their values for one contact, and whether they suffice."""

import functools
import re
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
)


def values_of(contact: Contact) -> dict[str, Any]:
    """The values a text can use: `contact.first_name` and its like, custom fields as `contact.fields.<key>`."""
    known = {
        "first_name": contact.first_name,
        "last_name": contact.last_name,
        "city": contact.city,
        "country": contact.country,
        "language": contact.language,
        "fields": contact.fields,
    }
    return {"contact": {name: value or None for name, value in known.items()}}


@functools.lru_cache(maxsize=256)
def required_names(body: str) -> frozenset[str]:
    """The variables a text prints without a default; a text with conditions decides for itself what it needs."""
    if "{%" in body:
        return frozenset()
    return frozenset(name for name, filters in _OUTPUT.findall(body) if "default" not in filters)


def text_for(body: str, contact: Contact) -> str | None:
    """The finished text for one person; None when something it needs is missing or it comes out empty (D7)."""
    values = values_of(contact)
    try:
        if any(_value(values, name) in (None, "") for name in required_names(body)):
            return None
        return precompile(body).render(values).strip() or None
    except ContentError:
        return None


def _value(values: dict[str, Any], name: str) -> Any:
    found: Any = values
    for part in name.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    return found
