"""Quiet hours: may a message arrive now, and if not, from when, wherever the person may be among their candidate zones.

Each opening of a local day is turned into two moments of UTC, so summer time cannot blur it: a start that the clocks skip or
repeat counts from its later reading, an end until its earlier one.
"""

import datetime
import zoneinfo
from collections.abc import Iterator

from consent.contracts import Channel, OwnHours, Tier
from consent.regions import candidate_zones, country_of, is_known_zone
from consent.rule_types import Span
from consent.rulebook import Rulebook

#: Long enough for a weekend, a closed Sunday, observed holidays and a move of the clocks to fall together.
HORIZON_DAYS = 15

Opening = tuple[datetime.datetime, datetime.datetime]


class PlaceUnknown(ValueError):
    """The country is not known, so nobody can say which hours hold: find it out, or do not send."""


class NoOpening(ValueError):
    """The rules that hold together leave no common hour within the horizon: do not send."""


def next_allowed(
    at: datetime.datetime,
    region: str,
    zones: tuple[str, ...],
    channel: Channel,
    tier: Tier,
    rules: Rulebook,
    own: OwnHours | None = None,
) -> datetime.datetime | None:
    """Say from when a message may arrive: None means now, else the first moment open in all candidate zones.

    Shape:  region one or more places, separated by a space, all of which must be open; zones IANA names. Where zones are
            empty, or one of them is unknown, the widest set of the region's countries counts; where there are several
            places, also every zone of a country in which none of the zones given lies. `own` are the person's own hours,
            which must be open as well, in the zone they chose them in.
    Units:  aware moments; the answer is UTC, on a full minute.
    Errors: ValueError for a moment without a zone; PlaceUnknown; NoOpening.
    """
    now, limited = _utc(at), rules.limits_hours(channel, tier)
    if not limited and own is None:
        return None
    places = tuple(sorted(set(region.split())))
    days = _Days(places, possible_zones(places, zones) if limited else (), channel, tier, rules, own)
    return None if days.is_open(now) else days.first_opening(now)


def open_until(
    at: datetime.datetime, region: str, zones: tuple[str, ...], channel: Channel, tier: Tier, rules: Rulebook
) -> datetime.datetime | None:
    """Say when the hours that are open now end, so that no message may linger at a carrier past them.

    Shape:  as `next_allowed` → the first moment closed in some zone, None where no rule limits the hours.
    Errors: as `next_allowed`, and NoOpening when it is closed now.
    """
    now = _utc(at)
    if not rules.limits_hours(channel, tier):
        return None
    places = tuple(sorted(set(region.split())))
    return _Days(places, possible_zones(places, zones), channel, tier, rules).closing(now)


def _utc(at: datetime.datetime) -> datetime.datetime:
    if at.tzinfo is None:
        raise ValueError("at: the moment needs a time zone; pass an aware UTC time")
    return at.astimezone(datetime.UTC)


def possible_zones(places: tuple[str, ...], zones: tuple[str, ...]) -> tuple[zoneinfo.ZoneInfo, ...]:
    """Every zone that must be awake. Errors: PlaceUnknown for a country that nobody knows."""
    widest = [candidate_zones(country_of(place)) for place in places]
    if not all(widest) or not places:
        raise PlaceUnknown("region: the country is unknown; set the person's country or a number with a country code")
    known = bool(zones) and all(is_known_zone(zone) for zone in zones)
    if not known:
        names = [name for several in widest for name in several]
    elif len(places) > 1:  # what we know disagrees: a place none of the zones lies in may still be where they are
        names = [*zones, *(name for several in widest if not set(several) & set(zones) for name in several)]
    else:
        names = [*zones]
    return tuple(zoneinfo.ZoneInfo(name) for name in dict.fromkeys(names))


