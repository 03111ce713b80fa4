"""One row of a file becomes a person, or is refused with a reason; nothing is looked up and nothing is written."""

import functools
from collections.abc import Callable, Iterable, Iterator

from contacts.claims import ClaimReader
from contacts.contracts import Channel, Defaults, Duplicate, Mapping, ParsedRow, Rejected, RowProblem
from contacts.duplicates import Deduplicator
from contacts.mapping import check_mapping
from contacts.spelling import clean_name, clean_text, country_code, language_code, time_zone_name
from core.email import EmailAddress, parse_email
from core.phone import PhoneNumber, parse_phone
from core.problem import Problem
from core.spreadsheets import begins_a_formula

#: characters; a longer cell is a document, not a contact
LONGEST_CELL = 1_000
_MOST_LABELS = 50
_NAMES = ("first_name", "last_name", "full_name")
_CODED: dict[str, Callable[[str], str]] = {"language": language_code, "time_zone": time_zone_name}


class MappingRefused(ValueError):
    """A mapping that does not fit its file; `check_mapping` says in words what is wrong."""


class RowCleaner:
    """Cleans the rows of one file under one mapping.

    Units: 22 to 31 us a row of fifteen columns on one core, phone numbers included (measured 2026-11-25, Python 3.13).
    """

    def __init__(self, mapping: Mapping, defaults: Defaults) -> None:
        problems = check_mapping(mapping, _headers_of(mapping))
        if problems:
            raise MappingRefused(problems[0].message)
        self._headers = {column.position: column.header for column in mapping.columns}
        self._width = len(self._headers)
        self._defaults = defaults
        self._claims = ClaimReader(mapping, defaults)
        self._columns: dict[str, int] = {}
        self._texts: list[tuple[str, int, Callable[[str], str]]] = []
        self._custom: list[tuple[str, int]] = []
        self._labels: dict[str, list[int]] = {"lists": [], "tags": []}
        for column in mapping.columns:
            self._place(column.field, column.position)

    def _place(self, field: str, position: int) -> None:
        self._columns[field] = position
        if field in _NAMES or field == "city":
            self._texts.append((field, position, clean_name if field in _NAMES else clean_text))
        elif field in self._labels:
            self._labels[field].append(position)
        elif field.startswith("custom:"):
            self._custom.append((field.removeprefix("custom:"), position))

    def clean(self, row: int, cells: list[str]) -> ParsedRow | Rejected:
        """Read one row.

        Shape:  `cells` at least as wide as the header.
        Errors: returned: Rejected too_long, extra_cells, no_address, or the first address problem when none is good.
                A bad cell beside a good address is a problem of the row, not its end.
        """
        if max(map(len, cells)) > LONGEST_CELL:
            place = next(place for place, cell in enumerate(cells) if len(cell) > LONGEST_CELL)
            return Rejected(row, "too_long", "cell", "", self._headers.get(place, ""))
        if len(cells) > self._width and any(cells[self._width :]):
            return Rejected(row, "extra_cells", "row")
        problems: list[RowProblem] = []
        country = self._country(cells, problems)
        phone = self._phone(cells, "phone", country, problems)
        whatsapp = self._phone(cells, "whatsapp", country, problems)
        email = self._email(cells, problems)
        if not (phone or whatsapp or email):
            return _without_address(row, problems)
        reachable = _reachable(phone, whatsapp, email)
        claims = self._claims.read(cells, reachable, problems) if self._claims.says_anything else ()
        return ParsedRow(
            row=row,
            phone=phone,
            whatsapp=whatsapp,
            email=email,
            fields=self._fields(cells, country if "country" in self._columns else "", problems),
            lists=self._split(cells, "lists"),
            tags=self._split(cells, "tags"),
            custom=tuple((key, text) for key, place in self._custom if (text := clean_text(cells[place]))),
            claims=claims,
            problems=tuple(problems),
        )

    def _country(self, cells: list[str], problems: list[RowProblem]) -> str:
        """The row's own country, "" when it has none or an unknown one."""
        place = self._columns.get("country")
        if place is None or not cells[place].strip():
            return ""
        country = country_code(cells[place])
        if not country:
            problems.append(RowProblem("country", "unknown", "country", self._headers[place]))
        return country

    def _phone(self, cells: list[str], field: str, country: str, problems: list[RowProblem]) -> PhoneNumber | None:
        place = self._columns.get(field)
        if place is None or not (cell := cells[place]) or cell.isspace():
            return None
        found = parse_phone(cell, country or self._defaults.default_country)
        return self._kept(found, field, place, problems)

    def _email(self, cells: list[str], problems: list[RowProblem]) -> EmailAddress | None:
        place = self._columns.get("email")
        if place is None or not (cell := cells[place]) or cell.isspace():
            return None
        return self._kept(parse_email(cell), "email", place, problems)

    def _kept[Address](
        self, found: Address | Problem, field: str, place: int, problems: list[RowProblem]
    ) -> Address | None:
        if isinstance(found, Problem):
            problems.append(RowProblem(found.code, found.cause, field, self._headers[place]))
            return None
        return found

    def _fields(self, cells: list[str], country: str, problems: list[RowProblem]) -> dict[str, str]:
        """The plain fields that say something."""
        found = {}
        for field, place, clean in self._texts:
            text = clean(cells[place])
            if field in _NAMES and begins_a_formula(text):
                problems.append(RowProblem("text", "formula", field, self._headers[place]))
            elif text:
                found[field] = text
        if country:
            found["country"] = country
        for field, read in _CODED.items():
            column = self._columns.get(field)
            if column is not None and cells[column].strip():
                code = read(cells[column])
                if code:
                    found[field] = code
                else:
                    problems.append(RowProblem(field, "unknown", field, self._headers[column]))
        return found

    def _split(self, cells: list[str], field: str) -> tuple[str, ...]:
        """The lists or tags of a row: each once, in order, separated by commas, semicolons or bars."""
        places = self._labels[field]
        if not places:
            return ()
        text = ",".join(cells[place] for place in places).replace(";", ",").replace("|", ",")
        return tuple(dict.fromkeys(filter(None, map(clean_text, text.split(",")))))[:_MOST_LABELS]


