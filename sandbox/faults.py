"""Scripted, seeded faults: what goes wrong at the door and on the way of webhooks, with which probability."""

import dataclasses
import random
from typing import Any, get_args

from sandbox.numbers import Answer, Callbacks, Step

REQUEST_FAULTS = tuple(answer for answer in get_args(Answer) if answer not in ("ok", "refused"))
WEBHOOK_FAULTS = ("lose", "repeat", "delay", "shuffle")


@dataclasses.dataclass(frozen=True, slots=True)
class Planned:
    """One webhook to be sent. Units: `at` seconds since acceptance. `lost` webhooks are recorded, never sent."""

    at: float
    step: Step
    lost: bool = False


class BadScript(Exception):
    """A fault script names a fault that does not exist, or a figure that cannot be."""


class Faults:
    """The script in force. The same seed and the same order of requests give the same faults."""

    def __init__(self) -> None:
        self._at_the_door = random.Random()
        self._on_the_way = random.Random()  # its own dice: webhooks must not change the order of faults at the door
        self.forget()

    def forget(self) -> None:
        """No faults at all."""
        self.seed = 0
        self.requests: dict[str, float] = {}
        self.webhooks: dict[str, float] = {}
        self.slow_seconds = 3.0
        self.hang_seconds = 60.0
        self.retry_after_seconds = 1
        self.webhook_delay_seconds = 5.0
        self.limit_per_second = 0
        self._window = (0, 0)
        self._throw()

    def script(self, wanted: dict[str, Any]) -> None:
        """Replace the script. Fields left out go back to their ordinary value.

        Errors: BadScript names the field and the remedy; the old script stays in force.
        """
        figures = {name: wanted[name] for name in wanted.keys() - {"requests", "webhooks"}}
        requests = _probabilities("requests", wanted.get("requests", {}), REQUEST_FAULTS)
        webhooks = _probabilities("webhooks", wanted.get("webhooks", {}), WEBHOOK_FAULTS)
        if sum(requests.values()) > 1:
            raise BadScript("requests: the probabilities add up to more than 1; lower one of them")
        for name, value in figures.items():
            if name not in _FIGURES or not isinstance(value, int | float) or isinstance(value, bool) or value < 0:
                raise BadScript(f"{name}: give one of {', '.join(sorted(_FIGURES))}, a number of 0 or more")
        self.forget()
        self.requests, self.webhooks = requests, webhooks
        for name, value in figures.items():
            setattr(self, name, value)
        self._throw()

    def _throw(self) -> None:
        self._at_the_door.seed(f"door {self.seed}")
        self._on_the_way.seed(f"way {self.seed}")

    def as_script(self) -> dict[str, Any]:
        """The script in force, in the shape `script` takes."""
        return {"requests": self.requests, "webhooks": self.webhooks} | {name: getattr(self, name) for name in _FIGURES}

    def answer(self, second: int) -> Answer:
        """What happens to the next request; `second` is the world's second, for the speed limit."""
        if self.limit_per_second:
            used = self._window[1] + 1 if self._window[0] == second else 1
            self._window = (second, used)
            if used > self.limit_per_second:
                return "rate_limited"
        if not self.requests:
            return "ok"
        drawn = self._at_the_door.random()
        for name, probability in self.requests.items():
            drawn -= probability
            if drawn < 0:
                return name  # type: ignore[return-value]
        return "ok"

    def plan(self, steps: tuple[Step, ...], callbacks: Callbacks) -> list[Planned]:
        """The webhooks of one message in the order they leave, after the number's will and the script's faults."""
        if callbacks == "never":
            return []
        planned = [Planned(step.after, step) for step in steps]
        if callbacks == "repeated":
            planned = [again for one in planned for again in (one, one, one)]
        if callbacks == "reversed":
            planned = _reordered(planned, planned[::-1])
        return self._troubled(planned) if self.webhooks else planned

    def _troubled(self, planned: list[Planned]) -> list[Planned]:
        troubled = []
        for one in planned:
            late = self.webhook_delay_seconds * self._on_the_way.random() if self._happens("delay") else 0.0
            moved = dataclasses.replace(one, at=one.at + late, lost=self._happens("lose"))
            troubled += [moved, moved] if self._happens("repeat") else [moved]
        if self._happens("shuffle"):
            shuffled = troubled.copy()
            self._on_the_way.shuffle(shuffled)
            return _reordered(troubled, shuffled)
        return sorted(troubled, key=lambda one: one.at)

    def loses(self) -> bool:
        """Whether the next webhook about a person's text is lost."""
        return bool(self.webhooks) and self._happens("lose")

    def _happens(self, fault: str) -> bool:
        return self._on_the_way.random() < self.webhooks.get(fault, 0.0)


_FIGURES = frozenset(
    {"seed", "slow_seconds", "hang_seconds", "retry_after_seconds", "webhook_delay_seconds", "limit_per_second"}
)


def _reordered(original: list[Planned], order: list[Planned]) -> list[Planned]:
    """Another order at the same moments."""
    moments = sorted(one.at for one in original)
    return [dataclasses.replace(one, at=at) for one, at in zip(order, moments, strict=True)]


def _probabilities(field: str, given: Any, names: tuple[str, ...]) -> dict[str, float]:
    if not isinstance(given, dict):
        raise BadScript(f"{field}: give an object of fault names and probabilities")
    for name, value in given.items():
        if name not in names:
            raise BadScript(f"{field}.{name}: no such fault; the names are {', '.join(names)}")
        if not isinstance(value, int | float) or not 0 <= value <= 1:
            raise BadScript(f"{field}.{name}: give a probability from 0 to 1")
    return {name: float(value) for name, value in given.items()}
