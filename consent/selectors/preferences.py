"""How people want to be written to, as their rows say it."""

import datetime
import uuid
from collections.abc import Collection

from consent.contracts import OwnHours
from consent.models import Preference, Suppression
from consent.values import Wishes
from core import clock


def wishes_of(row: Preference | None) -> Wishes:
    """What a row says; nothing where there is none."""
    if row is None:
        return Wishes()
    hours = None
    if row.hours_from is not None and row.hours_until is not None:
        hours = OwnHours(row.hours_from, row.hours_until, row.hours_zone)
    return Wishes(row.weekly_cap, hours, row.language)


def wishes_at(point_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Wishes]:
    """What holds at each of these addresses that has a row. One query."""
    return {row.point_id: wishes_of(row) for row in Preference.objects.filter(point_id__in=list(point_ids))}


def pauses_at(point_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, datetime.datetime]:
    """Until when each of these addresses is paused that is. One query."""
    held = Suppression.objects.filter(kind="paused", lifted_at=None, expires_at__gt=clock.now())
    return dict(held.filter(point_id__in=list(point_ids)).values_list("point_id", "expires_at"))
