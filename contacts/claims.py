"""What a row says about consent: a yes with proof, a yes without, a withdrawal, or nothing.

A file can protect a person; it never speaks louder than its proof. In doubt a cell says nothing, and a cell that looks
like an opt-out protects.
"""

import dataclasses
import datetime
import functools
import pathlib
import tomllib
from typing import Literal, cast

from contacts.contracts import CHANNELS, Channel, ClaimState, ConsentClaim, Defaults, Evidence, Mapping, RowProblem
from contacts.evidence_dates import read_evidence_date
from contacts.spelling import clean_text, fold

Said = Literal["withdrawn", "yes", "nothing", "unknown"]
_WORDS = pathlib.Path(__file__).parent / "data" / "consent_words.toml"
#: longer cells are prose, not an answer
_LONGEST_ANSWER = 60


@dataclasses.dataclass(frozen=True, slots=True)
class _Where:
    """One mapped column: its place and its header."""

    position: int
    header: str


class ClaimReader:
    """Reads the consent columns of a file, one row at a time."""

    def __init__(self, mapping: Mapping, defaults: Defaults) -> None:
        self._defaults = defaults
        self._per_channel: list[tuple[Channel, _Where]] = []
        self._for_all: list[_Where] = []
        self._opted_out: list[_Where] = []
        self._single: dict[str, _Where] = {}
        for column in mapping.columns:
            self._place(column.field, _Where(column.position, column.header))
        self.says_anything = bool(self._per_channel or self._for_all or self._opted_out or defaults.everyone)

    def _place(self, field: str, where: _Where) -> None:
        kind, _, channel = field.partition(":")
        if kind == "consent" and channel in CHANNELS:
            self._per_channel.append((cast(Channel, channel), where))
        elif field == "consent:all":
            self._for_all.append(where)
        elif field == "opted_out":
            self._opted_out.append(where)
        elif field.startswith("consent_"):
            self._single[field] = where

    def read(
        self, cells: list[str], reachable: tuple[Channel, ...], problems: list[RowProblem]
    ) -> tuple[ConsentClaim, ...]:
        """The claims of one row for the channels it has an address for; what could not be read joins `problems`."""
        said = self._answers(cells, problems)
        if not said:
            return ()
        evidence, purpose = Evidence("", None, "", ""), self._defaults.purpose
        if any(answer == "yes" and channel in reachable for channel, answer in said.items()):
            evidence = self._evidence(cells, problems)
            purpose = self._purpose(cells, problems)
        proven: ClaimState = "granted" if evidence.proves and purpose else "unproven"
        return tuple(
            ConsentClaim(channel, "", "withdrawn", evidence)
            if said[channel] == "withdrawn"
            else ConsentClaim(channel, purpose, proven, evidence)
            for channel in reachable
            if channel in said
        )

    def _answers(self, cells: list[str], problems: list[RowProblem]) -> dict[Channel, Said]:
        """What is said for each channel, yes or withdrawn; a withdrawal wins over any yes of the row or the declaration."""
        said: dict[Channel, Said] = {}
        for channel, where in self._per_channel:
            _note(said, (channel,), self._answer(cells, where, f"consent:{channel}", problems))
        for where in self._for_all:
            answer = self._answer(cells, where, "consent:all", problems)
            if answer == "yes":
                _note(said, self._channels(cells, problems), answer)
            else:
                _note(said, self._channels(cells, []) or CHANNELS, answer)
        for where in self._opted_out:
            if opted_out(cells[where.position]):
                _note(said, CHANNELS, "withdrawn")
        _note(said, self._defaults.everyone, "yes")
        return said

    def _answer(self, cells: list[str], where: _Where, field: str, problems: list[RowProblem]) -> Said:
        cell = cells[where.position]
        if not cell:
            return "nothing"
        answer = consent_answer(cell)
        if answer == "unknown":
            problems.append(RowProblem("consent_word", "unknown", field, where.header))
        return answer

    def _channels(self, cells: list[str], problems: list[RowProblem]) -> tuple[Channel, ...]:
        """The channels a general consent is for: those of its own column, else all."""
        where = self._single.get("consent_channel")
        if not where:
            return CHANNELS
        channels = named_channels(cells[where.position])
        if not channels:
            problems.append(RowProblem("consent_channel", "unknown", "consent_channel", where.header))
        return channels

    def _purpose(self, cells: list[str], problems: list[RowProblem]) -> str:
        where = self._single.get("consent_purpose")
        if not where or not cells[where.position].strip():
            return self._defaults.purpose
        purpose = _spelled("purposes").get(fold(cells[where.position]), "")
        if not purpose:
            problems.append(RowProblem("consent_purpose", "unknown", "consent_purpose", where.header))
        return purpose

    def _evidence(self, cells: list[str], problems: list[RowProblem]) -> Evidence:
        """The row's own proof; the declaration fills only what the row does not say.

        A date of the row's own that cannot be true leaves no date at all: the declared one would cover up the doubt. Who
        confirmed an agreement gave it by then, where nothing says when.
        """
        confirmed_at = self._moment(cells, "consent_confirmed_at", problems)
        given_at = self._given_at(cells, problems)
        if confirmed_at and given_at and confirmed_at < given_at:
            where = self._single["consent_confirmed_at"]
            problems.append(RowProblem("consent_confirmed_at", "before_consent", "consent_confirmed_at", where.header))
            confirmed_at = None
        return Evidence(
            self._text(cells, "consent_source") or self._defaults.consent_source,
            given_at or (confirmed_at if not self._says("consent_date", cells) else None),
            self._text(cells, "consent_wording") or self._defaults.consent_wording,
            self._text(cells, "consent_ip"),
            confirmed_at,
            self._text(cells, "consent_confirmed_by") if confirmed_at else "",
        )

    def _says(self, field: str, cells: list[str]) -> bool:
        where = self._single.get(field)
        return where is not None and bool(cells[where.position].strip())

    def _text(self, cells: list[str], field: str) -> str:
        where = self._single.get(field)
        return clean_text(cells[where.position]) if where else ""

    def _given_at(self, cells: list[str], problems: list[RowProblem]) -> datetime.datetime | None:
        if not self._says("consent_date", cells):
            return self._defaults.consent_at
        return self._moment(cells, "consent_date", problems)

    def _moment(self, cells: list[str], field: str, problems: list[RowProblem]) -> datetime.datetime | None:
        """The date of a column; None where it says nothing, or nothing that can be true, which joins `problems`."""
        if not self._says(field, cells):
            return None
        where = self._single[field]
        found = read_evidence_date(cells[where.position], self._defaults.date_order, self._defaults.zone)
        latest = self._defaults.not_after
        if not isinstance(found, str) and latest and found > latest:
            found = "in_the_future"
        if isinstance(found, str):
            problems.append(RowProblem(field, found, field, where.header))
            return None
        return found


