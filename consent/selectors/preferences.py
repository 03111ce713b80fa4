"""How people want to be written to, as their row says it."""

from consent.contracts import OwnHours
from consent.models import Preference
from consent.values import Wishes


def wishes_of(row: Preference | None) -> Wishes:
    """What a row says; nothing where there is none."""
    if row is None:
        return Wishes()
    hours = None
    if row.hours_from is not None and row.hours_until is not None:
        hours = OwnHours(row.hours_from, row.hours_until, row.hours_zone)
    return Wishes(row.weekly_cap, hours, row.language)
