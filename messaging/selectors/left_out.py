"""Who was looked up and got nothing: the campaigns that left them out, with the reasons. The app above knows the campaigns."""

import dataclasses
import datetime
import uuid
from collections.abc import Callable, Collection, Sequence
from typing import Final

from accounts.contracts import Actor
from contacts.models import ContactPoint
from contacts.selectors.points import known_points
from messaging.selectors.whys import address_in


@dataclasses.dataclass(frozen=True, slots=True)
class LeftOut:
    """One time somebody was not to get a campaign. `page` lists the people left out of it for this reason."""

    name: str
    at: datetime.datetime
    label: str
    remedy: str
    page: str


Finder = Callable[[Collection[uuid.UUID]], Sequence[LeftOut]]
_FINDERS: Final[list[Finder]] = []


def register_left_out(finder: Finder) -> None:
    """Let an app tell what it left somebody out of: it is asked for contacts. Asking twice for one app is one."""
    if finder not in _FINDERS:
        _FINDERS.append(finder)


def left_out_of(*, actor: Actor, query: str) -> list[LeftOut]:
    """What the people behind a whole address were left out of, newest first; nothing for those who may not see either.

    Two queries, and those of the finders where the address is somebody's.
    """
    address = address_in(query) if actor.may("see_addresses") and actor.may("see_campaigns") else None
    if address is None:
        return []
    links = ContactPoint.objects.filter(point_id__in=known_points([address]).values())
    people = set(links.values_list("contact_id", flat=True))
    return [each for finder in _FINDERS for each in finder(people)] if people else []