def _headers_of(mapping: Mapping) -> list[str]:
    headers = [""] * (max((column.position for column in mapping.columns), default=-1) + 1)
    for column in mapping.columns:
        headers[column.position] = column.header
    return headers


def _without_address(row: int, problems: list[RowProblem]) -> Rejected:
    for problem in problems:
        if problem.field in {"phone", "whatsapp", "email"}:
            return Rejected(row, problem.code, problem.cause, problem.field, problem.column)
    return Rejected(row, "no_address", "empty")


def _reachable(
    phone: PhoneNumber | None, whatsapp: PhoneNumber | None, email: EmailAddress | None
) -> tuple[Channel, ...]:
    """The channels the row has an address for; a phone number may have WhatsApp, a WhatsApp number gets no texts."""
    if phone:
        return ("sms", "whatsapp", "voice", "email") if email else ("sms", "whatsapp", "voice")
    if whatsapp:
        return ("whatsapp", "email") if email else ("whatsapp",)
    return ("email",)


@functools.lru_cache(maxsize=8)
def _cleaner(mapping: Mapping, defaults: Defaults) -> RowCleaner:
    return RowCleaner(mapping, defaults)


def clean_row(row: int, cells: list[str], mapping: Mapping, defaults: Defaults) -> ParsedRow | Rejected:
    """`RowCleaner.clean` for a single row."""
    return _cleaner(mapping, defaults).clean(row, cells)


def clean_rows(
    rows: Iterable[tuple[int, list[str]]], cleaner: RowCleaner, deduplicator: Deduplicator
) -> Iterator[ParsedRow | Duplicate | Rejected]:
    """All rows of a file in order: a new person, one the file already has, or one refused."""
    for row, cells in rows:
        parsed = cleaner.clean(row, cells)
        if isinstance(parsed, Rejected):
            yield parsed
            continue
        first = deduplicator.first_row(row, parsed.addresses())
        yield Duplicate(parsed, first) if first else parsed
