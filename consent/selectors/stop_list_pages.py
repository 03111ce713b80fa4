"""Lists of whom not to reach, as their pages show them. No address is opened for who may not see it."""

import dataclasses
import datetime
import uuid
from collections.abc import Iterator, Mapping
from typing import Any, Final

from django.core.paginator import Page, Paginator
from django.db.models import Count, Q, QuerySet

from accounts.choices import country_name
from accounts.contracts import Actor
from consent.models import CHANNELS, Point, StopList, StopListEntry
from consent.rule_types import ListRule
from consent.rulebook import in_force, rulebook
from consent.selectors.stop_lists import told_reason
from consent.states import LIST_LABELS
from consent.values import Listed
from core import clock, vault
from core.tenancy import require_organization_id

PAGE_SIZE: Final = 50
_CHUNK: Final = 1_000
FORMS: Final[Mapping[str, str]] = {
    "phone": "Phone number", "email": "Email address", "whatsapp": "WhatsApp id", "domain": "Every mailbox of a domain",
    "prefix": "Every number that begins so",
}  # fmt: skip


@dataclasses.dataclass(frozen=True, slots=True)
class ListRow:
    """One list: what it is, how many entries count, and whether its data is fresh."""

    row: StopList
    kind: str
    country: str
    entries: int
    badge: Mapping[str, str]
    rules: tuple[ListRule, ...]

    @property
    def is_own(self) -> bool:
        """Whether its entries are the organisation's own, to be removed one by one."""
        return bool(self.row.kind == "own")


@dataclasses.dataclass(frozen=True, slots=True)
class EntryRow:
    """One entry as the reader may see it."""

    id: uuid.UUID
    text: str
    form: str
    channel: str
    reason: str
    since: datetime.datetime
    until: datetime.datetime | None


def list_rows() -> list[ListRow]:
    """The lists that have not ended, with how many entries of each count. One query."""
    now = clock.now()
    live = Q(entries__removed_at=None) & (Q(entries__expires_at=None) | Q(entries__expires_at__gt=now))
    rows = StopList.objects.filter(ended_at=None).annotate(held=Count("entries", filter=live)).order_by("kind", "name")
    return [_list_row(row, row.held) for row in rows]


def list_row(row: StopList) -> ListRow:
    """One list. One query."""
    return _list_row(row, _live(row).count())


def _list_row(row: StopList, held: int) -> ListRow:
    today = clock.now().date()
    rules = tuple(
        rule for rule in rulebook().lists
        if rule.kind == row.kind and {"*", row.country} & {*rule.places} and in_force(rule, today)
    )  # fmt: skip
    return ListRow(
        row=row,
        kind=dict(LIST_LABELS).get(row.kind, row.kind),  # type: ignore[call-overload]
        country=country_name(row.country) if row.country else "",
        entries=held,
        badge=_badge(row, rules, today),
        rules=rules,
    )


def _badge(row: StopList, rules: tuple[ListRule, ...], today: datetime.date) -> Mapping[str, str]:
    if row.ended_at is not None:
        return {"label": "Given up", "tone": "plain", "icon": "x"}
    if row.expires_at is not None and row.expires_at <= clock.now():
        return {"label": "Has ended", "tone": "plain", "icon": "clock"}
    days = [rule.fresh_days for rule in rules if rule.need != "never"]
    if days and (row.source_on is None or (today - row.source_on).days > min(days)):
        return {"label": "Not renewed in time" if row.source_on else "Not loaded yet", "tone": "no", "icon": "alert"}
    return {"label": "In force", "tone": "yes", "icon": "check"}


def entry_page(actor: Actor, row: StopList, number: str) -> "Page[Any]":
    """Fifty entries of a list, newest first. Two queries."""
    page = Paginator(_live(row).select_related("point").order_by("-created_at", "-id"), PAGE_SIZE).get_page(number)
    shown: Any = [_entry(actor, each) for each in page.object_list]
    page.object_list = shown
    return page


def found_entries(actor: Actor, row: StopList, wanted: Listed) -> list[EntryRow]:
    """The entries of a list that name an address, or a domain or a beginning that it has. One query."""
    organization_id, text = require_organization_id(), wanted.text
    keys = [(wanted.form, wanted.address.key if wanted.address else text)]
    if wanted.form in ("email", "domain"):
        labels = text.rpartition("@")[2].lower().split(".")
        keys += [("domain", ".".join(labels[start:])) for start in range(len(labels))]
    if wanted.form in ("phone", "prefix"):
        keys += [("prefix", text[:length]) for length in range(2, len(text) + 1)]
    digests = [vault.digest(organization_id, form, key) for form, key in dict.fromkeys(keys)]
    entries = _live(row).filter(digest__in=digests).select_related("point").order_by("-created_at", "-id")
    return [_entry(actor, each) for each in entries]


def every_entry(actor: Actor, row: StopList) -> Iterator[list[str]]:
    """Each entry that counts, as a row of the file: what, kind, channel, why, since, until. Streamed by the thousand."""
    entries = _live(row).select_related("point").order_by("id")
    for each in entries.iterator(chunk_size=_CHUNK):
        told = _entry(actor, each)
        until = told.until.isoformat() if told.until else ""
        yield [told.text, told.form, told.channel, told.reason, told.since.isoformat(), until]


def list_choices() -> list[tuple[str, str]]:
    """The kinds of lists one may open, as (kind and country, words)."""
    home = rulebook().registrations.country_of_records
    found: dict[str, str] = {}
    for rule in rulebook().lists:
        for place in rule.places:
            if place == "*":
                found[rule.kind] = LIST_LABELS[rule.kind]
            elif home(place) == place:
                found[f"{rule.kind} {place}"] = f"{LIST_LABELS[rule.kind]}: {country_name(place)}"
    return list(found.items())


def _live(row: StopList) -> "QuerySet[Any]":
    rows = StopListEntry.objects.filter(list=row, removed_at=None)
    return rows.filter(Q(expires_at=None) | Q(expires_at__gt=clock.now()))


def _entry(actor: Actor, entry: StopListEntry) -> EntryRow:
    sees = actor.may("see_addresses")
    text = entry.pattern
    if entry.form == "domain":
        text = f"@{entry.pattern}"
    elif entry.form == "prefix":
        text = f"{entry.pattern}*"
    elif entry.point is not None:
        text = (_opened(entry.point) if sees else "") or entry.point.hint
    return EntryRow(
        id=entry.id,
        text=text or "Known by its digest alone",
        form=FORMS[entry.form],
        channel=dict(CHANNELS).get(entry.channel, "Every channel"),
        reason=told_reason(entry) if sees else "",
        since=entry.created_at,
        until=entry.expires_at,
    )


def _opened(point: Point) -> str:
    return vault.unseal_text(
        require_organization_id(), "consent_point", "address_sealed", point.id, point.address_sealed
    )
