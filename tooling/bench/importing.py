"""`import`: a file of contacts on its way in, beside a bare COPY of the very rows it becomes.

Limit: a binary COPY of the same rows into empty twins of the same tables: same indexes and checks, no keys to other tables,
no policies. The other two arms say what merely reading the file costs, and a COPY of its cells as they stand.
"""

import csv
import dataclasses
import pathlib
import time

import psycopg
import python_calamine

from tests.databases import Database
from tests.tooling import bench_house as house
from tooling.bench import _files, _ground
from tooling.bench._ground import Ground
from tooling.bench._measurement import Arm, Report, Sample, compare, interleave, timed

NAME = "import"
SIZES = {"full": (10_000, 3), "quick": (2_000, 3), "tiny": (60, 1)}
GOAL = 2.0
TABLES = (
    "consent_point",
    "contacts_contact",
    "contacts_contactpoint",
    "contacts_tag",
    "contacts_contacttag",
    "consent_consentevent",
    "consent_consentstate",
    "contacts_importrow",
)


@dataclasses.dataclass(slots=True)
class _Bench:
    """The files, how many rows each has, and the rows they become."""

    ground: Ground
    count: int
    csv: pathlib.Path
    later: pathlib.Path
    workbook: pathlib.Path
    dumps: dict[str, bytes] = dataclasses.field(default_factory=dict)
    trial: dict[pathlib.Path, list[float]] = dataclasses.field(default_factory=dict)

    def bring_in(self, file: pathlib.Path) -> Sample:
        """Upload, check and bring in a file, in a database of its own; only the last is this arm, the rest is noted."""
        with self.ground.fresh_database("import") as base:
            return self._whole(house.open_shop(), base, file, {"created": self.count})

    def bring_in_again(self) -> Sample:
        """A later export of the same people: every row changes somebody, and keeps what was there before."""
        with self.ground.fresh_database("import") as base:
            team = house.open_shop()
            self._whole(team, base, self.csv, {"created": self.count})
            return self._whole(team, base, self.later, {"updated": self.count})

    def _whole(self, team: house.Team, base: Database, file: pathlib.Path, expected: dict[str, int]) -> Sample:
        began = time.perf_counter()
        job = house.check(team, house.upload(team, file))
        self.trial.setdefault(file, []).append(time.perf_counter() - began)
        _ground.settle_down(base)
        taken = timed(lambda: house.bring_in(team, job))
        self._prove(base, expected)
        return taken

    def _prove(self, base: Database, expected: dict[str, int]) -> None:
        found = base.run_sql("select counts from contacts_importjob order by created_at desc limit 1")[0][0]
        for outcome, number in expected.items():
            _ground.expect(f"rows {outcome}", found.get(outcome), number)
        tables = "contacts_contact where search_name <> ''", "consent_consentstate where status = 'granted'"
        for rows in (*tables, "contacts_contactpoint where label = 'phone'"):
            _ground.expect(rows, base.run_sql(f"select count(*) from {rows}")[0][0], self.count)

    def gather(self) -> None:
        """Bring the file in once, untimed, and keep the rows it became. Also the warm-up."""
        with self.ground.fresh_database("import") as base:
            self._whole(house.open_shop(), base, self.csv, {"created": self.count})
            self.dumps = _ground.dump_rows(base, TABLES)
        self.trial.clear()

    def copy_rows(self) -> Sample:
        """The limit: the same rows, by COPY."""
        with self.ground.fresh_database("import") as base:
            _ground.make_bare(base, TABLES)
            _ground.settle_down(base)
            taken = timed(lambda: _ground.copy_into_bare(base, self.dumps))
            found = base.run_sql("select count(*) from bare_contacts_importrow")[0][0]
            _ground.expect("rows copied", found, self.count)
            return taken

    def copy_cells(self) -> Sample:
        """The cells as text into one table without an index."""
        columns = ", ".join(f"c{place} text" for place in range(len(_files.HEADERS)))
        with self.ground.fresh_database("import") as base:
            base.run_sql(f"create table cells ({columns})")
            with psycopg.connect(self.ground.servers.postgres.url(database=base.name)) as connection:
                return timed(lambda: _copy_file(connection, self.csv))

    def read_csv(self) -> Sample:
        """Reading the CSV file and no more."""

        def read() -> None:
            with self.csv.open(newline="", encoding="utf-8") as file:
                _ground.expect("rows read", sum(1 for _ in csv.reader(file)), self.count + 1)

        return timed(read)

    def read_workbook(self) -> Sample:
        """Reading the workbook and no more."""

        def read() -> None:
            sheet = python_calamine.CalamineWorkbook.from_path(str(self.workbook)).get_sheet_by_index(0)
            _ground.expect("rows read", len(sheet.to_python()), self.count + 1)

        return timed(read)


def run(scale: str) -> Report:
    """CSV, XLSX and a later export of the same people, beside their limits."""
    count, repeats = SIZES[scale]
    with _ground.prepared(scale) as ground:
        files = (
            _files.write_csv(ground.folder / "people.csv", count),
            _files.write_csv(ground.folder / "later.csv", count, edition=1),
        )
        bench = _Bench(ground, count, *files, _files.write_workbook(ground.folder / "people.xlsx", count))
        bench.gather()
        arms = {
            "CSV": Arm(count, lambda: bench.bring_in(bench.csv)),
            "XLSX": Arm(count, lambda: bench.bring_in(bench.workbook)),
            "CSV again, all changed": Arm(count, bench.bring_in_again),
            "COPY of the rows it becomes": Arm(count, bench.copy_rows),
            "COPY of its cells": Arm(count, bench.copy_cells),
            "reading the CSV": Arm(count, bench.read_csv),
            "reading the XLSX": Arm(count, bench.read_workbook),
        }
        samples = interleave(arms, repeats)
        limit = "COPY of the rows it becomes"
        comparisons = [
            compare(arms, samples, "CSV", limit, GOAL),
            compare(arms, samples, "XLSX", limit, GOAL),
            compare(arms, samples, "CSV again, all changed", limit),
            compare(arms, samples, "CSV", "COPY of its cells"),
            compare(arms, samples, "CSV", "reading the CSV"),
            compare(arms, samples, "XLSX", "reading the XLSX"),
        ]
        return Report(arms, samples, comparisons, {"people": count, "consents with proof": count}, _trials(bench))


def _trials(bench: _Bench) -> list[str]:
    """The upload and the trial come before every import and read the same file: told apart, because people wait for them."""
    names = {bench.csv: "CSV", bench.workbook: "XLSX", bench.later: "CSV again"}
    return [
        f"upload and trial of the {names[file]}: {bench.count / (sum(each) / len(each)):,.0f} rows/s"
        for file, each in bench.trial.items()
    ]


def _copy_file(connection: psycopg.Connection, file: pathlib.Path) -> None:
    with file.open("rb") as content, connection.cursor().copy("copy cells from stdin (format csv, header)") as copy:
        while piece := content.read(64 * 1024):
            copy.write(piece)
    connection.commit()
