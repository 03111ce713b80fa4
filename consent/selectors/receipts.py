"""The evidence of one event of the ledger, opened: the words, how, where, when, and what stands before and after it."""

import dataclasses
import datetime
import json
import uuid
from collections.abc import Mapping
from typing import Any, Final

from accounts.contracts import Actor
from accounts.models import User
from consent.models import ConsentEvent, ConsentState, Suppression
from consent.selectors.attachments import Filed, attachment_of
from consent.selectors.words import CHANNEL_LABELS, by_itself, receipt_number, source_label, status_badge
from core import vault
from core.tenancy import require_organization_id

#: keys of the evidence with a place of their own on the slip
_SAID: Final = "said"
_WHERE: Final = ("page", "form", "file", "url")
_AT_ONCE: Final = datetime.timedelta(minutes=1)
_FROM: Final = ("address", "ip", "agent", "user_agent", "locale", "language")


@dataclasses.dataclass(frozen=True, slots=True)
class Neighbour:
    """The event before or after, of the same address."""

    id: uuid.UUID
    number: str
    badge: Mapping[str, str]
    at: datetime.datetime


@dataclasses.dataclass(frozen=True, slots=True)
class Receipt:
    """One event as a slip of paper. `standing` says whether it still holds."""

    id: uuid.UUID
    point_id: uuid.UUID
    number: str
    badge: Mapping[str, str]
    standing: Mapping[str, str]
    words: str
    words_source: str
    how: str
    where: str
    sender: str
    note: str
    occurred_at: datetime.datetime
    recorded_at: datetime.datetime
    recorded_by: str
    covers: str
    channel: str
    address: str
    others: tuple[tuple[str, str], ...]
    attachment: Filed | None
    place: int
    total: int
    before: Neighbour | None
    after: Neighbour | None

    @property
    def was_recorded_later(self) -> bool:
        """Whether it was written down noticeably after it happened."""
        return self.recorded_at - self.occurred_at > _AT_ONCE


def receipt(actor: Actor, event: ConsentEvent) -> Receipt:
    """The slip of one event, for an actor who may see addresses. Eight queries at most."""
    actor.require("see_addresses")
    evidence = open_evidence(event)
    words, words_source = _words(event, evidence)
    shown = {_SAID, "note", "attachment", *_WHERE, *_FROM}
    events = list(
        ConsentEvent.objects.filter(point_id=event.point_id).defer("evidence_sealed").order_by("recorded_at", "id")
    )
    place = next(index for index, each in enumerate(events) if each.id == event.id)
    return Receipt(
        id=event.id,
        point_id=event.point_id,
        number=receipt_number(event.id, event.status),
        badge=status_badge(event.status),
        standing=_standing(event),
        words=words,
        words_source=words_source,
        how=source_label(event.source, event.status),
        where=_joined(evidence, _WHERE),
        sender=_joined(evidence, _FROM),
        note=str(evidence.get("note", "")),
        occurred_at=event.occurred_at,
        recorded_at=event.recorded_at,
        recorded_by=_recorded_by(event),
        covers=event.purpose.name if event.purpose else "Everything",
        channel=CHANNEL_LABELS.get(event.channel, "Every channel"),
        address=_address(event),
        others=tuple((_label(key), str(value)) for key, value in evidence.items() if key not in shown and value),
        attachment=attachment_of(event.id),
        place=place + 1,
        total=len(events),
        before=_neighbour(events[place - 1]) if place else None,
        after=_neighbour(events[place + 1]) if place + 1 < len(events) else None,
    )


def open_evidence(event: ConsentEvent) -> dict[str, Any]:
    """The proof of an event; empty where there is none."""
    found = evidence_as_kept(event)
    return found if isinstance(found, dict) else {"note": found}


def evidence_as_kept(event: ConsentEvent) -> Any:
    """The proof of an event, opened and of whatever shape it was kept in."""
    if event.evidence_sealed is None:
        return {}
    text = vault.unseal_text(
        require_organization_id(), "consent_consentevent", "evidence_sealed", event.id, event.evidence_sealed
    )
    return json.loads(text)


def _words(event: ConsentEvent, evidence: Mapping[str, Any]) -> tuple[str, str]:
    """What was said or agreed to, word for word, and where these words come from."""
    if evidence.get(_SAID):
        return str(evidence[_SAID]), "Their own words, exactly"
    if event.wording is None:
        return "", ""
    wording = event.wording
    about = (
        f"The words they agreed to, version {wording.version}, {CHANNEL_LABELS[wording.channel]}, {wording.language}"
    )
    return wording.text, about


def _standing(event: ConsentEvent) -> dict[str, str]:
    if event.status == "withdrawn":
        holds = Suppression.objects.filter(event=event, lifted_at=None).exists()
        holds = holds or ConsentState.objects.filter(event=event, status="withdrawn").exists()
    elif event.status in ("lifted", "requested"):
        return {"label": "Done", "tone": "plain", "icon": "check"}
    else:
        holds = ConsentState.objects.filter(event=event, status=event.status).exists()
    if holds and event.status == "unproven":
        return {"label": "Only a claim", "tone": "wait", "icon": "alert"}
    if holds and event.status == "pending":
        return {"label": "Waits to be confirmed", "tone": "wait", "icon": "clock"}
    if holds:
        return {"label": "In force", "tone": status_badge(event.status)["tone"], "icon": "check"}
    return {"label": "No longer in force", "tone": "plain", "icon": "clock"}


def _recorded_by(event: ConsentEvent) -> str:
    if event.actor_kind == "user":
        person = User.objects.filter(id=event.actor_id).first() if event.actor_id else None
        return str(person) if person else "Somebody who has left"
    return {"key": "An application, by its API key", "operator": "An operator"}.get(
        event.actor_kind, by_itself(event.source)
    )


def _address(event: ConsentEvent) -> str:
    point = event.point
    return vault.unseal_text(
        require_organization_id(), "consent_point", "address_sealed", point.id, point.address_sealed
    )


def _joined(evidence: Mapping[str, Any], keys: tuple[str, ...]) -> str:
    return ", ".join(str(evidence[key]) for key in keys if evidence.get(key))


def _label(key: str) -> str:
    return key.replace("_", " ").capitalize()


def _neighbour(event: ConsentEvent) -> Neighbour:
    return Neighbour(event.id, receipt_number(event.id, event.status), status_badge(event.status), event.recorded_at)
