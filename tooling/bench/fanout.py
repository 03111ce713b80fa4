"""`fanout`: everybody of a list becomes a recipient with evidence or a reason, beside a bare INSERT … SELECT of those rows.

Limit: the same rows in the same number from a table that already holds them, into a twin of the recipients' table: same
indexes, same checks, same keys to other tables, ids of the same shape. The plan is the resumable one, in slices.
"""

import dataclasses
import uuid

from tests.databases import Database
from tests.tooling import bench_house
from tooling.bench import _ground, _population
from tooling.bench._ground import Ground
from tooling.bench._measurement import Arm, Report, Sample, compare, interleave, timed

#: a practice carrier that nobody asks: planning is measured without the registers of countries
_NOBODY = "http://127.0.0.1:9"
SIZES = {"full": (100_000, 3), "quick": (10_000, 3), "tiny": (200, 1)}
GOAL = 2.2
PLAIN = "Your order is ready. Reply STOP to end."
PERSONAL = "Hello {{ contact.first_name }}, your order is ready. Reply STOP to end."

# The ids are shaped like the plan's own: a random start, then counted up.
_BARE = """
insert into bare_campaigns_recipient
  (id, organization_id, run_id, contact_id, point_id, outcome, reason, decision_id, evidence_id, due_at)
select ('0193000000007000' || to_hex((-9223372036854775808) + 1000 + row_number() over ()))::uuid,
  organization_id, run_id, contact_id, point_id, outcome, reason, decision_id, evidence_id, due_at
from planned order by contact_id
"""


@dataclasses.dataclass(slots=True)
class _Bench:
    """The house whose list is planned, and how many people are on it."""

    ground: Ground
    base: Database
    house: bench_house.House
    count: int

    def plan(self, body: str) -> Sample:
        """Plan a fresh campaign; its rows are removed when the next one has been planned."""
        run = bench_house.plan(self.house, body)
        taken = timed(lambda: _ground.ring("campaigns.plan_run", organization_id=self.house.id, run_id=run))
        self._prove(run)
        return taken

    def _prove(self, run: uuid.UUID) -> None:
        rows = self.base.run_sql(
            f"select outcome, reason, count(*) from campaigns_recipient where run_id = '{run}' group by 1, 2"
        )
        found = {(outcome, reason): number for outcome, reason, number in rows}
        _ground.expect("recipients", sum(found.values()), self.count)
        _ground.expect("allowed", found.get(("allowed", ""), 0), _population.expected_allowed(self.count))
        state = self.base.run_sql(f"select state from campaigns_run where id = '{run}'")[0][0]
        _ground.expect("state of the run", state, "simulated")

    def keep_the_rows(self) -> None:
        """Plan once, untimed, and keep the rows as the source of the limit. Also the warm-up."""
        self.plan(PERSONAL)
        self.base.run_sql("create table planned as select * from campaigns_recipient")
        _ground.make_bare(self.base, ["campaigns_recipient"])
        self.base.run_sql(
            "alter table bare_campaigns_recipient add foreign key (organization_id, run_id)"
            " references campaigns_run (organization_id, id)"
        )

    def insert(self) -> Sample:
        """The limit."""
        self.base.run_sql("truncate bare_campaigns_recipient")
        taken = timed(lambda: self.base.run_sql(_BARE))
        found = self.base.run_sql("select count(*) from bare_campaigns_recipient")[0][0]
        _ground.expect("rows inserted", found, self.count)
        return taken

    def clean(self) -> None:
        """Empty what earlier arms filled, so that no index is larger for one arm than for another."""
        self.base.run_sql("delete from campaigns_recipient")
        _ground.settle_down(self.base)


def run(scale: str) -> Report:
    """A text that is the same for everybody and one with a name, beside the limit."""
    count, repeats = SIZES[scale]
    with _ground.prepared(scale) as ground, ground.fresh_database() as base:
        house = bench_house.open_house(_NOBODY)
        _population.fill(base, house.id, house.people.id, house.purpose.id, count)
        bench = _Bench(ground, base, house, count)
        bench.keep_the_rows()

        def after_cleaning(body: str) -> Sample:
            bench.clean()
            return bench.plan(body)

        arms = {
            "plan, same text for all": Arm(count, lambda: after_cleaning(PLAIN), "people"),
            "plan, text with a name": Arm(count, lambda: after_cleaning(PERSONAL), "people"),
            "bare INSERT … SELECT": Arm(count, bench.insert, "people"),
        }
        samples = interleave(arms, repeats)
        comparisons = [
            compare(arms, samples, "plan, same text for all", "bare INSERT … SELECT", GOAL),
            compare(arms, samples, "plan, text with a name", "bare INSERT … SELECT", GOAL),
        ]
        checks = {"recipients": count, "allowed": _population.expected_allowed(count)}
        return Report(arms, samples, comparisons, checks)
