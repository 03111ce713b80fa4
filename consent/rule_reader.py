"""Reading one TOML file of rules strictly: every complaint names the file, the row, the key and what would be right."""

import datetime
import re
import tomllib
from pathlib import Path
from typing import Any, cast, get_args

from consent.contracts import Channel, Tier
from consent.rule_types import Source, Span, Standing

RULES_FOLDER = Path(__file__).parent / "rules"
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_PLACE = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?|\*|other")
_SPAN = re.compile(r"([01]\d|2[0-4]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)")


class InvalidRules(ValueError):
    """A rule file is wrong; nothing of it is used until the named row is repaired."""


class Row:
    """One table of a rule file, taken key by key; a key that nobody asked for is an error, for it may be a misspelling."""

    def __init__(self, where: str, table: Any) -> None:
        self.where = where
        self.table: dict[str, Any] = table if isinstance(table, dict) else self.fail("", "must be a table of keys")
        self._asked: set[str] = set()

    def fail(self, key: str, remedy: str) -> Any:
        """Stop with the place of the mistake. Errors: InvalidRules, always."""
        raise InvalidRules(f"{self.where}: {key + ' ' if key else ''}{remedy}")

    def take(self, key: str, kind: type) -> Any:
        """The value of a required key. A boolean is not a number here."""
        self._asked.add(key)
        if key not in self.table:
            return self.fail(key, "is missing")
        if type(self.table[key]) is not kind:
            return self.fail(key, f"must be a {kind.__name__}, not {self.table[key]!r}")
        return self.table[key]

    def has(self, key: str) -> bool:
        """Whether an optional key is present."""
        return key in self.table

    def text(self, key: str) -> str:
        """A text that is not empty."""
        value = str(self.take(key, str)).strip()
        return value or str(self.fail(key, "must not be empty"))

    def positive(self, key: str) -> int:
        """A whole number from 1 upward."""
        value = int(self.take(key, int))
        return value if value > 0 else int(self.fail(key, f"must be 1 or more, not {value}"))

    def flag(self, key: str) -> bool:
        """true or false."""
        return bool(self.take(key, bool))

    def day(self, key: str) -> datetime.date:
        """A date such as 2025-09-01."""
        return cast(datetime.date, self.take(key, datetime.date))

    def name(self) -> str:
        """The id by which a rule of the rulebook is known through all its versions; such a rule says if it is verified."""
        self.flag("verified")
        value = self.text("id")
        if not _ID.fullmatch(value) or len(value) > 40:
            self.fail("id", f'must be small letters, numbers and dashes, at most 40, like "us-fl-hours", not {value!r}')
        return value

    def day_reached(self, key: str) -> datetime.date:
        """A date that is not later than the day the source was read: these rules have no version for the future."""
        value = self.day(key)
        if value > self.day("read_on"):
            self.fail(
                key, "must not be later than read_on: this rule holds for the whole rulebook, change it on its day"
            )
        return value

    def until(self) -> datetime.date | None:
        """The optional first day on which a dated rule no longer holds."""
        if not self.has("valid_until"):
            return None
        until = self.day("valid_until")
        if until <= self.day("valid_from"):
            self.fail("valid_until", f"must be later than valid_from, not {until}")
        return until

    def words(self, key: str, allowed: tuple[str, ...] = ()) -> tuple[str, ...]:
        """A list of different texts, each among `allowed` where that is given."""
        values = self.take(key, list)
        for value in values:
            if not isinstance(value, str) or not value.strip():
                self.fail(key, f"must list texts, not {value!r}")
            if allowed and value not in allowed:
                self.fail(key, f"knows {', '.join(allowed)}; {value!r} is none of them")
        if len(set(values)) != len(values):
            self.fail(key, "lists something twice")
        return tuple(values)

    def some_words(self, key: str, allowed: tuple[str, ...] = ()) -> tuple[str, ...]:
        """Like `words`, but an empty list is an error: a rule that applies to nothing is a mistake."""
        return self.words(key, allowed) or tuple(self.fail(key, "must not be empty"))

    def places(self) -> tuple[str, ...]:
        """Countries and parts of them, "*" or "other"."""
        values = self.some_words("places")
        for value in values:
            if not _PLACE.fullmatch(value):
                self.fail("places", f'must be like "US", "US-FL", "*" or "other", not {value!r}')
        return values

    def channels(self, key: str = "channels") -> tuple[Channel, ...]:
        """The channels a rule is about."""
        return cast(tuple[Channel, ...], self.some_words(key, get_args(Channel)))

    def tiers(self, key: str = "tiers") -> tuple[Tier, ...]:
        """The tiers a rule is about."""
        return cast(tuple[Tier, ...], self.some_words(key, get_args(Tier)))

    def spans(self, key: str) -> tuple[Span, ...]:
        """Opening spans in order, not touching each other; an empty list is a closed day."""
        spans = tuple(self._span(key, value) for value in self.words(key))
        for before, after in zip(spans, spans[1:], strict=False):
            if after.start <= before.end:
                self.fail(key, "must list its spans in order, with a gap between them")
        return spans

    def _span(self, key: str, value: str) -> Span:
        found = _SPAN.fullmatch(value)
        if found is None:
            return cast(Span, self.fail(key, f'must be like "08:00-21:00", not {value!r}'))
        first_hour, first_minute, last_hour, last_minute = (int(part) for part in found.groups())
        span = Span(first_hour * 60 + first_minute, last_hour * 60 + last_minute)
        if not span.start < span.end <= 24 * 60:
            self.fail(key, f"must end after it starts and by 24:00, not {value!r}")
        return span

    def source(self) -> Source:
        """Where the rule comes from; no rule is taken without it."""
        url = self.text("url")
        if not re.match(r"https?://[a-z0-9.-]+/", url):
            self.fail("url", f"must be the address of the source, not {url!r}")
        standing = self.text("standing")
        if standing not in get_args(Standing):
            self.fail("standing", f"must be one of {', '.join(get_args(Standing))}, not {standing!r}")
        note = self.text("note") if self.has("note") else ""
        verified = self.flag("verified") if self.has("verified") else True
        return Source(self.text("statute"), url, self.day("read_on"), cast(Standing, standing), verified, note)

    def rows(self, key: str) -> list["Row"]:
        """The tables below a key, each with its number in its name, and its id where it has one."""
        return [
            Row(f"{self.where}, {key} {number}{_called(table)}", table)
            for number, table in enumerate(self.take(key, list), 1)
        ]

    def row(self, key: str) -> "Row":
        """The one table below a key."""
        return Row(f"{self.where}, {key}", self.take(key, dict))

    def finish(self) -> None:
        """Complain about keys that nobody asked for."""
        for key in sorted(set(self.table) - self._asked):
            self.fail(key, "is not a key of this table; was it misspelled?")


def _called(table: Any) -> str:
    known = table.get("id") if isinstance(table, dict) else None
    return f" ({known[:40]})" if isinstance(known, str) else ""


def read_text(name: str, text: str) -> Row:
    """The tables of a rule file's text. Errors: InvalidRules when it is not TOML."""
    try:
        return Row(name, tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise InvalidRules(f"{name}: is not TOML: {error}") from None


def texts_in(folder: Path = RULES_FOLDER) -> dict[str, str]:
    """The text of every rule file by its name. Errors: InvalidRules for one that is not UTF-8."""
    try:
        return {path.name: path.read_text("utf-8") for path in sorted(folder.glob("*.toml"))}
    except UnicodeDecodeError as error:
        raise InvalidRules(f"{folder.name}: a rule file is not UTF-8: {error}") from None


def read_rules(name: str, folder: Path = RULES_FOLDER) -> Row:
    """Open one rule file. Errors: InvalidRules when it is absent or not TOML."""
    path = folder / name
    if not path.is_file():
        raise InvalidRules(f"{name}: is missing from the rules")
    try:
        return read_text(name, path.read_text("utf-8"))
    except UnicodeDecodeError as error:
        raise InvalidRules(f"{name}: is not UTF-8: {error}") from None
