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
    #: the kind of the tightest bucket, such as `key`, and how many a minute it gives
    kind: str = ""
    per_minute: float = 0
    policy: str = ""

    def headers(self) -> dict[str, str]:
        """What clients read: the tightest limit, and all of them as the policy.

        Source: IETF draft "RateLimit header fields for HTTP" (draft-ietf-httpapi-ratelimit-headers-07), the last one in the
                widely used form of separate headers.
        """
        told = {"RateLimit-Limit": str(self.limit), "RateLimit-Remaining": str(self.remaining)}
        told |= {"RateLimit-Reset": str(math.ceil(self.wait)), "RateLimit-Policy": self.policy}
        return told if self.free else told | {"Retry-After": str(max(1, math.ceil(self.wait)))}


@dataclasses.dataclass(frozen=True, slots=True)
class Level:
    """How full one bucket is. Units: seconds until it gives one more than now; 0 when it is full or has some left."""

    kind: str
    per_minute: float
    at_once: int
    remaining: int
    wait: float


def ask(buckets: Sequence[tuple[str, Limit]]) -> Verdict:
    """Take one token from every bucket, or from none.

    Shape:  (name, limit) for each bucket.
    Errors: none; without Valkey the answer is yes.
    """
    given, levels = _asked(buckets, 1)
    tightest = max(levels, key=lambda level: (level.wait, -level.remaining))
    policy = ", ".join(f'{level.per_minute:g};w=60;burst={level.at_once};comment="{level.kind}"' for level in levels)
    return Verdict(
        given, tightest.at_once, tightest.remaining, tightest.wait, tightest.kind, tightest.per_minute, policy
    )


def look(buckets: Sequence[tuple[str, Limit]]) -> list[Level]:
    """How full these buckets are, in their order; nothing is taken. Without Valkey all are full."""
    return _asked(buckets, 0)[1]


def _asked(buckets: Sequence[tuple[str, Limit]], wanted: int) -> tuple[bool, list[Level]]:
    """Whether each gave what was wanted, and how full each is since."""
    keys = [(f"throttle:{name}", round(60_000_000 / per_minute), burst) for name, (per_minute, burst) in buckets]
    try:
        given, told = take_tokens(keys, wanted)
    except Unreachable:
        given, told = wanted, [(burst, 0.0) for _, _, burst in keys]
    levels = [
        Level(name.partition(":")[0], per_minute, burst, remaining, wait)
        for (name, (per_minute, burst)), (remaining, wait) in zip(buckets, told, strict=True)
    ]
    return given == wanted, levels
