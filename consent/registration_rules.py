"""What has to be registered to send somewhere: from the tables of registrations.toml to frozen values."""

import dataclasses
import re
from typing import Final, Literal, cast, get_args

from consent.contracts import Tier
from consent.rule_reader import Row
from consent.rule_types import RegistrationRule, SenderKind

Holder = Literal["organization", "sender"]
#: how a record stands at a moment; a need without any record is missing
Standing = Literal["held", "missing", "expired"]
_COUNTRY: Final = re.compile(r"[A-Z]{2}")
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{1,19}")


@dataclasses.dataclass(frozen=True, slots=True)
class RegistrationKind:
    """One kind of record. `number` is the pattern of the whole number at the registrar; `is_address`: it is the sender itself."""

    name: str
    label: str
    registrar: str
    number_label: str
    number: str
    holder: Holder
    is_address: bool
    has_text: bool
    has_category: bool

    def fits(self, number: str) -> bool:
        """Whether a registrar could have given this number."""
        return re.fullmatch(self.number, number) is not None


@dataclasses.dataclass(frozen=True, slots=True)
class Category:
    """What a register calls a use, and the tiers it covers."""

    name: str
    label: str
    tiers: tuple[Tier, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class RegistrationRules:
    """All about registrations. Units: `longest_value` in characters of one place, `remind_days` before a record ends."""

    rules: tuple[RegistrationRule, ...]
    kinds: tuple[RegistrationKind, ...]
    categories: tuple[Category, ...]
    longest_value: int
    remind_days: int
    #: territory and the country whose records count there
    same_records: tuple[tuple[str, str], ...] = ()

    def country_of_records(self, country: str) -> str:
        """The country whose records count in this one: "PR" → "US", "FR" → "FR"."""
        return dict(self.same_records).get(country, country)

    def kind(self, name: str) -> RegistrationKind:
        """A kind by its name. Errors: KeyError for one nobody wrote."""
        return {kind.name: kind for kind in self.kinds}[name]

    def covers(self, category: str, tier: str) -> bool:
        """Whether a category serves a tier; an unknown one serves none."""
        return any(one.name == category and tier in one.tiers for one in self.categories)


def registrations(book: Row) -> RegistrationRules:
    """Read registrations.toml. Errors: InvalidRules names the row and the key."""
    kinds = tuple(_kind(row) for row in book.rows("kind"))
    names = tuple(kind.name for kind in kinds)
    categories = tuple(_category(row) for row in book.rows("category"))
    practice = book.row("practice")
    found = RegistrationRules(
        rules=tuple(_rule(row, names) for row in book.rows("registration")),
        kinds=kinds,
        categories=categories,
        longest_value=practice.positive("longest_value"),
        remind_days=practice.positive("remind_days"),
        same_records=_same_records(book),
    )
    for key, several in (("kind", names), ("category", tuple(one.name for one in categories))):
        if len(set(several)) != len(several):
            book.fail(key, "names something twice")
    practice.finish()
    book.finish()
    return found


def _same_records(book: Row) -> tuple[tuple[str, str], ...]:
    if not book.has("same_records"):
        return ()
    row = book.row("same_records")
    found = tuple((territory, row.text(territory)) for territory in row.table)
    for territory, country in found:
        if not _COUNTRY.fullmatch(territory) or not _COUNTRY.fullmatch(country) or country in row.table:
            row.fail(territory, "must name a country by two capitals, one whose own records count there")
    row.finish()
    return found


def _rule(row: Row, kinds: tuple[str, ...]) -> RegistrationRule:
    taken = row.flag("taken") if row.has("taken") else True
    if row.has("text") and row.text("text") != "exact":
        row.fail("text", 'must be "exact" or be left out')
    rule = RegistrationRule(
        id=row.name(),
        places=row.places(),
        channels=row.channels(),
        tiers=row.tiers(),
        senders=cast(tuple[SenderKind, ...], row.some_words("senders", get_args(SenderKind))),
        needs=row.some_words("needs", kinds) if taken else (),
        taken=taken,
        exact_text=row.has("text"),
        valid_from=row.day("valid_from"),
        valid_until=row.until(),
        source=row.source(),
    )
    row.finish()
    return rule


def _kind(row: Row) -> RegistrationKind:
    holder = row.text("holder")
    if holder not in get_args(Holder):
        row.fail("holder", f"must be one of {', '.join(get_args(Holder))}, not {holder!r}")
    kind = RegistrationKind(
        name=_name(row),
        label=row.text("label"),
        registrar=row.text("registrar"),
        number_label=row.text("number_label"),
        number=_pattern(row),
        holder=cast(Holder, holder),
        is_address=row.has("is_address") and row.flag("is_address"),
        has_text=row.has("has_text") and row.flag("has_text"),
        has_category=row.has("has_category") and row.flag("has_category"),
    )
    row.finish()
    return kind


def _category(row: Row) -> Category:
    category = Category(_name(row), row.text("label"), row.tiers())
    row.finish()
    return category


def _name(row: Row) -> str:
    value = row.text("name")
    return value if _NAME.fullmatch(value) else str(row.fail("name", "must be small letters, numbers and lines"))


def _pattern(row: Row) -> str:
    value = row.text("number")
    try:
        re.compile(value)
    except re.error as error:
        row.fail("number", f"is no pattern: {error}")
    return value
