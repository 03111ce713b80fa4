"""The two sides of a race, in worker processes: a lane that sends, and people who say stop at that very moment.

They go in rounds: everybody of a round becomes due at once, and everybody of the round says stop at once.
"""

import random
import time
import uuid
from collections.abc import Sequence
from typing import Any

from django.db import connection

from accounts.contracts import SYSTEM
from consent.actions.ledger import stop_point
from consent.values import Provenance
from core import clock
from core.tenancy import tenant_context
from messaging import lanes
from messaging.models import Message

_PATIENCE = 60
#: the lane begins up to so many seconds after the first stop of a round
_HEAD_START = 0.08

Pair = tuple[uuid.UUID, uuid.UUID]
#: the address, when it said stop, when it was answered, and whether an attempt was on record by then
Answered = tuple[uuid.UUID, float, float, bool]


def send(
    organization_id: uuid.UUID, sender_id: uuid.UUID, rounds: Sequence[Sequence[Pair]], start: Any, seed: int
) -> int:
    """The lane: each round's messages become due and leave."""
    chance, made = random.Random(seed), 0
    for pairs in rounds:
        with tenant_context(organization_id):
            Message.objects.filter(id__in=[message_id for _, message_id in pairs]).update(next_at=clock.now())
        start.wait(_PATIENCE)
        time.sleep(chance.uniform(0, _HEAD_START))
        while sent := lanes.drain(organization_id, sender_id):
            made += sent
    return made


def say_stop(
    organization_id: uuid.UUID, rounds: Sequence[Sequence[Pair]], start: Any, spread: float = 0.0
) -> list[Answered]:
    """The people: all of a round, one after the other, as fast as they can, or spread over so many seconds."""
    answered = []
    for pairs in rounds:
        start.wait(_PATIENCE)
        for pair in pairs:
            time.sleep(spread / len(pairs))
            answered.append(_stop(organization_id, *pair))
    return answered


def _stop(organization_id: uuid.UUID, point_id: uuid.UUID, message_id: uuid.UUID) -> Answered:
    said = time.time()
    with tenant_context(organization_id):
        stop_point(
            actor=SYSTEM,
            point_id=point_id,
            channel="sms",
            source="keyword",
            provenance=Provenance("inbound", message_id),
            evidence={"said": "STOP"},
        )
        # whoever still holds the consent has committed by now: later attempts can only come from decisions after this
        attempted = _is_attempted(organization_id, message_id)
    return point_id, said, time.time(), attempted


def _is_attempted(organization_id: uuid.UUID, message_id: uuid.UUID) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "select attempt_count > 0 from messaging_message where organization_id = %s and id = %s",
            [organization_id, message_id],
        )
        return bool(cursor.fetchone()[0])
