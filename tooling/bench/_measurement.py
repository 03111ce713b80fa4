"""What a benchmark returns, and the fair way to compare two programs: interleaved pairs, the median of their ratios."""

import dataclasses
import json
import statistics
import time
from collections.abc import Callable
from typing import Any


@dataclasses.dataclass(frozen=True, slots=True)
class Measurement:
    """One result. `ratio` is ours divided by the yardstick; `goal` is the largest ratio that is still good.

    Units: `rows` items handled in one arm of one pair; `pairs` how many pairs were run; `more` anything worth telling.
    """

    ratio: float
    goal: float
    rows: int
    pairs: int
    more: dict[str, Any] = dataclasses.field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether the goal was met."""
        return self.ratio <= self.goal

    def line(self, name: str, *, quick: bool) -> str:
        """The one JSON line that a build server reads."""
        told = {"bench": name, "ratio": round(self.ratio, 4), "goal": self.goal, "ok": self.ok}
        return json.dumps(told | {"rows": self.rows, "pairs": self.pairs, "quick": quick} | self.more)


def compare(
    ours: Callable[[], object], yardstick: Callable[[], object], *, pairs: int, goal: float, rows: int
) -> Measurement:
    """Run both in turn, the first of each pair alternating, and take the median of the pairs' ratios.

    Units: wall seconds by a monotonic clock; the range of the ratios goes into `more`.
    """
    ratios = []
    for number in range(pairs):
        arms = (ours, yardstick) if number % 2 == 0 else (yardstick, ours)
        seconds = {arm: _seconds(arm) for arm in arms}
        ratios.append(seconds[ours] / seconds[yardstick])
    spread = {"lowest": round(min(ratios), 4), "highest": round(max(ratios), 4)}
    return Measurement(statistics.median(ratios), goal, rows, pairs, spread)


def _seconds(arm: Callable[[], object]) -> float:
    began = time.perf_counter()
    arm()
    return time.perf_counter() - began
