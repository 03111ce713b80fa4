"""What one person would read: the text with their values, what it costs, and what makes it dearer."""

import dataclasses
import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import QuerySet

from accounts.models import Guest
from campaigns.models import Campaign
from campaigns.outcomes import BY_KEY, Outcome, message_outcome
from campaigns.personal_values import check_names, missing_names, sample_values, values_of
from campaigns.reasons import words_of
from campaigns.states import TEST_ORIGIN
from consent.models import Point
from contacts.models import Contact, CustomField, List
from messaging.content import precompile
from messaging.content_rules import ContentError
from messaging.models import Message
from messaging.segments import Forcing, Segments, count_segments, forcing_characters, with_look_alikes

_LIMITS = {"GSM-7": (160, 153), "UCS-2": (70, 67)}


@dataclasses.dataclass(frozen=True, slots=True)
class Length:
    """How a text travels. `left` is the room in its last part; `varies` that it was counted with sample values."""

    segments: Segments
    left: int
    forcing: Sequence[Forcing]
    replaceable: bool
    varies: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class Preview:
    """A text as one person would read it. Without a contact it shows sample values; `problem` stands instead of a text."""

    contact: Contact | None
    text: str
    length: Length | None
    problem: str = ""
    remedy: str = ""
    missing: Sequence[str] = ()
    has_next: bool = False
    has_previous: bool = False


def length_of(text: str, *, varies: bool = False) -> Length:
    """Count one finished text, and name what forces the dear alphabet."""
    segments, forcing = count_segments(text), forcing_characters(text)
    single, joined = _LIMITS[segments.encoding]
    room = single if segments.parts <= 1 else segments.parts * joined
    plainer = count_segments(with_look_alikes(text)) != segments
    return Length(segments, max(0, room - segments.units), forcing, plainer and bool(forcing), varies)


def length_of_draft(body: str) -> Length:
    """The length of a text that is being written, with sample values in it. One query when it has variables.

    Errors: ContentError naming the line and the remedy.
    """
    compiled = precompile(body)
    if not compiled.variables and "{%" not in body:
        return length_of(compiled.render({}).strip())
    fields = dict(CustomField.objects.values_list("key", "label"))
    check_names(body, fields)
    return length_of(compiled.render(sample_values("Sample", fields)).strip(), varies=True)


def preview(
    *, body: str, list_ids: Iterable[uuid.UUID], contact_id: uuid.UUID | None = None, move: str = ""
) -> Preview:
    """A text as somebody of these lists (of everybody, when none is chosen) would read it. At most five queries.

    Shape: `move` next or previous goes from the contact named; a contact who is not among them leads to the first one.
    """
    try:
        check_names(body, dict(CustomField.objects.values_list("key", "label")))
    except ContentError as error:
        return Preview(None, "", None, error.problem, error.remedy)
    people = _people(list_ids)
    contact = _chosen(people, contact_id, move)
    if contact is None:
        return _sample(body)
    around: dict[str, Any] = {
        "has_next": people.filter(id__gt=contact.id).exists(),
        "has_previous": people.filter(id__lt=contact.id).exists(),
    }
    missing = missing_names(body, contact)
    if missing:
        return Preview(contact, "", None, missing=missing, **around)
    try:
        text = precompile(body).render(values_of(contact)).strip()
    except ContentError as error:
        return Preview(contact, "", None, error.problem, error.remedy, **around)
    return Preview(contact, text, length_of(text), **around)


def _sample(body: str) -> Preview:
    fields = dict(CustomField.objects.values_list("key", "label"))
    try:
        text = precompile(body).render(sample_values("Sample", fields)).strip()
    except ContentError as error:
        return Preview(None, "", None, error.problem, error.remedy)
    return Preview(None, text, length_of(text, varies=True))


def _people(list_ids: Iterable[uuid.UUID]) -> "QuerySet[Contact]":
    chosen = list(list_ids)
    people = Contact.objects.all()
    return people.filter(id__in=List.objects.filter(id__in=chosen).values("members__contact_id")) if chosen else people


def _chosen(people: "QuerySet[Contact]", contact_id: uuid.UUID | None, move: str) -> Contact | None:
    if contact_id is not None:
        if move == "next":
            return people.filter(id__gt=contact_id).order_by("id").first() or people.order_by("-id").first()
        if move == "previous":
            return people.filter(id__lt=contact_id).order_by("-id").first() or people.order_by("id").first()
        found = people.filter(id=contact_id).first()
        if found is not None:
            return found
    return people.order_by("id").first()


@dataclasses.dataclass(frozen=True, slots=True)
class GuestLine:
    """One test message and what became of it. `name` is the guest's, empty when they are a guest no longer."""

    point_id: uuid.UUID
    name: str
    hint: str
    outcome: Outcome
    code: str
    words: str
    remedy: str

    @property
    def settled(self) -> bool:
        """Whether nothing more is expected to happen to it."""
        return self.outcome.key not in ("waiting", "on_way")


def guest_lines(campaign: Campaign, most: int = 10) -> list[GuestLine]:
    """The newest test messages of a campaign. Three queries; addresses stay masked."""
    rows = Message.objects.filter(origin=TEST_ORIGIN, origin_id=campaign.id).defer("body_sealed")
    found = list(rows.annotate(key=message_outcome()).order_by("-created_at", "-id")[:most])
    points = Point.objects.in_bulk({row.point_id for row in found})
    digests = [bytes(point.digest) for point in points.values()]
    names = {bytes(guest.digest): guest.label for guest in Guest.objects.filter(digest__in=digests)}
    carrier = campaign.sender.account.provider
    return [_guest_line(row, points[row.point_id], names, carrier) for row in found]


def _guest_line(row: Any, point: Point, names: Mapping[bytes, str], carrier: str) -> GuestLine:
    outcome = BY_KEY[row.key]
    words, remedy = words_of(row.reason, carrier, outcome=row.key) if row.reason else (outcome.hint, "")
    return GuestLine(point.id, names.get(bytes(point.digest), ""), point.hint, outcome, row.reason, words, remedy)
