"""Whom a preference link is about: the address it was sent to, and whose it is when that is certain."""

import dataclasses
import uuid

from consent.models import Point, Preference, PreferencePage, Suppression
from consent.selectors.preferences import wishes_of
from consent.selectors.suppressions import live_suppressions
from consent.states import LIFTABLE
from consent.values import Wishes
from contacts.models import Contact, ContactPoint
from messaging.preference_links import PreferenceLink

#: so many zones are shown to choose from
_MOST_ZONES = 12


@dataclasses.dataclass(frozen=True, slots=True)
class Chooser:
    """Who holds a link: an address, the one person it reaches (None where that is nobody or several), their other addresses.

    `ended`: the organisation has ended the links of its day.

    The link proves that somebody reads messages at this address and at no other one.
    """

    link: PreferenceLink
    point: Point
    contact: Contact | None
    others: tuple[Point, ...]
    wishes: Wishes
    ended: bool = False

    @property
    def only_stops(self) -> bool:
        """Whether the link is too old, or ended, for anything but stopping."""
        return self.ended or self.link.only_stops

    @property
    def point_ids(self) -> list[uuid.UUID]:
        """All their addresses, the one of the link first."""
        return [self.point.id, *(point.id for point in self.others)]

    def zones(self, fallback: str) -> list[str]:
        """The time zones they may be in, the likeliest first, or else the organisation's."""
        known = [self.wishes.hours.zone] if self.wishes.hours else []
        known += [self.contact.time_zone] if self.contact and self.contact.time_zone else []
        return list(dict.fromkeys([*known, *self.point.zones.split()]))[:_MOST_ZONES] or [fallback]


def chooser_of(link: PreferenceLink) -> Chooser | None:
    """Whose link it is; None when nothing is known of the address any more. Six queries.

    A link the organisation ended still stops everything, like one that is too old: no press of ours takes that right away.
    """
    page = preference_page()
    ended = page.links_from is not None and link.made_at < page.links_from
    point = Point.objects.filter(kind__in=["phone", "email", "whatsapp"], digest=link.address_digest).first()
    if point is None or live_suppressions().filter(point=point, kind="erased", channel="").exists():
        return None
    contact = _only_person(point)
    others = _addresses_of(contact, point) if contact is not None else ()
    wishes = wishes_of(Preference.objects.filter(point=point).first())
    return Chooser(link, point, contact, others, wishes, ended)


def everything_stopped(chooser: Chooser) -> bool:
    """Whether a stop of theirs holds for everything at each of their addresses. One query."""
    held = Suppression.objects.filter(point_id__in=chooser.point_ids, channel="", kind__in=LIFTABLE, lifted_at=None)
    return set(held.values_list("point_id", flat=True)) == set(chooser.point_ids)


def preference_page() -> PreferencePage:
    """What the organisation says on the page; a row that is not written yet while it says nothing of its own. One query."""
    return PreferencePage.objects.first() or PreferencePage()


def _only_person(point: Point) -> Contact | None:
    """The one person behind an address; an address that two share speaks for neither."""
    ids = set(ContactPoint.objects.filter(point=point).values_list("contact_id", flat=True))
    return Contact.objects.get(id=ids.pop()) if len(ids) == 1 else None


def _addresses_of(contact: Contact, point: Point) -> tuple[Point, ...]:
    """Their other addresses, without those that somebody else has as well."""
    mine = ContactPoint.objects.filter(contact=contact).exclude(point=point).values_list("point_id", flat=True)
    shared = ContactPoint.objects.filter(point_id__in=mine).exclude(contact=contact).values_list("point_id", flat=True)
    return tuple(Point.objects.filter(id__in=set(mine) - set(shared)).order_by("created_at", "id"))
