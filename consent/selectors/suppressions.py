"""Addresses that must not be reached, as the page lists them."""

import dataclasses
import datetime
import uuid
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, Q, QuerySet

from consent.models import CHANNELS, Suppression
from consent.selectors.words import source_label, suppression_label
from consent.states import SUPPRESSION_LABELS
from core import clock

PAGE_SIZE = 50


@dataclasses.dataclass(frozen=True, slots=True)
class KindChip:
    """One kind of suppression and how many addresses it protects."""

    kind: str
    label: str
    count: int


@dataclasses.dataclass(frozen=True, slots=True)
class SuppressionRow:
    """One protected address; `hint` is masked."""

    hint: str
    label: str
    kind: str
    channel: str
    source: str
    since: datetime.datetime
    until: datetime.datetime | None
    point_id: uuid.UUID
    event_id: uuid.UUID | None


def live_suppressions() -> "QuerySet[Suppression]":
    """What protects somebody now: not lifted, not run out."""
    rows: QuerySet[Suppression] = Suppression.objects.filter(lifted_at=None)
    return rows.filter(Q(expires_at=None) | Q(expires_at__gt=clock.now()))


def kind_chips() -> list[KindChip]:
    """The kinds there are, in the order in which they hold. One query."""
    counts = dict(live_suppressions().order_by().values_list("kind").annotate(Count("id")))
    return [KindChip(kind, label, counts[kind]) for kind, label in SUPPRESSION_LABELS.items() if kind in counts]


def suppression_page(kind: str, number: str) -> "Page[Any]":
    """Fifty protected addresses, newest first, of one kind or ("") of all. Two queries."""
    rows = live_suppressions().select_related("point").order_by("-created_at", "-id")
    page = Paginator(rows.filter(kind=kind) if kind else rows, PAGE_SIZE).get_page(number)
    rows_shown: Any = [_row(each) for each in page.object_list]
    page.object_list = rows_shown
    return page


def _row(suppression: Suppression) -> SuppressionRow:
    return SuppressionRow(
        hint=suppression.point.hint,
        label=suppression_label(suppression.kind),
        kind=suppression.kind,
        channel=dict(CHANNELS).get(suppression.channel, "Every channel"),
        source=source_label(suppression.source, "withdrawn"),
        since=suppression.created_at,
        until=suppression.expires_at,
        point_id=suppression.point_id,
        event_id=suppression.event_id,
    )
