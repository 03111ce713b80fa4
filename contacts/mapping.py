"""Which column of a file fills which field: a first guess, and the check of a person's choice."""

import collections
import dataclasses
import functools
import pathlib
import re
import tomllib
from collections.abc import Callable, Sequence
from collections.abc import Mapping as Table

from contacts.contracts import MappedColumn, Mapping, MappingProblem
from contacts.spelling import fold
from core.email import EmailAddress, parse_email
from core.phone import PhoneNumber, parse_phone

_TABLE = pathlib.Path(__file__).parent / "data" / "headers.toml"
_MARKS = pathlib.Path(__file__).parent / "data" / "consent_words.toml"
ADDRESS_FIELDS = ("phone", "whatsapp", "email")
#: fields that several columns may fill together
_SHARED = frozenset({"", "lists", "tags", "opted_out"})
_CUSTOM_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
#: a custom field is never a way around the ledger
_CONSENT_KEYS = ("consent", "opt_in", "optin", "opted", "opt_out", "optout", "subscri", "unsubscri", "suppress", "dnc")
_EXACT, _PART, _SAMPLE = 1.0, 0.6, 0.5
_SHORTEST_PART = 4


def guess_mapping(
    headers: Sequence[str],
    sample: Sequence[Sequence[str]] = (),
    custom_fields: Table[str, str] | None = None,
    default_country: str = "",
) -> Mapping:
    """Guess what the columns of a file are; one column a field, the surest first.

    Shape: `custom_fields` is key → label of the organisation's own fields. Confidence 1 for a known header, 0.6 when
           a known header is part of it, 0.5 when only the cells look like addresses. Consent is guessed from known
           headers alone, because "no marketing consent" contains one too.
    """
    own = {fold(name): f"custom:{key}" for key, label in (custom_fields or {}).items() for name in (key, label)}
    guesses = [_guess(header, own) for header in headers]
    _guess_from_cells(guesses, sample, default_country)
    _tell_surname(guesses)
    taken: dict[str, int] = {}
    for place, (field, sure) in enumerate(guesses):
        if field not in _SHARED and sure > guesses[taken.setdefault(field, place)][1]:
            taken[field] = place
    columns = []
    for place, (field, sure) in enumerate(guesses):
        wins = field in _SHARED or taken[field] == place
        columns.append(MappedColumn(place, headers[place], field if wins else "", sure if wins else 0.0))
    return Mapping(tuple(columns))


def _guess(header: str, own: dict[str, str]) -> tuple[str, float]:
    word = fold(header)
    field = own.get(word) or known_headers().get(word)
    if field is not None:
        return field, _EXACT
    best = ""
    for known, field in known_headers().items():
        if len(known) >= _SHORTEST_PART and known in word and len(known) > len(best) and "consent" not in field:
            best = known
    return (known_headers()[best], _PART) if best and len(best) * 2 >= len(word) else ("", 0.0)


def _guess_from_cells(guesses: list[tuple[str, float]], sample: Sequence[Sequence[str]], country: str) -> None:
    """Fill an address field nobody claimed with the first unknown column whose cells are such addresses."""
    readers: tuple[tuple[str, Callable[[str], bool]], ...] = (
        ("email", lambda cell: isinstance(parse_email(cell), EmailAddress)),
        ("phone", lambda cell: isinstance(parse_phone(cell, country), PhoneNumber)),
    )
    for field, reads in readers:
        if any(field == guessed for guessed, _ in guesses):
            continue
        for place, (guessed, _) in enumerate(guesses):
            cells = [row[place] for row in sample if place < len(row) and row[place].strip()]
            if not guessed and cells and sum(map(reads, cells)) * 5 >= len(cells) * 3:
                guesses[place] = (field, _SAMPLE)
                break


def _tell_surname(guesses: list[tuple[str, float]]) -> None:
    """Beside a first name and no last name, a column called Name or Nom holds the surname."""
    found = {field for field, _ in guesses}
    if "first_name" in found and "last_name" not in found and ("full_name", _EXACT) in guesses:
        guesses[guesses.index(("full_name", _EXACT))] = ("last_name", _PART)


