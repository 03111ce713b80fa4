"""Keeping to what carriers have in their books: messages no webhook brought, and addresses only the carrier keeps out."""

import dataclasses
import datetime
import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

from django.db import connection
from django.db.models import F, Max, QuerySet

from accounts.contracts import Actor
from consent.actions.ledger import stop_point, suppress_points
from consent.actions.ledger_rows import lock_points
from consent.actions.points import ensure_points
from consent.contracts import Channel
from consent.models import ConsentEvent, Suppression
from consent.states import SOURCES
from consent.values import Address, Provenance, address_of
from core import clock
from core.email import EmailAddress, parse_email
from core.phone import PhoneNumber, parse_phone
from core.tenancy import require_organization_id
from messaging.actions.receiving import receive_inbound
from messaging.carrier_book_models import CarrierBook, CarrierDrift
from messaging.models import InboundMessage, ProviderAccount
from messaging.providers.books import KeptOut, KeptOutBecause, Taken

#: so many addresses are compared with the same few questions, and written down in one transaction
SLICE: Final = 500
_BATCH: Final = 250
#: what an address does when it opens again after a stop
_OPENED: Final = ("granted", "lifted")
#: by whose act: a file or another system never outweighs a stop (`consent.states.can_move`)
_BY_PERSON: Final = [source for source, rule in SOURCES.items() if rule.by_person and rule.grants]
#: what another system or a file told us, whatever source it names
_TOLD: Final = ("api", "import")

_MADE_SINCE: Final = """
select k.point, count(*) from unnest(%s::uuid[], %s::text[], %s::timestamptz[]) as k (point, channel, since)
join messaging_message m on m.organization_id = %s and m.point_id = k.point and m.channel = k.channel
  and m.created_at >= k.since and m.state <> 'suppressed'
group by k.point
"""


@dataclasses.dataclass(frozen=True, slots=True)
class Compared:
    """What came of a part of a list: its entries, those nobody can read, and those that said stop to us as well."""

    entries: int
    unreadable: int
    known: int


def book_of(account: ProviderAccount) -> CarrierBook:
    """The account's book; made on first use."""
    return CarrierBook.objects.get_or_create(account=account)[0]


def receive_missed(*, account: ProviderAccount, taken: Sequence[Taken]) -> list[uuid.UUID]:
    """Take the messages of a list that no webhook has brought, oldest first; answer their rows.

    Effects: as `receive_inbound` of what came late: a stop counts, nothing is answered, and a START waits for somebody.
    """
    ids = [one.inbound.provider_message_id for one in taken]
    known = InboundMessage.objects.filter(account=account, provider_message_id__in=ids)
    had = set(known.values_list("provider_message_id", flat=True))
    new = [one for one in taken if one.inbound.provider_message_id not in had]
    heard = [receive_inbound(account=account, inbound=one.inbound, late=one.at) for one in new]
    return [one.message.id for one in heard if one is not None]


def note_inbound_read(*, account: ProviderAccount, until: datetime.datetime, missed: int) -> None:
    """The messages of people were read whole up to this moment, and so many were new to us."""
    now = clock.now()
    changes: dict[str, object] = {"inbound_until": until, "inbound_read_at": now, "problem": ""}
    if missed:
        changes |= {"missed": F("missed") + missed, "missed_at": now}
    CarrierBook.objects.filter(id=book_of(account).id).update(**changes)


def note_problem(*, account: ProviderAccount, problem: str) -> None:
    """A book could not be read; what was read before stays as it was."""
    CarrierBook.objects.filter(id=book_of(account).id).update(problem=problem[:120])


def compare_slice(*, account: ProviderAccount, kept_out: Sequence[KeptOut], at: datetime.datetime) -> Compared:
    """Hold a part of the carrier's list, of `SLICE` entries at most, beside our ledger; nobody is stopped by this.

    Shape:   `at` is the moment of the whole comparison, the same for every part of it.
    Effects: a drift for each address that only the carrier keeps out; drifts that we have put right are closed.
    """
    addresses = [(entry, _address(entry)) for entry in kept_out]
    readable = [(entry, address) for entry, address in addresses if address is not None]
    ids = ensure_points([address for _, address in readable])
    by_point = {ids[address.kind, address.key]: entry for entry, address in readable}
    _note_drifts(account, by_point, at)
    known = _stopped_here(account).filter(point_id__in=list(by_point)).count()
    return Compared(len(kept_out), len(kept_out) - len(readable), known)


def end_comparison(*, account: ProviderAccount, parts: Sequence[Compared], at: datetime.datetime) -> int:
    """The list was read whole: close the drifts that it shows no more; answer how many addresses only the carrier keeps out."""
    seen_before = CarrierDrift.objects.filter(account=account, state__in=["open", "agreed_since"], found_at__lt=at)
    seen_before.update(state="gone", settled_at=at)
    CarrierBook.objects.filter(id=book_of(account).id).update(
        kept_out_read_at=at,
        kept_out=sum(part.entries for part in parts),
        unreadable=sum(part.unreadable for part in parts),
        only_ours=max(0, _stopped_here(account).count() - sum(part.known for part in parts)),
        problem="",
    )
    return open_drifts(account).count()


def open_drifts(account: ProviderAccount) -> "QuerySet[CarrierDrift]":
    """The addresses that only the carrier keeps out, as far as anybody has looked."""
    return CarrierDrift.objects.filter(account=account, state="open")


