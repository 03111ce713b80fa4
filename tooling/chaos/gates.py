"""100,000 people with everything the gate may know about them: planned, claimed and asked one by one, all get one answer.

A fourth answer is reckoned from what was made up, without the database, so that the SQL all ways share is judged as well.
"""

import time

from tooling.chaos._verdict import Verdict
from tooling.chaos._world import open_the_product

_PEOPLE, _AT_ONCE = 100_000, 250


def run(seed: int) -> Verdict:
    """The comparison at full size."""
    open_the_product()
    from tests.gates import agreement
    from tooling.bench import _ground

    began = time.monotonic()
    with _ground.prepared("full") as ground, ground.fresh_database("gates") as database:
        found = agreement.compare(database, seed, _PEOPLE, _AT_ONCE)
    return Verdict(
        not found.disagreements,
        {
            "people": _PEOPLE,
            "scenes": _PEOPLE // _AT_ONCE,
            "asked": dict(found.asked),
            "answers": agreement.told(found),
            "disagreements": len(found.disagreements),
            "the first of them": found.disagreements[:3],
            "seconds": round(time.monotonic() - began),
        },
    )