def check_mapping(mapping: Mapping, headers: Sequence[str]) -> tuple[MappingProblem, ...]:
    """What is wrong with a mapping a person chose, for this file; empty when it can be used.

    Errors: returned: no_columns, wrong_column, unknown_field, custom_name, custom_consent, used_twice, no_address.
    """
    problems = [problem for column in mapping.columns if (problem := _check_column(column, headers))]
    users = collections.defaultdict(list)
    for column in mapping.columns:
        users[column.field].append(column.header)
    for field, names in users.items():
        if len(names) > 1 and field not in _SHARED:
            problems.append(_used_twice(field, names))
    if len({column.position for column in mapping.columns}) < len(mapping.columns):
        problems.append(MappingProblem("wrong_column", "", "A column is mapped twice.", "Choose one field a column."))
    if not mapping.fields() & set(ADDRESS_FIELDS):
        problems.append(
            MappingProblem(
                "no_address",
                "",
                "No column is mapped to a phone number, WhatsApp number or email address.",
                "Choose the column that holds the addresses.",
            )
        )
    return tuple(problems)


def _check_column(column: MappedColumn, headers: Sequence[str]) -> MappingProblem | None:
    if not 0 <= column.position < len(headers) or headers[column.position] != column.header:
        message = f'The file has no column "{column.header}" at place {column.position + 1}.'
        return MappingProblem("wrong_column", column.header, message, "Choose the mapping again for this file.")
    kind, colon, key = column.field.partition(":")
    if kind != "custom" or not colon:
        if column.field in field_labels():
            return None
        message = f'The column "{column.header}" is mapped to a field that does not exist.'
        return MappingProblem("unknown_field", column.header, message, "Choose a field from the list.")
    if not _CUSTOM_KEY.fullmatch(key):
        message = f'The column "{column.header}" is mapped to a custom field whose name is not usable.'
        remedy = "Use up to 40 small letters, digits and underscores, beginning with a letter."
        return MappingProblem("custom_name", column.header, message, remedy)
    if key.startswith(_CONSENT_KEYS):
        message = f'The column "{column.header}" is about consent and cannot be a custom field.'
        return MappingProblem("custom_consent", column.header, message, "Map it to a consent field, or leave it out.")
    return None


def _used_twice(field: str, names: list[str]) -> MappingProblem:
    quoted = " and ".join(f'"{name}"' for name in names)
    message = f"The columns {quoted} are mapped to the same field."
    return MappingProblem(
        "used_twice", names[1], message, f"Choose one of them for {field_labels().get(field, field)}."
    )


@functools.cache
def known_headers() -> dict[str, str]:
    """Folded header → field, for all spellings of contacts/data/headers.toml and the fields' own names on the page."""
    return {
        fold(name): field for field, entry in header_table().items() for name in (*entry["headers"], entry["label"])
    }


def tells_of_consent(header: str) -> bool:
    """Does a column by its header look like evidence of consent, or like a stop? Left out, a person should look again."""
    word = fold(header)
    field = known_headers().get(word)
    if field is not None:
        return field.startswith(("consent", "opted"))
    return any(fold(mark) in word for mark in _evidence_marks())


@functools.cache
def _evidence_marks() -> tuple[str, ...]:
    return tuple(tomllib.loads(_MARKS.read_text(encoding="utf-8"))["evidence_marks"])


@functools.cache
def field_labels() -> dict[str, str]:
    """Field → its name on the page, in the order of the table."""
    return {field: entry["label"] for field, entry in header_table().items()}


@functools.cache
def header_table() -> dict[str, dict]:
    """Field → label and headers, as written in contacts/data/headers.toml."""
    return tomllib.loads(_TABLE.read_text(encoding="utf-8"))


def with_field(mapping: Mapping, position: int, field: str) -> Mapping:
    """The mapping with one column changed by a person."""
    return Mapping(
        tuple(
            dataclasses.replace(column, field=field, confidence=1.0) if column.position == position else column
            for column in mapping.columns
        )
    )
