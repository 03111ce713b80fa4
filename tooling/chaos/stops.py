"""10,000 people say stop while 100,000 messages leave: nobody is written to by a decision after their stop (P4, P5).

The judge is the carrier's ledger. The control is the same lane without the one line that locks the consents it uses.
"""

import random
from collections import Counter
from typing import Any, Final

from tooling.chaos._verdict import Verdict, histogram
from tooling.chaos._world import open_the_product, street

_PART, _STOPS, _PARTS = 10_000, 1_000, 10
_CONTROL = 1_000
#: about as long as a round's thousand messages take, so that stops fall before, among and after them
_SPREAD_SECONDS: Final = 2.0
#: seconds from the answer to a stop to the hand-over of what was on its way: promised to 99 of 100, and to all
PROMISED: Final = {99: 1.0, 100: 10.0}


def run(seed: int) -> Verdict:
    """The race at full size, and its control."""
    open_the_product()
    from tests.faults.racing import run_race
    from tests.faults.test_raced_opt_outs import LOCK

    chance = random.Random(seed)
    with street() as there:
        raced, handed = race(there, chance, parts=_PARTS, part=_PART, stops=_STOPS)
    with street() as there:
        control = run_race(there, _CONTROL, chance, LOCK)
    ok = raced.broken == 0 and in_time(raced) and control.broken > 0 and max(handed.values()) == 1
    return Verdict(
        ok,
        {
            "messages": _PART * _PARTS,
            "stops": raced.reached + raced.spared,
            "handed over": sum(handed.values()),
            "twice": sum(count > 1 for count in handed.values()),
            "broken": raced.broken,
            "broken in the control": control.broken,
            "sent first": raced.reached,
            "stopped first": raced.spared,
            "on their way when answered, ms": histogram(raced.late),
            "a stop waited for its commit, ms": histogram(raced.waited),
        },
    )


def race(there: Any, chance: random.Random, *, parts: int, part: int, stops: int) -> tuple[Any, Counter[str]]:
    """So many parts of so many messages, with so many stops in each, judged by the carrier's ledger; what it took, by number.

    The suite runs it at a small size.
    """
    from tests.faults.racing import go, judge

    answered = []
    for done in range(1, parts + 1):
        answered += go(there, part, stops, chance, spread=_SPREAD_SECONDS)
        print(f"carillon: {done * part} messages, {len(answered)} stops", flush=True)
    return judge(there, answered), there.handed_over()


def in_time(raced: Any, margin: float = 1.0) -> bool:
    """Whether what was on its way when a stop was answered reached the carrier within what is promised."""
    from tests.faults.scene import percentile

    return all(percentile(raced.late, share) <= seconds * margin for share, seconds in PROMISED.items())
