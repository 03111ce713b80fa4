"""What erasing does and leaves, as plain values."""

import dataclasses
from typing import Any


@dataclasses.dataclass(frozen=True, slots=True)
class Going:
    """What goes: rows of one kind, deleted or emptied."""

    what: str
    how: str
    rows: int

    @property
    def stored(self) -> list[Any]:
        """As a certificate keeps it."""
        return [self.what, self.how, self.rows]


@dataclasses.dataclass(frozen=True, slots=True)
class Staying:
    """What stays: rows of one kind, by which law or need, and until when."""

    what: str
    rows: int
    why: str
    until: str

    @property
    def stored(self) -> list[Any]:
        """As a certificate keeps it."""
        return [self.what, self.rows, self.why, self.until]


@dataclasses.dataclass(frozen=True, slots=True)
class Outlook:
    """What erasing somebody would do. `unread` names what is looked for afterwards, because it must be read to be found."""

    going: tuple[Going, ...]
    staying: tuple[Staying, ...]
    unread: tuple[str, ...]
