"""`send`: messages on their way out, beside a bare loop of the same HTTP client against the same carrier.

Ours: the recipients of a launched run are rendered, sealed and queued; then claimed, asked about at the gate, unsealed,
called and recorded, batch by batch. Limit: the same posts by aiohttp, as many at once as a lane has, and nothing else. Both
speak to one sandbox carrier, which sends no webhooks meanwhile; once it answers at once, once after 80 ms.
"""

import asyncio
import dataclasses
import resource
import time
import uuid
from collections.abc import Callable, Sequence

import aiohttp

from tests.carriers import Sandbox
from tests.carriers import running as running_sandbox
from tests.databases import Database
from tests.factories.campaigns import ACCOUNT_SID, TOKEN
from tests.tooling import bench_house
from tooling.bench import _ground
from tooling.bench._measurement import Arm, Report, Sample, compare, interleave

SIZES = {"full": (1_000, 3), "quick": (400, 3), "tiny": (40, 1)}
#: the product's way may take so many times as long as the bare loop: 75 % of its speed at 0 ms, 95 % at 80 ms
GOALS = {0: 1 / 0.75, 80: 1 / 0.95}
CONCURRENCY = 100
BODY = "Hello {{ contact.first_name }}, your order is ready. Reply STOP to end."
_TEXT = "Hello Person, your order is ready. Reply STOP to end."
FASTER_THAN_ANYTHING = 1_000_000
_LONGEST_SECONDS = 60.0


@dataclasses.dataclass(slots=True)
class Bench:
    """A house with a list, the carrier it sends through, and how many messages one repeat has."""

    base: Database
    sandbox: Sandbox
    house: bench_house.House
    count: int
    stages: dict[str, list[float]] = dataclasses.field(default_factory=lambda: {"queue": [], "lane": []})

    def send(self, delay: int) -> Sample:
        """A launched run, from planned recipients to recorded answers."""
        run = self._launched()
        self._slow_down(delay)
        taken = _own(lambda: self._deliver(run))
        self._prove(run)
        return taken

    def _launched(self) -> uuid.UUID:
        """A run whose breath is over; checking and planning are another benchmark's."""
        checked = bench_house.plan(self.house, BODY)
        _ground.ring("campaigns.plan_run", organization_id=self.house.id, run_id=checked)
        run = bench_house.launch(self.house, checked)
        _ground.ring("campaigns.plan_run", organization_id=self.house.id, run_id=run)
        self.base.run_sql(f"update campaigns_run set breath_until = now() - interval '1 second' where id = '{run}'")
        _ground.settle_down(self.base)
        return run

    def _deliver(self, run: uuid.UUID) -> None:
        """Ring the run's bell and the lane's in turn until nothing is left, as the beat and the bells do."""
        until, sent = time.monotonic() + _LONGEST_SECONDS, 0
        while sent < self.count and time.monotonic() < until:
            began = time.perf_counter()
            _ground.ring("campaigns.advance_run", organization_id=self.house.id, run_id=run)
            queued = time.perf_counter()
            sent += _ground.ring(
                "messaging.drain_sender", organization_id=self.house.id, sender_id=self.house.sender.id
            )
            self.stages["queue"].append(queued - began)
            self.stages["lane"].append(time.perf_counter() - queued)

    def _prove(self, run: uuid.UUID) -> None:
        asked = f"from messaging_message where origin_id = '{run}' and state = 'accepted' and provider_message_id <> ''"
        _ground.expect("messages accepted", self.base.run_sql(f"select count(*) {asked}")[0][0], self.count)
        self._prove_carrier()

    def _prove_carrier(self) -> None:
        _ground.expect("messages at the carrier", self.sandbox.get("counts").get("message.accepted"), self.count)

    def call(self, delay: int) -> Sample:
        """The limit: as many posts, and nothing else."""
        self._slow_down(delay)
        taken = _own(lambda: asyncio.run(self._call_all()))
        self._prove_carrier()
        return taken

    async def _call_all(self) -> None:
        url = f"{self.sandbox.url}/2010-04-01/Accounts/{ACCOUNT_SID}/Messages.json"
        connector = aiohttp.TCPConnector(limit=CONCURRENCY)
        waiting = iter(range(self.count))
        async with aiohttp.ClientSession(connector=connector, auth=aiohttp.BasicAuth(ACCOUNT_SID, TOKEN)) as client:

            async def caller() -> None:
                for index in waiting:
                    async with client.post(url, data=_form(index)) as answer:
                        found = await answer.json()
                        _ground.expect("status", (answer.status, len(found["sid"])), (201, 34))

            await asyncio.gather(*(caller() for _ in range(CONCURRENCY)))

    def _slow_down(self, delay: int) -> None:
        """An empty carrier that answers after so many milliseconds and loses every webhook."""
        self.sandbox.reset()
        requests = {"slow": 1} if delay else {}
        self.sandbox.post("faults", {"requests": requests, "slow_seconds": delay / 1000, "webhooks": {"lose": 1}})


