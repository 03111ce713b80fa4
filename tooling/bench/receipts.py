"""`receipts`: receipts applied to their messages in batches, beside a bare COPY of the same events.

Ours: what lies in the inbox is found by attempt, raises its message, proves its attempt, and becomes an event; a batch is one
statement. Limit: the same events copied into a twin of their table without policies. Beside the time it counts how many
message rows were updated in place (HOT) and how much write-ahead log a receipt took.
"""

import dataclasses

from django.db import connection

from tests.carriers import running as running_sandbox
from tests.databases import Database
from tests.tooling import bench_house
from tooling.bench import _ground, send
from tooling.bench._measurement import Arm, Report, Sample, compare, interleave, timed

#: messages that receipts are about, repeats
SIZES = {"full": (2_000, 3), "quick": (500, 3), "tiny": (20, 1)}
BATCH = 500
#: at least 40 % of the rate of the COPY
GOAL = 1 / 0.40
STATUSES = ("sent", "delivered", "read")
EVENTS = "messaging_messageevent"


@dataclasses.dataclass(slots=True)
class _Bench:
    base: Database
    sender: send.AtCarrier
    count: int
    wal: list[float] = dataclasses.field(default_factory=list)
    hot: list[float] = dataclasses.field(default_factory=list)

    def apply(self) -> Sample:
        """Fresh messages, their receipts in the inbox, applied batch by batch."""
        self.sender.ours()
        rows = bench_house.inbox(self.sender.house, STATUSES, self.count)
        _ground.settle_down(self.base)
        before, log = self._updates(), self._position()
        taken = timed(lambda: bench_house.apply(self.sender.house, rows, BATCH))
        self.wal.append((self._position() - log) / len(rows))
        after = self._updates()
        self.hot.append((after[1] - before[1]) / max(1, after[0] - before[0]))
        read = self.base.run_sql("select count(*) from messaging_message where delivery_rank = 50")[0][0]
        _ground.expect("messages read, in multiples", (read % self.count, read > 0), (0, True))
        return taken

    def copy(self) -> Sample:
        """The limit: as many events into a bare table."""
        number = self.count * len(STATUSES)
        self.base.run_sql(
            f"drop table if exists bare_source; create table bare_source as select * from {EVENTS} limit {number}"
        )
        dump = _ground.dump_rows(self.base, ["bare_source"])["bare_source"]
        self.base.run_sql(f"drop table if exists bare_events; create table bare_events (like {EVENTS})")
        taken = timed(lambda: _ground.copy_into_bare(self.base, {"events": dump}))
        _ground.expect("events copied", self.base.run_sql("select count(*) from bare_events")[0][0], number)
        return taken

    def _updates(self) -> tuple[int, int]:
        """Updates of message rows so far, and how many of them stayed on their page."""
        with connection.cursor() as cursor:  # a server process tells what it did once a second, unless it is asked to
            cursor.execute("select pg_stat_force_next_flush()")
        asked = (
            "select sum(n_tup_upd), sum(n_tup_hot_upd) from pg_stat_user_tables where relname like 'messaging_message%'"
        )
        (row,) = self.base.run_sql(f"{asked} and relname not like 'messaging_messageevent%'")
        return int(row[0]), int(row[1])

    def _position(self) -> int:
        return int(self.base.run_sql("select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')")[0][0])


def run(scale: str) -> Report:
    """Batches of receipts, and the copy of their events."""
    count, repeats = SIZES[scale]
    with _ground.prepared(scale) as ground, ground.fresh_database() as base, running_sandbox(ground.folder) as sandbox:
        bench = _Bench(base, send.open_texts(base, sandbox, count), count)
        bench.apply()
        bench.wal.clear()
        bench.hot.clear()
        receipts = count * len(STATUSES)
        arms = {
            "applied": Arm(receipts, bench.apply, "receipts"),
            "COPY of the events": Arm(receipts, bench.copy, "receipts"),
        }
        samples = interleave(arms, repeats)
        comparisons = [compare(arms, samples, "applied", "COPY of the events", GOAL)]
        notes = [
            f"write-ahead log of a receipt: {min(bench.wal):,.0f}–{max(bench.wal):,.0f} bytes (goal ≤ 400)",
            f"updated in place: {min(bench.hot):.1%}–{max(bench.hot):.1%} (goal ≥ 99 %)",
        ]
        return Report(arms, samples, comparisons, {"receipts in each arm": receipts}, notes)