class _Days:
    """The openings of one kind of message for somebody in these places and zones, day by day."""

    def __init__(
        self,
        places: tuple[str, ...],
        zones: tuple[zoneinfo.ZoneInfo, ...],
        channel: Channel,
        tier: Tier,
        rules: Rulebook,
        own: OwnHours | None = None,
    ) -> None:
        self.places, self.zones, self.channel, self.tier, self.rules = places, zones, channel, tier, rules
        self.own = own
        self._spans: dict[datetime.date, tuple[Span, ...]] = {}

    def is_open(self, at: datetime.datetime) -> bool:
        """Whether every zone is open at this moment, and it is one of the person's own hours."""
        return all(self._opening_around(at, zone) is not None for zone in self.zones) and self._suits(at)

    def first_opening(self, after: datetime.datetime) -> datetime.datetime:
        """The first later moment at which every zone is open; it is always the start of an opening in one of them."""
        for days in (2, HORIZON_DAYS):  # nearly everybody is awake within two days
            near = [after.date() + datetime.timedelta(days=day) for day in range(-1, days + 2)]
            starts = {start for zone in self.zones for day in near for start, _ in self._openings(day, zone)}
            starts |= {start for day in near for start, _ in self._own_openings(day)}
            limit = after + datetime.timedelta(days=days)
            found = next((start for start in sorted(starts) if after < start < limit and self.is_open(start)), None)
            if found is not None:
                return found
        raise NoOpening("region, zones: these rules leave no common hour; check the organisation's own hours")

    def closing(self, at: datetime.datetime) -> datetime.datetime:
        """The first moment at which some zone closes."""
        around = [self._opening_around(at, zone) for zone in self.zones]
        ends = [opening[1] for opening in around if opening is not None]
        if len(ends) < len(around):
            raise NoOpening("at: it is quiet now; ask next_allowed first")
        return min(ends)

    def _opening_around(self, at: datetime.datetime, zone: zoneinfo.ZoneInfo) -> Opening | None:
        day = at.astimezone(zone).date()
        # An end at midnight, or a day the clocks repeat, can reach into the neighbouring local day.
        for near in (day, day - datetime.timedelta(days=1), day + datetime.timedelta(days=1)):
            for start, end in self._openings(near, zone):
                if start <= at < end:
                    return start, end
        return None

    def _openings(self, day: datetime.date, zone: zoneinfo.ZoneInfo) -> Iterator[Opening]:
        for span in self._spans_of(day):
            start, end = max(_readings(day, span.start, zone)), min(_readings(day, span.end, zone))
            if start < end:
                yield start, end

    def _suits(self, at: datetime.datetime) -> bool:
        if self.own is None:
            return True
        day = at.astimezone(zoneinfo.ZoneInfo(self.own.zone)).date()
        return any(start <= at < end for start, end in self._own_openings(day))

    def _own_openings(self, day: datetime.date) -> Iterator[Opening]:
        if self.own is not None:
            zone = zoneinfo.ZoneInfo(self.own.zone)
            start, end = max(_readings(day, self.own.start, zone)), min(_readings(day, self.own.end, zone))
            if start < end:
                yield start, end

    def _spans_of(self, day: datetime.date) -> tuple[Span, ...]:
        if day not in self._spans:
            spans: tuple[Span, ...] = (Span(0, 24 * 60),)
            for place in self.places:
                for window in self.rules.windows_on(day, place, self.channel, self.tier):
                    closed = window.closed_on and self.rules.is_holiday(window.closed_on, day)
                    spans = _common(spans, () if closed else window.spans(day))
            self._spans[day] = spans
        return self._spans[day]


def _common(some: tuple[Span, ...], others: tuple[Span, ...]) -> tuple[Span, ...]:
    """What two lists of spans share, in order."""
    pairs = [(max(one.start, two.start), min(one.end, two.end)) for one in some for two in others]
    return tuple(Span(start, end) for start, end in sorted(pairs) if start < end)


def _readings(day: datetime.date, minute: int, zone: zoneinfo.ZoneInfo) -> list[datetime.datetime]:
    """The moments a wall clock may mean: one on most days, two when the clocks are moved over or back to it."""
    midnight = datetime.datetime.combine(day, datetime.time())
    wall = midnight + datetime.timedelta(minutes=minute)
    return [wall.replace(tzinfo=zone, fold=fold).astimezone(datetime.UTC) for fold in (0, 1)]
