"""Keeping lists of whom not to reach: opening one, adding and removing entries, renewing a register, ending a list."""

import datetime
from collections.abc import Iterable, Sequence
from typing import Any, Final

from django.db import connection

from accounts.actions.audit import record_audit
from accounts.contracts import Actor, Refused
from consent.actions.ledger_rows import ask, lock_points
from consent.actions.points import ensure_points
from consent.models import CHANNELS, StopList, StopListEntry
from consent.rulebook import rulebook
from consent.states import LIST_LABELS
from consent.values import Listed, address_of
from core import clock, vault
from core.bulk import insert_rows
from core.ids import new_id
from core.spellings import other_spellings
from core.tenancy import require_organization_id

SHORTEST_REASON: Final = 5
_TABLE: Final = "consent_stoplistentry"
_COLUMNS: Final = {
    "id": "uuid", "organization_id": "uuid", "list_id": "uuid", "form": "text", "digest": "bytea", "pattern": "text",
    "point_id": "uuid", "channel": "text", "reason_sealed": "bytea", "expires_at": "timestamptz", "created_by": "uuid",
    "created_at": "timestamptz",
}  # fmt: skip
_POINTS: Final = "select id from consent_point where organization_id = %s and digest = any(%s) order by id"
_HOLD: Final = (
    "select 1 from consent_consentstate where organization_id = %s and point_id = any(%s) order by id for update"
)


def open_list(
    *,
    actor: Actor,
    kind: str,
    name: str,
    source: str,
    country: str = "",
    source_on: datetime.date | None = None,
    expires_at: datetime.datetime | None = None,
) -> StopList:
    """Begin a list, or one edition of a register. A register without `source_on` counts as one that must be asked, and is stale.

    Errors: Refused for a kind no rule knows, a country its rules do not name, a name in use, a day still to come.
    """
    actor.require("change_consent")
    _demand_kind(kind, country)
    now = clock.now()
    if not source.strip():
        raise Refused(
            "Nobody could tell where it comes from.", field="source", remedy="Say who made it, or why you keep it."
        )
    if source_on is not None and source_on > now.date():
        raise Refused("That day is still to come.", field="source_on", remedy="Say of which day the data is.")
    if expires_at is not None and expires_at <= now:
        raise Refused("That moment has passed.", field="expires_at", remedy="Choose a later one, or none.")
    if StopList.objects.filter(name=name.strip(), ended_at=None).exists():
        raise Refused("There is a list of this name.", field="name", remedy="Choose another name.", code="name_taken")
    row = StopList.objects.create(
        kind=kind, name=name.strip(), country=country, source=source.strip(), source_on=source_on,
        expires_at=expires_at, created_by=actor.person, created_at=now,
    )  # fmt: skip
    record_audit(
        actor=actor, action="stop_list.opened", on=("stop_list", row.id), data={"kind": kind, "country": country}
    )
    return row


def _demand_kind(kind: str, country: str) -> None:
    rules = [rule for rule in rulebook().lists if rule.kind == kind]
    if not rules:
        raise Refused("This kind of list is unknown.", field="kind", remedy=f"Choose one of {', '.join(LIST_LABELS)}.")
    everywhere = any("*" in rule.places for rule in rules)
    home = rulebook().registrations.country_of_records
    named = sorted({place for rule in rules for place in rule.places if home(place) == place} - {"*"})
    if everywhere and country:
        raise Refused("Such a list holds everywhere.", field="country", remedy="Leave the country empty.")
    if not everywhere and country not in named:
        remedy = f"Choose one of {', '.join(named)}."
        raise Refused("No register of that country is known.", field="country", remedy=remedy)


def add_entries(
    *,
    actor: Actor,
    stop_list: StopList,
    entries: Iterable[Listed],
    reason: str = "",
    channel: str = "",
    expires_at: datetime.datetime | None = None,
) -> int:
    """Put addresses, domains and beginnings of numbers on a list; answer how many were not on it yet.

    Effects: their entries, addresses known by keyed digest; on an organisation's own list each becomes a point, so that it can
             be shown again. A sender about to write to one of them is waited for: nobody is reached after this commits.
             Other spellings of a number are listed with it. One audit entry.
    Errors:  Refused without a reason on an own list, for an end that has passed, an unknown channel, or an ended list.
    """
    actor.require("change_consent")
    _demand_open(stop_list, channel, expires_at)
    reason = reason.strip()
    if stop_list.kind == "own" and len(reason) < SHORTEST_REASON:
        raise Refused("Nobody could tell later why.", field="reason", remedy="Say why they must not be reached.")
    wanted = _with_spellings(entries)
    points = ensure_points([each.address for each in wanted if each.address]) if stop_list.kind == "own" else {}
    organization_id, now = require_organization_id(), clock.now()
    rows, digests = [], []
    for each in wanted:
        entry_id, key = new_id(), each.address.key if each.address else each.text
        digest = vault.digest(organization_id, each.form, key)
        sealed = vault.seal(organization_id, _TABLE, "reason_sealed", entry_id, reason) if reason else None
        pattern = "" if each.address else each.text
        point_id = points.get((each.address.kind, each.address.key)) if each.address else None
        digests += [digest] if each.address else []
        rows.append((entry_id, organization_id, stop_list.id, each.form, digest, pattern, point_id, channel, sealed,
                     expires_at, actor.person, now))  # fmt: skip
    _hold(digests)
    added = insert_rows(_TABLE, _COLUMNS, rows, ignore=True)
    if added:
        record_audit(
            actor=actor, action="stop_list.entries_added", on=("stop_list", stop_list.id), data={"count": added}
        )
    return added


