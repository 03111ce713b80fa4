"""The values the gate and its callers exchange: plain, frozen, free of database and clock."""

import dataclasses
import datetime
import uuid
from typing import Literal

Channel = Literal["sms", "whatsapp", "voice", "email"]
Answers = Literal["", "stop", "start", "help"]
#: what the product itself tells somebody about an agreement of theirs: the request to confirm it, and the receipt of it
Notice = Literal["", "confirm", "receipt"]
Tier = Literal["transactional", "informational", "marketing", "ai_call"]
ConsentStatus = Literal["none", "unproven", "pending", "granted", "withdrawn", "expired"]
ListKind = Literal["own", "litigator", "national_dnc", "reassigned", "deactivated"]
SuppressionKind = Literal["", "opted_out", "complaint", "bounced", "erased", "paused", "dnc", "platform"]


@dataclasses.dataclass(frozen=True, slots=True)
class Ask:
    """What somebody wants to send: one channel, one purpose, at one moment.

    `at` is the business time (aware UTC) at which the answer must hold. `answers` is set on a reply to the person's own
    keyword alone (the one confirmation of STOP, the answer to HELP); that there is only one is the caller's duty. `notice` is
    set on what tells them about an agreement of their own, in the transactional tier: `confirm` needs one that waits to be
    confirmed, `receipt` one that counts; that each is told once is the caller's duty.
    """

    channel: Channel
    tier: Tier
    at: datetime.datetime
    rules_version: str
    answers: Answers = ""
    notice: Notice = ""


@dataclasses.dataclass(frozen=True, slots=True)
class OwnHours:
    """The hours a person chose for themselves, every day. Units: minutes since midnight of their zone, the end exclusive."""

    start: int
    end: int
    zone: str


@dataclasses.dataclass(frozen=True, slots=True)
class Facts:
    """All the gate may know about one recipient: values of bounded variety, so equal people share one decision.

    `region` is "CC" or "CC-SUB" (US-FL), several separated by a space when what we know disagrees (area code and postal
    address); empty means unknown. `zones` are the candidate IANA zones of the person, sorted, together for everything we
    know that disagrees; empty means unknown. `recent_sends` counts what they got inside the cap's window, never more than
    cap + 1; where several caps hold (the law's, the organisation's) both belong to the one with the least room left. Where
    any is full, `cap_until` is the full hour at which each has room again, and `cap_waits` says that those let messages wait
    for it. `window_open` is false where only what answers them may be sent, and they have not written lately. `own_full`
    is true when they got as many this week as they asked for at most; `own_hours` are the hours they asked for.
    The number's own country comes first in `region`: it is the one whose registers are asked. `sender_kind` is what it comes
    from, as registers tell senders apart; "" for a carrier on this machine, from which nothing leaves. `registrations` are
    records of that sender as "kind country standing", standing being held or expired. `text_registered` is false when the
    text is known and no register that compares texts has it. `lines` are the mandatory lines found in the text, None where
    nobody has said yet what shall be sent, or it goes to a carrier on this machine. `listed` are the lists the address is
    on, as "kind country" or "kind *"; `registers` the organisation's own that grow old, as "kind country standing", standing
    being fresh or stale.
    """

    organization_state: Literal["trial", "live", "suspended", "closed"]
    sending_stopped: bool
    sender_ready: bool
    content_ready: bool
    has_address: bool
    address_valid: bool
    in_trial_circle: bool
    suppression: SuppressionKind
    consent: ConsentStatus
    minor: bool
    region: str
    zones: tuple[str, ...]
    recent_sends: int
    cap: int | None
    window_open: bool = True
    own_full: bool = False
    own_hours: OwnHours | None = None
    sender_kind: str = ""
    registrations: tuple[str, ...] = ()
    text_registered: bool = True
    lines: tuple[str, ...] | None = None
    listed: tuple[str, ...] = ()
    registers: tuple[str, ...] = ()
    cap_waits: bool = False
    cap_until: datetime.datetime | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Allowed:
    """The gate lets it through; the caller adds the person's own evidence."""


@dataclasses.dataclass(frozen=True, slots=True)
class Denied:
    """The gate says no. `reason` is the block code (consent.reasons has the words), stored for ever.

    `until` is when the same question may be answered otherwise, for whoever asks; nothing waits for it. None: nobody knows.
    """

    reason: str
    until: datetime.datetime | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Deferred:
    """Not now: ask again at `until` (aware UTC)."""

    reason: str
    until: datetime.datetime


Decision = Allowed | Denied | Deferred


@dataclasses.dataclass(frozen=True, slots=True)
class Permit:
    """The only ticket an `Outbound` accepts. Made by `consent.gate.permit` alone, inside the intent transaction."""

    message_id: uuid.UUID
    attempt_id: uuid.UUID
    evidence_id: uuid.UUID
    decided_at: datetime.datetime
