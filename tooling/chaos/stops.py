"""10,000 people say stop while 100,000 messages leave: nobody is written to by a decision after their stop (P4, P5).

The judge is the carrier's ledger. The control is the same lane without the one line that locks the consents it uses.
"""

import random
from typing import Final

from tooling.chaos._verdict import Verdict, histogram
from tooling.chaos._world import open_the_product, street

_PART, _STOPS, _PARTS = 10_000, 1_000, 10
_CONTROL = 1_000
#: about as long as a round's thousand messages take, so that stops fall before, among and after them
_SPREAD_SECONDS: Final = 2.0
#: seconds from the answer to a stop to the hand-over of what was on its way: promised to 99 of 100, and to all
_PROMISED: Final = {99: 1.0, 100: 10.0}


def run(seed: int) -> Verdict:
    """The race at full size, and its control."""
    open_the_product()
    from tests.faults.racing import go, judge, run_race
    from tests.faults.scene import percentile
    from tests.faults.test_raced_opt_outs import LOCK

    chance = random.Random(seed)
    answered = []
    with street() as there:
        for part in range(_PARTS):
            answered += go(there, _PART, _STOPS, chance, spread=_SPREAD_SECONDS)
            print(f"carillon: {(part + 1) * _PART} messages, {len(answered)} stops", flush=True)
        raced = judge(there, answered)
        handed = there.handed_over()
    with street() as there:
        control = run_race(there, _CONTROL, chance, LOCK)
    kept = all(percentile(raced.late, share) <= seconds for share, seconds in _PROMISED.items())
    ok = raced.broken == 0 and kept and control.broken > 0 and max(handed.values()) == 1
    return Verdict(
        ok,
        {
            "messages": _PART * _PARTS,
            "stops": len(answered),
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