def _with_spellings(entries: Iterable[Listed]) -> list[Listed]:
    found: dict[tuple[str, str], Listed] = {}
    for each in entries:
        key = each.address.key if each.address else each.text
        found[each.form, key] = each
        for other in other_spellings(each.text) if each.form == "phone" else ():
            address = address_of(other)
            found.setdefault((address.kind, address.key), Listed(address.kind, address.text, address))
    return list(found.values())


def _hold(digests: Sequence[bytes]) -> None:
    """Wait for senders who are about to use a consent of these addresses, as who writes a stop does."""
    if not digests:
        return
    with connection.cursor() as cursor:
        cursor.execute(_POINTS, [require_organization_id(), list(digests)])
        ids = [row[0] for row in cursor.fetchall()]
    if ids:
        lock_points(ids)
        ask(_HOLD, ids)


def remove_entry(*, actor: Actor, entry: StopListEntry, reason: str) -> None:
    """Take an entry off an organisation's own list; the row stays, with who removed it and why.

    Errors: Refused without a reason; for an entry of a register, which only a newer edition lacks; for one removed already.
    """
    actor.require("change_consent")
    _demand_reason(reason)
    if entry.list.kind != "own":
        raise Refused(
            "It stands in a register, not in a list of yours.",
            remedy="Upload a newer edition of the register; what is not in it any more no longer counts.",
            code="register_entry",
        )
    if entry.removed_at is not None:
        raise Refused("It was removed already.", code="removed_before")
    organization_id = require_organization_id()
    entry.removed_at, entry.removed_by = clock.now(), actor.person
    entry.removal_sealed = vault.seal(organization_id, _TABLE, "removal_sealed", entry.id, reason.strip())
    entry.save(update_fields=["removed_at", "removed_by", "removal_sealed"])
    record_audit(
        actor=actor, action="stop_list.entry_removed", on=("stop_list", entry.list_id), data={"entry": str(entry.id)}
    )


def finish_edition(*, actor: Actor, stop_list: StopList, source_on: datetime.date) -> StopList:
    """Say that a register's data is all there, and of which day: it is fresh from now on, and the editions before it end.

    Errors: Refused for an own list, an ended one, a day still to come, or one older than the edition in use.
    """
    actor.require("change_consent")
    _demand_open(stop_list, "", None)
    if stop_list.kind == "own":
        raise Refused("Your own list has no editions.", remedy="Add entries to it.")
    if source_on > clock.now().date():
        raise Refused("That day is still to come.", field="source_on", remedy="Say of which day the data is.")
    before = StopList.objects.filter(kind=stop_list.kind, country=stop_list.country, ended_at=None).exclude(
        id=stop_list.id
    )
    if before.filter(source_on__gt=source_on).exists():
        raise Refused("The edition in use is newer.", field="source_on", remedy="Load the newest data.")
    stop_list.source_on = source_on
    stop_list.save(update_fields=["source_on"])
    before.update(ended_at=clock.now())
    data = {"kind": stop_list.kind, "country": stop_list.country, "of": source_on.isoformat()}
    record_audit(actor=actor, action="stop_list.renewed", on=("stop_list", stop_list.id), data=data)
    return stop_list


def end_list(*, actor: Actor, stop_list: StopList, reason: str) -> None:
    """Give up a list: none of its entries counts any more. The reason stands in the audit trail.

    Errors: Refused without a reason, for one that has ended, or for a register the law always wants asked.
    """
    actor.require("change_consent")
    _demand_reason(reason)
    _demand_open(stop_list, "", None)
    rules = [
        rule for rule in rulebook().lists if rule.kind == stop_list.kind and {"*", stop_list.country} & {*rule.places}
    ]
    if any(rule.need == "always" for rule in rules):
        remedy = "Upload a newer edition; it takes the place of this one."
        raise Refused("The law wants this register asked.", remedy=remedy, code="register_entry")
    stop_list.ended_at = clock.now()
    stop_list.save(update_fields=["ended_at"])
    data: dict[str, Any] = {"kind": stop_list.kind, "reason": reason.strip()[:200]}
    record_audit(actor=actor, action="stop_list.ended", on=("stop_list", stop_list.id), data=data)


def note_export(*, actor: Actor, stop_list: StopList, rows: int) -> None:
    """Write down that somebody took a list out, and how many entries were in it. Errors: NotAllowed without the rights."""
    actor.require("export_contacts")
    actor.require("see_addresses")
    record_audit(actor=actor, action="stop_list.exported", on=("stop_list", stop_list.id), data={"rows": rows})


def _demand_reason(reason: str) -> None:
    if len(reason.strip()) < SHORTEST_REASON:
        raise Refused("Nobody could tell later why.", field="reason", remedy="Say why in a few words.")


def _demand_open(stop_list: StopList, channel: str, expires_at: datetime.datetime | None) -> None:
    if stop_list.ended_at is not None:
        raise Refused("The list has ended.", remedy="Choose another, or open a new one.", code="list_ended")
    if channel not in ("", *dict(CHANNELS)):
        raise Refused("This channel is unknown.", field="channel", remedy="Choose one, or all of them.")
    if expires_at is not None and expires_at <= clock.now():
        raise Refused("That moment has passed.", field="expires_at", remedy="Choose a later one, or none.")
