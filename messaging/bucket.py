"""How fast a sender may go: a token bucket in Valkey (GCRA, on the server's clock), and a slow local one when it is gone.

rate + burst stay within the contract, so no sliding second holds more than the carrier agreed to.
Source: measured on a prototype with eight processes: rate 72 and burst 8 stay within a contract of 80, 80 and 80 reach 159.
"""

import functools
import threading
import time
import uuid

import redis
from django.conf import settings

_BURST_SHARE = 0.1

# KEYS[1] the sender; ARGV: interval between tokens in us, burst, tokens wanted → tokens given, us until the next one
_SCRIPT = """
local now = redis.call('TIME')
now = now[1] * 1000000 + now[2]
local interval, burst, wanted = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local due = math.max(tonumber(redis.call('GET', KEYS[1]) or 0), now)
local room = math.floor((now + interval * burst - due) / interval)
local given = math.max(0, math.min(wanted, room))
if given > 0 then
  redis.call('SET', KEYS[1], string.format('%.0f', due + given * interval), 'PX', math.ceil(interval * burst / 1000) + 1000)
end
return {given, math.max(0, due + given * interval + interval - now - interval * burst)}
"""

_lock = threading.Lock()
_local: dict[uuid.UUID, float] = {}


def split_rate(contract_per_second: int) -> tuple[int, int]:
    """A contract of n a second as (rate, burst) with rate + burst ≤ n; a contract of 1 is 1 and no burst beyond it."""
    burst = max(1, int(contract_per_second * _BURST_SHARE))
    return max(1, contract_per_second - burst), burst


def take(sender_id: uuid.UUID, contract_per_second: int, wanted: int) -> tuple[int, float]:
    """Take up to `wanted` tokens of a sender.

    Units:  → (tokens given, seconds until the next one).
    Errors: none; without Valkey it goes on slowly: this process alone gives at most a quarter of the rate.
    """
    rate, burst = split_rate(contract_per_second)
    try:
        given, wait = _connection(settings.REDIS_URL).eval(
            _SCRIPT, 1, f"lane:{sender_id}", 1_000_000 // rate, burst, wanted
        )  # type: ignore[misc]
        return int(given), int(wait) / 1e6
    except redis.RedisError:
        return _take_locally(sender_id, max(1.0, rate / 4))


@functools.cache
def _connection(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, socket_timeout=1, socket_connect_timeout=1)


def _take_locally(sender_id: uuid.UUID, rate: float) -> tuple[int, float]:
    with _lock:
        now = time.monotonic()
        due = _local.get(sender_id, 0.0)
        if due > now:
            return 0, due - now
        _local[sender_id] = now + 1 / rate
        return 1, 1 / rate
