"""`send`: messages on their way out, beside a bare loop of the same client against the same carrier; three channels.

Ours: the recipients of a launched run are rendered, sealed and queued; then claimed, asked about at the gate, unsealed,
called and recorded, batch by batch. Limit: the same posts by aiohttp, as many at once as a lane has, and nothing else; for
mail the same finished letters by the same SMTP library over as many connections as ours keeps. Texts and WhatsApp go to one
sandbox carrier, which sends no webhooks meanwhile: once it answers at once, once after 80 ms. Mail goes to a sink.
"""

import asyncio
import dataclasses
import resource
import time
import uuid
from collections.abc import Callable, Mapping, Sequence

import aiohttp

from tests.carriers import Sandbox
from tests.carriers import running as running_sandbox
from tests.databases import Database
from tests.tooling import bench_house, bench_lines, bench_mail
from tooling.bench import _ground
from tooling.bench._measurement import Arm, Report, Sample, compare, interleave
from tooling.bench._sink import running as running_sink

SIZES = {"full": (1_000, 3), "quick": (400, 3), "tiny": (40, 1)}
#: the product's way may take so many times as long as the bare loop: 75 % of its speed at 0 ms, 95 % at 80 ms
GOALS = {0: 1 / 0.75, 80: 1 / 0.95}
CONCURRENCY = 100
FASTER_THAN_ANYTHING = 1_000_000
_LONGEST_SECONDS = 60.0
_WORDS = {"sms": "texts", "whatsapp": "WhatsApp", "email": "mail"}


@dataclasses.dataclass(slots=True)
class Bench:
    """A line whose list is full, and how many messages one repeat has."""

    base: Database
    line: bench_lines.Line
    count: int
    stages: dict[str, list[float]]

    def send(self) -> Sample:
        """A launched run, from planned recipients to recorded answers."""
        run = self._launched()
        taken = _own(lambda: self._deliver(run))
        asked = f"from messaging_message where origin_id = '{run}' and state = 'accepted' and provider_message_id <> ''"
        _ground.expect("messages accepted", self.base.run_sql(f"select count(*) {asked}")[0][0], self.count)
        return taken

    def _launched(self) -> uuid.UUID:
        """A run whose breath is over; checking and planning are another benchmark's."""
        house = self.line.house
        checked = self.line.plan()
        _ground.ring("campaigns.plan_run", organization_id=house.id, run_id=checked)
        run = bench_house.launch(house, checked)
        _ground.ring("campaigns.plan_run", organization_id=house.id, run_id=run)
        self.base.run_sql(f"update campaigns_run set breath_until = now() - interval '1 second' where id = '{run}'")
        _ground.settle_down(self.base)
        return run

    def _deliver(self, run: uuid.UUID) -> None:
        """Ring the run's bell and the lane's in turn until nothing is left, as the beat and the bells do."""
        house, until, sent = self.line.house, time.monotonic() + _LONGEST_SECONDS, 0
        while sent < self.count and time.monotonic() < until:
            began = time.perf_counter()
            _ground.ring("campaigns.advance_run", organization_id=house.id, run_id=run)
            queued = time.perf_counter()
            sent += _ground.ring("messaging.drain_sender", organization_id=house.id, sender_id=house.sender.id)
            self.stages["queue"].append(queued - began)
            self.stages["lane"].append(time.perf_counter() - queued)


@dataclasses.dataclass(frozen=True, slots=True)
class AtCarrier:
    """The two ways of a channel that speaks HTTP, at a carrier that answers after so many milliseconds."""

    bench: Bench
    sandbox: Sandbox
    call: bench_lines.Call
    delay: int

    @property
    def house(self) -> bench_house.House:
        """Whose messages they are."""
        return self.bench.line.house

    def ours(self) -> Sample:
        """The product's way."""
        return self._proven(self.bench.send)

    def bare(self) -> Sample:
        """The limit: as many posts, and nothing else."""
        return self._proven(lambda: _own(lambda: asyncio.run(self._post_all())))

    def _proven(self, work: Callable[[], Sample]) -> Sample:
        self._slow_down()
        before = self._taken()
        sample = work()
        _ground.expect("messages at the carrier", self._taken() - before, self.bench.count)
        return sample

    def _taken(self) -> int:
        return int(self.sandbox.get("counts").get(f"{self.call.kept}.accepted", 0))

    async def _post_all(self) -> None:
        url, call, waiting = self.sandbox.url + self.call.path, self.call, iter(range(self.bench.count))
        connector = aiohttp.TCPConnector(limit=CONCURRENCY)
        async with aiohttp.ClientSession(connector=connector, headers=call.headers) as client:

            async def caller() -> None:
                for index in waiting:
                    content = {"json" if call.is_json else "data": call.body(index)}
                    async with client.post(url, **content) as answer:
                        await answer.json()
                        _ground.expect("status", answer.status, call.status)

            await asyncio.gather(*(caller() for _ in range(CONCURRENCY)))

    def _slow_down(self) -> None:
        """A carrier that answers after so many milliseconds and loses every webhook."""
        requests = {"slow": 1} if self.delay else {}
        self.sandbox.post("faults", {"requests": requests, "slow_seconds": self.delay / 1000, "webhooks": {"lose": 1}})


