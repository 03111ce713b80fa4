"""What the rows of a slice say about consent, and what becomes of it. A file may protect anybody and raises nobody (B11).

Within a slice every stop is applied before any yes, whatever the order of the rows; a yes for somebody who said stop is kept
out and said so. The trial answers from the same facts without writing.
"""

import dataclasses
import datetime
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence

from consent.actions.ledger import (
    KEPT_OUT,
    PENDING,
    UNCHANGED,
    closed_channels,
    foresee_claims,
    record_claims,
    suppress_points,
)
from consent.values import Claim, Provenance
from contacts.actions.import_planning import Key, RowPlan, addresses_of
from contacts.actions.import_work import Work
from contacts.contracts import Channel, ConsentClaim, Evidence, ParsedRow, sheet_row
from contacts.duplicates import Deduplicator
from contacts.selectors.points import rows_about
from contacts.states import ConsentNote, Outcome
from core.places import region_of

_SUPPRESSED = (
    "select point_id, channel, kind from consent_suppression"
    " where organization_id = %s and point_id = any(%s) and lifted_at is null"
)


@dataclasses.dataclass(slots=True)
class Said:
    """One thing one row says: about this address (a point, or one not made yet), channel and purpose."""

    plan: RowPlan
    about: uuid.UUID | Key
    channel: str
    state: str
    purpose_id: uuid.UUID | None
    evidence: Evidence


@dataclasses.dataclass(slots=True)
class Standing:
    """What holds for the addresses of a slice: whom nobody may reach."""

    erased: set[uuid.UUID] = dataclasses.field(default_factory=set)
    kinds: set[tuple[uuid.UUID, str, str]] = dataclasses.field(default_factory=set)


def standing_of(point_ids: Sequence[uuid.UUID]) -> Standing:
    """What holds for these addresses now. One query."""
    found = Standing()
    for point_id, channel, kind in rows_about(_SUPPRESSED, point_ids):
        found.kinds.add((point_id, channel, kind))
        if kind == "erased" and not channel:  # who came back on one channel is known again
            found.erased.add(point_id)
    return found


def said_by(plans: Sequence[RowPlan], points: Mapping[Key, uuid.UUID], work: Work) -> list[Said]:
    """Everything the rows say, one entry for each channel. Of a refused row only its stops count."""
    found = []
    for plan in plans:
        if plan.parsed is None:
            continue
        for claim in plan.parsed.claims:
            if plan.outcome == Outcome.REJECTED and claim.state != "withdrawn":
                continue
            key = _address_for(claim.channel, plan.parsed)
            purpose_id, state = _resolved(claim, plan, work)
            if purpose_id or state == "withdrawn":
                found.append(Said(plan, points.get(key, key), claim.channel, state, purpose_id, claim.evidence))
    return found


def _address_for(channel: Channel, parsed: ParsedRow) -> Key:
    if channel == "email":
        assert parsed.email is not None
        return ("email", parsed.email.key)
    number = (parsed.whatsapp or parsed.phone) if channel == "whatsapp" else parsed.phone
    assert number is not None
    return ("phone", number.e164)


def _resolved(claim: ConsentClaim, plan: RowPlan, work: Work) -> tuple[uuid.UUID | None, str]:
    """The purpose the claim is for and its state. A purpose we do not know is kept for the declared one, without proof."""
    if claim.state == "withdrawn":
        return None, "withdrawn"
    if claim.purpose:
        named = work.purposes.default if claim.purpose == work.defaults.purpose else None
        named = named or work.purposes.named(claim.purpose)
    else:
        named = _named_in_file(plan, work)
        if named:
            return named, "granted" if claim.evidence.proves else "unproven"
    return (named, claim.state) if named else (work.purposes.default, "unproven")


def _named_in_file(plan: RowPlan, work: Work) -> uuid.UUID | None:
    """A purpose the row names in the organisation's own words; it is then no problem of the row."""
    position = work.position_of("consent_purpose")
    if position is None or not plan.cells or position >= len(plan.cells):
        return None
    named = work.purposes.named(plan.cells[position])
    if named:
        plan.problems = [problem for problem in plan.problems if problem[0] != "consent_purpose"]
    return named


