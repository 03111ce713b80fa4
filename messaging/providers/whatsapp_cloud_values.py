"""Careful reading of Meta's JSON: what is not of the expected kind is empty, never an error."""

import datetime
import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final

CATEGORIES: Final = frozenset({"marketing", "utility", "authentication"})


def as_object(value: object) -> dict[str, Any]:
    """An object; empty for anything else."""
    return value if isinstance(value, dict) else {}


def as_objects(value: object) -> list[dict[str, Any]]:
    """The objects of a list. What is none is wrapped, so that it is kept as well."""
    return [one if isinstance(one, dict) else {"value": one} for one in value] if isinstance(value, list) else []


def as_text(value: object) -> str:
    """A text that can be kept; what is no text is empty. JSON may hold halves of characters and NUL, which nothing else can."""
    return value.encode(errors="replace").decode().replace("\x00", "") if isinstance(value, str) else ""


def moment(seconds: object) -> datetime.datetime | None:
    """Unix seconds, which statuses write as text and preferences as a number."""
    text = str(seconds)
    if not (text.isascii() and text.isdigit() and len(text) <= 11):
        return None
    return datetime.datetime.fromtimestamp(int(text), datetime.UTC)


def digest(element: Mapping[str, Any]) -> str:
    """The same for the same element, in whichever webhook it comes again."""
    return hashlib.sha256(json.dumps(element, sort_keys=True).encode()).hexdigest()


def as_category(value: object) -> str:
    """A template's category in small letters; empty for one we do not know."""
    found = str(value or "").lower()
    return found if found in CATEGORIES else ""


def as_language(value: object) -> str:
    """A language as templates are named by: Meta's webhooks write a hyphen where its lists write a line."""
    return str(value or "").replace("-", "_")[:12]
