"""The race of a stop with a message, from both ends, and what came of it by the carrier's ledger."""

import dataclasses
import datetime
import random

from core import clock
from core.tenancy import tenant_context
from messaging.models import Message, Sender
from tests.faults import race
from tests.faults.scene import Street, chunks
from tests.support import workers
from tests.support.workers import Plant

ROUND, STOPPERS = 100, 2
_SECONDS = 250


@dataclasses.dataclass(frozen=True, slots=True)
class Raced:
    """What came of a race, by the carrier's ledger and by the clock of the one machine both ran on.

    Units: `late` seconds from the answer to a stop to the hand-over of what was on its way; `waited` from the stop to its
           answer.
    """

    broken: int
    reached: int
    spared: int
    late: list[float]
    waited: list[float]


def run_race(street: Street, pairs: int, chance: random.Random, *plants: Plant) -> Raced:
    """Send to everybody while everybody says stop.

    A promise is broken where no attempt was on record when the stop was answered, and the carrier got a message all the same.
    """
    return judge(street, go(street, pairs, pairs, chance, *plants))


def go(
    street: Street, pairs: int, stops: int, chance: random.Random, *plants: Plant, spread: float = 0.0
) -> list[race.Answered]:
    """Send to so many more people while so many of them say stop; what the stops were answered.

    Units: `spread` seconds over which the people of a round say it.
    """
    street.sandbox.post("faults", {"webhooks": {"lose": 1.0}})
    everybody = list(street.queue(street.add_people(pairs)).items())
    with tenant_context(street.id):
        Sender.objects.update(rate_per_second=2000)
        waiting = Message.objects.filter(id__in=[message_id for _, message_id in everybody])
        waiting.update(next_at=clock.now() + datetime.timedelta(hours=1))
    place, start = street.place(*plants), workers.barrier(STOPPERS + 1)
    rounds = list(chunks(everybody, ROUND * pairs // stops))
    mixed = [chance.sample(pairs, min(len(pairs), ROUND)) for pairs in rounds]
    stoppers = [
        workers.start(place, race.say_stop, street.id, [pairs[k::STOPPERS] for pairs in mixed], start, spread)
        for k in range(STOPPERS)
    ]
    lane = workers.start(place, race.send, street.id, street.sender.id, rounds, start, chance.randrange(1 << 30))
    answered = [each for stopper in stoppers for each in stopper.join(_SECONDS)]
    assert lane.join(60) is not None
    assert len(answered) == stops
    return answered


def judge(street: Street, answered: list[race.Answered]) -> Raced:
    """Hold what the stops were answered beside the carrier's ledger."""
    handed = {entry["to"]: entry["t"] for entry in street.accepted()}
    numbers = {point_id: street.number_of(point_id) for point_id, *_ in answered}
    late = [handed[numbers[who]] - at for who, _, at, _ in answered if handed.get(numbers[who], 0) > at]
    broken = sum(not attempted and numbers[who] in handed for who, _, _, attempted in answered)
    reached = sum(number in handed for number in numbers.values())
    return Raced(broken, reached, len(answered) - reached, late, [at - said for _, said, at, _ in answered])
