"""A campaign's plan, the lane's last look and the answer for one person alone never differ, whoever is asked about."""

import random

from tests.counts import say
from tests.databases import Database
from tests.gates import agreement


def test_a_thousand_people_are_judged_alike_at_once_alone_and_by_reckoning(committed_db: Database) -> None:
    seed = random.SystemRandom().randrange(1 << 31)

    found = agreement.compare(committed_db, seed, count=1_000, at_once=40)

    assert len(found.disagreements) == 0, f"seed {seed}: {found.disagreements[:3]}"
    assert found.asked["planned"] > 900
    assert found.asked["claimed"] > 900
    assert found.asked["alone"] > 900
    say(f"seed {seed}: {dict(found.asked)}, {agreement.told(found)}")
