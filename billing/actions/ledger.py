"""Verbs of the ledger: units come in, are held for a message, and are charged or given back. Each once."""

import uuid
from collections.abc import Sequence

from django.db import connection

from accounts.actions.audit import record_audit
from accounts.contracts import Actor, Refused
from billing.contracts import Charge
from billing.models import LedgerEntry
from billing.states import KINDS, PER_UNIT
from core import clock

LARGEST_TOP_UP = 10_000_000


def add_units(*, actor: Actor, units: int, note: str, kind: str = "top_up") -> LedgerEntry:
    """Give the organisation in scope units, by an operator's hand.

    Units:   whole units.
    Effects: one entry and one audit row.
    Errors:  Refused without a reason, or for an amount outside 1 to ten million.
    """
    if actor.kind != "operator":
        raise Refused("Only an operator adds units.", remedy="Pay an invoice, or write to support.")
    if not note.strip():
        raise Refused("Say why.", field="note", remedy="Write the number of the payment, or the reason of the gift.")
    if not 1 <= units <= LARGEST_TOP_UP:
        raise Refused("That is not an amount.", field="units", remedy=f"Between 1 and {LARGEST_TOP_UP:,} units.")
    entry = _entry(actor, kind, units * PER_UNIT, note=note.strip()[:200])
    entry.save(force_insert=True)
    record_audit(actor=actor, action=f"units.{kind}", data={"units": units, "note": entry.note})
    return entry


def reserve_units(*, actor: Actor, charges: Sequence[Charge]) -> set[uuid.UUID]:
    """Hold what these attempts would cost, in their order, as far as the units reach; answer the references that are held.

    Shape:   any number of charges; those that cost nothing are held without an entry.
    Effects: one entry for each; the organisation's balance is locked until the transaction ends, so two lanes cannot both
             hold the last unit.
    """
    free = [charge for charge in charges if charge.amount == 0]
    room = _available_locked()
    held: list[Charge] = []
    for charge in charges:
        if 0 < charge.amount <= room:
            room -= charge.amount
            held.append(charge)
    LedgerEntry.objects.bulk_create([_entry_of(actor, "reserve", charge) for charge in held])
    return {charge.reference for charge in [*held, *free]}


def settle_units(*, actor: Actor, references: Sequence[uuid.UUID]) -> int:
    """Charge what was held for these attempts; what was charged or given back already stays. Answer how many."""
    return _finish(actor, references, "settle")


def release_units(*, actor: Actor, references: Sequence[uuid.UUID]) -> int:
    """Give back what was held for these attempts; what was charged or given back already stays. Answer how many."""
    return _finish(actor, references, "release")


def refund_units(*, actor: Actor, reference: uuid.UUID, note: str) -> bool:
    """Give back what an attempt was charged, with the reason; False when it was not charged, or was refunded before."""
    _available_locked()
    charged = LedgerEntry.objects.filter(reference=reference, kind="settle").first()
    if charged is None or LedgerEntry.objects.filter(reference=reference, kind="refund").exists():
        return False
    entry = _entry(actor, "refund", charged.amount, note=note[:200])
    entry.reference, entry.message_id = reference, charged.message_id
    entry.save(force_insert=True)
    return True


def _finish(actor: Actor, references: Sequence[uuid.UUID], kind: str) -> int:
    """Charge or release once: the two exclude each other, and the unique key refuses a second of the same."""
    _available_locked()
    rows = LedgerEntry.objects.filter(reference__in=references, kind__in=["reserve", "settle", "release"])
    held, done = {}, set()
    for row in rows:
        if row.kind == "reserve":
            held[row.reference] = row
        else:
            done.add(row.reference)
    entries = []
    for reference, row in held.items():
        if reference not in done:
            entry = _entry(actor, kind, row.amount)
            entry.reference, entry.message_id, entry.price_version = reference, row.message_id, row.price_version
            entries.append(entry)
    LedgerEntry.objects.bulk_create(entries)
    return len(entries)


def _available_locked() -> int:
    """What is available, held still until the transaction ends. Every verb takes this lock first, so none waits in a ring."""
    with connection.cursor() as cursor:
        cursor.execute("select billing_hold_available()")
        return int(cursor.fetchone()[0])


def _entry_of(actor: Actor, kind: str, charge: Charge) -> LedgerEntry:
    entry = _entry(actor, kind, charge.amount)
    entry.reference, entry.message_id, entry.price_version = charge.reference, charge.message_id, charge.version
    return entry


def _entry(actor: Actor, kind: str, amount: int, note: str = "") -> LedgerEntry:
    debit, credit = KINDS[kind]
    return LedgerEntry(
        kind=kind,
        amount=amount,
        debit=debit,
        credit=credit,
        actor_kind=actor.kind,
        actor_id=actor.id,
        note=note,
        at=clock.now(),
    )
