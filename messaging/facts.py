"""From rows to the gate's facts, set-based: the same SQL and the same reading for a plan of a million and a batch of ten.

SQL reduces each person to a row of bounded variety; equal rows share one decision (decide once per distinct facts). A test
holds the set-based answers beside person-by-person ones.
"""

import dataclasses
import datetime
import hashlib
import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from django.db import connection

from accounts.models import Organization
from accounts.selectors import guest_digests
from consent.contracts import Answers, Ask, Channel, Decision, Facts, Notice, OwnHours, SuppressionKind, Tier
from consent.expiry import months_of
from consent.gate import decide
from consent.models import DecisionRecord, Purpose
from consent.rulebook import Rulebook, rulebook
from consent.selectors.stop_lists import NO_LISTS, Lists, lists_in_force, matched
from consent.states import SUPPRESSION_ORDER, reaches
from core import clock
from messaging.channels.protocol import lack_of
from messaging.channels.registry import channel as channel_of
from messaging.channels.standing import READY, Standing, standings
from messaging.fact_lists import listing
from messaging.limits import COUNTED_SQL, LIMITS_SQL, Limit, held, limit_parameters, limits_for
from messaging.lines import lines_in
from messaging.models import Sender
from messaging.registering import UNASKED, Registered, registered
from messaging.verdicts import Verdict as Verdict

#: which suppression speaks when an address has several: the one that holds longest
_KINDS = tuple(kind for kind in SUPPRESSION_ORDER if kind)


@dataclasses.dataclass(frozen=True, slots=True)
class Context:
    """What is equal for everybody who is asked about together."""

    organization: Organization
    sender: Sender
    purpose: Purpose
    rules: Rulebook
    at: datetime.datetime
    circle: frozenset[bytes]
    limits: tuple[Limit, ...]
    standing: Standing = READY
    registered: Registered = UNASKED
    #: whether registers that compare texts have this one; true where nobody has said yet what shall be sent
    text_registered: bool = True
    #: the mandatory lines found in the text; None while it is not known
    lines: tuple[str, ...] | None = None
    #: whether what a place has added to texts is still to come, when each person's message is made
    adds_lines: bool = False
    #: the keyword of theirs that this answers
    answers: Answers = ""
    #: what it tells them about an agreement of theirs, in the transactional tier whatever they agreed to
    notice: Notice = ""
    #: the message itself, once it is on its way: it is none of those that were sent before it
    besides: uuid.UUID | None = None
    #: the organisation's lists and registers, and what belongs to everybody here
    lists: Lists = NO_LISTS

    @property
    def ask(self) -> Ask:
        """The question to the gate."""
        channel, tier = cast(Channel, self.sender.channel), cast(Tier, _tier(self.purpose, self.notice))
        return Ask(channel, tier, self.at, self.rules.version, self.answers, self.notice)


def _tier(purpose: Purpose, notice: Notice) -> str:
    return "transactional" if notice else purpose.tier


@dataclasses.dataclass(frozen=True, slots=True)
class RawFacts:
    """One distinct combination of what SQL knows about people, in the order of its columns."""

    has_address: bool
    kind: str
    number_type: str
    in_circle: bool
    suppression: str
    consent: str
    minor: bool
    regions: str
    zones: str
    heard: bool
    own_full: bool
    own_hours: str
    listed: str
    #: of each limit: how many they got, one more than it allows at most, and where it is full the hour it has room again
    counts: tuple[int, ...]
    rooms: tuple[datetime.datetime | None, ...]


def context_for(
    *,
    sender: Sender,
    purpose: Purpose,
    at: datetime.datetime | None = None,
    version_id: uuid.UUID | None = None,
    standing: Standing = READY,
    answers: Answers = "",
    notice: Notice = "",
    besides: uuid.UUID | None = None,
    text: str | None = None,
    adds_lines: bool = False,
) -> Context:
    """Read what everybody shares: organisation, sender, purpose, rules in force, the trial's circle, and how the text stands.

    Shape: `text` is what shall be sent, finished or with its variables, where it is known; registers may compare it.
           `adds_lines`: it is no finished message yet, so what a place has added to texts counts as standing in it.
    Four queries, two more for a channel whose texts have to be approved, one more for a sender that registers are asked
    about: a number or a name at a real carrier. Without a version the text stands as the caller says.
    """
    organization = Organization.objects.current()
    rules = rulebook()
    circle = guest_digests() if organization.state == "trial" else frozenset()
    if version_id is not None:
        standing = standings(sender.channel, [version_id])[version_id]
    at = at or clock.now()
    shown = registered(sender, _tier(purpose, notice), at, rules.registrations)
    return Context(
        organization=organization, sender=sender, purpose=purpose, rules=rules, at=at, circle=circle,
        limits=limits_for(organization, sender.channel, _tier(purpose, notice), rules, free=purpose.is_outside_limits),
        standing=standing, registered=shown, text_registered=text is None or shown.has_text(text), answers=answers,
        notice=notice, besides=besides, lists=lists_in_force(at),
        lines=None if text is None else lines_in(text, organization, one_way=shown.one_way), adds_lines=adds_lines,
    )  # fmt: skip


