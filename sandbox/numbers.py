"""Which number does what: the table of magic numbers, and outcomes a test has pinned to a number of its own."""

import dataclasses
import pathlib
import re
import tomllib
from typing import Any, Literal, NamedTuple

Answer = Literal[
    "ok",
    "refused",
    "rate_limited",
    "error_before",
    "hang_before",
    "reset_before",
    "slow",
    "lost_after",
    "hang_after",
    "error_after",
    "malformed",
    "no_id",
]
Callbacks = Literal["in_order", "repeated", "reversed", "never"]


class Step(NamedTuple):
    """One change of a message's state. Units: `after` is seconds since acceptance; `code` is 0 where nothing failed."""

    status: str
    after: float
    code: int = 0


@dataclasses.dataclass(frozen=True, slots=True)
class Outcome:
    """Everything a number has decided about a message before it is sent."""

    name: str
    it_will: str
    you_see: str
    tone: str
    digits: str = ""
    answer: Answer = "ok"
    code: int = 0
    only_first: bool = False
    steps: tuple[Step, ...] = ()
    callbacks: Callbacks = "in_order"
    reply: str = ""
    reply_after: float = 0.0


class UnknownOutcome(Exception):
    """An outcome was asked for by a name that the table does not have."""


class Numbers:
    """The will of each number: pinned outcomes first, then the carrier's own test numbers, then the last two digits."""

    def __init__(self, table: dict[str, Any]) -> None:
        self.ordinary = _outcome(table["ordinary"])
        outcomes = [_outcome(row) for row in table["outcome"]] + _bad_ends(table["bad_ends"], table["delivery"])
        self.outcomes = {outcome.name: outcome for outcome in outcomes}
        self.senders: dict[str, int] = table["senders"]
        self._written: str = table["rule"]["written"]
        self._rule = re.compile(table["rule"]["pattern"])
        self._by_digits = {outcome.digits: outcome for outcome in outcomes}
        self._exact = {row["number"]: self.outcomes[row["outcome"]] for row in table["exact"]}
        self._pinned: dict[str, Outcome] = {}
        self._met: set[str] = set()

    def outcome_of(self, number: str) -> Outcome:
        """What this number does with a message; channel prefixes such as `whatsapp:` do not matter."""
        bare = number.rpartition(":")[2]
        if outcome := self._pinned.get(bare) or self._exact.get(bare):
            return outcome
        match = self._rule.match(bare)
        return self._by_digits.get(match[1], self.ordinary) if match else self.ordinary

    def digits_of(self, number: str) -> str:
        """The last two digits of a magic number that nobody has pinned, else empty."""
        match = self._rule.match(number)
        return match[1] if match and number not in self._pinned else ""

    def written(self, digits: str) -> str:
        """The magic number with these last two digits."""
        return self._written + digits

    def answer_of(self, number: str, outcome: Outcome) -> Answer:
        """The answer at the door this time. Effects: a number that misbehaves once is remembered."""
        if not outcome.only_first:
            return outcome.answer
        if number in self._met:
            return "ok"
        self._met.add(number)
        return outcome.answer

    def pin(self, number: str, name: str) -> None:
        """Give a number of your choice an outcome of the table. Errors: UnknownOutcome, nothing changed."""
        if name != self.ordinary.name and name not in self.outcomes:
            raise UnknownOutcome(f"outcome: {name!r} is not in the table; GET /_sandbox/numbers lists the names")
        self._pinned[number] = self.outcomes.get(name, self.ordinary)

    def forget(self) -> None:
        """Drop pinned outcomes and the memory of first tries."""
        self._pinned.clear()
        self._met.clear()

    def listed(self) -> list[tuple[str, Outcome]]:
        """Every magic number with its outcome, pinned ones first, in the order of the digits."""
        by_digits = sorted(self._by_digits.items())
        return [*self._pinned.items(), *((self._written + digits, outcome) for digits, outcome in by_digits)]


def load(folder: pathlib.Path = pathlib.Path(__file__).parent) -> Numbers:
    """The tables shipped with the sandbox, as one."""
    table = tomllib.loads((folder / "numbers.toml").read_text("utf-8"))
    table |= tomllib.loads((folder / "carrier_numbers.toml").read_text("utf-8"))
    table["delivery"] = tomllib.loads((folder / "twilio.toml").read_text("utf-8"))["delivery"]
    return Numbers(table)


def _outcome(row: dict[str, Any]) -> Outcome:
    return Outcome(**{**row, "steps": tuple(Step(*step) for step in row.get("steps", ()))})


def _bad_ends(table: dict[str, Any], texts: dict[str, str]) -> list[Outcome]:
    """One outcome for each documented error code; an undelivered message was sent first, a failed one never was."""
    outcomes = []
    for digits, status, code in table["codes"]:
        before = (Step("sent", 0.15),) if status == "undelivered" else ()
        outcomes.append(
            Outcome(
                name=f"{status}_{code}",
                digits=digits,
                it_will=f"end with code {code}",
                you_see=f"{status.capitalize()}: {texts[str(code)]}",
                tone=table["tone"],
                steps=(*before, Step(status, 0.4, code)),
            )
        )
    return outcomes
