"""`bin/dev --check`: a newcomer's whole first day on every channel, in a house of its own, judged by the carriers' ledger."""

import contextlib
import sys
import time
import urllib.error

from tooling import house, places
from tooling.newcomer import Newcomer
from tooling.reckoning import reckon
from tooling.story import STEPS
from tooling.visitor import UnexpectedPage

_LOG = places.LOCAL / "check.log"
_LAST_LINES = 15


def main() -> int:
    """Play the story; 0 when every number agrees with the ledger, else 1 with the step that failed and what it expected."""
    began = time.monotonic()
    _LOG.parent.mkdir(parents=True, exist_ok=True)
    with _LOG.open("w") as output, house.temporary_house(output) as variables:
        print(f"{'a house of its own':<28} ready  {time.monotonic() - began:5.1f} s", flush=True)
        newcomer = Newcomer(variables)
        agreed = _play(newcomer) and reckon(newcomer)
    print(f"{'the check passed' if agreed else 'the check FAILED'} after {time.monotonic() - began:.0f} s", flush=True)
    if not agreed:
        _show_log()
    return 0 if agreed else 1


def _play(newcomer: Newcomer) -> bool:
    """All steps in order, until one does not come out as expected."""
    for step in STEPS:
        began = time.monotonic()
        try:
            step.deed(newcomer)
        except (UnexpectedPage, urllib.error.URLError, AssertionError, TimeoutError) as problem:
            print(f"{step.name:<28} FAILED {time.monotonic() - began:5.1f} s", flush=True)
            print(f"  expected: {step.expected}\n  found:    {problem}", file=sys.stderr, flush=True)
            return False
        print(f"{step.name:<28} ok     {time.monotonic() - began:5.1f} s", flush=True)
    return True


def _show_log() -> None:
    with contextlib.suppress(OSError):
        lines = _LOG.read_text(errors="replace").splitlines()
        print(f"The house's last lines, all of them are in {_LOG.relative_to(places.PROJECT)}:", file=sys.stderr)
        print("\n".join(lines[-_LAST_LINES:]), file=sys.stderr)
