"""What an application reports about consent: an agreement it collected, or a plea to stop that reached it.

An application was there and we were not: its word, with proof, grants; it never takes a stop back. Only what a person does
in front of us does that, such as writing START.
"""

import dataclasses
import datetime
import uuid
from collections.abc import Collection, Mapping
from typing import Any, Final, cast

from accounts.actions.audit import record_audit
from accounts.contracts import Actor, Refused
from consent.actions.attachments import attach, waiting_attachment
from consent.actions.ledger import KEPT_OUT, PENDING, TAKEN, record_claims
from consent.actions.points import ensure_points
from consent.actions.stopping import stop_line
from consent.contracts import SuppressionKind
from consent.models import ConsentEvent, ConsentState, Purpose, Wording
from consent.reasons import Reason, reason
from consent.selectors.attachments import evidence_of
from consent.selectors.suppressions import live_suppressions
from consent.states import POINT_CHANNELS, Source, strongest_suppression
from consent.values import Claim, Provenance, address_of
from core import clock
from core.email import EmailAddress
from core.phone import PhoneNumber

#: where an application may have got an agreement; what people do in front of us comes by our own doors
REPORTED: Final[tuple[Source, ...]] = ("web_form", "qr", "paper", "spoken", "keypress", "api")
#: what events say of where they came from
ORIGIN: Final = "api"
_NOES: Final = ("opted_out", "complaint", "erased")
#: whether somebody could find the proof again
_PLACES: Final = ("page", "form", "note", "attachment")


@dataclasses.dataclass(frozen=True, slots=True)
class Reported:
    """What became of a report: taken, pending, unchanged or kept_out; the event that holds now, and why it was kept out."""

    outcome: str
    event_id: uuid.UUID | None
    reason: Reason | None


def report_consent(
    *,
    actor: Actor,
    address: PhoneNumber | EmailAddress,
    purpose: Purpose,
    channel: str,
    source: str,
    wording: Wording,
    occurred_at: datetime.datetime,
    evidence: dict[str, Any],
    confirmation: Mapping[str, Any] | None = None,
    country: str = "",
) -> Reported:
    """Write down that a person agreed, as an application reports it with its proof.

    Effects: the address is kept from now on; one event where the ledger takes it. A stop, a complaint or an erasure holds,
             however new the report.
             Where an agreement has to be confirmed it is pending, unless the application got the confirmation itself.
    Shape:   `evidence["attachment"]` is the id of a file that was uploaded before; it goes with the event that is taken.
             `confirmation` is when (`confirmed_at`) and by what (`method`) they confirmed it to the application, maybe a `note`.
             `country` is where they live, for an address that tells no place.
    Errors:  Refused names what is missing or does not fit; nothing is written.
    """
    actor.require("change_consent")
    found = address_of(address)
    demand_channel(found.kind, channel)
    demand_proof(purpose, channel, source, wording, occurred_at, evidence)
    evidence |= confirmed_elsewhere(confirmation, occurred_at)
    filed = waiting_attachment(evidence["attachment"]) if "attachment" in evidence else None
    if filed is not None:
        evidence = {**evidence, "attachment": evidence_of(filed)}
    (point_id,) = ensure_points([found]).values()
    claim = Claim(
        point_id, purpose.id, channel, "granted", source, occurred_at, wording.id, evidence, country, bool(confirmation)
    )
    (outcome,) = record_claims(actor=actor, claims=[claim], provenance=Provenance(ORIGIN))
    status = "pending" if outcome == PENDING else claim.status
    data = {"purpose": purpose.key, "channel": channel, "status": status, "source": source, "outcome": outcome}
    record_audit(actor=actor, action="consent.recorded", on=("point", point_id), data=data)
    if outcome == KEPT_OUT:
        return Reported(outcome, None, why_kept_out([(point_id, channel)])[point_id, channel])
    state = ConsentState.objects.get(point_id=point_id, purpose=purpose, channel=channel)
    if filed is not None and outcome in (TAKEN, PENDING):
        attach(filed, state.event_id)
    return Reported(outcome, state.event_id, None)


