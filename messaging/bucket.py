"""How fast a sender may go: a token bucket of its own, and a slow local one when Valkey is gone.

rate + burst stay within the contract, so no sliding second holds more than the carrier agreed to.
Source: measured on a prototype with eight processes: rate 72 and burst 8 stay within a contract of 80, 80 and 80 reach 159.
"""

import threading
import time
import uuid

from core.token_buckets import Unreachable, take_tokens

_BURST_SHARE = 0.1

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
        given, ((_, wait),) = take_tokens([(f"lane:{sender_id}", 1_000_000 // rate, burst)], wanted)
        return given, wait
    except Unreachable:
        return _take_locally(sender_id, max(1.0, rate / 4))


def _take_locally(sender_id: uuid.UUID, rate: float) -> tuple[int, float]:
    with _lock:
        now = time.monotonic()
        due = _local.get(sender_id, 0.0)
        if due > now:
            return 0, due - now
        _local[sender_id] = now + 1 / rate
        return 1, 1 / rate
