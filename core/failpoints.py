"""Failpoints: named places where a test may kill, freeze or break this process. Nothing at all unless FAILPOINTS is set.

FAILPOINTS="after_intent_commit=kill:3,before_connect=stop" kills on the third hit of one and freezes at the first of another.
"""

import os
import signal


class FailpointReached(RuntimeError):
    """A test asked for an exception here."""


def _plan(text: str) -> dict[str, tuple[str, int]]:
    plan = {}
    for entry in filter(None, text.split(",")):
        name, _, deed = entry.partition("=")
        deed, _, hit = deed.partition(":")
        plan[name] = (deed, int(hit or 1))
    return plan


_deeds = _plan(os.environ.get("FAILPOINTS", ""))
_hits: dict[str, int] = {}


def failpoint(name: str) -> None:
    """Do what a test planned for this place: kill (SIGKILL), stop (SIGSTOP) or raise; usually nothing."""
    if not _deeds or name not in _deeds:
        return
    deed, wanted = _deeds[name]
    _hits[name] = _hits.get(name, 0) + 1
    if _hits[name] != wanted:
        return
    if deed == "raise":
        raise FailpointReached(name)
    os.kill(os.getpid(), signal.SIGKILL if deed == "kill" else signal.SIGSTOP)