@dataclasses.dataclass(frozen=True, slots=True)
class Heard:
    """How a plea to stop reached an application: what was noted, who heard it, and when they asked where that is told."""

    note: str
    by: str = ""
    at: datetime.datetime | None = None

    @property
    def evidence(self) -> dict[str, str]:
        """What goes into the ledger."""
        told = {
            "note": self.note.strip(),
            "heard_by": self.by.strip(),
            "asked_at": self.at.isoformat() if self.at else "",
        }
        return {name: text for name, text in told.items() if text}


def report_stop(*, actor: Actor, address: PhoneNumber | EmailAddress, channel: str, heard: Heard) -> ConsentEvent:
    """Write down that a person wants no more, as an application heard it; "" for every channel. The same as their STOP.

    Effects: the address is kept and protected from now on, known before or not.
    Errors:  Refused for a channel this address does not have, or a moment still to come.
    """
    actor.require("change_consent")
    found = address_of(address)
    if channel:
        demand_channel(found.kind, channel)
    if heard.at is not None and heard.at > clock.now():
        raise Refused("That moment is still to come.", field="heard_at", remedy="Say when they asked.")
    (point_id,) = ensure_points([found]).values()
    event, *_ = stop_line(
        actor=actor,
        point_id=point_id,
        channel=channel,
        source="api",
        provenance=Provenance(ORIGIN),
        evidence=heard.evidence,
    )
    data = {"channel": channel or "all", "source": "api"}
    record_audit(actor=actor, action="contact.opted_out", on=("point", point_id), data=data)
    return event


def demand_channel(kind: str, channel: str) -> None:
    """Errors: Refused for a channel that addresses of this kind do not have."""
    if channel not in POINT_CHANNELS[kind]:
        remedy = f"Choose one of {', '.join(POINT_CHANNELS[kind])}."
        raise Refused("This address does not have that channel.", field="channel", remedy=remedy)


def demand_proof(
    purpose: Purpose,
    channel: str,
    source: str,
    wording: Wording,
    occurred_at: datetime.datetime,
    evidence: dict[str, Any],
) -> None:
    """Errors: Refused names what is missing of the proof, or does not fit the purpose and the channel."""
    if source not in REPORTED:
        raise Refused("No application can know this.", field="source", remedy=f"Choose one of {', '.join(REPORTED)}.")
    if (wording.purpose_id, wording.channel) != (purpose.id, channel):
        remedy = "Send the id of the words that were shown, as the list of purposes has it."
        raise Refused("These words are about another purpose or channel.", field="wording", remedy=remedy)
    if occurred_at > clock.now():
        raise Refused("That moment is still to come.", field="occurred_at", remedy="Say when they agreed.")
    if not any(evidence.get(key) for key in _PLACES):
        remedy = f"Say where in one of {', '.join(_PLACES)}."
        raise Refused("Nobody could find the proof again.", field="evidence", remedy=remedy)


def confirmed_elsewhere(confirmation: Mapping[str, Any] | None, occurred_at: datetime.datetime) -> dict[str, str]:
    """A confirmation that the application got itself, as the evidence keeps it; nothing where there is none.

    Errors: Refused when it was before the agreement, or is still to come.
    """
    if not confirmation:
        return {}
    if not occurred_at <= confirmation["confirmed_at"] <= clock.now():
        remedy = "Send a moment after they agreed and before now."
        raise Refused("They cannot have confirmed it then.", field="confirmation.confirmed_at", remedy=remedy)
    told = {"confirmed_at": confirmation["confirmed_at"].isoformat(), "confirmed_by": confirmation["method"].strip()}
    return told | ({"confirmation": confirmation["note"].strip()} if confirmation.get("note") else {})


def why_kept_out(asked: Collection[tuple[uuid.UUID, str]]) -> dict[tuple[uuid.UUID, str], Reason]:
    """The no that keeps a yes out, by address and channel: a protection, else what they said about the purpose itself.

    One query; none where nothing is asked.
    """
    if not asked:
        return {}
    live = live_suppressions().filter(point_id__in=[point_id for point_id, _ in asked])
    kinds: dict[tuple[uuid.UUID, str], list[SuppressionKind]] = {}
    for point_id, channel, kind in live.filter(kind__in=_NOES).values_list("point_id", "channel", "kind"):
        kinds.setdefault((point_id, channel), []).append(cast(SuppressionKind, kind))
    found = {key: [*kinds.get(key, ()), *kinds.get((key[0], ""), ())] for key in asked}
    return {key: reason(strongest_suppression(held) or "withdrawn") for key, held in found.items()}
