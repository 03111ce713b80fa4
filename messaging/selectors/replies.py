"""What people wrote, as the page shows it: opened, newest first, with the names of those the address reaches."""

import dataclasses
import datetime
import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from django.conf import settings
from django.db.models import Count, Q, QuerySet
from django.urls import NoReverseMatch, reverse

from accounts.contracts import Actor
from consent.models import CHANNELS, Point
from contacts.models import ContactPoint
from core import vault
from core.tenancy import require_organization_id
from messaging.models import InboundMessage
from messaging.states import ONE_ORIGINS

PAGE_SIZE = 50
Badge = Mapping[str, str]

_KIND_BADGES: Final[Mapping[str, Badge]] = {
    "stop": {"label": "Said stop", "tone": "no", "icon": "hand"},
    "start": {"label": "Said start", "tone": "yes", "icon": "check"},
    "yes": {"label": "Confirmed what they agreed to", "tone": "yes", "icon": "check"},
    "help": {"label": "Asked for help", "tone": "note", "icon": "info"},
    "text": {"label": "Waiting", "tone": "wait", "icon": "clock"},
}
_VERDICT_BADGES: Final[Mapping[str, Badge]] = {
    "asked": {"label": "Needs your judgement", "tone": "wait", "icon": "alert"},
    "stop": {"label": "It was a stop", "tone": "no", "icon": "hand"},
    "not_stop": {"label": "It was not a stop", "tone": "plain", "icon": "check"},
    "restarted": {"label": "Wrote START since", "tone": "yes", "icon": "check"},
}
_NOT_PROVEN: Final[Badge] = {"label": "Said start, stays protected", "tone": "no", "icon": "hand"}
_STOPPED_BY_HAND: Final[Badge] = {"label": "Stopped by your team", "tone": "no", "icon": "hand"}
_READ: Final[Badge] = {"label": "Read", "tone": "plain", "icon": "check"}

_CHANNELS: Final[Mapping[str, str]] = dict(CHANNELS)

#: what people send on chat channels besides words, by the form of the message
THINGS: Final[Mapping[str, str]] = {
    "button": "Pressed a button",
    "key": "Pressed a key in a call",
    "speech": "Said in a call",
    "choice": "Chose from a list",
    "filled_in": "Filled in a form",
    "image": "Sent a picture",
    "video": "Sent a film",
    "audio": "Sent a voice message",
    "document": "Sent a document",
    "sticker": "Sent a sticker",
    "reaction": "Reacted to your message",
    "location": "Sent a place",
    "contacts": "Sent somebody's contact",
    "order": "Sent an order",
    "unsubscribe": "Pressed unsubscribe under a mail",
    "preference": "Changed what WhatsApp lets you send",
    "number_changed": "Has another number now; what was agreed stays with this one",
    "unsupported": "Sent something WhatsApp does not pass on",
}

#: what somebody answers to, by the origin of what we had sent them last
_ORIGINS: Final[Mapping[str, str]] = {
    "run": "answers a campaign",
    "test": "answers a test",
    **dict.fromkeys(ONE_ORIGINS, "answers your message"),
    "confirm": "answers the request to confirm",
    "receipt": "answers a receipt",
}

#: what counts as a stop, here and in a report: said, or taken for one until somebody judged it, or acted on by the team
STOPS: Final = (Q(kind__in=["stop", "doubt"]) & ~Q(verdict__in=["not_stop", "restarted"])) | Q(
    kind="text", consent_event_id__isnull=False
)

#: the views of the page: its word in the address → which messages
VIEWS: Final[Mapping[str, Q]] = {
    "waiting": Q(handled_at=None),
    "judge": Q(verdict="asked"),
    "stop": STOPS,
    "all": Q(),
}


@dataclasses.dataclass(frozen=True, slots=True)
class Person:
    """Who wrote: the names of everybody this address reaches, and the address as far as the reader may see it."""

    name: str
    address: str
    contact_id: uuid.UUID | None


@dataclasses.dataclass(frozen=True, slots=True)
class Reply:
    """What somebody wrote, opened. `answers` says what it answers, and `page` leads there where that has a page."""

    id: uuid.UUID
    point_id: uuid.UUID
    person: Person
    text: str
    #: what they sent where it was no text, in words; empty for a text
    thing: str
    kind: str
    badge: Badge
    channel_label: str
    received_at: datetime.datetime
    answers: str
    page: str
    is_waiting: bool
    is_stopped: bool
    needs_judgement: bool

    @property
    def key(self) -> str:
        """The id as text, for names inside the page."""
        return str(self.id)


@dataclasses.dataclass(frozen=True, slots=True)
class ReplyPage:
    """Some replies, newest first; `newer` and `older` name the reply to begin beside, None at the ends."""

    replies: tuple[Reply, ...]
    newer: uuid.UUID | None
    older: uuid.UUID | None


def waiting_replies() -> int:
    """How many messages nobody has read yet. One query."""
    return InboundMessage.objects.filter(handled_at=None).count()


