"""What a worker must know of an import, taken from its row once, so that no slice asks again."""

import dataclasses
import datetime
import pathlib
import uuid
from collections.abc import Mapping as Table
from collections.abc import Sequence
from typing import Any

from django.conf import settings

from accounts.contracts import Actor
from accounts.models import Organization
from consent.models import Purpose
from contacts.contracts import CHANNELS, Channel, Defaults, MappedColumn, Mapping
from contacts.models import CustomField, ImportJob
from contacts.spelling import fold
from core import clock
from core.tenancy import require_organization_id

_TIERS = ("marketing", "informational", "transactional", "ai_call")

#: decided 25 November 2026: a week is enough to come back after a weekend or an illness; after that, a file of addresses
#: which nobody uses is only a risk
OPEN_DAYS = 7


@dataclasses.dataclass(frozen=True, slots=True)
class Purposes:
    """The organisation's purposes as a file may name them. `default` is the one declared for the whole file."""

    default: uuid.UUID | None
    by_word: Table[str, uuid.UUID]

    def named(self, word: str) -> uuid.UUID | None:
        """The purpose of that key, name or tier."""
        return self.by_word.get(fold(word)) if word else None


@dataclasses.dataclass(frozen=True, slots=True)
class Work:
    """One import as its worker sees it.

    `custom` is key → (kind, choices); `suppression` and `channel` say, for a file of addresses not to be reached, why and
    where ("" everywhere).
    """

    organization_id: uuid.UUID
    job_id: uuid.UUID
    kind: str
    path: pathlib.Path
    sheet: str
    mapping: Mapping
    defaults: Defaults
    purposes: Purposes
    custom: Table[str, tuple[str, Sequence[str]]]
    list_id: uuid.UUID | None
    suppression: str
    channel: str
    actor: Actor
    rows_done: int

    def header_of(self, field: str) -> str:
        """The header of the column that fills a field, "" when none does."""
        return next((column.header for column in self.mapping.columns if column.field == field), "")

    def position_of(self, field: str) -> int | None:
        """The place of the column that fills a field."""
        return next((column.position for column in self.mapping.columns if column.field == field), None)


def work_of(job: ImportJob, now: datetime.datetime) -> Work:
    """The import as its worker sees it. Three queries."""
    declared, mapping = job.declared, mapping_of(job.mapping)
    own_words = any(column.field.startswith("consent:") for column in mapping.columns)
    everyone = () if own_words else tuple(c for c in CHANNELS if c in declared.get("channels", ()))
    return Work(
        organization_id=require_organization_id(),
        job_id=job.id,
        kind=job.kind,
        path=settings.MEDIA_ROOT / job.file_path,
        sheet=declared.get("sheet", ""),
        mapping=mapping,
        defaults=_defaults(declared, everyone, now),
        purposes=purposes(declared.get("purpose", "")),
        custom={field.key: (field.kind, field.choices) for field in CustomField.objects.all()},
        list_id=job.list_id,
        suppression=declared.get("suppression", "opted_out"),
        channel=declared.get("channel", ""),
        actor=_actor(declared, job),
        rows_done=job.rows_done,
    )


def purposes(default: str) -> Purposes:
    """The living purposes by key, name and tier; the oldest of a tier answers to its name. One query."""
    by_word: dict[str, uuid.UUID] = {}
    by_key: dict[str, uuid.UUID] = {}
    for purpose in Purpose.objects.filter(archived_at=None).order_by("created_at", "id"):
        by_key[purpose.key] = purpose.id
        for word in (purpose.key, purpose.name):
            by_word.setdefault(fold(word), purpose.id)
        by_word.setdefault(f"tier {purpose.tier}", purpose.id)
    for tier in _TIERS:
        if f"tier {tier}" in by_word:
            by_word.setdefault(fold(tier), by_word[f"tier {tier}"])
    return Purposes(by_key.get(default), by_word)


def open_until() -> datetime.datetime:
    """When a file that nobody brings in is given up."""
    return clock.now() + datetime.timedelta(days=OPEN_DAYS)


def mapping_of(stored: Sequence[Table[str, Any]]) -> Mapping:
    """A mapping as the row keeps it."""
    return Mapping(tuple(MappedColumn(c["position"], c["header"], c["field"], c["confidence"]) for c in stored))


def stored_mapping(mapping: Mapping) -> list[dict[str, Any]]:
    """A mapping as a row keeps it."""
    return [dataclasses.asdict(column) for column in mapping.columns]


def _defaults(declared: Table[str, Any], everyone: tuple[Channel, ...], now: datetime.datetime) -> Defaults:
    given = declared.get("consent_at", "")
    return Defaults(
        default_country=declared.get("default_country", ""),
        date_order=declared.get("date_order", ""),
        consent_source=declared.get("consent_source", ""),
        consent_at=datetime.datetime.fromisoformat(given) if given else None,
        consent_wording=declared.get("consent_wording", ""),
        purpose=declared.get("purpose", ""),
        not_after=now,
        zone=Organization.objects.current().time_zone,
        everyone=everyone,
    )


def _actor(declared: Table[str, Any], job: ImportJob) -> Actor:
    kind = declared.get("declared_by_kind", "user")
    return Actor(kind, job.created_by, frozenset({"change_contacts"}))
