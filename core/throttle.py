"""How often something may be asked, by several limits at once: a request that any of them refuses takes from none.

Without Valkey nothing is refused: these limits keep order, they guard no consent and no money.
"""

import dataclasses
import math
from collections.abc import Sequence

from core.token_buckets import Unreachable, take_tokens

#: so many a minute on average, and so many at once
Limit = tuple[float, int]


@dataclasses.dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the request may go on, and what the tightest bucket says. Units: seconds."""

    free: bool
    limit: int
    remaining: int
    wait: float

    def headers(self) -> dict[str, str]:
        """What clients read. Source: IETF draft "RateLimit header fields for HTTP" in its widely used three-header form."""
        told = {"RateLimit-Limit": str(self.limit), "RateLimit-Remaining": str(self.remaining)}
        told["RateLimit-Reset"] = str(math.ceil(self.wait))
        return told if self.free else told | {"Retry-After": str(max(1, math.ceil(self.wait)))}


def ask(buckets: Sequence[tuple[str, Limit]]) -> Verdict:
    """Take one token from every bucket, or from none.

    Shape:  (name, limit) for each bucket.
    Errors: none; without Valkey the answer is yes.
    """
    keys = [(f"throttle:{name}", round(60_000_000 / per_minute), burst) for name, (per_minute, burst) in buckets]
    try:
        given, told = take_tokens(keys)
    except Unreachable:
        return Verdict(True, buckets[0][1][1], buckets[0][1][1], 0.0)
    (remaining, wait), burst = max(
        zip(told, (burst for _, _, burst in keys), strict=True), key=lambda each: (each[0][1], -each[0][0])
    )
    return Verdict(bool(given), burst, remaining, wait)
