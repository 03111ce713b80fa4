"""How often one person is written to: the organisation's limit and the law's, counted at all of their addresses together.

A person is everybody behind an address: what any address of theirs got counts. It is counted when it left, not when it was
planned, so that what waited for room counts from the hour it went.
"""

import dataclasses
import datetime
import json
import uuid
from collections.abc import Iterable, Sequence
from typing import Any, Final, get_args

from accounts.models import Organization
from consent.contracts import Ask, Channel
from consent.regions import country_of, parts_of
from consent.rule_types import Cap
from consent.rulebook import Rulebook

#: between being made and leaving no message lives longer, by far; those made before that are not looked at
_LONGEST_LIFE: Final = datetime.timedelta(days=31)


@dataclasses.dataclass(frozen=True, slots=True)
class Limit:
    """So many messages within so many hours on some channels. `places` are those of the law; none for our own limit.

    `waits`: what is too many waits for room, else it is refused.
    """

    most: int
    hours: int
    channels: tuple[Channel, ...]
    waits: bool
    places: tuple[str, ...] = ()

    @property
    def is_own(self) -> bool:
        """Whether the organisation set it."""
        return not self.places


@dataclasses.dataclass(frozen=True, slots=True)
class Held:
    """The limit with the least room: how many they got and may get; where one is full whether it waits, and until when."""

    sent: int
    most: int | None
    waits: bool = False
    until: datetime.datetime | None = None


def limits_for(
    organization: Organization, channel: str, tier: str, rules: Rulebook, *, free: bool
) -> tuple[Limit, ...]:
    """The limits that may hold for a message of this tier: our own first, then the law's, alike ones of its places as one.

    Our own does not hold for what is `free` of it.

    Empty where nothing is counted: for a tier that is outside all limits, and where nobody set one.
    """
    rule = rules.tier(tier)
    if rule is None or not rule.capped:
        return ()
    own = own_limit(organization)
    law: dict[Limit, set[str]] = {}
    for cap in rules.caps:
        if channel in cap.channels and tier in cap.tiers:
            law.setdefault(_of_law(cap), set()).update(cap.places)
    found = [dataclasses.replace(limit, places=tuple(sorted(places))) for limit, places in law.items()]
    return (*([own] if own is not None and not free else []), *found)


def own_limit(organization: Organization) -> Limit | None:
    """The organisation's limit over everything it sends; None where it set none."""
    if organization.message_cap is None:
        return None
    hours, waits = organization.message_cap_days * 24, organization.message_cap_waits
    return Limit(organization.message_cap, hours, get_args(Channel), waits)


def may_limit(organization: Organization, channel: Channel, tiers: Iterable[str], rules: Rulebook) -> bool:
    """Whether any limit may hold for one of these tiers on this channel, so that what leaves must be counted in turn."""
    capped = {tier.name for tier in rules.tiers if tier.capped} & set(tiers)
    law = any(channel in cap.channels and capped & set(cap.tiers) for cap in rules.caps)
    return bool(capped) and (organization.message_cap is not None or law)


def held(
    limits: Sequence[Limit],
    counts: Sequence[int],
    rooms: Sequence[datetime.datetime | None],
    regions: str,
    ask: Ask,
    rules: Rulebook,
) -> Held:
    """What the limits come to for somebody at these places: of those in force the one with the least room left."""
    law = {
        _of_law(cap) for place in regions.split() for cap in rules.caps_for(place, ask.channel, ask.tier, ask.at.date())
    }
    counted = zip(limits, counts, rooms, strict=True)
    found = [each for each in counted if each[0].is_own or dataclasses.replace(each[0], places=()) in law]
    if not found:
        return Held(0, None)
    limit, sent, _ = min(found, key=lambda each: each[0].most - each[1])
    full = [(each, room) for each, sent_so_far, room in found if sent_so_far >= each.most]
    known = [room for _, room in full if room is not None]
    until = max(known) if known and len(known) == len(full) else None
    waits = until is not None and all(each.waits for each, _ in full)
    return Held(min(sent, limit.most + 1), limit.most, waits, until)


