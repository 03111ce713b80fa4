"""What stands beside a text comes from forms, files and applications: each part is held to its type before anything reads it."""

from collections.abc import Iterable, Mapping
from typing import Any

from accounts.contracts import Refused


def refuse_no_text(parts: Mapping[str, Any], names: Iterable[str]) -> None:
    """Errors: Refused when one of these parts is there and is no text."""
    for name in sorted(names):
        if not isinstance(parts.get(name, ""), str):
            raise Refused(f"The {name} is no text.", field=name, remedy="Send it as a text.")


def texts_by_place(parts: Mapping[str, Any], field: str) -> dict[str, str]:
    """A part that has a text for each of its places, none where it is not there. Errors: Refused when it is anything else."""
    found = parts.get(field, {})
    if not isinstance(found, Mapping) or not all(isinstance(text, str) for text in found.values()):
        raise Refused(f"These are no {field}.", field=field, remedy="Send a text for each place, such as body_1.")
    return dict(found)
