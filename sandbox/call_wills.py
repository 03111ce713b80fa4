"""What each number does when it is called: the table of wills, and wills a test has pinned to a number of its own."""

import dataclasses
import pathlib
import tomllib
from typing import Any

from sandbox.numbers import Numbers, UnknownOutcome


@dataclasses.dataclass(frozen=True, slots=True)
class Will:
    """Everything a number has decided about a call before it rings. `ends` is empty when somebody answers."""

    name: str = "call_listens"
    it_will: str = "be answered, and listened to"
    you_see: str = "Answered by a person"
    tone: str = "yes"
    digits: str = ""
    code: int = 0
    ends: str = ""
    sip: int = 200
    answered_by: str = "human"
    keys: str = ""
    says: tuple[str, ...] = ()
    only_first: bool = False
    waits: bool = False


class Wills:
    """The will of each number: pinned ones first, then the last two digits of magic numbers, else a person who listens."""

    def __init__(self, numbers: Numbers) -> None:
        table = _table()
        self._numbers = numbers
        self.ordinary = Will()
        found = [Will(**row | {"says": tuple(row.get("says", ()))}) for row in table["will"]]
        self._by_name = {will.name: will for will in [self.ordinary, *found]}
        self._by_digits = {will.digits: will for will in found}
        self._pinned: dict[str, Will] = {}
        self._met: set[str] = set()
        self.words_per_second = float(table["words_per_second"])

    def of(self, number: str) -> Will:
        """What this number does this time. Effects: a number that misbehaves once is remembered."""
        digits = self._numbers.digits_of(number)
        will = self._pinned.get(number) or self._by_digits.get(digits, self.ordinary)
        if will.only_first and number in self._met:
            return self.ordinary
        self._met.add(number)
        return will

    def pin(self, number: str, name: str) -> None:
        """Give a number of your choice a will of the table. Errors: UnknownOutcome, nothing changed."""
        if name not in self._by_name:
            raise UnknownOutcome(f"will: {name!r} is not in the table; GET /_sandbox/calls/wills lists the names")
        self._pinned[number] = self._by_name[name]

    def forget(self) -> None:
        """Drop pinned wills and the memory of first calls."""
        self._pinned.clear()
        self._met.clear()

    def listed(self) -> list[tuple[str, Will]]:
        """Every number with a will of its own, pinned ones first, in the order of the digits."""
        by_digits = sorted(self._by_digits.items())
        return [*self._pinned.items(), *((self._numbers.written(digits), will) for digits, will in by_digits)]


def _table() -> dict[str, Any]:
    return tomllib.loads((pathlib.Path(__file__).parent / "calls.toml").read_text("utf-8"))
