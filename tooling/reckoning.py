"""The end of the check: what the product says beside what the carriers' ledger says. The ledger is right."""

import collections
import dataclasses
from collections.abc import Iterable, Sequence

from tooling.campaigning import taken_alone
from tooling.lines import ALONE, LINES, Line, Taken, replied
from tooling.newcomer import UNTOLD, Newcomer

_LABEL, _CELL = 26, 15


@dataclasses.dataclass(frozen=True, slots=True)
class Number:
    """One number of one channel: the truth, and what the product says."""

    truth: int
    told: int

    @property
    def agrees(self) -> bool:
        """Whether both say the same."""
        return self.truth == self.told

    def __str__(self) -> str:
        return f"{self.truth:,}" if self.agrees else f"{self.truth:,}, told {self.told:,}"


Column = dict[str, Number]


def reckon(newcomer: Newcomer) -> bool:
    """Print what happened on each channel; True only when all numbers agree and nobody was reached twice or without proof."""
    columns = [_column(newcomer, line) for line in LINES]
    rows = list(dict.fromkeys(name for column in columns for name in column))
    print(f"\n{'':<{_LABEL}}{''.join(f'{line.title:>{_CELL}}' for line in LINES)}")
    for name in sorted(rows, key=_place):
        print(_printed(name, [column.get(name) for column in columns]))
    print("The plan is judged by the file, all else by the carriers' ledger; “told” is what the product says instead.")
    print("A mail server says that it took a mail, and never that it arrived.")
    wrong = [words for line in LINES for words in _wrongs(newcomer, line)]
    for words in wrong:
        print(words)
    return not wrong and all(number.agrees for column in columns for number in column.values())


def _column(newcomer: Newcomer, line: Line) -> Column:
    carrier, share, channel = newcomer.carrier, newcomer.neighbours.shares[line.channel], line.channel
    campaign, alone = _parted(line.taken(carrier))
    planned, left_out = newcomer.report(channel)
    told = {view: newcomer.number(channel, view) for view in ("sent", "delivered", "replied", "opted_out")}
    numbers = {"planned": Number(share.planned, planned)}
    for reason in sorted(left_out.keys() | share.left_out.keys()):
        numbers[f"  left out: {reason}"] = Number(share.left_out.get(reason, 0), left_out.get(reason, 0))
    arrived = sum(each.arrived for each in campaign) if line.reports_arrival else UNTOLD
    if told["delivered"] != UNTOLD or line.reports_arrival:
        numbers["delivered"] = Number(arrived, told["delivered"])
    return numbers | {
        "sent": Number(len(campaign), told["sent"]),
        "replied": Number(len(replied(carrier, channel)), told["replied"]),
        "opted out": Number(len(line.stopped(carrier)), told["opted_out"]),
        "one by the API": Number(len(alone), taken_alone(newcomer, line)),
    }


def _parted(taken: Iterable[Taken]) -> tuple[list[Taken], list[Taken]]:
    """What campaigns sent, and what the API did."""
    campaign: list[Taken] = []
    alone: list[Taken] = []
    for each in taken:
        (alone if ALONE in each.says else campaign).append(each)
    return campaign, alone


def _wrongs(newcomer: Newcomer, line: Line) -> list[str]:
    """Whoever was reached twice, without proof, or not at all, and a stop of somebody else; as sentences without addresses."""
    share = newcomer.neighbours.shares[line.channel]
    campaign, alone = _parted(line.taken(newcomer.carrier))
    reached = collections.Counter(each.to for each in campaign)
    due = share.may - share.turned_away
    wrongs = {
        "reached twice or without proof": sum(count != 1 or to not in due for to, count in reached.items()),
        "missed": len(due - set(reached)),
        "told something by the API they should not have been": sum(each.to != line.alone_to for each in alone),
        "taken for stopped who had not said so": len(line.stopped(newcomer.carrier) - {line.stopper}),
    }
    return [f"{line.title}: {count} {words}." for words, count in wrongs.items() if count]


_ORDER = ("planned", "  left out", "sent", "delivered", "replied", "opted out", "one by the API")


def _place(name: str) -> tuple[int, str]:
    return (_ORDER.index(name.partition(":")[0]), name)


def _printed(name: str, numbers: Sequence[Number | None]) -> str:
    cells = "".join(f"{'' if each is None else str(each):>{_CELL}}" for each in numbers)
    return f"{name:<{_LABEL}}{cells}" + ("" if all(each is None or each.agrees for each in numbers) else "  <-")
