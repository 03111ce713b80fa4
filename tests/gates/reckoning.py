"""The facts of one person in one scene, reckoned from what was made up, with no database: what the SQL has to find."""

import calendar
import dataclasses
import datetime
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import get_args

from accounts.models import Organization
from consent.contracts import Allowed, Ask, Channel, Decision, Deferred, Denied, Facts, OwnHours
from consent.gate import decide
from consent.rulebook import Rulebook
from consent.states import reaches, strongest_suppression
from messaging.lines import lines_in
from tests.gates.people import Who, ago
from tests.gates.scenes import Scene

Answer = tuple[str, str, datetime.datetime | None]
_COUNTED = ("accepted", "attempting", "uncertain")
_WEEK = 7 * 24 * 3600
_RECORDS = {
    "long_code": ("a2p_brand US", "a2p_campaign US"),
    "toll_free": ("toll_free US",),
    "short_code": ("short_code US",),
    "alphanumeric": ("dlt_entity IN", "dlt_header IN", "dlt_template IN"),
}


def reckon(who: Who, scene: Scene, organization: Organization, rules: Rulebook, *, adds_lines: bool = False) -> Answer:
    """Outcome, reason and, for a deferral, until when. `adds_lines`: what its place has added to texts is still put into it."""
    ask = Ask(scene.channel, scene.tier, scene.at, rules.version)
    facts = facts_of(who, scene, organization, rules)
    if adds_lines and facts.lines is not None:
        facts = dataclasses.replace(facts, lines=(*facts.lines, *_added(facts, scene, rules)))
    decision = decide(ask, facts, rules)
    return as_answer(decision, has_proof=who.met and who.consent != "none")


def as_answer(decision: Decision, *, has_proof: bool) -> Answer:
    """A decision as it is told: nothing is allowed without an event that proves it."""
    if isinstance(decision, Denied):
        return "denied", decision.reason, decision.until
    if not has_proof:
        return "denied", "no_consent", None
    if isinstance(decision, Deferred):
        return "deferred", decision.reason, decision.until
    assert isinstance(decision, Allowed)
    return "allowed", "", None


def facts_of(who: Who, scene: Scene, organization: Organization, rules: Rulebook) -> Facts:
    """All the gate may know, from what was made up."""
    suppression = strongest_suppression(_suppressions(who, scene))  # type: ignore[arg-type]
    regions, zones = _places(who)
    recent, cap, waits, until = _cap(who, scene, regions, rules)
    introduced = scene.channel not in ("email", "voice") or scene.introduced
    return Facts(
        organization_state=scene.state,  # type: ignore[arg-type]
        sending_stopped=scene.stopped,
        sender_ready=scene.connected and not scene.paused,
        content_ready=introduced and _template_serves(scene),
        has_address=bool(who.kind) and (not who.met or who.sealed or suppression in ("erased", "platform")),
        address_valid=bool(who.kind) and (reaches(scene.channel, who.kind, who.number_type) or suppression == "erased"),
        in_trial_circle=who.guest and who.kind in ("phone", "email"),
        suppression=suppression,
        consent=_consent(who, scene, rules),  # type: ignore[arg-type]
        minor=who.met and any(each.minor for each in who.people),
        region=regions,
        zones=zones,
        recent_sends=recent,
        cap=cap,
        cap_waits=waits,
        cap_until=until,
        window_open=not scene.window_seconds
        or any(_opens(each.age, each.said, each.form, each.ours) for each in who.heard),
        own_full=who.weekly_cap is not None and who.met and _got(who, _WEEK, rules) >= who.weekly_cap,
        own_hours=OwnHours(*who.own) if who.own and who.met else None,
        sender_kind=scene.kind,
        registrations=standings(scene),
        text_registered=scene.text_registered if scene.kind == "alphanumeric" and scene.records == "held" else False,
        lines=lines_in(scene.body, organization, one_way=scene.kind == "alphanumeric") if scene.kind else None,
        listed=_listed(who, scene),
        registers=_registers(scene, rules),
    )


def _added(facts: Facts, scene: Scene, rules: Rulebook) -> list[str]:
    """The lines put into each text to the place of this number; none where a text must be a registered one."""
    place, day = facts.region.partition(" ")[0], scene.at.date()
    country = place.partition("-")[0]
    registers = rules.registrations_for(place, scene.channel, scene.tier, scene.kind, day)
    if any(register.exact_text for register in registers):
        return []
    return [
        rule.line for rule in rules.disclosures
        if rule.way == "add" and rule.when == "each" and country in rule.places and rule.valid_from <= day
        and scene.channel in rule.channels and scene.tier in rule.tiers
    ]  # fmt: skip


def _listed(who: Who, scene: Scene) -> tuple[str, ...]:
    """The lists that are in force and hold the address, its domain or the beginning of its number."""
    live = {
        place: f"{kept.kind} {kept.country or '*'}"
        for place, kept in enumerate(scene.lists)
        if not kept.over and (kept.ends is None or kept.ends > 0)
    }
    found = {
        live[on.list] for on in who.on
        if on.list in live and not on.removed and on.channel in ("", scene.channel) and (on.ends is None or on.ends > 0)
    } if who.kind else set()  # fmt: skip
    told = who.kind in ("phone", "email") and who.shares_pattern and (not who.met or who.sealed)
    if told and scene.patterns in live:
        found.add(live[scene.patterns])
    if told and scene.barred:
        found.add("platform *")
    return tuple(sorted(found))


