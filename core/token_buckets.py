"""Token buckets in Valkey (GCRA, on the server's clock): the one script behind every limit on how often something may happen."""

import functools
from collections.abc import Sequence

import redis
from django.conf import settings

# KEYS the buckets; ARGV: the tokens wanted, then for each bucket the interval between tokens in us and the burst
# → the tokens given by every bucket alike, then for each the tokens left and the us until it would give one more
_SCRIPT = """
local now = redis.call('TIME')
now = now[1] * 1000000 + now[2]
local given, dues = tonumber(ARGV[1]), {}
for i, key in ipairs(KEYS) do
  local interval, burst = tonumber(ARGV[i * 2]), tonumber(ARGV[i * 2 + 1])
  dues[i] = math.max(tonumber(redis.call('GET', key) or 0), now)
  given = math.max(0, math.min(given, math.floor((now + interval * burst - dues[i]) / interval)))
end
local answer = {given}
for i, key in ipairs(KEYS) do
  local interval, burst = tonumber(ARGV[i * 2]), tonumber(ARGV[i * 2 + 1])
  if given > 0 then
    dues[i] = dues[i] + given * interval
    redis.call('SET', key, string.format('%.0f', dues[i]), 'PX', math.ceil(interval * burst / 1000) + 1000)
  end
  table.insert(answer, math.max(0, math.floor((now + interval * burst - dues[i]) / interval)))
  table.insert(answer, math.max(0, math.ceil(dues[i] + interval - now - interval * burst)))
end
return answer
"""

#: a bucket's key, microseconds from one token to the next, and how many tokens it holds
Bucket = tuple[str, int, int]
#: what went wrong when nobody could say: callers decide what that means for them
Unreachable = redis.RedisError


def take_tokens(buckets: Sequence[Bucket], wanted: int = 1) -> tuple[int, list[tuple[int, float]]]:
    """Take up to `wanted` tokens, the same number from every bucket.

    Units:  → (tokens given, for each bucket the tokens left and the seconds until it would give one more).
    Errors: Unreachable without Valkey.
    """
    numbers = [number for _, interval, burst in buckets for number in (interval, burst)]
    given, *told = _connection(settings.REDIS_URL).eval(
        _SCRIPT, len(buckets), *(key for key, _, _ in buckets), wanted, *numbers
    )  # type: ignore[misc]
    waits = [int(wait) / 1e6 for wait in told[1::2]]
    return int(given), list(zip(map(int, told[::2]), waits, strict=True))


@functools.cache
def _connection(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, socket_timeout=1, socket_connect_timeout=1)
