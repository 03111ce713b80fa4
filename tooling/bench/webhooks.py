"""`webhooks`: receipts of a carrier taken by the web process, beside the same server answering 204 and doing nothing.

Kept: signature and mark checked, one sealed row in the inbox; nobody knows the attempt yet. Applied: the same, and what the
receipt proves is written to its message before the answer. Limit of the first: Django without middleware on the same server
and threads, the same bytes posted to it. Limit of the second: a COPY of as many events into a bare twin of the event table.
"""

import contextlib
import dataclasses
import os
import pathlib
import signal
from collections.abc import Iterator, Mapping, Sequence

import psutil
from django.conf import settings

from tests.carriers import running as running_sandbox
from tests.databases import Database
from tests.tooling import bench_house
from tooling import environment, parts, places, ports, processes
from tooling.bench import _ground, _traffic, send
from tooling.bench._measurement import Arm, Report, Sample, compare, interleave, timed

#: messages that receipts are about, repeats
SIZES = {"full": (300, 3), "quick": (100, 3), "tiny": (20, 1)}
#: at least 45 % of the requests a second of the server that does nothing; at least 40 % of a bare COPY's rate
GOAL_TAKEN, GOAL_APPLIED = 1 / 0.45, 1 / 0.40
#: what a carrier tells about one message that arrives
STATUSES = ("sent", "delivered", "read")
EVENTS = "messaging_messageevent"
_NOTHING_TIMES = 5  # so many more requests for the server that does nothing, so that it runs as long


@dataclasses.dataclass(frozen=True, slots=True)
class _Server:
    """A web process under load."""

    port: int
    process: psutil.Process


@dataclasses.dataclass(slots=True)
class _Bench:
    """What is posted to whom. Every repeat takes fresh messages, so no receipt is a repeat of an earlier one."""

    base: Database
    product: _Server
    nothing: _Server
    sender: send.AtCarrier
    count: int

    def keep(self) -> Sample:
        """Receipts nobody can match yet."""
        posts = bench_house.receipts(self.sender.house, STATUSES, self.count, unknown=True)
        return self._post(posts, applied=False)

    def apply(self) -> Sample:
        """Receipts about messages that were just sent."""
        self.sender.ours()
        posts = bench_house.receipts(self.sender.house, STATUSES, self.count)
        taken = self._post(posts, applied=True)
        asked = "select count(*) from messaging_message where delivery_rank = (select max(delivery_rank) from messaging_message)"
        found = self.base.run_sql(f"{asked} and created_at > now() - interval '1 hour'")[0][0]
        _ground.expect("messages read, in multiples", found % self.count, 0)
        return taken

    def _post(self, posts: Sequence[bench_house.Post], *, applied: bool) -> Sample:
        before = self._inbox(applied)
        _ground.settle_down(self.base)
        taken = _traffic.post_all(self.product.port, [_bytes(post) for post in posts], 200, self.product.process)
        _ground.expect("rows of the inbox", self._inbox(applied) - before, len(posts))
        return taken

    def _inbox(self, applied: bool) -> int:
        asked = f"select count(*) from messaging_providerevent where (applied_at is not null) = {applied}"
        return int(self.base.run_sql(asked)[0][0])

    def answer(self) -> Sample:
        """The limit: the same bytes, and a server that does nothing."""
        posts = bench_house.receipts(self.sender.house, STATUSES, self.count, unknown=True)
        requests = [_bytes(post) for post in posts] * _NOTHING_TIMES
        return _traffic.post_all(self.nothing.port, requests, 204, self.nothing.process)

    def copy(self) -> Sample:
        """The limit of applying: as many events into a bare table."""
        number = self.count * len(STATUSES)
        rows = f"select * from {EVENTS} limit {number}"
        self.base.run_sql(f"drop table if exists bare_source; create table bare_source as {rows}")
        dump = _ground.dump_rows(self.base, ["bare_source"])["bare_source"]
        self.base.run_sql(f"drop table if exists bare_events; create table bare_events (like {EVENTS})")
        taken = timed(lambda: _ground.copy_into_bare(self.base, {"events": dump}))
        _ground.expect("events copied", self.base.run_sql("select count(*) from bare_events")[0][0], number)
        return taken


def run(scale: str) -> Report:
    """Receipts kept, receipts applied, and their limits."""
    count, repeats = SIZES[scale]
    with contextlib.ExitStack() as stack:
        ground = stack.enter_context(_ground.prepared(scale))
        base = stack.enter_context(ground.fresh_database())
        sandbox = stack.enter_context(running_sandbox(ground.folder))
        port = ports.free_port()
        settings.WEBHOOK_URL = f"http://{ports.LOCALHOST}:{port}"
        variables = base.environment() | {"WEBHOOK_URL": settings.WEBHOOK_URL}
        product = stack.enter_context(_web(port, variables, ground.folder, "config.settings.test"))
        nothing = stack.enter_context(_web(ports.free_port(), variables, ground.folder, "tooling.bench._nothing"))
        sender = send.open_texts(base, sandbox, count)
        bench = _Bench(base, product, nothing, sender, count)
        bench.apply()
        receipts = count * len(STATUSES)
        arms = {
            "kept": Arm(receipts, bench.keep, "receipts"),
            "applied": Arm(receipts, bench.apply, "receipts"),
            "204, nothing done": Arm(receipts * _NOTHING_TIMES, bench.answer, "requests"),
            "COPY of the events": Arm(receipts, bench.copy, "receipts"),
        }
        samples = interleave(arms, repeats)
        comparisons = [
            compare(arms, samples, "kept", "204, nothing done", GOAL_TAKEN),
            compare(arms, samples, "kept", "204, nothing done", cpu=True),
            compare(arms, samples, "applied", "204, nothing done"),
            compare(arms, samples, "applied", "COPY of the events", GOAL_APPLIED),
        ]
        notes = ["CPU seconds are the web process's, but for the COPY: the database's own are in none of them"]
        checks = {"receipts in each arm": receipts, "rows of the inbox": receipts, "refused": 0}
        return Report(arms, samples, comparisons, checks, notes)


@contextlib.contextmanager
def _web(port: int, variables: Mapping[str, str], folder: pathlib.Path, module: str) -> Iterator[_Server]:
    """The web process as bin/dev starts it, with these settings."""
    chosen = environment.Ports(web=port, operator=0, sandbox=0, smtp=0, postgres=0, valkey=0)
    part = parts.web(chosen, {**os.environ, **variables, "DJANGO_SETTINGS_MODULE": module})
    log = folder / f"web-{port}.log"
    with log.open("wb") as output:
        process = processes.spawn(part.command, environment=part.environment, folder=places.PROJECT, output=output)
    try:
        ready = ports.wait_until(lambda: process.poll() is not None or ports.answers(port), 60)
        if not ready or process.poll() is not None:
            raise _ground.WrongResult(f"the web process did not start:\n{log.read_text()[-2000:]}")
        yield _Server(port, psutil.Process(process.pid))
    finally:
        processes.stop(process, (signal.SIGTERM, 6))


def _bytes(post: bench_house.Post) -> bytes:
    headers = {"Content-Type": "application/x-www-form-urlencoded", "X-Twilio-Signature": post.signature}
    return _traffic.request_bytes(post.path, post.body, headers)