def record_drifts(*, actor: Actor, account: ProviderAccount) -> int:
    """Write down in our ledger what only the carrier knew, for `SLICE` addresses at most; answer for how many.

    Each is looked at once more: whoever stopped here or came back since the comparison is left as they are.

    Effects: a stop for whoever stopped there, a protection for an address that complained or does not exist.
    Errors:  Refused without the right to record opt-outs.
    """
    actor.require("change_consent")
    rows = list(open_drifts(account).order_by("point_id")[:SLICE])
    lock_points([row.point_id for row in rows])
    by_point = {row.point_id: _entry_of(row) for row in rows}
    closed, opened = _closed(by_point), _opened(by_point)
    for row in rows:
        if row.point_id in closed:
            row.state = "recorded"
        elif _has_come_back(by_point[row.point_id], opened.get(row.point_id)):
            row.state = "agreed_since"
        else:
            _record(actor, account, row)
            row.state = "recorded"
        row.settled_at = clock.now()
    CarrierDrift.objects.bulk_update(rows, ["state", "settled_at"], batch_size=_BATCH)
    return len(rows)


def _record(actor: Actor, account: ProviderAccount, row: CarrierDrift) -> None:
    provenance = Provenance("account", account.id)
    said = {"carrier": account.provider, "word": row.word, "since": row.since.isoformat() if row.since else ""}
    if row.because == "opted_out" and row.by_person:
        stop_point(
            actor=actor, point_id=row.point_id, channel=row.channel, source="provider", provenance=provenance,
            evidence=said,
        )  # fmt: skip
    else:
        suppress_points(
            actor=actor, point_ids=[row.point_id], channel=row.channel, kind=row.because, source="provider",
            provenance=provenance, evidence=said,
        )  # fmt: skip


def _entry_of(row: CarrierDrift) -> KeptOut:
    because = cast(KeptOutBecause, row.because)
    return KeptOut(cast(Channel, row.channel), "", because, row.since, row.word, row.by_person)


def _address(entry: KeptOut) -> Address | None:
    """The address as ours are known; None when nobody can read it."""
    parsed = parse_email(entry.address) if entry.channel == "email" else parse_phone(entry.address)
    return address_of(parsed) if isinstance(parsed, EmailAddress | PhoneNumber) else None


def _note_drifts(account: ProviderAccount, by_point: Mapping[uuid.UUID, KeptOut], at: datetime.datetime) -> None:
    closed, opened, made = _closed(by_point), _opened(by_point), _made_since(by_point)
    rows = [
        CarrierDrift(
            account=account,
            point_id=point_id,
            channel=entry.channel,
            because=entry.because,
            word=entry.word,
            by_person=entry.by_person,
            since=entry.since,
            leaked=made.get(point_id, 0),
            state="agreed_since" if _has_come_back(entry, opened.get(point_id)) else "open",
            found_at=at,
        )
        for point_id, entry in by_point.items()
        if point_id not in closed
    ]
    changed = ["channel", "because", "word", "by_person", "since", "leaked", "state", "found_at", "settled_at"]
    unique = ["organization", "account", "point"]
    CarrierDrift.objects.bulk_create(rows, update_conflicts=True, unique_fields=unique, update_fields=changed)
    settled = CarrierDrift.objects.filter(account=account, point_id__in=closed, state__in=["open", "agreed_since"])
    settled.update(state="recorded", settled_at=at)


def _has_come_back(entry: KeptOut, opened_at: datetime.datetime | None) -> bool:
    """Whether the person agreed again on this very channel after they had stopped at the carrier; no yes mends a dead address."""
    return (
        entry.because == "opted_out" and entry.since is not None and opened_at is not None and opened_at > entry.since
    )


def _closed(by_point: Mapping[uuid.UUID, KeptOut]) -> set[uuid.UUID]:
    """Which of these addresses we keep out on the same channel already, for whatever lasting reason."""
    live = Suppression.objects.filter(point_id__in=list(by_point), lifted_at=None, expires_at=None)
    held = {(point_id, channel) for point_id, channel in live.exclude(kind="paused").values_list("point_id", "channel")}
    return {each for each, entry in by_point.items() if {(each, ""), (each, entry.channel)} & held}


def _opened(by_point: Mapping[uuid.UUID, KeptOut]) -> dict[uuid.UUID, datetime.datetime]:
    """When each of these people last agreed by an act of their own on that channel; nobody else's word opens after a stop."""
    events = ConsentEvent.objects.filter(point_id__in=list(by_point), status__in=_OPENED, source__in=_BY_PERSON)
    events = events.exclude(origin__in=_TOLD)
    found: dict[uuid.UUID, datetime.datetime] = {}
    for point_id, channel, last in events.values_list("point_id", "channel").annotate(last=Max("occurred_at")):
        if channel in ("", by_point[point_id].channel):
            found[point_id] = max(last, found.get(point_id, last))
    return found


def _made_since(by_point: Mapping[uuid.UUID, KeptOut]) -> dict[uuid.UUID, int]:
    """How many messages we made for these addresses since the carrier keeps them out; each broke a promise."""
    asked = [(point_id, entry.channel, entry.since) for point_id, entry in by_point.items() if entry.since]
    if not asked:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_MADE_SINCE, [*map(list, zip(*asked, strict=True)), require_organization_id()])
        return dict(cursor.fetchall())


def _stopped_here(account: ProviderAccount) -> "QuerySet[Suppression, dict[str, Any]]":
    """Addresses that said stop to us on a channel of this account."""
    channels = list(account.senders.values_list("channel", flat=True).distinct())
    live = Suppression.objects.filter(lifted_at=None, kind="opted_out", channel__in=["", *channels])
    return live.values("point_id").distinct()
