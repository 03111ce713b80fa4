"""The gate under a benchmark: questions of every sort from a fixed seed, and a gate that lets everybody through."""

import contextlib
import random
from collections.abc import Callable, Iterator, Sequence
from unittest import mock

from accounts.models import Organization
from consent.contracts import Allowed, Ask, Facts
from consent.gate import decide
from consent.rulebook import rulebook
from tests.gates import people, reckoning, scenes

_AT_ONCE = 100
_SEED = 20_261_125

Question = tuple[Ask, Facts]


def crowd(count: int) -> list[Question]:
    """Questions about people of every sort, in scenes of every sort."""
    chance, rules, questions = random.Random(_SEED), rulebook(), list[Question]()
    for _ in range(count // _AT_ONCE):
        scene = scenes.make_up(chance)
        organization = Organization(name="Acme", legal_name="Acme Incorporated" if scene.introduced else "")
        ask = Ask(scene.channel, scene.tier, scene.at, rules.version)
        for _ in range(_AT_ONCE):
            who = people.make_up(chance, scene.channel)
            questions.append((ask, reckoning.facts_of(who, scene, organization, rules)))
    return questions


def who_may_be(questions: Sequence[Question], count: int) -> list[Question]:
    """So many questions about those of them who may be written to."""
    rules = rulebook()
    may = [(ask, facts) for ask, facts in questions if isinstance(decide(ask, facts, rules), Allowed)]
    return (may * (count // len(may) + 1))[:count]


def asking(questions: Sequence[Question]) -> Callable[[], None]:
    """Something that asks the gate all of them."""
    rules = rulebook()

    def ask_all() -> None:
        for ask, facts in questions:
            decide(ask, facts, rules)

    return ask_all


@contextlib.contextmanager
def open_gate() -> Iterator[None]:
    """A gate that says yes to everybody, in this process, as long as the block lasts."""
    with mock.patch("messaging.facts.decide", return_value=Allowed()):
        yield
