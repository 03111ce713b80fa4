"""The fair way to compare programs: their arms take turns, each repeat gives one ratio, the median of the ratios counts."""

import dataclasses
import json
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tooling.bench import _machine


@dataclasses.dataclass(frozen=True, slots=True)
class Sample:
    """What one arm took in one repeat. Units: wall seconds, and CPU seconds of whoever did the work (0: not measured)."""

    seconds: float
    cpu_seconds: float = 0.0


@dataclasses.dataclass(frozen=True, slots=True)
class Arm:
    """One way of doing the work: how many items one repeat handles, and the function that does it and says what it took."""

    rows: int
    work: Callable[[], Sample]
    unit: str = "rows"


Samples = Mapping[str, Sequence[Sample]]


@dataclasses.dataclass(frozen=True, slots=True)
class Comparison:
    """How many times as long ours takes as its limit, for one item. `goal` is the largest ratio that is still good."""

    name: str
    against: str
    ratios: tuple[float, ...]
    goal: float | None = None

    @property
    def ratio(self) -> float:
        """The median over the repeats."""
        return statistics.median(self.ratios)

    @property
    def ok(self) -> bool:
        """Whether the goal is met; without a goal there is nothing to miss."""
        return self.goal is None or self.ratio <= self.goal

    def words(self) -> str:
        """The line for people."""
        spread = f"{min(self.ratios):.2f}–{max(self.ratios):.2f}"
        goal = "no goal" if self.goal is None else f"goal ≤ {self.goal:.2f}, {'met' if self.ok else 'NOT met'}"
        return f"  {self.name} / {self.against}: {self.ratio:.2f} ({spread}), {goal}"

    def facts(self) -> dict[str, Any]:
        """The same for a build server."""
        told = {"ours": self.name, "limit": self.against, "ratio": round(self.ratio, 4), "goal": self.goal}
        return told | {"lowest": round(min(self.ratios), 4), "highest": round(max(self.ratios), 4), "ok": self.ok}


@dataclasses.dataclass(slots=True)
class Report:
    """All a benchmark found. The first comparison is the one its name stands for; `notes` are sentences for people."""

    arms: Mapping[str, Arm]
    samples: Samples
    comparisons: Sequence[Comparison]
    checks: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    notes: Sequence[str] = ()

    def text(self, name: str, scale: str) -> str:
        """The tables for people; the last line is one JSON object."""
        lines = [f"{name}: {_machine.words()}"]
        lines += [_rates(arm_name, arm, self.samples[arm_name]) for arm_name, arm in self.arms.items()]
        lines += [comparison.words() for comparison in self.comparisons]
        lines += [f"  {note}" for note in self.notes]
        lines.append(f"  checked: {', '.join(f'{word} {value}' for word, value in self.checks.items())}")
        return "\n".join([*lines, self.line(name, scale)])

    def line(self, name: str, scale: str) -> str:
        """The one JSON line."""
        first, arm = self.comparisons[0], self.arms[self.comparisons[0].name]
        told: dict[str, Any] = {"bench": name, "ratio": round(first.ratio, 4), "goal": first.goal}
        told |= {"ok": all(comparison.ok for comparison in self.comparisons), "rows": arm.rows}
        told |= {"pairs": len(first.ratios), "scale": scale, "quick": scale != "full"} | _machine.facts()
        told["comparisons"] = [comparison.facts() for comparison in self.comparisons]
        told["checks"] = dict(self.checks)
        return json.dumps(told)


def interleave(arms: Mapping[str, Arm], repeats: int) -> Samples:
    """Let every arm work once in each repeat, every other repeat in reverse order."""
    samples: dict[str, list[Sample]] = {name: [] for name in arms}
    for repeat in range(repeats):
        names = list(arms) if repeat % 2 == 0 else list(reversed(arms))
        for name in names:
            samples[name].append(arms[name].work())
    return samples


def compare(
    arms: Mapping[str, Arm], samples: Samples, name: str, against: str, goal: float | None = None, *, cpu: bool = False
) -> Comparison:
    """The ratios of two arms, repeat by repeat: wall time for one item, or with `cpu` CPU time for one item."""

    def each(arm_name: str) -> list[float]:
        taken = samples[arm_name]
        return [(sample.cpu_seconds if cpu else sample.seconds) / arms[arm_name].rows for sample in taken]

    ratios = tuple(ours / limit for ours, limit in zip(each(name), each(against), strict=True))
    return Comparison(name, f"{against}{', CPU' if cpu else ''}", ratios, goal)


def timed(work: Callable[[], object]) -> Sample:
    """Wall and CPU seconds of a call that works in this process alone."""
    began, used = time.perf_counter(), time.process_time()
    work()
    return Sample(time.perf_counter() - began, time.process_time() - used)


def _rates(name: str, arm: Arm, samples: Sequence[Sample]) -> str:
    rates = [arm.rows / sample.seconds for sample in samples]
    told = f"  {name:<34} {statistics.median(rates):>10,.0f} {arm.unit}/s ({min(rates):,.0f}–{max(rates):,.0f})"
    if samples[0].cpu_seconds:
        by_cpu = statistics.median([arm.rows / sample.cpu_seconds for sample in samples])
        told += f", {by_cpu:,.0f} {arm.unit} per client CPU second"
    return told