def _note(said: dict[Channel, Said], channels: tuple[Channel, ...], answer: Said) -> None:
    if answer not in {"withdrawn", "yes"}:
        return
    for channel in channels:
        if said.get(channel) != "withdrawn":
            said[channel] = answer


@functools.lru_cache(maxsize=8192)
def consent_answer(cell: str) -> Said:
    """What a cell of a consent column says; "unknown" for a word in no list, which counts as nothing."""
    word = fold(cell) if len(cell) <= _LONGEST_ANSWER else cell
    return "nothing" if not word else _answers_by_word().get(word, "unknown")


@functools.lru_cache(maxsize=8192)
def opted_out(cell: str) -> bool:
    """Does a cell of an opt-out column protect? Everything but an empty cell and a plain no does, a date too."""
    return bool(fold(cell)) and fold(cell) not in {fold(word) for word in _table()["no"]}


@functools.lru_cache(maxsize=8192)
def named_channels(cell: str) -> tuple[Channel, ...]:
    """The channels a cell names, separated by commas, semicolons, slashes, bars, plus signs or "and"."""
    found = set()
    for mark in (";", "/", "|", "+", "&", " and "):
        cell = cell.replace(mark, ",")
    for word in cell.split(","):
        found.add(_spelled("channels").get(fold(word), ""))
    return CHANNELS if "all" in found else tuple(channel for channel in CHANNELS if channel in found)


@functools.cache
def _answers_by_word() -> dict[str, Said]:
    meanings: tuple[tuple[str, Said], ...] = (
        ("yes", "yes"), ("no", "nothing"), ("undecided", "nothing"), ("withdrawn", "withdrawn"),
    )  # fmt: skip
    return {fold(word): meaning for group, meaning in meanings for word in _table()[group]}


@functools.cache
def _spelled(group: str) -> dict[str, str]:
    return {fold(word): name for name, words in _table()[group].items() for word in words}


@functools.cache
def _table() -> dict:
    return tomllib.loads(_WORDS.read_text(encoding="utf-8"))
