"""The register of personal data: each app says what it holds, why, for how long, how to find it and how to erase it.

Privacy asks every app through this register and imports none of them.
"""

import dataclasses
import uuid
from collections.abc import Callable, Sequence
from typing import Any, Final, Literal, Protocol

Strategy = Literal["delete", "null", "hash", "replace", "keep"]

#: what may become of a field when the person it is about is erased
STRATEGIES: Final[tuple[Strategy, ...]] = ("delete", "null", "hash", "replace", "keep")
#: strategies after which something about the person is still there, which takes a reason
LEAVING: Final = frozenset({"hash", "keep"})


@dataclasses.dataclass(frozen=True, slots=True)
class PersonalField:
    """One field that says something about a person, and what becomes of it when they are erased.

    delete: its row goes · null: emptied · replace: `replacement` takes its place · hash: it is the keyed mark of something
    that goes, and stays · keep: stays as it is. What stays needs the legal `reason`. `retention` names the class of the
    retention table, `until` says in words when what stays goes.
    """

    table: str
    column: str
    subject: str
    encrypted: bool
    erase: Strategy
    retention: str
    reason: str = ""
    replacement: str = ""
    until: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Subject:
    """One person to be erased, by ids alone.

    `points` are addresses nobody else has: they are emptied, and what was said over them. `shared` are addresses somebody
    else has as well: they stay with whoever has them, and are protected.
    """

    contact_id: uuid.UUID
    points: tuple[uuid.UUID, ...]
    shared: tuple[uuid.UUID, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class PersonalRows:
    """Which rows of a table are about a person.

    `whose` is SQL over the table's own columns and the parameters contact, points and shared. `place` is its turn: rows go
    before what they point to, messages before addresses. `late` rows are found by reading a whole table, so they are looked
    for after the erasure has committed; `find`, where SQL cannot tell (it is sealed), answers their ids instead.
    """

    table: str
    what: str
    whose: str
    place: int
    late: bool = False
    find: Callable[[Subject], Sequence[uuid.UUID]] | None = None
    #: whether erasing somebody writes such rows itself, which then stay
    grows: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class Person:
    """Somebody as the page that erases them shows them; `addresses` as far as the actor may see them."""

    subject: Subject
    name: str
    addresses: tuple[str, ...]
    #: how many of their addresses somebody else has too
    shared: int


class PersonMoved(Exception):
    """Somebody changed who has which address while a person was being erased; it is to be begun again."""


class Directory(Protocol):
    """Whoever knows people: finds one, takes hold of one before they are erased, and knows who has not come back."""

    def find(self, actor: Any, contact_id: uuid.UUID) -> Person | None:
        """The person, or None when there is none."""

    def hold(self, contact_id: uuid.UUID) -> Subject | None:
        """Everything that reaches them, in every spelling, made where it was missing; None when they are gone."""

    def still_erased(self, point_ids: Sequence[uuid.UUID]) -> tuple[uuid.UUID, ...]:
        """Which of these addresses are still marked as erased."""


#: something an app does by itself when a person is erased, at its place among the tables
Deed = Callable[[Any, Subject], None]

_register: dict[tuple[str, str], PersonalField] = {}
_rows: dict[tuple[str, str], PersonalRows] = {}
_deeds: dict[str, tuple[int, Deed, bool]] = {}
_directories: list[Directory] = []


class ClaimedTwice(Exception):
    """Two apps claim the same field or table; exactly one owns it."""


def claim(*fields: PersonalField) -> None:
    """Register fields. Errors: ClaimedTwice on the second claim of one field."""
    for field in fields:
        key = (field.table, field.column)
        if key in _register and _register[key] != field:
            raise ClaimedTwice(f"{field.table}.{field.column} is claimed twice")
        _register[key] = field


def claim_rows(*tables: PersonalRows) -> None:
    """Register how a person's rows are found. Errors: ClaimedTwice on the second claim of one table."""
    for rows in tables:
        key = (rows.table, rows.what)
        if key in _rows and _rows[key] != rows:
            raise ClaimedTwice(f"{rows.what} of {rows.table} are claimed twice")
        _rows[key] = rows


def claim_deed(name: str, place: int, deed: Deed, *, late: bool = False) -> None:
    """Register something to do at its place; a `late` one after the erasure has committed, like late rows.

    Errors: ClaimedTwice on the second claim of one name.
    """
    if _deeds.get(name, (place, deed, late)) != (place, deed, late):
        raise ClaimedTwice(f"{name} is claimed twice")
    _deeds[name] = (place, deed, late)


def use_directory(directory: Directory) -> None:
    """Say who knows people (contacts does, at start)."""
    _directories[:] = [directory]


def directory() -> Directory:
    """Whoever knows people."""
    assert _directories, "contacts.apps did not register who knows people"
    return _directories[0]


def register() -> tuple[PersonalField, ...]:
    """All claimed fields, by table and column."""
    return tuple(_register[key] for key in sorted(_register))


def personal_rows() -> tuple[PersonalRows, ...]:
    """All tables with rows about people, in the order in which they are erased."""
    return tuple(sorted(_rows.values(), key=lambda rows: (rows.place, rows.table, rows.what)))


def deeds(*, late: bool) -> tuple[tuple[int, str, Deed], ...]:
    """What apps do by themselves, with or without what is done late."""
    return tuple((place, name, deed) for name, (place, deed, after) in sorted(_deeds.items()) if late or not after)
