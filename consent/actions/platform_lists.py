"""The platform's own list: what nobody here may reach. Written by operators alone; organisations only feel it."""

import datetime
from collections.abc import Iterable, Mapping
from typing import Final

from accounts.actions.audit import record_platform_audit
from accounts.contracts import Actor, Refused
from consent.models import PlatformSuppression
from consent.values import Listed
from core import clock, vault

#: whose list an entry is from
PLATFORM_KINDS: Final[Mapping[str, str]] = {
    "abuse": "Abuse", "fraud": "Fraud and traffic pumping", "litigator": "Known litigators", "minor": "Minors",
    "reassigned": "Numbers that changed hands",
}  # fmt: skip
_SHORTEST: Final = 5


def bar_on_platform(
    *,
    actor: Actor,
    entries: Iterable[Listed],
    kind: str,
    reason: str,
    source: str,
    source_on: datetime.date | None = None,
    expires_at: datetime.datetime | None = None,
) -> int:
    """Keep every organisation from addresses, domains and beginnings of numbers; answer how many rows were written.

    Effects: a row each, addresses as digests under the platform's key; one that was there takes the new reason, source and
             end. A link of the platform's own audit chain.
    Errors:  Refused for who is no operator, an unknown kind, no reason or source, a day to come, an end that has passed.
    """
    _demand_operator(actor)
    now = clock.now()
    if kind not in PLATFORM_KINDS:
        raise Refused("This kind is unknown.", field="kind", remedy="Choose one from the list.")
    if len(reason.strip()) < _SHORTEST or not source.strip():
        raise Refused("Nobody could tell later why.", field="reason", remedy="Say why, and where it comes from.")
    if source_on is not None and source_on > now.date():
        raise Refused("That day is still to come.", field="source_on", remedy="Say of which day the data is.")
    if expires_at is not None and expires_at <= now:
        raise Refused("That moment has passed.", field="ends_on", remedy="Choose a later one, or none.")
    rows = {}
    for each in entries:
        form = "address" if each.address else each.form
        digest = vault.platform_digest(each.form, each.address.key if each.address else each.text)
        rows[digest] = PlatformSuppression(
            digest=digest, form=form, pattern="" if each.address else each.text, kind=kind, reason=reason.strip()[:200],
            source=source.strip()[:200], source_on=source_on, expires_at=expires_at, created_at=now,
        )  # fmt: skip
    PlatformSuppression.objects.bulk_create(
        rows.values(),
        update_conflicts=True,
        unique_fields=["digest"],
        update_fields=["kind", "reason", "source", "source_on", "expires_at"],
    )
    record_platform_audit(actor=actor, action="platform_list.added")
    return len(rows)


def free_on_platform(*, actor: Actor, entry: PlatformSuppression, reason: str) -> None:
    """End an entry now. The row stays, with the reason behind its own. Errors: Refused without a reason, or when it is over."""
    _demand_operator(actor)
    now = clock.now()
    if len(reason.strip()) < _SHORTEST:
        raise Refused("Nobody could tell later why.", field="reason", remedy="Say why in a few words.")
    if entry.expires_at is not None and entry.expires_at <= now:
        raise Refused("It is over already.")
    entry.expires_at = now
    entry.reason = f"{entry.reason[:95]} | ended: {reason.strip()[:90]}"
    entry.save(update_fields=["expires_at", "reason"])
    record_platform_audit(actor=actor, action="platform_list.ended")


def _demand_operator(actor: Actor) -> None:
    if actor.kind != "operator":
        raise Refused("Only operators keep the platform's list.", remedy="Keep a list of your organisation's own.")
