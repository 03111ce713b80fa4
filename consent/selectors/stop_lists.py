"""The lists of addresses that must not be reached, as the gate needs them: which are in force, how old, whom they name."""

import dataclasses
import datetime
import functools
from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.db import connection
from django.db.models import Exists, OuterRef, Q

from consent.models import Point, StopListEntry
from consent.on_lists import PLATFORM
from consent.rule_types import ListRule
from consent.rulebook import Rulebook, in_force, rulebook
from consent.states import POINT_CHANNELS
from consent.values import Address
from core import vault
from core.tenancy import require_organization_id

#: what of an address a domain or a beginning of numbers is compared with
KIND_OF_FORM: Final = {"domain": "email", "prefix": "phone"}

_IN_FORCE = """
select 'list', l.kind || ' ' || coalesce(nullif(l.country, ''), '*'), l.source_on, '', '', '',
  exists (select from consent_stoplistentry e where e.organization_id = l.organization_id and e.list_id = l.id
          and e.removed_at is null and e.form in ('phone', 'email', 'whatsapp'))
from consent_stoplist l
where l.organization_id = %(organization)s and l.ended_at is null and (l.expires_at is null or l.expires_at > %(at)s)
union all
select 'pattern', l.kind || ' ' || coalesce(nullif(l.country, ''), '*'), null, e.form, e.pattern, e.channel, false
from consent_stoplistentry e
join consent_stoplist l on l.organization_id = e.organization_id and l.id = e.list_id
where e.organization_id = %(organization)s and e.removed_at is null and e.form in ('domain', 'prefix')
  and (e.expires_at is null or e.expires_at > %(at)s)
  and l.ended_at is null and (l.expires_at is null or l.expires_at > %(at)s)
union all
select 'pattern', %(platform)s, null, b.form, b.pattern, '', false from consent_platformsuppression b
where b.form <> 'address' and (b.expires_at is null or b.expires_at > %(at)s)
"""


@dataclasses.dataclass(frozen=True, slots=True)
class Pattern:
    """A domain or a beginning of numbers that must not be reached, and the list it is on, as facts name it."""

    form: str
    text: str
    channel: str
    name: str


@dataclasses.dataclass(frozen=True)
class Lists:
    """What is in force: registers and lists as (name, day of their data), whether any holds addresses, and the patterns."""

    held: tuple[tuple[str, datetime.date | None], ...] = ()
    holds_addresses: bool = False
    patterns: tuple[Pattern, ...] = ()

    @property
    def any(self) -> bool:
        """Whether anybody can be on a list at all."""
        return self.holds_addresses or bool(self.patterns)

    def standings(self, rules: Rulebook, day: datetime.date) -> tuple[str, ...]:
        """How fresh each register is that grows old, as facts tell it: "national_dnc US fresh"."""
        found = []
        for name, data_of in self.held:
            ages = [rule.fresh_days for rule in _rules_of(name, rules, day) if rule.need != "never"]
            fresh = data_of is not None and all((day - data_of).days <= days for days in ages)
            found += [f"{name} {'fresh' if fresh else 'stale'}"] if ages else []
        return tuple(sorted(set(found)))

    def names_of(self, kind: str, text: str, channel: str) -> set[str]:
        """The lists of which a domain or a beginning of numbers is this address's."""
        if kind == "email":
            labels = text.rpartition("@")[2].lower().split(".")
            tried = [("domain", ".".join(labels[start:])) for start in range(len(labels))]
        else:
            tried = [("prefix", text[:length]) for length in range(2, len(text) + 1)] if kind == "phone" else []
        found = [each for key in tried for each in self._by_text.get(key, ())]
        return {each.name for each in found if each.channel in ("", channel)}

    @functools.cached_property
    def _by_text(self) -> dict[tuple[str, str], list[Pattern]]:
        found: dict[tuple[str, str], list[Pattern]] = {}
        for each in self.patterns:
            found.setdefault((each.form, each.text), []).append(each)
        return found


NO_LISTS: Final = Lists()


def lists_in_force(at: datetime.datetime) -> Lists:
    """The lists that count at a moment, of the organisation in scope and of the platform. One query."""
    with connection.cursor() as cursor:
        organization_id = require_organization_id()
        cursor.execute(_IN_FORCE, {"organization": organization_id, "at": at, "platform": PLATFORM})
        rows = cursor.fetchall()
    return Lists(
        held=tuple((name, day) for what, name, day, *_ in rows if what == "list"),
        holds_addresses=any(filled for *_, filled in rows),
        patterns=tuple(
            Pattern(form, pattern, channel, name)
            for what, name, _, form, pattern, channel, _ in rows
            if what == "pattern"
        ),
    )


