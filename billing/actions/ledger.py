"""Verbs of the ledger: units come in, are held for a message, and are charged or given back. Each once."""

import uuid
from collections.abc import Sequence
from typing import Any

from django.db import connection

from accounts.actions.audit import record_audit
from accounts.contracts import Actor, Refused
from billing.contracts import Charge
from billing.models import LedgerEntry
from billing.states import KINDS, PER_UNIT
from core import clock

LARGEST_TOP_UP = 10_000_000

_RESERVE = """
select billing_reserve(%(references)s::uuid[], %(messages)s::uuid[], %(amounts)s::bigint[], %(versions)s::text[],
                       %(channels)s::text[], %(origins)s::uuid[], %(actor_kind)s, %(actor)s::uuid)
"""
_FINISH = "select charged, given_back from billing_finish(%s::uuid[], %s::uuid[], %s, %s::uuid)"


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

    Shape:   any number of charges; those that cost nothing are held without an entry, those that are held already are held
             once; what was charged or given back before is not held again.
    Effects: one entry for each, all by one statement; the organisation's balance is locked until the transaction ends, so two
             lanes cannot both hold the last unit.
    """
    if not charges:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(_RESERVE, _columns_of(charges) | {"actor_kind": actor.kind, "actor": actor.id})
        return {row[0] for row in cursor.fetchall()}


def _columns_of(charges: Sequence[Charge]) -> dict[str, Any]:
    return {
        "references": [charge.reference for charge in charges],
        "messages": [charge.message_id for charge in charges],
        "amounts": [charge.amount for charge in charges],
        "versions": [charge.version for charge in charges],
        "channels": [charge.channel for charge in charges],
        "origins": [charge.origin_id for charge in charges],
    }


def finish_units(
    *, actor: Actor, taken: Sequence[uuid.UUID] = (), not_taken: Sequence[uuid.UUID] = ()
) -> tuple[int, int]:
    """Charge what was held for the attempts a carrier took, give back what was held for those it did not take.

    Shape:   answers how many were charged, and how many given back; what is neither held nor open any more stays as it is.
    Effects: one entry for each, all by one statement. The balance is locked until the transaction ends.
    """
    if not taken and not not_taken:
        return 0, 0
    with connection.cursor() as cursor:
        cursor.execute(_FINISH, [list(taken), list(not_taken), actor.kind, actor.id])
        charged, given_back = cursor.fetchone()
    return charged, given_back


def settle_units(*, actor: Actor, references: Sequence[uuid.UUID]) -> int:
    """Charge what was held for these attempts; what was charged or given back already stays. Answer how many."""
    return finish_units(actor=actor, taken=references)[0]


def release_units(*, actor: Actor, references: Sequence[uuid.UUID]) -> int:
    """Give back what was held for these attempts; what was charged or given back already stays. Answer how many."""
    return finish_units(actor=actor, not_taken=references)[1]


def refund_units(*, actor: Actor, reference: uuid.UUID, note: str) -> bool:
    """Give back what an attempt was charged, with the reason; False when it was not charged, or was refunded before."""
    _available_locked()
    charged = LedgerEntry.objects.filter(reference=reference, kind="settle").first()
    if charged is None or LedgerEntry.objects.filter(reference=reference, kind="refund").exists():
        return False
    entry = _entry(actor, "refund", charged.amount, note=note[:200])
    entry.reference, entry.message_id = reference, charged.message_id
    entry.channel, entry.origin_id = charged.channel, charged.origin_id
    entry.save(force_insert=True)
    return True


def _available_locked() -> int:
    """What is available, held still until the transaction ends. Every verb takes this lock first, so none waits in a ring."""
    with connection.cursor() as cursor:
        cursor.execute("select billing_hold_available()")
        return int(cursor.fetchone()[0])


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
