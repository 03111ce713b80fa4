"""What the team writes down by hand: an agreement somebody gave them, or a plea to stop."""

import datetime

from accounts.actions.audit import record_audit
from accounts.contracts import Actor, Refused
from consent.actions.attachments import attach, prepare_attachment
from consent.actions.ledger import KEPT_OUT, PENDING, TAKEN, record_claims
from consent.actions.stopping import stop_line
from consent.models import ConsentEvent, ConsentState, Point, Purpose, Wording
from consent.selectors.attachments import evidence_of
from consent.states import CONSENT_BY_HAND, POINT_CHANNELS, SOURCES, STOP_BY_HAND
from consent.values import Claim, Provenance
from core import clock

_ORIGIN = "staff"


def record_consent(
    *,
    actor: Actor,
    point: Point,
    purpose: Purpose,
    channel: str,
    source: str,
    occurred_at: datetime.datetime,
    wording: Wording | None = None,
    note: str = "",
    attachment: bytes | None = None,
) -> str:
    """Write down that a person agreed; answer "taken", "pending" where they have to confirm it first, or "unchanged" when as
    much was known already.

    A source that can prove it (a signed paper) needs the words they agreed to, and where the proof is kept or the proof itself
    (`attachment`: a scan, a recording), and grants. One that cannot (somebody says so) leaves a claim without proof.
    Effects: what was filed is kept with the event; where nothing is taken it is not kept.
    Errors:  Refused names what is missing; also for an address that said stop, which only the person can take back.
    """
    actor.require("change_consent")
    _demand_possible(point, channel, source, occurred_at)
    proves = SOURCES[source].grants  # type: ignore[index]
    if proves:
        _demand_proof(purpose, channel, wording, note or ("filed" if attachment else ""))
    elif attachment is not None:
        remedy = "Choose a signed paper as how they agreed, or leave the file out."
        raise Refused("Only an agreement with proof takes a file.", field="attachment", remedy=remedy)
    filed = prepare_attachment(attachment) if attachment is not None else None
    evidence = ({"note": note.strip()} if note.strip() else {}) | ({"attachment": evidence_of(filed)} if filed else {})
    claim = Claim(
        point_id=point.id,
        purpose_id=purpose.id,
        channel=channel,
        status="granted" if proves else "unproven",
        source=source,
        occurred_at=occurred_at,
        wording_id=wording.id if wording else None,
        evidence=evidence or None,
    )
    (outcome,) = record_claims(actor=actor, claims=[claim], provenance=Provenance(_ORIGIN))
    if outcome == KEPT_OUT:
        remedy = "Ask them to write START, or to agree again on a form of yours."
        raise Refused("They said stop, and nobody but they can take that back.", remedy=remedy)
    if filed is not None and outcome in (TAKEN, PENDING):
        attach(filed, ConsentState.objects.get(point=point, purpose=purpose, channel=channel).event_id)
    status = "pending" if outcome == PENDING else claim.status
    data = {"purpose": purpose.key, "channel": channel, "status": status, "source": source, "outcome": outcome}
    record_audit(actor=actor, action="consent.recorded", on=("point", point.id), data=data)
    return outcome


def stop_by_hand(*, actor: Actor, point: Point, channel: str, source: str, note: str = "") -> ConsentEvent:
    """Write down that a person wants no more on this channel, or ("") on none: the same as their own STOP.

    Errors: Refused for a channel this address does not have, or a way nobody can say stop.
    """
    actor.require("change_consent")
    if source not in STOP_BY_HAND:
        raise Refused("Nobody says stop this way.", field="source", remedy="Choose one from the list.")
    if channel and channel not in POINT_CHANNELS[point.kind]:
        raise Refused("This address does not have that channel.", field="channel", remedy="Choose one from the list.")
    evidence = {"note": note.strip()} if note.strip() else {}
    event, *_ = stop_line(
        actor=actor,
        point_id=point.id,
        channel=channel,
        source=source,
        provenance=Provenance(_ORIGIN),
        evidence=evidence,
    )
    data = {"channel": channel or "all", "source": source}
    record_audit(actor=actor, action="contact.opted_out", on=("point", point.id), data=data)
    return event


def _demand_possible(point: Point, channel: str, source: str, occurred_at: datetime.datetime) -> None:
    if source not in CONSENT_BY_HAND:
        raise Refused(
            "An agreement cannot be written down by hand this way.",
            field="source",
            remedy="Choose one from the list; forms, keywords and imports bring their own proof.",
        )
    if channel not in POINT_CHANNELS[point.kind]:
        raise Refused("This address does not have that channel.", field="channel", remedy="Choose one from the list.")
    if occurred_at > clock.now():
        raise Refused("That moment is still to come.", field="occurred_at", remedy="Say when they agreed.")


def _demand_proof(purpose: Purpose, channel: str, wording: Wording | None, note: str) -> None:
    if wording is None:
        raise Refused(
            "Without the words they agreed to it proves nothing.",
            field="wording",
            remedy="Choose the wording; publish it under the purpose first if it is missing.",
        )
    if (wording.purpose_id, wording.channel) != (purpose.id, channel):
        raise Refused(
            "These words are about another purpose or channel.",
            field="wording",
            remedy="Choose words of the same purpose and channel.",
        )
    if not note.strip():
        raise Refused(
            "Nobody could find the proof again.",
            field="note",
            remedy="Say where the signed paper is kept and who took it, or add a scan of it.",
        )