def reply_counts() -> dict[str, int]:
    """How many messages each view of the page holds. One query."""
    counts: dict[str, int] = InboundMessage.objects.aggregate(
        **{name: Count("id", filter=chosen) if chosen else Count("id") for name, chosen in VIEWS.items()}
    )
    return counts


def reply_page(
    *, actor: Actor, view: str, before: uuid.UUID | None = None, after: uuid.UUID | None = None
) -> ReplyPage:
    """Fifty replies of a view, newest first: the newest, or those before or after the reply named.

    Effects: four queries at most, however many replies there are; texts are opened, addresses only for an actor who may
             see them.
    """
    actor.require("see_replies")
    rows, newer, older = _keyset(InboundMessage.objects.filter(VIEWS.get(view, Q())), before, after)
    points = Point.objects.filter(id__in={row.point_id for row in rows})
    people = people_behind(points, actor.may("see_addresses"))
    replies = tuple(_reply(row, people[row.point_id]) for row in rows)
    return ReplyPage(replies, rows[0].id if rows and newer else None, rows[-1].id if rows and older else None)


def _keyset(
    rows: "QuerySet[Any]", before: uuid.UUID | None, after: uuid.UUID | None
) -> tuple[list[InboundMessage], bool, bool]:
    """The rows of one page, and whether there are newer and older ones."""
    anchor = InboundMessage.objects.filter(id=before or after).first() if before or after else None
    if anchor is None:
        found = list(rows.order_by("-received_at", "-id")[: PAGE_SIZE + 1])
        return found[:PAGE_SIZE], False, len(found) > PAGE_SIZE
    same, place = Q(received_at=anchor.received_at), anchor.received_at
    if before:
        found = list(
            rows.filter(Q(received_at__lt=place) | same & Q(id__lt=anchor.id)).order_by("-received_at", "-id")[
                : PAGE_SIZE + 1
            ]
        )
        return found[:PAGE_SIZE], True, len(found) > PAGE_SIZE
    found = list(
        rows.filter(Q(received_at__gt=place) | same & Q(id__gt=anchor.id)).order_by("received_at", "id")[
            : PAGE_SIZE + 1
        ]
    )
    return found[:PAGE_SIZE][::-1], len(found) > PAGE_SIZE, True


def people_behind(points: Iterable[Point], whole: bool) -> dict[uuid.UUID, Person]:
    """Who is behind some addresses; these are opened where `whole` says so. One query, beside that of the points."""
    found = {point.id: point for point in points}
    links: dict[uuid.UUID, list[Any]] = {}
    known = ContactPoint.objects.filter(point_id__in=found).select_related("contact")
    for link in known.order_by("created_at", "id"):
        links.setdefault(link.point_id, []).append(link.contact)
    return {point.id: _person(point, links.get(point.id, []), whole) for point in found.values()}


def _person(point: Point, contacts: Sequence[Any], whole: bool) -> Person:
    names = " and ".join(dict.fromkeys(str(contact) for contact in contacts))
    address = point.hint
    if whole:
        address = vault.unseal_text(
            require_organization_id(), "consent_point", "address_sealed", point.id, point.address_sealed
        )
    return Person(names, address, contacts[0].id if contacts else None)


def _reply(row: InboundMessage, person: Person) -> Reply:
    text = vault.unseal_text(
        require_organization_id(), "messaging_inboundmessage", "body_sealed", row.id, row.body_sealed
    )
    return Reply(
        id=row.id,
        point_id=row.point_id,
        person=person,
        text=text,
        thing=THINGS.get(row.form, "") or ("" if row.form == "text" else "Sent something else"),
        kind=row.kind,
        badge=reply_badge(row),
        channel_label=_CHANNELS.get(row.channel, row.channel),
        received_at=row.received_at,
        answers=_ORIGINS.get(row.origin, ""),
        page=_origin_page(row),
        is_waiting=row.handled_at is None,
        is_stopped=row.consent_event_id is not None
        and row.kind not in ("start", "yes")
        and row.verdict not in ("not_stop", "restarted"),
        needs_judgement=row.verdict == "asked",
    )


def reply_badge(row: InboundMessage) -> Badge:
    """What was made of a message, as a badge."""
    if row.kind == "start" and row.verdict in ("stop", "not_stop"):
        return _NOT_PROVEN
    if row.verdict:
        return _VERDICT_BADGES[row.verdict]
    if row.kind != "text" or row.handled_at is None:
        return _KIND_BADGES[row.kind]
    return _STOPPED_BY_HAND if row.consent_event_id is not None else _READ


def _origin_page(row: InboundMessage) -> str:
    """The page of what somebody answers to; the app above says in the settings what its pages are called."""
    name = settings.ORIGIN_PAGES.get(row.origin, "")
    if not name or row.origin_id is None:
        return ""
    try:
        return reverse(name, args=[row.origin_id])
    except NoReverseMatch:
        return ""
