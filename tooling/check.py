"""`bin/dev --check`: asks every door of the running house whether it works, prints a table, and says yes or no."""

import time
from collections.abc import Mapping

from tooling import parts, ports

_PATIENCE_SECONDS = 60.0


def main(environment: Mapping[str, str]) -> int:
    """Try the doors; 0 when all of them answered, else 1. The environment is the one `bin/dev` gave its parts."""
    doors = {
        "web": f"{environment['PUBLIC_URL']}/health/ready/",
        "operator": f"{environment['OPERATOR_URL']}/health/ready/",
        "sandbox": f"{environment['SANDBOX_URL']}/_sandbox/health",
    }
    results = {name: _ask(url) for name, url in doors.items()}
    print(f"{'door':<10} {'answer':<8} {'after':>7}")
    for name, seconds in results.items():
        print(f"{name:<10} {'ok' if seconds is not None else 'none':<8} {seconds or _PATIENCE_SECONDS:>6.1f}s")
    return 0 if None not in results.values() else 1


def _ask(url: str) -> float | None:
    """Seconds until the door answered 200, or None when it never did."""
    began = time.monotonic()
    if not ports.wait_until(lambda: parts.answers_ok(url), _PATIENCE_SECONDS, 0.2):
        return None
    return time.monotonic() - began
