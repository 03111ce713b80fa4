"""Whom we may reach on which channel, as it stands now. The gate asks again, with more facts, at every send."""

import dataclasses
import uuid
from collections.abc import Iterable, Mapping, Sequence

from consent.expiry import status_at
from consent.models import CHANNELS, ConsentState, Purpose, Suppression
from consent.states import STATUS_LABELS, SUPPRESSION_LABELS, strongest_suppression
from contacts.models import ContactPoint
from core import clock

_ICONS = {"whatsapp": "whatsapp", "sms": "sms", "email": "mail", "voice": "voice"}
#: in the order people look for them
ORDER = ("whatsapp", "sms", "email", "voice")
_NAMES = dict(CHANNELS)
_TONES = {"granted": "yes", "pending": "note", "unproven": "note", "expired": "note", "withdrawn": "no"}
#: what an agreement with its proof, recorded at the address, would change
_TO_RECORD = frozenset({"unproven", "expired", "none"})
#: the status that speaks for a person with several
_STRENGTH = ("granted", "pending", "unproven", "expired", "withdrawn", "none")


@dataclasses.dataclass(frozen=True, slots=True)
class Reach:
    """One channel of one person: may we write, and if not, why. `tone` is yes, note, no, or "" for never agreed."""

    channel: str
    name: str
    icon: str
    tone: str
    words: str
    #: the address whose page records an agreement with its proof; None where there is none, or nothing to record
    point_id: uuid.UUID | None = None

    @property
    def spoken(self) -> str:
        """The square as one phrase."""
        return f"{self.name}: {self.words}"


@dataclasses.dataclass(frozen=True, slots=True)
class PurposeReach:
    """One purpose of one person, over all channels."""

    purpose: Purpose
    channels: Sequence[Reach]


def reach_of(links: Mapping[uuid.UUID, Sequence[ContactPoint]]) -> dict[uuid.UUID, list[Reach]]:
    """The four channels of each person, over all purposes that are in use: the best status counts, a stop always.

    Shape: person → their links with points loaded. Three queries.
    """
    facts = _Facts.about(link.point_id for each in links.values() for link in each)
    return {person: [facts.reach(each, channel, facts.purposes) for channel in ORDER] for person, each in links.items()}


def reach_by_purpose(links: Sequence[ContactPoint]) -> list[PurposeReach]:
    """Every purpose in use with the four channels of one person. Three queries."""
    facts = _Facts.about(link.point_id for link in links)
    return [
        PurposeReach(purpose, [facts.reach(links, channel, {purpose.id: purpose}) for channel in ORDER])
        for purpose in facts.purposes.values()
    ]


@dataclasses.dataclass(frozen=True, slots=True)
class _Facts:
    purposes: dict[uuid.UUID, Purpose]
    states: dict[tuple[uuid.UUID, str], dict[uuid.UUID, str]]
    suppressed: dict[uuid.UUID, list[tuple[str, str]]]

    @classmethod
    def about(cls, point_ids: Iterable[uuid.UUID]) -> "_Facts":
        ids = set(point_ids)
        purposes = {purpose.id: purpose for purpose in Purpose.objects.filter(archived_at=None).order_by("created_at")}
        states: dict[tuple[uuid.UUID, str], dict[uuid.UUID, str]] = {}
        now = clock.now()
        for row in ConsentState.objects.filter(point_id__in=ids, purpose_id__in=purposes):
            found = status_at(row, purposes[row.purpose_id], now)
            states.setdefault((row.point_id, row.channel), {})[row.purpose_id] = found
        suppressed: dict[uuid.UUID, list[tuple[str, str]]] = {}
        for row in Suppression.objects.filter(point_id__in=ids, lifted_at=None):
            suppressed.setdefault(row.point_id, []).append((row.channel, row.kind))
        return cls(purposes, states, suppressed)

    def reach(self, links: Sequence[ContactPoint], channel: str, purposes: Mapping[uuid.UUID, Purpose]) -> Reach:
        """One channel of one person for some purposes."""
        fitting = [link.point_id for link in links if fits(link, channel)]
        if not fitting:
            return _reach(channel, "", "no address")
        open_ones = [point for point in fitting if not self._stop(point, channel)]
        if not open_ones:
            kind = strongest_suppression(self._stop(point, channel) for point in fitting)  # type: ignore[misc]
            return _reach(channel, "no", SUPPRESSION_LABELS[kind].lower())
        found = {
            status
            for point in open_ones
            for purpose_id, status in self.states.get((point, channel), {}).items()
            if purpose_id in purposes
        }
        best = next((status for status in _STRENGTH if status in found), "none")
        words = "yes" if best == "granted" else STATUS_LABELS[best].lower()  # type: ignore[index]
        return _reach(channel, _TONES.get(best, ""), words, open_ones[0] if best in _TO_RECORD else None)

    def _stop(self, point_id: uuid.UUID, channel: str) -> str:
        kinds = [kind for where, kind in self.suppressed.get(point_id, []) if where in ("", channel)]
        return strongest_suppression(kinds)  # type: ignore[arg-type]


def fits(link: ContactPoint, channel: str) -> bool:
    """Whether an address can be used on a channel: a phone for texts, calls and WhatsApp, a WhatsApp number for that alone."""
    if channel == "email":
        return link.label == "email"
    return link.label == "phone" or (link.label == "whatsapp" and channel == "whatsapp")


def _reach(channel: str, tone: str, words: str, point_id: uuid.UUID | None = None) -> Reach:
    return Reach(channel, _NAMES[channel], _ICONS[channel], tone, words, point_id)
