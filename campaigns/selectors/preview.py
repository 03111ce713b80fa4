"""What one person would read: the text with their values, what it costs, and what makes it dearer."""

import dataclasses
import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import QuerySet

from accounts.contracts import Refused
from accounts.models import Guest
from campaigns.models import Campaign
from campaigns.outcomes import BY_KEY, Outcome, message_outcome
from campaigns.personal_values import check_names, missing_names, sample_values, values_of
from campaigns.reasons import words_of
from campaigns.states import TEST_ORIGIN
from consent.models import Point, Purpose
from contacts.models import Contact, ContactPoint, CustomField, List
from messaging.channels.protocol import Content, Rendered
from messaging.channels.registry import channel as channel_of
from messaging.content import precompile
from messaging.content_rules import ContentError
from messaging.line_book import AddedLine, LineBook, Reader, line_book
from messaging.models import Message, Sender
from messaging.segments import Forcing, Segments, count_segments, forcing_characters, with_look_alikes
from messaging.selectors.line_readers import line_readers

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
    """What one person would get. Without a contact it shows sample values; `problem` stands instead of a message.

    `text` is what they read or hear as plain text, `parts` the rest their channel gives them; `length` only for SMS.
    """

    channel: str
    contact: Contact | None
    text: str = ""
    parts: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    length: Length | None = None
    #: the lines that are put into it because their place wants them
    added: Sequence[AddedLine] = ()
    problem: str = ""
    remedy: str = ""
    missing: Sequence[str] = ()
    has_next: bool = False
    has_previous: bool = False

    @property
    def template(self) -> str:
        """What shows a message of this channel."""
        return f"campaigns/_preview_{self.channel}.html"


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
    *,
    channel: str,
    content: Content,
    list_ids: Iterable[uuid.UUID],
    contact_id: uuid.UUID | None = None,
    move: str = "",
    sender: Sender | None = None,
    purpose: Purpose | None = None,
) -> Preview:
    """A content as somebody of these lists (of everybody, when none is chosen) would get it. At most five queries, what the
    channel asks to know whether it is fit, and four for the lines that are added to it, where sender and purpose are known.

    Shape: `move` next or previous goes from the contact named; a contact who is not among them leads to the first one.
    """
    custom = dict(CustomField.objects.values_list("key", "label"))
    problem = _problem_of(channel, content, custom)
    if problem is not None:
        return problem
    people = _people(list_ids)
    contact = _chosen(people, contact_id, move)
    lines = _Lines(sender, purpose) if sender is not None and purpose is not None else None
    if contact is None:
        return _made(Preview(channel, None), content, sample_values("Sample", custom), lines)
    around = Preview(
        channel,
        contact,
        has_next=people.filter(id__gt=contact.id).exists(),
        has_previous=people.filter(id__lt=contact.id).exists(),
    )
    missing = missing_names(channel_of(channel).texts(content), contact)
    if missing:
        return dataclasses.replace(around, missing=missing)
    return _made(around, content, values_of(contact), lines)


class _Lines:
    """What places have put into the texts of a sender and purpose."""

    def __init__(self, sender: Sender, purpose: Purpose) -> None:
        self.book, self._purpose = line_book(sender, purpose), purpose

    def reader(self, contact: Contact | None) -> Reader:
        """Who reads it; somebody in the organisation's own country who never had a text, where nobody is chosen. One query."""
        own = self.book.organization
        if contact is None:
            return Reader(own.default_country, own.default_language)
        return reader_of(contact, self._purpose, self.book.channel)


def reader_of(contact: Contact, purpose: Purpose, channel: str) -> Reader:
    """A person as the reader of a text at their first address for a channel. Two queries."""
    kinds = channel_of(channel).point_kinds
    links = ContactPoint.objects.filter(contact=contact, label__in=kinds).order_by("created_at", "id")
    point_ids = list(links.values_list("point_id", flat=True)[:1])
    readers = list(line_readers(purpose, channel, point_ids).values())
    return dataclasses.replace(readers[0] if readers else Reader(contact.country), language=contact.language)


def _problem_of(channel: str, content: Content, custom: Mapping[str, str]) -> Preview | None:
    """The preview that says what is wrong with a content, or that there is none yet; None where one can be shown."""
    if not content.body.strip():
        return Preview(channel, None)
    try:
        channel_of(channel).check(content.body, content.parts)
        for text in channel_of(channel).texts(content).values():
            check_names(text, custom)
    except Refused as refusal:
        return Preview(channel, None, problem=refusal.message, remedy=refusal.remedy)
    except ContentError as error:
        return Preview(channel, None, problem=error.problem, remedy=error.remedy)
    return None


def _made(around: Preview, content: Content, values: dict[str, Any], lines: _Lines | None) -> Preview:
    """The preview with the message made of these values, or with the reason why it cannot be made."""
    try:
        rendered = channel_of(around.channel).render(content, values)
    except ContentError as error:
        return dataclasses.replace(around, problem=error.problem, remedy=error.remedy)
    if lines is not None and lines.book.is_open:
        return with_lines(around, rendered, lines.book, lines.reader(around.contact))
    return with_message(around, rendered)


def with_lines(around: Preview, rendered: Rendered, book: LineBook, reader: Reader) -> Preview:
    """The preview with a message and the lines that are put into it."""
    added = book.lacking(rendered.body, reader)
    return dataclasses.replace(with_message(around, book.complete(rendered, reader)), added=added)


def with_message(around: Preview, rendered: Rendered) -> Preview:
    """The preview with a finished message."""
    length = length_of(rendered.body, varies=around.contact is None) if around.channel == "sms" else None
    return dataclasses.replace(around, text=rendered.body, parts=rendered.parts, length=length)


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