def looked_at(context: Context, text: str) -> tuple[bool, tuple[str, ...]]:
    """What places may ask of a text: whether it is one of those registered, and which mandatory lines it holds."""
    lines = lines_in(text, context.organization, one_way=context.registered.one_way)
    return context.registered.has_text(text), lines


def run_facts(cursor: Any, context: Context, asked: str, more: Mapping[str, Any], table: str = "") -> None:
    """Ask for the facts of `asked` (columns key, point_id), which may name `more` parameters; or put them in a new `table`.

    Effects: one query more where the organisation or the platform lists domains or beginnings of numbers: these addresses
             are opened and compared, since nothing but the address itself tells them.
    """
    parameters = facts_parameters(context) | dict(more)
    points, names = matched(cursor, context.lists, asked, parameters, context.sender.channel)
    cursor.execute(facts_sql(asked, context, table), parameters | {"matched_points": points, "matched_names": names})


def facts_sql(asked: str, context: Context, table: str = "") -> str:
    """SQL that turns `asked` (columns key, point_id) into one row of raw facts for each key.

    Zones are those that all people behind the address have told us; where one has told none, or somebody's country is not the
    number's, the zones of the number count beside them. A number that tells none, with people who do not either: unknown.
    A mailbox and an id of a network tell no place, so for those only what people have told us counts.
    Columns: key, point_id, event_id, then those of RawFacts, counts and rooms as arrays. Parameters: `facts_parameters`.
    Where no limit holds nobody's messages are counted.
    """
    counted = bool(context.limits)
    matches, names, join = listing(context.lists)
    into = f"create temporary table {table} on commit drop as" if table else ""
    return f"""{into}
    with {LIMITS_SQL if counted else ""} asked as ({asked}){matches}
    select asked.key, asked.point_id, state.event_id,
      point.id is not null and (octet_length(point.address_sealed) > 0 or suppression.kind in ('erased', 'platform')) is true
        as has_address,
      coalesce(point.kind, '') as kind,
      coalesce(point.number_type, '') as number_type,
      coalesce(point.digest = any(%(circle)s), false) as in_circle,
      coalesce(suppression.kind, '') as suppression,
      case when state.status = 'granted' and %(expiry_months)s::integer > 0
                and greatest(state.changed_at, state.engaged_at) + make_interval(months => %(expiry_months)s::integer) <= %(at)s
                then 'expired'
           else coalesce(state.status, 'none') end as consent,
      coalesce(people.minor, false) as minor,
      told.regions,
      case when people.settled and not people.elsewhere or coalesce(point.zones, '') = '' and people.settled then people.zones
           when coalesce(point.zones, '') = '' then ''
           else concat_ws(' ', point.zones, people.zones) end as zones,
      %(window_seconds)s::integer = 0 or exists (
        select from messaging_inboundmessage i
        where i.organization_id = %(organization)s and i.point_id = asked.point_id and i.channel = %(channel)s
          and i.sender_id = %(sender)s and i.form not in ('preference', 'number_changed')
          and i.received_at > %(at)s - make_interval(secs => %(window_seconds)s::integer)
          and coalesce(i.said_at, i.received_at) > %(at)s - make_interval(secs => %(window_seconds)s::integer)
      ) as heard,
      own.weekly_cap is not null and own.weekly_cap <= (
        select count(m.id) from messaging_message m
        where m.organization_id = %(organization)s and m.point_id = asked.point_id
          and m.created_at > %(at)s - interval '7 days'
          and m.state in ('accepted', 'attempting', 'uncertain')
          and m.purpose_id = any(%(capped)s::uuid[]) and m.id is distinct from %(besides)s::uuid
      ) as own_full,
      coalesce(own.hours_from || ' ' || own.hours_until || ' ' || own.hours_zone, '') as own_hours,
      {names} as listed,
      {"coalesce(recent.counts, %(no_counts)s::integer[])" if counted else "array[]::integer[]"} as counts,
      {"coalesce(recent.rooms, %(no_rooms)s::timestamptz[])" if counted else "array[]::timestamptz[]"} as rooms
    from asked
    left join consent_point point on point.id = asked.point_id
    left join consent_consentstate state on state.organization_id = %(organization)s and state.point_id = asked.point_id
      and state.purpose_id = %(purpose)s and state.channel = %(channel)s
    left join consent_preference own on own.organization_id = %(organization)s and own.point_id = asked.point_id
    left join lateral (
      select kind from (
        select s.kind from consent_suppression s
        where s.organization_id = %(organization)s and s.point_id = asked.point_id and s.lifted_at is null
          and s.channel in ('', %(channel)s) and (s.expires_at is null or s.expires_at > %(at)s)
        union all
        select 'platform' from consent_platformsuppression b
        where b.digest = point.platform_digest and (b.expires_at is null or b.expires_at > %(at)s)
      ) kinds order by array_position(%(kinds)s::text[], kind) nulls first limit 1
    ) suppression on true
    left join lateral (
      select bool_or(c.is_minor) as minor,
        coalesce(string_agg(distinct nullif(c.country, ''), ' '), '') as countries,
        coalesce(string_agg(distinct nullif(c.country, ''), ' ') <> split_part(point.region, '-', 1), false) as elsewhere,
        coalesce(bool_and(c.time_zone <> ''), false) as settled,
        string_agg(distinct nullif(c.time_zone, ''), ' ') as zones
      from contacts_contactpoint l
      join contacts_contact c on c.organization_id = l.organization_id and c.id = l.contact_id
      where l.organization_id = %(organization)s and l.point_id = asked.point_id
    ) people on true
    cross join lateral (
      select coalesce(concat_ws(' ', nullif(point.region, ''), case when people.elsewhere then people.countries end), '')
        as regions
    ) told
    {COUNTED_SQL if counted else ""}{join}
    """


