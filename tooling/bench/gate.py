"""`gate`: decisions by the function alone, on one core; and what asking the gate adds to the plan of a run.

Limit of the plan: the same plan with a gate that lets everybody through. Only this program replaces it, inside its own process;
the facts are read all the same, so the ratio tells what deciding costs and not what finding out does.
"""

import dataclasses
import uuid

from tests.databases import Database
from tests.tooling import bench_gate, bench_house
from tooling.bench import _ground, _population
from tooling.bench._measurement import Arm, Report, Sample, compare, interleave, timed

#: (people planned, decisions, repeats)
SIZES = {"full": (100_000, 20_000, 3), "quick": (10_000, 5_000, 3), "tiny": (200, 200, 1)}
GOAL = 1.2
TEXT = "Your order is ready. Reply STOP to end."
#: where nobody listens: a carrier on this machine, of which no register asks anything
_PRACTICE = "http://127.0.0.1:9"
_NOBODY_SAYS_NO = "plan, a gate that allows all"
_PLAN = "plan, the gate asked"


@dataclasses.dataclass(frozen=True, slots=True)
class _Bench:
    """The house whose list is planned, and how many people are on it."""

    base: Database
    house: bench_house.House
    count: int

    def plan(self, allowed: int) -> Sample:
        """Plan a fresh campaign to everybody; of them so many may be written to."""
        self.base.run_sql("delete from campaigns_recipient")
        _ground.settle_down(self.base)
        run = bench_house.plan(self.house, TEXT)
        taken = timed(lambda: _ground.ring("campaigns.plan_run", organization_id=self.house.id, run_id=run))
        self._prove(run, allowed)
        return taken

    def plan_without(self, allowed: int) -> Sample:
        """The same with a gate that says yes to everybody."""
        with bench_gate.open_gate():
            return self.plan(allowed)

    def _prove(self, run: uuid.UUID, allowed: int) -> None:
        rows = self.base.run_sql(
            f"select outcome, count(*) from campaigns_recipient where run_id = '{run}' group by outcome"
        )
        found = dict(rows)
        _ground.expect("recipients", sum(found.values()), self.count)
        _ground.expect("allowed", found.get("allowed", 0), allowed)


def run(scale: str) -> Report:
    """Decisions about people of every sort and about people who may be written to, and plans with and without the gate."""
    count, decisions, repeats = SIZES[scale]
    crowd = bench_gate.crowd(decisions)
    everybody, some = bench_gate.asking(crowd), bench_gate.asking(bench_gate.who_may_be(crowd, decisions))
    with _ground.prepared(scale) as ground, ground.fresh_database() as base:
        house = bench_house.open_house(_PRACTICE)
        _population.fill(base, house.id, house.people.id, house.purpose.id, count)
        bench = _Bench(base, house, count)
        allowed, agreed = _population.expected_allowed(count), count - -(-count // _population.NO_CONSENT)
        bench.plan(allowed)  # the warm-up
        arms = {
            _PLAN: Arm(count, lambda: bench.plan(allowed), "people"),
            _NOBODY_SAYS_NO: Arm(count, lambda: bench.plan_without(agreed), "people"),
            "decide, people of every sort": Arm(decisions, lambda: timed(everybody), "decisions"),
            "decide, people who may be": Arm(decisions, lambda: timed(some), "decisions"),
        }
        samples = interleave(arms, repeats)
    comparisons = [
        compare(arms, samples, _PLAN, _NOBODY_SAYS_NO, GOAL),
        compare(arms, samples, "decide, people of every sort", "decide, people who may be"),
    ]
    return Report(arms, samples, comparisons, {"recipients": count, "allowed": allowed, "decisions": decisions})