class Memory(Deduplicator):
    """What earlier slices of a trial would have written, in bounded memory; the import finds it in the database."""

    def holds(self, what: str, about: object) -> bool:
        """Whether this was remembered."""
        return bool(self._rows[self._slot(self._digest(what, str(about)))])

    def keep(self, what: str, about: object) -> None:
        """Remember this."""
        self.first_row(1, [(what, str(about))])


def foresee(said: Sequence[Said], standing: Standing, memory: Memory, work: Work, now: datetime.datetime) -> None:
    """What `apply` would answer, without writing; `memory` stands for what earlier slices would have written.

    Effects: three queries (five where a rule of a place may ask for a confirmation), by which the ledger itself judges every
             yes.
    """
    for each in said:
        if each.state == "withdrawn":
            stopped_before = all(
                _is_stopped(each.about, channel, standing) or memory.holds("stop", (each.about, channel))
                for channel in closed_channels(each.channel)
            )
            _note(each.plan, each.channel, ConsentNote.UNCHANGED if stopped_before else ConsentNote.WITHDRAWN)
    for each in said:
        for channel in closed_channels(each.channel) if each.state == "withdrawn" else ():
            memory.keep("stop", (each.about, channel))
    asked = [each for each in said if each.state != "withdrawn"]
    claims = [_claim(each, work, now, met=isinstance(each.about, uuid.UUID)) for each in asked]
    judged = foresee_claims(claims=claims, provenance=Provenance("import", work.job_id)) if claims else []
    for each, outcome in zip(asked, judged, strict=True):
        _note(each.plan, each.channel, _foreseen(each, outcome, memory))


def _foreseen(each: Said, outcome: str, memory: Memory) -> str:
    """What becomes of one yes: as the ledger judges it now, after what the rows before it would have written."""
    key = (each.about, each.purpose_id, each.channel)
    if outcome == KEPT_OUT or memory.holds("stop", (each.about, each.channel)):
        return ConsentNote.KEPT_OUT
    if outcome == UNCHANGED or memory.holds("granted", key):
        return ConsentNote.UNCHANGED
    state = str(ConsentNote.PENDING) if outcome == PENDING else each.state
    if state != "granted" and (memory.holds(state, key) or memory.holds("pending", key)):
        return ConsentNote.UNCHANGED
    memory.keep(state, key)
    return state


def apply(said: Sequence[Said], standing: Standing, work: Work, now: datetime.datetime) -> None:
    """Write what the rows say: the stops as suppressions, then the rest as claims the ledger judges.

    Effects: for stops some seven queries a channel, for the rest some seven in all and one more each 2,000 claims.
    """
    provenance = Provenance("import", work.job_id)
    fresh: dict[str, list[uuid.UUID]] = {}
    for each in said:
        if each.state == "withdrawn":
            note = each.plan.said[each.channel] = _stop_note(each, standing)
            if note == ConsentNote.WITHDRAWN:
                fresh.setdefault(each.channel, []).append(each.about)  # type: ignore[arg-type]
    for channel, point_ids in sorted(fresh.items()):
        suppress_points(
            actor=work.actor,
            point_ids=point_ids,
            channel=channel,
            kind="opted_out",
            source="import",
            provenance=provenance,
        )
    asked = [each for each in said if each.state != "withdrawn"]
    claims = [_claim(each, work, now) for each in asked]
    outcomes = record_claims(actor=work.actor, claims=claims, provenance=provenance) if claims else []
    for each, outcome in zip(asked, outcomes, strict=True):
        notes = {KEPT_OUT: ConsentNote.KEPT_OUT, UNCHANGED: ConsentNote.UNCHANGED, PENDING: ConsentNote.PENDING}
        note = notes.get(outcome, each.state)
        _note(each.plan, each.channel, note)


def _stop_note(each: Said, standing: Standing) -> str:
    closed = all(_is_stopped(each.about, channel, standing) for channel in closed_channels(each.channel))
    return ConsentNote.UNCHANGED if closed else ConsentNote.WITHDRAWN


