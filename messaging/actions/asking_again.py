"""Asking people again before their agreement ends: who was asked is kept, and a yes is a whole new agreement with its proof.

They answer YES to the message, or press a button on the page behind the link in it. Opening the page is no answer.
"""

import datetime
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from accounts.contracts import SYSTEM
from consent.actions.renewing import renew_consent
from consent.folding import fold
from consent.models import ConsentEvent
from consent.rulebook import rulebook
from consent.values import Provenance
from core import clock
from messaging.actions.queueing import Errand, Wish
from messaging.ask_models import PermissionAsk
from messaging.models import InboundMessage
from messaging.selectors.preference_topics import words_in_force

#: of a message in these states it may be that somebody has read it
REACHED = ("accepted", "attempting", "uncertain")


def note_asks(*, errand: Errand, wishes: Sequence[Wish], language: str) -> int:
    """These messages ask for permission again; keep whom, about what and in which words. Noted twice is noted once.

    Effects: one insert, beside that of the messages and in their transaction; answer how many wishes that were.
    """
    wording = words_in_force(language).get((errand.purpose_id, errand.channel))
    now = clock.now()
    rows = [
        PermissionAsk(
            message_id=wish.message_id, point_id=wish.point_id, purpose_id=errand.purpose_id, channel=errand.channel,
            wording=wording, asked_at=now,
        )
        for wish in wishes
    ]  # fmt: skip
    PermissionAsk.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def open_asks(point_id: uuid.UUID, channel: str = "") -> list[PermissionAsk]:
    """The questions that an address got lately and has not answered, the newest first; one for each purpose. One query."""
    since = clock.now() - datetime.timedelta(days=rulebook().policy.asking_answer_days)
    rows = PermissionAsk.objects.filter(
        point_id=point_id, asked_at__gt=since, answered_at=None, message__state__in=REACHED, purpose__archived_at=None
    )
    if channel:
        rows = rows.filter(channel=channel)
    newest: dict[tuple[uuid.UUID, str], PermissionAsk] = {}
    for row in rows.select_related("purpose", "wording").order_by("-asked_at", "-id"):
        newest.setdefault((row.purpose_id, row.channel), row)
    return list(newest.values())


def says_yes(text: str) -> bool:
    """Whether a whole message is a yes of the policy's list, in any case and with any punctuation."""
    words = fold(text)
    return bool(words) and any(words == fold(yes) for yes in rulebook().policy.asking_yes)


def answer_by_message(row: InboundMessage, text: str) -> ConsentEvent | None:
    """Somebody wrote a plain yes: it answers the question they got last on this channel, if one is open.

    Effects: a new agreement by keyword, whose proof are the question and their words; the message needs nobody any more.
             Where they said stop since, or were asked nothing, nothing happens and the message is one like any other.
    """
    if not says_yes(text):
        return None
    asked = open_asks(row.point_id, row.channel)
    if not asked:
        return None
    evidence = {"said": text, "carrier_id": row.provider_message_id, "rule": "asked_again"}
    event = _answer(asked[0], "keyword", Provenance("inbound", row.id), evidence)
    if event is not None:
        InboundMessage.objects.filter(id=row.id).update(consent_event_id=event.id, handled_at=clock.now())
    return event


def answer_on_page(ask: PermissionAsk, evidence: Mapping[str, Any]) -> ConsentEvent | None:
    """Somebody pressed the button beside the words on the page their link leads to; None where they said stop since."""
    return _answer(ask, "preference_page", Provenance("message", ask.message_id), evidence)


def _answer(
    ask: PermissionAsk, source: str, provenance: Provenance, evidence: Mapping[str, Any]
) -> ConsentEvent | None:
    event = renew_consent(
        actor=SYSTEM,
        point_id=ask.point_id,
        purpose_id=ask.purpose_id,
        channel=ask.channel,
        wording_id=ask.wording_id,
        source=source,
        provenance=provenance,
        evidence={**evidence, "asked_in": str(ask.message_id), "asked_at": ask.asked_at.isoformat()},
    )
    if event is not None:
        # whatever else was asked about the same is answered with it
        same = PermissionAsk.objects.filter(point_id=ask.point_id, purpose_id=ask.purpose_id, channel=ask.channel)
        same.filter(answered_at=None).update(answered_at=clock.now(), event=event)
    return event