def open_bench(base: Database, sandbox: Sandbox, count: int) -> Bench:
    """A house with so many people who agreed, whose sender is at the sandbox and has no speed limit."""
    house = bench_house.open_house(sandbox.url)
    _ground.expect("people", bench_house.add_people(house, count), count)
    base.run_sql(f"update messaging_sender set rate_per_second = {FASTER_THAN_ANYTHING}")
    return Bench(base, sandbox, house, count)


def run(scale: str) -> Report:
    """At once and after 80 ms, ours and the bare loop."""
    count, repeats = SIZES[scale]
    with _ground.prepared(scale) as ground, ground.fresh_database() as base, running_sandbox(ground.folder) as sandbox:
        bench = open_bench(base, sandbox, count)
        bench.send(0)
        bench.stages = {"queue": [], "lane": []}
        arms = {name: Arm(count, work, "messages") for name, work in _arms(bench).items()}
        samples = interleave(arms, repeats)
        comparisons = [
            compare(arms, samples, f"pipeline, {delay} ms", f"bare loop, {delay} ms", goal)
            for delay, goal in GOALS.items()
        ]
        comparisons.append(compare(arms, samples, "pipeline, 0 ms", "bare loop, 0 ms", cpu=True))
        notes = [_share(bench.stages), "the carrier runs on the same cores; its share is in both arms"]
        return Report(arms, samples, comparisons, {"messages in each arm": count, "twice or lost": 0}, notes)


def _arms(bench: Bench) -> dict[str, Callable[[], Sample]]:
    found: dict[str, Callable[[], Sample]] = {}
    for delay in GOALS:
        found[f"pipeline, {delay} ms"] = lambda delay=delay: bench.send(delay)  # type: ignore[misc]
        found[f"bare loop, {delay} ms"] = lambda delay=delay: bench.call(delay)  # type: ignore[misc]
    return found


def _form(index: int) -> dict[str, str]:
    callback = f"http://127.0.0.1:9/webhooks/twilio/status/{'t' * 43}/{uuid.uuid4()}?k={'m' * 22}"
    fields = {"To": f"+1402556{index % 10_000:04d}", "From": "+14025550100", "Body": _TEXT}
    return fields | {"StatusCallback": callback, "ValidityPeriod": "300"}


def _own(work: Callable[[], object]) -> Sample:
    """Wall seconds, and CPU seconds of this process alone: neither the carrier's nor the database's."""
    began, used = time.perf_counter(), _used()
    work()
    return Sample(time.perf_counter() - began, _used() - used)


def _used() -> float:
    own = resource.getrusage(resource.RUSAGE_SELF)
    return own.ru_utime + own.ru_stime


def _share(stages: dict[str, Sequence[float]]) -> str:
    queue, lane = sum(stages["queue"]), sum(stages["lane"])
    return f"of the pipeline's time {queue / (queue + lane):.0%} is rendering, sealing and queueing, the rest the lane"
