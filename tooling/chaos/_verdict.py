"""What a drill returns."""

import dataclasses
from collections.abc import Sequence
from typing import Any


@dataclasses.dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the promise held, and the figures that say so."""

    ok: bool
    figures: dict[str, Any]


_BOUNDS_MS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 10_000)


def histogram(seconds: Sequence[float]) -> dict[str, Any]:
    """How many took at most so many milliseconds, with the count, the 99th percentile and the worst."""
    ordered = sorted(each * 1000 for each in seconds)
    shares: dict[str, Any] = {"n": len(ordered)}
    if not ordered:
        return shares
    shares |= {f"<= {bound}": sum(each <= bound for each in ordered) for bound in _BOUNDS_MS if ordered[0] <= bound}
    highest = ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)]
    return shares | {
        "p50": round(ordered[len(ordered) // 2], 1),
        "p99": round(highest, 1),
        "worst": round(ordered[-1], 1),
    }