def _is_stopped(about: uuid.UUID | Key, channel: str, standing: Standing) -> bool:
    held = {(about, channel, "opted_out"), (about, "", "opted_out")}
    return bool(held & standing.kinds)  # type: ignore[operator]


def _note(plan: RowPlan, channel: str, note: str) -> None:
    plan.said[channel] = str(note)


def _claim(each: Said, work: Work, now: datetime.datetime, *, met: bool = True) -> Claim:
    """What one row says in the ledger; of an address we have not met its place is told here."""
    given_at = each.evidence.given_at
    told = {
        "page": each.evidence.source,
        "wording": each.evidence.wording,
        "ip": each.evidence.ip,
        "import": str(work.job_id),
        "row": str(sheet_row(each.plan.number)),
        "confirmed_at": each.evidence.confirmed_at.isoformat() if each.evidence.confirmed_at else "",
        "confirmed_by": each.evidence.confirmed_by,
    }
    return Claim(
        point_id=each.about,  # type: ignore[arg-type]
        purpose_id=each.purpose_id,  # type: ignore[arg-type]
        channel=each.channel,
        status=each.state,
        source="import",
        occurred_at=given_at or now,
        evidence={name: text for name, text in told.items() if text},
        place=_place(each, met=met),
        confirmed=each.evidence.confirmed_at is not None,
    )


def _place(each: Said, *, met: bool) -> str:
    """Where the person is: for a mailbox the country of the row; a number tells it, once we have met it by itself."""
    parsed = each.plan.parsed
    if parsed is None:
        return ""
    if each.channel == "email":
        return parsed.fields.get("country", "")
    number = (parsed.whatsapp or parsed.phone) if each.channel == "whatsapp" else parsed.phone
    return region_of(number) if number is not None and not met else ""


def protect(
    plans: Sequence[RowPlan], points: Mapping[Key, uuid.UUID], standing: Standing, work: Work
) -> list[uuid.UUID]:
    """For a file of addresses not to be reached: give each row its outcome; answer the addresses not protected yet.

    A row that repeats an earlier one may still bring another address of the same person, and that one counts.
    """
    fresh: list[uuid.UUID] = []
    closed = closed_channels(work.channel, work.suppression)
    for plan in plans:
        if plan.parsed is None:
            continue
        keys = [key for key, _ in addresses_of(plan.parsed) if key[0] in _KINDS_OF.get(work.channel, ("phone",))]
        if not keys:
            plan.refuse("no_address", "empty")
            continue
        held = [
            all((points.get(key, key), channel, work.suppression) in standing.kinds for channel in closed)
            for key in keys
        ]
        fresh += [points[key] for key, there in zip(keys, held, strict=True) if not there and key in points]
        if plan.outcome == Outcome.CREATED:
            plan.outcome = Outcome.UNCHANGED if all(held) else Outcome.CREATED
            plan.said["all"] = ConsentNote.UNCHANGED if all(held) else ConsentNote.WITHDRAWN
    return fresh


_KINDS_OF = {"": ("phone", "email"), "email": ("email",)}


def row_note(plan: RowPlan) -> str:
    """The one word of a row that said several things."""
    notes = set(plan.said.values())
    return next((note.value for note in ConsentNote if note in notes), "")


def count_consent(plans: Sequence[RowPlan]) -> dict[str, dict[str, int]]:
    """Rows by what they say ("nothing" for people without a word), and what they say by channel."""
    rows: Counter[str] = Counter()
    channels: dict[str, dict[str, int]] = {}
    for plan in plans:
        rows.update({str(note) for note in plan.said.values()})
        if not plan.said and plan.outcome not in (Outcome.REJECTED, Outcome.DUPLICATE):
            rows["nothing"] += 1
        for channel, note in plan.said.items():
            counted = channels.setdefault(f"by_{channel}", {})
            counted[str(note)] = counted.get(str(note), 0) + 1
    return {"said": dict(rows), **channels}
