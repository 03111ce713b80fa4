"""What entries were for, by name. The apps above say what their ids mean; billing knows none of them."""

import dataclasses
import uuid
from collections.abc import Callable, Collection, Mapping
from typing import Final


@dataclasses.dataclass(frozen=True, slots=True)
class Origin:
    """Whatever wanted messages sent. Shape: its name, the address of its page, and the right that page takes."""

    name: str
    page: str
    right: str


Finder = Callable[[Collection[uuid.UUID]], Mapping[uuid.UUID, Origin]]
_FINDERS: Final[list[Finder]] = []


def register_origins(finder: Finder) -> None:
    """Let an app name its origins: it is asked for ids and answers those it knows. Asking twice for one app is one."""
    if finder not in _FINDERS:
        _FINDERS.append(finder)


def origins_named(ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Origin]:
    """The origins whose ids some app knows; no query without ids."""
    found: dict[uuid.UUID, Origin] = {}
    for finder in _FINDERS if ids else ():
        found |= finder(ids)
    return found