@dataclasses.dataclass(frozen=True, slots=True)
class AtMailServer:
    """The two ways of mail, at a server that takes everything at once."""

    bench: Bench
    port: int
    letters: Sequence[tuple[str, bytes]]

    def ours(self) -> Sample:
        """The product's way."""
        return self._proven(self.bench.send)

    def bare(self) -> Sample:
        """The limit: as many finished letters, and nothing else."""
        return self._proven(lambda: _own(lambda: bench_mail.send_bare(self.port, self.letters)))

    def _proven(self, work: Callable[[], Sample]) -> Sample:
        before = bench_mail.taken(self.port)
        sample = work()
        _ground.expect("mails taken", bench_mail.taken(self.port) - before, self.bench.count)
        return sample


Ways = Mapping[str, AtCarrier | AtMailServer]


def open_ways(base: Database, sandbox: Sandbox, port: int, count: int) -> tuple[Ways, dict[str, list[float]]]:
    """Every channel's two ways by name, and where the time of ours will be noted."""
    stages: dict[str, list[float]] = {"queue": [], "lane": []}
    lines = [bench_lines.sms(sandbox, count), bench_lines.whatsapp_line(sandbox, count), bench_lines.email(port, count)]
    base.run_sql(f"update messaging_sender set rate_per_second = {FASTER_THAN_ANYTHING}")
    texts, chats, mail = (Bench(base, line, count, stages) for line in lines)
    ways: dict[str, AtCarrier | AtMailServer] = {}
    for bench, call in ((texts, bench_lines.text_call()), (chats, bench_lines.template_call())):
        for delay in GOALS:
            ways[f"{_WORDS[bench.line.channel]}, {delay} ms"] = AtCarrier(bench, sandbox, call, delay)
    letters = bench_mail.made_before(bench_mail.open_team("Delby"), count)
    ways[_WORDS["email"]] = AtMailServer(mail, port, letters)
    return ways, stages


def open_texts(base: Database, sandbox: Sandbox, count: int) -> AtCarrier:
    """Texts alone, at a carrier that answers at once."""
    line = bench_lines.sms(sandbox, count)
    base.run_sql(f"update messaging_sender set rate_per_second = {FASTER_THAN_ANYTHING}")
    return AtCarrier(Bench(base, line, count, {"queue": [], "lane": []}), sandbox, bench_lines.text_call(), 0)


def run(scale: str) -> Report:
    """Every channel, ours and the bare loop; texts and WhatsApp at once and after 80 ms."""
    count, repeats = SIZES[scale]
    with (
        _ground.prepared(scale) as ground,
        ground.fresh_database() as base,
        running_sandbox(ground.folder) as sandbox,
        running_sink() as port,
    ):
        ways, stages = open_ways(base, sandbox, port, count)
        for way in ways.values():
            way.ours()
        stages.update({"queue": [], "lane": []})
        arms = {name: Arm(count, work, "messages") for name, work in _arms(ways).items()}
        samples = interleave(arms, repeats)
    comparisons = [compare(arms, samples, *_names(name), _goal(name)) for name in ways]
    comparisons += [compare(arms, samples, *_names(name), cpu=True) for name in ways if "80" not in name]
    notes = [_share(stages), "the carriers run on the same cores; their share is in both arms"]
    return Report(arms, samples, comparisons, {"messages in each arm": count, "twice or lost": 0}, notes)


def _names(way: str) -> tuple[str, str]:
    return f"pipeline, {way}", f"bare loop, {way}"


def _goal(way: str) -> float:
    return GOALS[80] if "80" in way else GOALS[0]


def _arms(ways: Ways) -> dict[str, Callable[[], Sample]]:
    found: dict[str, Callable[[], Sample]] = {}
    for name, way in ways.items():
        ours, bare = _names(name)
        found |= {ours: way.ours, bare: way.bare}
    return found


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
