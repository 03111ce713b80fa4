"""How often something may be asked: token buckets in Valkey (GCRA, on the server's clock), several at once.

A request that any bucket refuses takes from none. Without Valkey nothing is refused: these limits keep order, they guard
no consent and no money.
"""

import dataclasses
import functools
import math
from collections.abc import Sequence

import redis
from django.conf import settings

# KEYS the buckets; ARGV: for each the interval between tokens in us and the burst
# → 1 or 0, then for each bucket the tokens left and the us until it would give one
_SCRIPT = """
local now = redis.call('TIME')
now = now[1] * 1000000 + now[2]
local free, dues = 1, {}
for i, key in ipairs(KEYS) do
  local interval, burst = tonumber(ARGV[i * 2 - 1]), tonumber(ARGV[i * 2])
  dues[i] = math.max(tonumber(redis.call('GET', key) or 0), now)
  if dues[i] + interval > now + interval * burst then free = 0 end
end
local answer = {free}
for i, key in ipairs(KEYS) do
  local interval, burst = tonumber(ARGV[i * 2 - 1]), tonumber(ARGV[i * 2])
  if free == 1 then
    dues[i] = dues[i] + interval
    redis.call('SET', key, string.format('%.0f', dues[i]), 'PX', math.ceil(interval * burst / 1000) + 1000)
  end
  table.insert(answer, math.max(0, math.floor((now + interval * burst - dues[i]) / interval)))
  table.insert(answer, math.max(0, math.ceil(dues[i] + interval - now - interval * burst)))
end
return answer
"""


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
    arguments = [number for _, (per_minute, burst) in buckets for number in (round(60_000_000 / per_minute), burst)]
    try:
        free, *told = _connection(settings.REDIS_URL).eval(
            _SCRIPT, len(buckets), *(f"throttle:{name}" for name, _ in buckets), *arguments
        )  # type: ignore[misc]
    except redis.RedisError:
        return Verdict(True, buckets[0][1][1], buckets[0][1][1], 0.0)
    left = list(zip(told[::2], told[1::2], buckets, strict=True))
    remaining, wait, (_, (_, burst)) = max(left, key=lambda each: (each[1], -each[0]))
    return Verdict(bool(free), burst, int(remaining), int(wait) / 1e6)


@functools.cache
def _connection(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, socket_timeout=1, socket_connect_timeout=1)