def _registers(scene: Scene, rules: Rulebook) -> tuple[str, ...]:
    """Each register that grows old and how fresh its data is."""
    most = {(rule.kind, place): rule.fresh_days for rule in rules.lists if rule.fresh_days for place in rule.places}
    found = set()
    for kept in scene.lists:
        days = most.get((kept.kind, kept.country or "*"))
        if days is not None and not kept.over and (kept.ends is None or kept.ends > 0):
            fresh = kept.age is not None and kept.age <= days
            found.add(f"{kept.kind} {kept.country or '*'} {'fresh' if fresh else 'stale'}")
    return tuple(sorted(found))


def standings(scene: Scene) -> tuple[str, ...]:
    """What the sender has registered and how it stands. One record has run out where they stand expired."""
    if scene.records == "none" or not scene.kind:
        return ()
    names = _RECORDS[scene.kind]
    return tuple(
        sorted(f"{name} {'expired' if scene.records == 'expired' and name == names[-1] else 'held'}" for name in names)
    )


def _suppressions(who: Who, scene: Scene) -> set[str]:
    live = {
        stop.kind for stop in who.stops
        if not stop.lifted and stop.channel in ("", scene.channel) and (stop.ends is None or stop.ends > 0)
    }  # fmt: skip
    return live | ({"platform"} if who.on_platform and who.kind else set())


def _consent(who: Who, scene: Scene, rules: Rulebook) -> str:
    said = said_at(who, scene, rules)
    ended = who.consent == "granted" and rules.consent_expires_at(scene.tier, said) <= scene.at
    return "expired" if ended else who.consent


def said_at(who: Who, scene: Scene, rules: Rulebook) -> datetime.datetime:
    """When they said what holds; those on the edge so that their agreement ends at the moment asked about, or a second off."""
    if who.edge is None:
        return ago(scene.at, who.agreed_days * 24 * 3600)
    end = ago(scene.at, -who.edge)
    months = end.year * 12 + end.month - 1 - dict(rules.policy.expiry_months)[scene.tier]
    last = calendar.monthrange(months // 12, months % 12 + 1)[1]
    return end.replace(year=months // 12, month=months % 12 + 1, day=min(end.day, last))


def _places(who: Who) -> tuple[str, tuple[str, ...]]:
    """The number's place and, where somebody's country is another, theirs too; and every zone they may be in."""
    region, zones = who.place
    if not who.kind or not who.met:
        return region, tuple(sorted(set(zones.split())))
    told = {each.country for each in who.people if each.country}
    their_zones = {each.time_zone for each in who.people if each.time_zone}
    disagree = bool(told) and told != {region.partition("-")[0]}
    regions = " ".join(filter(None, [region, *(sorted(told) if disagree else ())]))
    all_told = all(each.time_zone for each in who.people)
    if all_told and (not disagree or not zones):
        return regions, tuple(sorted(their_zones))
    return regions, tuple(sorted({*zones.split(), *their_zones})) if zones else ()


def _template_serves(scene: Scene) -> bool:
    if not scene.content:
        return True
    return scene.content == "approved" and scene.tier == "marketing"


def _opens(age: int, said: int | None, form: str, ours: bool) -> bool:
    within = age < 24 * 3600 and (said is None or said < 24 * 3600)
    return within and ours and form not in ("preference", "number_changed")


def _got(who: Who, seconds: int, rules: Rulebook) -> int:
    """How many messages that caps count they got lately at this very address."""
    counted = {tier.name for tier in rules.tiers if tier.capped}
    here = [each for each in who.sent if not each.beside]
    return sum(1 for each in here if each.age < seconds and each.state in _COUNTED and each.tier in counted)


def _cap(
    who: Who, scene: Scene, regions: str, rules: Rulebook
) -> tuple[int, int | None, bool, datetime.datetime | None]:
    """Of the limits that hold the one with the least room left; where any is full, whether it waits, and for what hour."""
    counted = {tier.name for tier in rules.tiers if tier.capped}
    limits = [] if scene.tier not in counted else _limits(scene, regions.split(), rules)
    found = [(sorted(_left(who, scene, limit, counted)), limit) for limit in limits]
    if not found:
        return 0, None, False, None
    got, tightest = min(found, key=lambda each: max(each[1].most - len(each[0]), -1))
    full = [(ages, limit) for ages, limit in found if len(ages) >= limit.most]
    rooms = [_full_hour(ago(scene.at, ages[limit.most - 1] - limit.hours * 3600)) for ages, limit in full]
    return (
        min(len(got), tightest.most + 1),
        tightest.most,
        all(each.waits for _, each in full) and bool(full),
        max(rooms, default=None),
    )


@dataclasses.dataclass(frozen=True, slots=True)
class _Limit:
    most: int
    hours: int
    channels: Sequence[str]
    waits: bool


def _limits(scene: Scene, places: Iterable[str], rules: Rulebook) -> list[_Limit]:
    own = scene.cap is not None and not scene.free
    found = [_Limit(scene.cap or 0, scene.cap_days * 24, get_args(Channel), scene.cap_waits)] if own else []
    day = scene.at.date()
    return found + [
        _Limit(cap.count, cap.window_hours, cap.channels, cap.waits)
        for place in places
        for cap in rules.caps_for(place, scene.channel, scene.tier, day)
    ]


def _left(who: Who, scene: Scene, limit: _Limit, counted: Collection[str]) -> Iterator[int]:
    """How many seconds ago each message left that this limit counts, to whatever address of theirs."""
    for sent in who.sent:
        age = sent.age if sent.left is None else sent.left
        fits = sent.state in _COUNTED and sent.tier in counted and (sent.channel or scene.channel) in limit.channels
        if who.met and fits and age < limit.hours * 3600:
            yield age


def _full_hour(moment: datetime.datetime) -> datetime.datetime:
    whole = moment.replace(minute=0, second=0, microsecond=0)
    return whole if whole == moment else whole + datetime.timedelta(hours=1)