def facts_parameters(context: Context) -> dict[str, Any]:
    """The parameters `facts_sql` names."""
    capped = [tier.name for tier in context.rules.tiers if tier.capped]
    counted = list(Purpose.objects.filter(tier__in=capped).values_list("id", "is_outside_limits"))
    return {
        "organization": context.organization.id,
        "purpose": context.purpose.id,
        "channel": context.sender.channel,
        "sender": context.sender.id,
        "window_seconds": context.standing.window_seconds,
        "at": context.at,
        "circle": list(context.circle),
        "kinds": list(_KINDS),
        "besides": context.besides,
        "no_counts": [0] * len(context.limits),
        "no_rooms": [None] * len(context.limits),
        "capped": [purpose_id for purpose_id, _ in counted],
        **limit_parameters(context.limits, counted),
        "expiry_months": months_of(context.purpose.tier, context.purpose.expiry_months, context.rules),
    }


def fetch_facts(
    context: Context, message_ids: Sequence[uuid.UUID]
) -> dict[uuid.UUID, tuple[uuid.UUID | None, RawFacts]]:
    """The facts of some messages now, with the event that would prove consent. Two queries."""
    asked = "select id as key, point_id from messaging_message where id = any(%(ids)s)"
    with connection.cursor() as cursor:
        run_facts(cursor, context, asked, {"ids": list(message_ids)})
        return {row[0]: (row[2], raw_facts(row[3:])) for row in cursor.fetchall()}


def raw_facts(columns: Sequence[Any]) -> RawFacts:
    """Columns of `facts_sql` from has_address on, as a value that can be compared and hashed."""
    values: list[Any] = [tuple(value) if isinstance(value, list) else value for value in columns]
    return RawFacts(*values)


def facts_of(raw: RawFacts, context: Context) -> Facts:
    """What the gate is told about people with these raw facts.

    Who wrote a keyword is answered from the very line they wrote to, also while it is paused, and by an organisation on trial.
    """
    had = held(context.limits, raw.counts, raw.rooms, raw.regions, context.ask, context.rules)
    answers, account = bool(context.answers), context.sender.account
    return Facts(
        organization_state=context.organization.state,  # type: ignore[arg-type]
        sending_stopped=context.organization.sending_stopped_at is not None,
        sender_ready=answers or (context.sender.paused_at is None and account.state == "connected"),
        content_ready=_content_ready(context),
        window_open=raw.heard,
        has_address=raw.has_address,
        address_valid=_address_valid(raw, context),
        in_trial_circle=raw.in_circle or answers,
        suppression=cast(SuppressionKind, raw.suppression),
        consent=raw.consent,  # type: ignore[arg-type]
        minor=raw.minor,
        region=raw.regions,
        zones=tuple(sorted(set(raw.zones.split()))),
        recent_sends=had.sent,
        cap=had.most,
        cap_waits=had.waits,
        cap_until=had.until,
        own_full=raw.own_full,
        own_hours=_own_hours(raw.own_hours),
        sender_kind=context.registered.sender_kind,
        registrations=context.registered.standings,
        text_registered=context.text_registered or not _is_compared(raw, context),
        lines=_lines(raw, context),
        listed=tuple(raw.listed.split(",")) if raw.listed else (),
        registers=context.lists.standings(context.rules, context.at.date()),
    )


