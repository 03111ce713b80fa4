"""The register of personal data: each app says what it holds, why, for how long, how to export and how to erase it.

Privacy asks every app through this register and imports none of them.
"""

import dataclasses


@dataclasses.dataclass(frozen=True, slots=True)
class PersonalField:
    """One field that says something about a person.

    `erase` is one of delete, null, hash, keep; `keep` needs the legal reason. `retention` names the class of the retention table.
    """

    table: str
    column: str
    subject: str
    encrypted: bool
    erase: str
    retention: str
    reason: str = ""


_register: dict[tuple[str, str], PersonalField] = {}


class ClaimedTwice(Exception):
    """Two apps claim the same field; exactly one owns it."""


def claim(*fields: PersonalField) -> None:
    """Register fields. Errors: ClaimedTwice on the second claim of one field."""
    for field in fields:
        key = (field.table, field.column)
        if key in _register and _register[key] != field:
            raise ClaimedTwice(f"{field.table}.{field.column} is claimed twice")
        _register[key] = field


def register() -> tuple[PersonalField, ...]:
    """All claimed fields, by table and column."""
    return tuple(_register[key] for key in sorted(_register))
