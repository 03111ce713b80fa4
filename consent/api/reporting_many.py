"""Many reports of agreements at once: each judged by itself as `reporting.report_consent` judges one, and written together."""

import dataclasses
import datetime
import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from accounts.actions.audit import record_audits
from accounts.contracts import Actor, Refused
from consent.actions.attachments import attach, waiting_attachment
from consent.actions.ledger import KEPT_OUT, PENDING, TAKEN, record_claims
from consent.actions.points import ensure_points
from consent.api.reporting import (
    ORIGIN,
    Reported,
    confirmed_elsewhere,
    demand_channel,
    demand_proof,
    why_kept_out,
)
from consent.models import Attachment, ConsentState, Purpose, Wording
from consent.selectors.attachments import evidence_of
from consent.values import Address, Claim, Provenance

_TAKEN_ALREADY: Final = "Upload one file for each agreement."


@dataclasses.dataclass(frozen=True, slots=True)
class Report:
    """One agreement as an application tells it; the fields are those of `reporting.report_consent`."""

    address: Address
    purpose: Purpose
    channel: str
    source: str
    wording: Wording
    occurred_at: datetime.datetime
    evidence: Mapping[str, Any]
    confirmation: Mapping[str, Any] | None = None
    country: str = ""


@dataclasses.dataclass(slots=True)
class _Entry:
    """A report on its way into the ledger, and what became of it."""

    report: Report
    filed: Attachment | None = None
    refusal: Refused | None = None
    point_id: uuid.UUID | None = None
    told: Reported | None = None


def report_consents(*, actor: Actor, reports: Sequence[Report]) -> list[Reported | Refused]:
    """Write down what many people agreed to; answer for each what became of it, or why it was refused, in their order.

    Effects: as of `report_consent` for each that is not refused, in the caller's transaction. About fifteen statements for any
             number that are about different people, three more for each file; those about one person and purpose follow one
             another.
    """
    actor.require("change_consent")
    entries = [_Entry(report) for report in reports]
    named: set[uuid.UUID] = set()
    for entry in entries:
        _demand(entry, named)
    fit = [entry for entry in entries if entry.refusal is None]
    points = ensure_points([entry.report.address for entry in fit])
    for entry in fit:
        entry.point_id = points[entry.report.address.kind, entry.report.address.key]
    for together in _rounds(fit):
        _record(actor, together)
    _audit(actor, fit)
    return [entry.told or entry.refusal for entry in entries]  # type: ignore[misc]


def _demand(entry: _Entry, named: set[uuid.UUID]) -> None:
    """Look at one report as if it came alone; a file that an earlier one names is no longer waiting."""
    report = entry.report
    try:
        demand_channel(report.address.kind, report.channel)
        demand_proof(
            report.purpose, report.channel, report.source, report.wording, report.occurred_at, dict(report.evidence)
        )
        confirmed_elsewhere(report.confirmation, report.occurred_at)
        if "attachment" in report.evidence:
            attachment_id = report.evidence["attachment"]
            if attachment_id in named:
                problem = "Another agreement of this request names this file."
                raise Refused(problem, field="evidence.attachment", remedy=_TAKEN_ALREADY)
            entry.filed = waiting_attachment(attachment_id)
            named.add(attachment_id)
    except Refused as refusal:
        entry.refusal = refusal


def _rounds(entries: Sequence[_Entry]) -> Iterator[list[_Entry]]:
    """The reports in rounds in which each is about another person, purpose or channel: a later one builds on an earlier."""
    left = list(entries)
    while left:
        seen: dict[Any, _Entry] = {}
        for entry in left:
            seen.setdefault(_key(entry), entry)
        now = list(seen.values())
        taken = {id(entry) for entry in now}
        left = [entry for entry in left if id(entry) not in taken]
        yield now


def _key(entry: _Entry) -> tuple[uuid.UUID | None, uuid.UUID, str]:
    return entry.point_id, entry.report.purpose.id, entry.report.channel


def _place(entry: _Entry) -> tuple[uuid.UUID, str]:
    """The address and the channel: where a no of theirs stands."""
    assert entry.point_id is not None
    return entry.point_id, entry.report.channel


def _record(actor: Actor, entries: Sequence[_Entry]) -> None:
    outcomes = record_claims(actor=actor, claims=[_claim(entry) for entry in entries], provenance=Provenance(ORIGIN))
    rows = ConsentState.objects.filter(point_id__in=[entry.point_id for entry in entries])
    states = {(row.point_id, row.purpose_id, row.channel): row.event_id for row in rows}
    kept_out = [_place(entry) for entry, outcome in zip(entries, outcomes, strict=True) if outcome == KEPT_OUT]
    reasons = why_kept_out(kept_out)
    for entry, outcome in zip(entries, outcomes, strict=True):
        if outcome == KEPT_OUT:
            entry.told = Reported(outcome, None, reasons[_place(entry)])
            continue
        event_id = states[_key(entry)]
        entry.told = Reported(outcome, event_id, None)
        if entry.filed is not None and outcome in (TAKEN, PENDING) and event_id is not None:
            attach(entry.filed, event_id)


def _claim(entry: _Entry) -> Claim:
    """What a report claims in the ledger; its address has a point by now."""
    report = entry.report
    evidence = {**report.evidence, **confirmed_elsewhere(report.confirmation, report.occurred_at)}
    assert entry.point_id is not None
    if entry.filed is not None:
        evidence["attachment"] = evidence_of(entry.filed)
    return Claim(
        entry.point_id, report.purpose.id, report.channel, "granted", report.source, report.occurred_at,
        report.wording.id, evidence, report.country, bool(report.confirmation),
    )  # fmt: skip


def _audit(actor: Actor, entries: Sequence[_Entry]) -> None:
    deeds: list[tuple[tuple[str, uuid.UUID | None], dict[str, Any]]] = []
    for entry in entries:
        report, outcome = entry.report, entry.told.outcome if entry.told is not None else ""
        status = "pending" if outcome == PENDING else "granted"
        data = {"purpose": report.purpose.key, "channel": report.channel, "status": status}
        deeds.append((("point", entry.point_id), data | {"source": report.source, "outcome": outcome}))
    record_audits(actor=actor, action="consent.recorded", deeds=deeds)