def limit_parameters(limits: Sequence[Limit], counted: Sequence[tuple[uuid.UUID, bool]]) -> dict[str, Any]:
    """The parameters `LIMITS_SQL` and `COUNTED_SQL` name. `counted` are purposes limits count, with whether they are set free."""
    inside, everything = [str(key) for key, free in counted if not free], [str(key) for key, _ in counted]
    rows = [
        {
            "place": place, "most": limit.most, "hours": limit.hours, "channels": limit.channels,
            "purposes": inside if limit.is_own else everything,
            "countries": sorted({country_of(each) for each in limit.places}), "spared": _spared(limit.places),
        }
        for place, limit in enumerate(limits)
    ]  # fmt: skip
    longest = datetime.timedelta(hours=max((limit.hours for limit in limits), default=0)) + _LONGEST_LIFE
    return {"limits": json.dumps(rows), "longest": longest, "own_limit": any(limit.is_own for limit in limits)}


def _of_law(cap: Cap) -> Limit:
    return Limit(cap.count, cap.window_hours, cap.channels, cap.waits)


def _spared(places: Sequence[str]) -> list[str]:
    """The known parts of these countries in which no such law holds."""
    countries = {country_of(place) for place in places}
    return sorted({part for each in countries - set(places) for part in parts_of(each)} - set(places))


LIMITS_SQL: Final = """
    limits as materialized (
      select * from jsonb_to_recordset(%(limits)s::jsonb)
        as l (place integer, most integer, hours integer, channels text[], purposes uuid[], countries text[], spared text[])
    ),
"""

#: the other addresses of the people behind an address, and itself
ADDRESSES_SQL: Final = """
  select {point} union all
  select beside.point_id from contacts_contactpoint l
  join contacts_contactpoint beside on beside.organization_id = l.organization_id and beside.contact_id = l.contact_id
  where l.organization_id = {organization} and l.point_id = {point}
"""

# One look into the messages of the person, and none where only the law of other places limits. The hour of room is the full
# hour at or after the moment at which the last message too many has left the window: of few values, so decisions are shared.
COUNTED_SQL: Final = f"""
    left join lateral (
      select array_agg(each.sent order by each.place) as counts, array_agg(each.room_at order by each.place) as rooms
      from (
        select fit.place, least(count(fit.at), fit.most + 1)::integer as sent,
          date_trunc('hour', (array_agg(fit.at order by fit.at desc) filter (where fit.at is not null))[fit.most]
            + make_interval(hours => fit.hours) + interval '1 hour' - interval '1 microsecond', 'UTC') as room_at
        from (
          select l.place, l.most, l.hours, case when mine.channel = any(l.channels) and mine.purpose_id = any(l.purposes)
            and mine.at > %(at)s - make_interval(hours => l.hours) then mine.at end as at
          from (
            select m.channel, m.purpose_id, coalesce(m.sent_at, (
              select max(a.intent_at) from messaging_sendattempt a
              where a.organization_id = m.organization_id and a.message_id = m.id), m.created_at) as at
            from messaging_message m
            where m.organization_id = %(organization)s
              and m.point_id = any(array({ADDRESSES_SQL.format(point="asked.point_id", organization="%(organization)s")}))
              and m.created_at > %(at)s - %(longest)s::interval
              and m.state in ('accepted', 'attempting', 'uncertain')
              and m.purpose_id = any(%(capped)s::uuid[]) and m.id is distinct from %(besides)s::uuid
              and (%(own_limit)s or exists (
                select from limits l cross join unnest(string_to_array(told.regions, ' ')) region
                where split_part(region, '-', 1) = any(l.countries) and region <> all(l.spared)))
          ) mine cross join limits l
        ) fit group by fit.place, fit.most, fit.hours
      ) each
    ) recent on true
"""
