"""What may be sent to one address, and what happened to its consent: the part of a contact's card that is consent's."""

import dataclasses
import datetime
import uuid
from collections.abc import Collection, Mapping
from typing import cast

from consent.contracts import Ask, Channel, ConsentStatus, Denied, Facts, SuppressionKind, Tier
from consent.expiry import status_at
from consent.gate import decide
from consent.models import ConsentEvent, ConsentState, PlatformSuppression, Point, Purpose, Suppression
from consent.reasons import Reason, reason
from consent.rulebook import rulebook
from consent.selectors.stop_lists import lists_in_force, lists_of_point
from consent.selectors.suppressions import live_suppressions
from consent.selectors.words import CHANNEL_LABELS, receipt_number, source_label, status_badge, suppression_label
from consent.states import POINT_CHANNELS, reaches, strongest_suppression
from core import clock

LATEST_EVENTS = 20


@dataclasses.dataclass(frozen=True, slots=True)
class Standing:
    """One purpose on one channel: what they said, and the reason (None: none) why they may not be written to."""

    channel: str
    label: str
    badge: Mapping[str, str]
    refused: Reason | None
    occurred_at: datetime.datetime | None
    event_id: uuid.UUID | None
    number: str


@dataclasses.dataclass(frozen=True, slots=True)
class PurposeStanding:
    """One purpose: where something was said, and the names of the channels where nothing ever was."""

    purpose: Purpose
    standings: tuple[Standing, ...]
    never: tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Protection:
    """Why an address is protected, on which channel, since when."""

    label: str
    channel: str
    source: str
    since: datetime.datetime
    event_id: uuid.UUID | None


@dataclasses.dataclass(frozen=True, slots=True)
class PastEvent:
    """One event of the address."""

    id: uuid.UUID
    number: str
    badge: Mapping[str, str]
    about: str
    how: str
    occurred_at: datetime.datetime


@dataclasses.dataclass(frozen=True, slots=True)
class PointHistory:
    """Everything consent knows about one address; `hint` is masked."""

    point: Point
    hint: str
    kind: str
    purposes: tuple[PurposeStanding, ...]
    protections: tuple[Protection, ...]
    events: tuple[PastEvent, ...]
    event_count: int


@dataclasses.dataclass(frozen=True, slots=True)
class _Beside:
    """What stands beside the ledger: the platform's list, the lists by channel, how fresh registers are."""

    on_platform: bool
    listed: Mapping[str, tuple[str, ...]]
    registers: tuple[str, ...]


def point_history(point: Point) -> PointHistory:
    """What holds for an address now and how it came to that. Seven queries, one more where a list holds addresses."""
    states_of = ConsentState.objects.filter(point=point).select_related("event").defer("event__evidence_sealed")
    states = {(row.purpose_id, row.channel): row for row in states_of}
    suppressions = list(live_suppressions().filter(point=point).order_by("-created_at"))
    barred = PlatformSuppression.objects.filter(digest=point.platform_digest).exclude(expires_at__lte=clock.now())
    lists = lists_in_force(clock.now())
    beside = _Beside(
        barred.exists(),
        lists_of_point(point, lists, clock.now()),
        lists.standings(rulebook(), clock.now().date()),
    )
    purposes = Purpose.objects.filter(archived_at=None).order_by("created_at", "id")
    events = ConsentEvent.objects.filter(point=point)
    latest = events.defer("evidence_sealed").select_related("purpose").order_by("-recorded_at", "-id")
    return PointHistory(
        point=point,
        hint=point.hint,
        kind=point.get_kind_display(),
        purposes=tuple(_purpose(point, purpose, states, suppressions, beside) for purpose in purposes),
        protections=tuple(_protection(each) for each in suppressions),
        events=tuple(_past(event) for event in latest[:LATEST_EVENTS]),
        event_count=events.count(),
    )


def _purpose(
    point: Point,
    purpose: Purpose,
    states: Mapping[tuple[uuid.UUID, str], ConsentState],
    suppressions: Collection[Suppression],
    beside: _Beside,
) -> PurposeStanding:
    standings, never = [], []
    for channel in _channels(point, purpose, states):
        kinds = {each.kind for each in suppressions if each.channel in ("", channel)}
        if beside.on_platform:
            kinds.add("platform")
        state = states.get((purpose.id, channel))
        standing = _standing(point, purpose, channel, state, kinds, beside)
        if state is None and standing.refused is not None and standing.refused.code == "no_consent":
            never.append(standing.label)
        else:
            standings.append(standing)
    return PurposeStanding(purpose, tuple(standings), tuple(never))


def _channels(point: Point, purpose: Purpose, states: Mapping[tuple[uuid.UUID, str], ConsentState]) -> list[Channel]:
    """The channels that reach this address and that the purpose's tier uses, or about which something was said."""
    tier = rulebook().tier(purpose.tier)
    used = tier.channels if tier else ()
    return [each for each in POINT_CHANNELS[point.kind] if each in used or (purpose.id, each) in states]


def _standing(
    point: Point,
    purpose: Purpose,
    channel: Channel,
    state: ConsentState | None,
    kinds: Collection[str],
    beside: _Beside,
) -> Standing:
    status = status_at(state, purpose, clock.now()) if state else "none"
    return Standing(
        channel=channel,
        label=CHANNEL_LABELS[channel],
        badge=status_badge(status),
        refused=_refusal(point, purpose, channel, status, kinds, beside),
        occurred_at=state.event.occurred_at if state else None,
        event_id=state.event_id if state else None,
        number=receipt_number(state.event_id, state.status) if state else "",
    )


def _refusal(
    point: Point,
    purpose: Purpose,
    channel: Channel,
    status: ConsentStatus,
    kinds: Collection[str],
    beside: _Beside,
) -> Reason | None:
    """What the gate says about this address by itself: everything that is not about the address is taken as in order.

    Hours pass, and people's own places are known to contacts alone, so hours refuse nobody here.
    """
    rules = rulebook()
    facts = Facts(
        organization_state="live",
        sending_stopped=False,
        sender_ready=True,
        content_ready=True,
        has_address=True,
        # the mark of somebody erased does not tell what kind of number it was
        address_valid=reaches(channel, point.kind, point.number_type) or "erased" in kinds,
        in_trial_circle=True,
        suppression=strongest_suppression(cast(Collection[SuppressionKind], kinds)),
        consent=status,
        minor=False,
        region=point.region,
        zones=tuple(point.zones.split()),
        recent_sends=0,
        cap=1,
        listed=beside.listed.get(channel, ()),
        registers=beside.registers,
    )
    decision = decide(Ask(channel, cast(Tier, purpose.tier), clock.now(), rules.version), facts, rules)
    if not isinstance(decision, Denied):
        return None
    found = reason(decision.reason)
    return None if found.family == "quiet_hours" else found


def _protection(suppression: Suppression) -> Protection:
    return Protection(
        suppression_label(suppression.kind),
        CHANNEL_LABELS.get(suppression.channel, "every channel"),
        source_label(suppression.source, "withdrawn"),
        suppression.created_at,
        suppression.event_id,
    )


def _past(event: ConsentEvent) -> PastEvent:
    about = event.purpose.name if event.purpose else "Everything"
    channel = CHANNEL_LABELS.get(event.channel, "every channel")
    return PastEvent(
        event.id,
        receipt_number(event.id, event.status),
        status_badge(event.status),
        f"{about}, {channel}",
        source_label(event.source, event.status),
        event.occurred_at,
    )
