"""Messages as a proof of consent tells them: when, by which text, on which agreement and decision, and what the carrier said."""

import dataclasses
import datetime
import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from django.db.models import Q

from accounts.contracts import Actor
from consent.models import Point
from consent.proof.facts import moment_text
from consent.selectors.words import receipt_number
from core import vault
from core.tenancy import require_organization_id
from messaging.models import Message, MessageEvent, SendAttempt
from messaging.selectors.outcomes import fate_of

_SLICE: Final = 200


@dataclasses.dataclass(frozen=True, slots=True)
class _Around:
    """What belongs to a slice of messages, by message."""

    attempts: Mapping[uuid.UUID, Sequence[SendAttempt]]
    news: Mapping[uuid.UUID, Sequence[MessageEvent]]


def messages_of_proof(*, actor: Actor, points: Sequence[Point]) -> Iterator[dict[str, Any]]:
    """Every message to these addresses, oldest first; what it said only for somebody who may read replies.

    Three queries for each 200 messages, so memory stays bounded.
    """
    actor.require("see_addresses")
    may_read = actor.may("see_replies")
    for rows in _slices(points):
        around = _around([row.id for row in rows])
        for row in rows:
            yield _line(row, around, may_read)


def _slices(points: Sequence[Point]) -> Iterator[list[Message]]:
    related = ("sender__account", "purpose", "template_version__template")
    wanted = Message.objects.filter(point__in=points).select_related(*related).defer("parts_sealed")
    rows, after = wanted.order_by("created_at", "id"), Q()
    while found := list(rows.filter(after)[:_SLICE]):
        yield found
        last: datetime.datetime = found[-1].created_at
        after = Q(created_at__gt=last) | Q(created_at=last, id__gt=found[-1].id)


def _around(ids: Sequence[uuid.UUID]) -> _Around:
    attempts: dict[uuid.UUID, list[SendAttempt]] = {}
    tries = SendAttempt.objects.filter(message_id__in=ids).select_related("consent_event", "decision")
    for each in tries.defer("consent_event__evidence_sealed").order_by("message_id", "number"):
        attempts.setdefault(each.message_id, []).append(each)
    news: dict[uuid.UUID, list[MessageEvent]] = {}
    for event in MessageEvent.objects.filter(message_id__in=ids).order_by("message_id", "occurred_at", "id"):
        news.setdefault(event.message_id, []).append(event)
    return _Around(attempts, news)


def _line(row: Message, around: _Around, may_read: bool) -> dict[str, Any]:
    fate = fate_of(row)
    version = row.template_version
    return {
        "id": str(row.id),
        "point": str(row.point_id),
        "at": moment_text(row.created_at),
        "channel": row.channel,
        "origin": row.origin,
        "purpose": row.purpose.name,
        "sender": row.sender.shown_as or row.sender.address,
        "template": {
            "id": str(version.template_id),
            "name": version.template.name,
            "version": version.number,
        },
        "body": _body(row) if may_read else None,
        "body_withheld": not may_read,
        "state": row.state,
        "outcome": str(fate.badge["label"]),
        "code": row.reason,
        "carrier": row.sender.account.provider,
        "carrier_id": row.provider_message_id,
        "sent_at": _moment(row.sent_at),
        "delivered_at": _moment(row.delivered_at),
        "attempts": [_attempt(each) for each in around.attempts.get(row.id, ())],
        "news": [
            {"kind": each.kind, "code": each.code, "at": moment_text(each.occurred_at)}
            for each in around.news.get(row.id, ())
        ],
    }


def _attempt(row: SendAttempt) -> dict[str, Any]:
    decision, event = row.decision, row.consent_event
    return {
        "number": row.number,
        "at": moment_text(row.intent_at),
        "rests_on": str(row.consent_event_id),
        "rests_on_number": receipt_number(event.id, event.status),
        "decision": {
            "id": str(decision.id),
            "outcome": decision.outcome,
            "reason": decision.reason,
            "rules_version": decision.rules_version,
            "facts": decision.facts,
            "first_decided_at": moment_text(decision.decided_at),
        },
        "outcome": row.outcome,
        "code": row.code,
    }


def _body(row: Message) -> str:
    if not row.body_sealed:
        return ""
    sealed = row.body_sealed
    return vault.unseal_text(require_organization_id(), "messaging_message", "body_sealed", row.id, sealed)


def _moment(at: datetime.datetime | None) -> str | None:
    return moment_text(at) if at else None