def unreached(at: datetime.datetime) -> Q:
    """A condition on states of consent: the address is on no list that stops it whatever was agreed. One query.

    Where no list holds an address the condition asks for nothing.
    """
    if not lists_in_force(at).holds_addresses:
        return Q()
    overridden = {rule.kind for rule in rulebook().lists if "granted" in rule.overridden_by}
    entries = StopListEntry.objects.filter(
        digest=OuterRef("point__digest"), form=OuterRef("point__kind"), removed_at=None, list__ended_at=None
    )
    entries = entries.filter(Q(channel="") | Q(channel=OuterRef("channel"))).exclude(list__kind__in=overridden)
    entries = entries.filter(Q(expires_at=None) | Q(expires_at__gt=at))
    return Q(~Exists(entries.filter(Q(list__expires_at=None) | Q(list__expires_at__gt=at))))


def matched(
    cursor: Any, lists: Lists, asked: str, parameters: Mapping[str, Any], channel: str
) -> tuple[list[Any], list[str]]:
    """Which of the points of `asked` have a domain or a beginning that is listed, and on which list; two lists, side by side.

    Effects: where there are patterns these addresses are opened, some 100,000 a second: one query. Otherwise none.
    """
    kinds = sorted({KIND_OF_FORM[each.form] for each in lists.patterns if each.channel in ("", channel)})
    points: list[Any] = []
    names: list[str] = []
    if not kinds:
        return points, names
    organization_id = require_organization_id()
    cursor.execute(_addresses_sql(asked), {**parameters, "matched_kinds": kinds})
    opened: set[Any] = set()
    for point_id, kind, sealed in cursor.fetchall():
        if point_id in opened:
            continue
        opened.add(point_id)
        text = vault.unseal_text(organization_id, "consent_point", "address_sealed", point_id, sealed)
        for name in lists.names_of(kind, text, channel):
            points.append(point_id)
            names.append(name)
    return points, names


def told_reason(entry: StopListEntry, column: str = "reason_sealed") -> str:
    """Why an entry was added, or (removal_sealed) removed."""
    sealed = getattr(entry, column)
    return (
        vault.unseal_text(require_organization_id(), "consent_stoplistentry", column, entry.id, sealed)
        if sealed
        else ""
    )


def _addresses_sql(asked: str) -> str:
    return f"""
    select p.id, p.kind, p.address_sealed from ({asked}) asked
    join consent_point p on p.organization_id = %(organization)s and p.id = asked.point_id
    where p.kind = any(%(matched_kinds)s) and octet_length(p.address_sealed) > 0
    """


def lists_naming(
    addresses: Iterable[Address], lists: Lists, channel: str, at: datetime.datetime
) -> dict[tuple[str, str], str]:
    """The lists each of these addresses is on, joined by commas, by kind and key. At most one query."""
    organization_id = require_organization_id()
    wanted = {(each.kind, vault.digest(organization_id, each.kind, each.key)): each for each in addresses}
    found: dict[tuple[str, str], set[str]] = {
        (each.kind, each.key): lists.names_of(each.kind, each.text, channel) for each in wanted.values()
    }
    if lists.holds_addresses and wanted:
        for form, digest, kind, country in _entries([digest for _, digest in wanted], channel, at):
            each = wanted.get((form, bytes(digest)))
            if each is not None:
                found[each.kind, each.key].add(f"{kind} {country or '*'}")
    return {key: ",".join(sorted(names)) for key, names in found.items()}


def lists_of_point(point: Point, lists: Lists, at: datetime.datetime) -> dict[str, tuple[str, ...]]:
    """The lists one address is on, by channel. At most one query for each channel, none where nothing can name it."""
    if not lists.any:
        return {}
    organization_id = require_organization_id()
    text = vault.unseal_text(organization_id, "consent_point", "address_sealed", point.id, point.address_sealed)
    found = {}
    for channel in POINT_CHANNELS[point.kind]:
        names = lists.names_of(point.kind, text, channel)
        rows = _entries([bytes(point.digest)], channel, at) if lists.holds_addresses else ()
        names |= {f"{kind} {country or '*'}" for form, _, kind, country in rows if form == point.kind}
        found[str(channel)] = tuple(sorted(names))
    return found


def _entries(digests: list[bytes], channel: str, at: datetime.datetime) -> Iterable[Any]:
    rows = StopListEntry.objects.filter(digest__in=digests, removed_at=None, channel__in=["", channel])
    rows = rows.filter(list__ended_at=None).exclude(expires_at__lte=at).exclude(list__expires_at__lte=at)
    return rows.values_list("form", "digest", "list__kind", "list__country")


def _rules_of(name: str, rules: Rulebook, day: datetime.date) -> list[ListRule]:
    kind, _, country = name.partition(" ")
    return [
        rule for rule in rules.lists if rule.kind == kind and in_force(rule, day) and {"*", country} & {*rule.places}
    ]