def _lines(raw: RawFacts, context: Context) -> tuple[str, ...] | None:
    """The lines the message of these people holds, with those that are put into it when it is made; None where none is asked."""
    if context.lines is None or not context.registered.sender_kind:
        return None
    if not context.adds_lines or _is_compared(raw, context):
        return context.lines
    ask, place = context.ask, raw.regions.partition(" ")[0]
    added = context.rules.added_for(place, ask.channel, ask.tier, context.at.date())
    return tuple(sorted({*context.lines, *(rule.line for rule in added if rule.when == "each")}))


def _address_valid(raw: RawFacts, context: Context) -> bool:
    """Whether the address takes this channel; the mark of somebody erased tells no more, and is not judged by that.

    Whoever wrote to us on this channel has shown that it reaches them, whatever their number looks like.
    """
    known = reaches(context.ask.channel, raw.kind, raw.number_type)
    return known or bool(context.ask.answers) or raw.suppression == "erased"


def _is_compared(raw: RawFacts, context: Context) -> bool:
    """Whether the number's own country, which comes first, compares texts with registered ones."""
    place, kind, ask = raw.regions.partition(" ")[0], context.registered.sender_kind, context.ask
    rules = context.rules.registrations_for(place, ask.channel, ask.tier, kind, context.at.date())
    return any(rule.exact_text for rule in rules)


def _own_hours(text: str) -> OwnHours | None:
    if not text:
        return None
    start, end, zone = text.split(" ")
    return OwnHours(int(start), int(end), zone)


def _content_ready(context: Context) -> bool:
    """Whether the text has the approval its purpose needs, and the organisation has told what must stand in it."""
    channel = channel_of(context.sender.channel)
    return context.standing.serves(context.ask.tier) and lack_of(channel, context.organization) is None


def decide_distinct(context: Context, distinct: Iterable[RawFacts]) -> dict[RawFacts, Verdict]:
    """Ask the gate once for each distinct row of facts, and keep each decision (C32).

    Effects: one query, and one insert where decisions were never made before, however many people stand behind the facts.
             Nobody waits here: whoever decides the same for the first time at the same moment keeps a record of its own.
    """
    decided = {
        raw: (facts := facts_of(raw, context), decide(context.ask, facts, context.rules)) for raw in set(distinct)
    }
    records = {raw: _record(context, facts, decision) for raw, (facts, decision) in decided.items()}
    ids = _kept([bytes(record.digest) for record in records.values()])
    new = {bytes(record.digest): record for record in records.values() if bytes(record.digest) not in ids}
    if new:
        DecisionRecord.objects.bulk_create(new.values())
        ids |= {digest: record.id for digest, record in new.items()}
    return {raw: Verdict(decided[raw][1], ids[bytes(record.digest)]) for raw, record in records.items()}


def _kept(digests: Sequence[bytes]) -> dict[bytes, uuid.UUID]:
    """Which decisions are on record already; of several records of one decision, the first made."""
    rows = DecisionRecord.objects.filter(digest__in=digests).order_by("-id").values_list("digest", "id")
    return {bytes(digest): record_id for digest, record_id in rows}


def _record(context: Context, facts: Facts, decision: Decision) -> DecisionRecord:
    verdict = Verdict(decision, uuid.UUID(int=0))
    told: Mapping[str, Any] = dataclasses.asdict(facts) | {"channel": context.ask.channel, "tier": context.ask.tier}
    if facts.cap_until is not None:
        told = dict(told) | {"cap_until": facts.cap_until.isoformat()}
    if context.answers:
        told = dict(told) | {"answers": context.answers}
    if context.notice:
        told = dict(told) | {"notice": context.notice}
    said = [told, verdict.outcome, verdict.reason, str(verdict.possible_at), context.rules.version]
    return DecisionRecord(
        digest=hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).digest(),
        facts=dict(told),
        outcome=verdict.outcome,
        reason=verdict.reason,
        until=verdict.possible_at,
        rules_version=context.rules.version,
        decided_at=clock.now(),
    )
