"""What the parts of an import hand to one another: plain, frozen, free of database and clock."""

import dataclasses
import datetime
from typing import Literal

from core.email import EmailAddress
from core.phone import PhoneNumber

Channel = Literal["sms", "whatsapp", "voice", "email"]
ClaimState = Literal["granted", "unproven", "withdrawn"]
DateOrder = Literal["", "day_first", "month_first"]

CHANNELS: tuple[Channel, ...] = ("sms", "whatsapp", "voice", "email")


def sheet_row(number: int) -> int:
    """The number a spreadsheet shows beside a row of data: the header is row 1, the first row of data row 2."""
    return number + 1


@dataclasses.dataclass(frozen=True, slots=True)
class MappedColumn:
    """One column of a file and the field it fills.

    `field` is a name of contacts/data/headers.toml, "custom:<key>", or "" for a column that is left out.
    `confidence` is 0..1: 1 exact header, below 0.7 a person should look; 1 also for a person's own choice.
    """

    position: int
    header: str
    field: str
    confidence: float = 1.0


@dataclasses.dataclass(frozen=True, slots=True)
class Mapping:
    """Which column fills which field, in the order of the file."""

    columns: tuple[MappedColumn, ...]

    def fields(self) -> frozenset[str]:
        """The fields that some column fills."""
        return frozenset(column.field for column in self.columns if column.field)


@dataclasses.dataclass(frozen=True, slots=True)
class MappingProblem:
    """Why a mapping cannot be used: the column by its header ("" for the file as a whole), words and remedy."""

    code: str
    column: str
    message: str
    remedy: str


@dataclasses.dataclass(frozen=True, slots=True)
class Defaults:
    """What a person declared for the whole file, used where a row says nothing.

    `default_country` is ISO alpha-2 for numbers without a country code. `date_order` decides 02/03/2024; "" refuses it.
    The evidence fields are the importer's own declaration about every row that says yes. `not_after` (aware) turns a
    consent dated later than it into a claim without date; None does not check. `zone` is where a day without a time begins.
    `everyone` are the channels that everybody in the file is declared to have agreed to; each row's own words win.
    """

    default_country: str = ""
    date_order: DateOrder = ""
    consent_source: str = ""
    consent_at: datetime.datetime | None = None
    consent_wording: str = ""
    purpose: str = "marketing"
    not_after: datetime.datetime | None = None
    zone: str = "UTC"
    everyone: tuple[Channel, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Evidence:
    """What a file tells about a consent: where it was given, when (aware UTC), the text shown, and the IP address.

    `confirmed_at` (aware UTC) and `confirmed_by` tell of a confirmation that was asked for before the file was made.
    """

    source: str
    given_at: datetime.datetime | None
    wording: str
    ip: str
    confirmed_at: datetime.datetime | None = None
    confirmed_by: str = ""

    @property
    def proves(self) -> bool:
        """Is it enough to count as proof: a place and a moment?"""
        return bool(self.source and self.given_at)


@dataclasses.dataclass(frozen=True, slots=True)
class ConsentClaim:
    """What a row says about one channel and one purpose.

    `granted` comes with proof; `unproven` is a yes without it, kept and not sendable; `withdrawn` always counts.
    """

    channel: Channel
    purpose: str
    state: ClaimState
    evidence: Evidence


@dataclasses.dataclass(frozen=True, slots=True)
class RowProblem:
    """One cell that was not taken while its row was. `column` is the header in the file; the cell is not repeated."""

    code: str
    cause: str
    field: str
    column: str


@dataclasses.dataclass(frozen=True, slots=True)
class ParsedRow:
    """One row as a person: at least one address, the rest maybe empty.

    `custom` holds (key, text) as written; the typed reading belongs to whoever knows the field's type.
    """

    row: int
    phone: PhoneNumber | None
    whatsapp: PhoneNumber | None
    email: EmailAddress | None
    fields: dict[str, str]
    lists: tuple[str, ...]
    tags: tuple[str, ...]
    custom: tuple[tuple[str, str], ...]
    claims: tuple[ConsentClaim, ...]
    problems: tuple[RowProblem, ...]

    def addresses(self) -> tuple[tuple[str, str], ...]:
        """The addresses as (kind, value) pairs that are equal for equal addresses; kinds are phone and email."""
        found = [("phone", number.e164) for number in (self.phone, self.whatsapp) if number]
        if self.email:
            found.append(("email", self.email.key))
        return tuple(dict.fromkeys(found))


@dataclasses.dataclass(frozen=True, slots=True)
class Rejected:
    """One row that was not taken at all. `column` is "" when no single column is to blame."""

    row: int
    code: str
    cause: str
    field: str = ""
    column: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Duplicate:
    """One row whose phone or email an accepted row of the same file already has; what it claims still counts."""

    parsed: ParsedRow
    first_row: int


@dataclasses.dataclass(frozen=True, slots=True)
class ImportSummary:
    """What became of a file's rows; the parts add up to `rows`."""

    rows: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    duplicates: int = 0
    rejected: int = 0
    reasons: tuple[tuple[str, int], ...] = ()

    @property
    def adds_up(self) -> bool:
        """Is every row counted exactly once?"""
        return self.rows == self.created + self.updated + self.unchanged + self.duplicates + self.rejected
