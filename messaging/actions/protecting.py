"""What a carrier's word about an address asks for: their no is written down, a dead address is left alone.

A bounce for good counts at once. One that may heal is counted, and only several within some weeks leave the address out,
for some months; a bounce for good is never softened by it.
"""

import dataclasses
import datetime
import functools
import pathlib
import tomllib
import uuid
from typing import Final

from accounts.contracts import SYSTEM
from consent.actions.ledger import stop_point, suppress_points
from consent.values import Provenance
from core import clock
from core.ids import new_id
from messaging.models import Message, MessageEvent
from messaging.providers.protocol import Action

_FILE: Final = pathlib.Path(__file__).with_name("bounces.toml")
#: what of an action becomes which kind of protection, and on whose word
_FOR_GOOD: Final[dict[str, tuple[str, str]]] = {
    "bad_address": ("bounced", "provider"),
    "risk": ("bounced", "provider"),
    "complaint": ("complaint", "complaint"),
}


@dataclasses.dataclass(frozen=True, slots=True)
class SoftRule:
    """How many failures within how many days leave an address out for how many days."""

    messages: int
    within_days: int
    suppress_days: int


@functools.cache
def soft_rule() -> SoftRule:
    """The rule in force."""
    table = tomllib.loads(_FILE.read_text("utf-8"))["soft"]
    return SoftRule(*(table[field.name] for field in dataclasses.fields(SoftRule)))


def protect(*, message_id: uuid.UUID, point_id: uuid.UUID, channel: str, action: Action | str, code: str) -> None:
    """Do for an address what a carrier's code asks for; most codes ask for nothing.

    Effects: an opt-out, a suppression, or one more failure on record and a suppression with an end when it was the last of
             too many. The evidence names the message and the code.
    """
    provenance, evidence = Provenance("message", message_id), {"code": code}
    if action == "opt_out":
        stop_point(
            actor=SYSTEM, point_id=point_id, channel=channel, source="provider", provenance=provenance,
            evidence=evidence,
        )  # fmt: skip
    elif action in _FOR_GOOD:
        kind, source = _FOR_GOOD[action]
        suppress_points(
            actor=SYSTEM, point_ids=[point_id], channel=channel, kind=kind, source=source, provenance=provenance,
            evidence=evidence,
        )  # fmt: skip
    elif action == "soft_bounce" and _is_one_too_many(message_id, point_id, channel, code):
        until = clock.now() + datetime.timedelta(days=soft_rule().suppress_days)
        suppress_points(
            actor=SYSTEM, point_ids=[point_id], channel=channel, kind="bounced", source="provider",
            provenance=provenance, evidence=evidence, until=until,
        )  # fmt: skip


def _is_one_too_many(message_id: uuid.UUID, point_id: uuid.UUID, channel: str, code: str) -> bool:
    """Put one failure on record; say whether the address has failed for too many messages lately."""
    now, rule = clock.now(), soft_rule()
    MessageEvent.objects.create(id=new_id(), message_id=message_id, kind="soft_bounce", code=code, occurred_at=now)
    since = now - datetime.timedelta(days=rule.within_days)
    lately = Message.objects.filter(point_id=point_id, channel=channel, created_at__gte=since)
    failed = MessageEvent.objects.filter(message_id__in=lately.values("id"), kind="soft_bounce", occurred_at__gte=since)
    return failed.values("message_id").distinct().count() >= rule.messages
