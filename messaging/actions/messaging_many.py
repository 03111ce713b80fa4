"""Writing to many people at once, to each their own words: each letter is judged by itself, and no bad one holds up others.

The same answers as `messaging_one` gives, one after the other, by a few statements for all of them together.
"""

import dataclasses
import datetime
import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from accounts.actions.audit import record_audits
from accounts.contracts import Actor, Refused
from accounts.models import Organization
from consent.actions.ledger_rows import lock_points
from consent.models import Purpose
from consent.values import Address
from contacts.selectors.points import known_points
from core import clock
from core.ids import new_id
from messaging.actions.deciding import decide_addresses
from messaging.actions.lettering import Lettering
from messaging.actions.messaging_one import (
    SAME_PRESS_SECONDS,
    WINDOW_HOURS,
    Prospect,
    as_kept,
    completed,
    made_letter,
    opened,
    prospect_of,
    refuse_if_denied,
    said_to,
    version_for,
)
from messaging.actions.practice import demand_practice
from messaging.actions.queueing import Errand, Wish, queue_letters
from messaging.channels.protocol import Rendered
from messaging.channels.standing import READY, Standing, standing_of
from messaging.facts import Context, context_for, looked_at
from messaging.line_book import Reader, line_book
from messaging.models import InboundMessage, Message, Sender
from messaging.selectors.line_readers import line_readers
from messaging.states import ONE_ORIGINS, ORIGIN_OF_ANSWER, ORIGIN_OF_ONE


@dataclasses.dataclass(frozen=True, slots=True)
class Addressed:
    """A letter to an address we may never have met. Shape: `beside` as in `messaging_one.Letter`."""

    address: Address
    sender: Sender
    purpose: Purpose
    text: str = dataclasses.field(repr=False)
    beside: Mapping[str, Any] = dataclasses.field(default_factory=dict, repr=False)


@dataclasses.dataclass(slots=True)
class Outcome:
    """What became of one letter: what the gate says and what would be read, if it could be made; why it was refused; the
    message it has become."""

    letter: Addressed
    prospect: Prospect | None = None
    refusal: Refused | None = None
    message_id: uuid.UUID | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class _Made:
    lettering: Lettering
    rendered: Rendered
    standing: Standing
    added: tuple[str, ...] = ()


def judge_many(*, actor: Actor, letters: Sequence[Addressed]) -> list[Outcome]:
    """What would become of each letter now, in their order, without sending any: a test key's at a carrier that reaches people
    is refused, and what the gate denies.

    Effects: the record of each distinct decision. A few queries for each sender and purpose, and for each template, however
             many letters there are; two more for each call, which says who calls.
    """
    actor.require("message_people")
    outcomes = [Outcome(letter) for letter in letters]
    organization = Organization.objects.current()
    shelf: dict[Any, tuple[Lettering, Standing]] = {}
    alike: dict[Any, list[tuple[Outcome, _Made]]] = {}
    for outcome in outcomes:
        try:
            made = _made(outcome.letter, organization, shelf)
        except Refused as refusal:
            outcome.refusal = refusal
        else:
            key = (outcome.letter.sender.id, outcome.letter.purpose.id, made.standing)
            alike.setdefault(key, []).append((outcome, made))
    for batch in alike.values():
        _judge(_completed(batch, organization))
    for outcome in outcomes:
        if outcome.prospect is not None:
            practice = _refusal_of(demand_practice, actor, outcome.letter.sender.account)
            outcome.refusal = practice or _refusal_of(refuse_if_denied, outcome.prospect)
    return outcomes


def message_many(*, actor: Actor, letters: Sequence[Addressed]) -> list[Outcome]:
    """Send each letter that may leave, in their order; refuse the others, each with its own reason.

    Effects: for each as by `message_one`: one message, sealed; what they had written and nobody had read is read; the same words
             to the same address again within a minute are the same message, also within the batch. An audit row for each.
             All of it in the caller's transaction, so nothing is half done.
    """
    outcomes = judge_many(actor=actor, letters=letters)
    going = [(each, each.prospect) for each in outcomes if each.prospect is not None and each.refusal is None]
    if going:
        _send(actor, going)
    return outcomes


def _refusal_of(demand: Callable[..., None], *values: Any) -> Refused | None:
    """What a demand refuses, or None."""
    try:
        demand(*values)
    except Refused as refusal:
        return refusal
    return None


def _made(letter: Addressed, organization: Organization, shelf: dict[Any, tuple[Lettering, Standing]]) -> _Made:
    """A letter made and rendered. What a template gives is the same for all who fill the same places, so it is read once."""
    sender, parts = letter.sender, letter.beside
    shape = _shape_of_template(letter)
    if shape is not None and shape in shelf:
        first, standing = shelf[shape]
        lettering = Lettering(first.content, {str(key): str(value).strip() for key, value in parts["values"].items()})
        return _Made(lettering, said_to(sender, letter.purpose, lettering, letter.address.region), standing)
    lettering = made_letter(sender, letter.purpose, letter.address.kind, letter.text, parts, organization)
    needs_word = sender.channel == "whatsapp"
    standing = standing_of(sender.channel, lettering.content.parts) if needs_word else READY
    if shape is not None:
        shelf[shape] = (lettering, standing)
    return _Made(lettering, said_to(sender, letter.purpose, lettering, letter.address.region), standing)


def _shape_of_template(letter: Addressed) -> Any:
    """What two letters of one template must have in common to have the same content; None for anything else."""
    values = letter.beside.get("values")
    if letter.sender.channel != "whatsapp" or "template" not in letter.beside or not isinstance(values, Mapping):
        return None
    filled = frozenset(str(key) for key, value in values.items() if str(value).strip())
    named = frozenset(map(str, values))
    others = tuple(sorted((str(name), repr(value)) for name, value in letter.beside.items() if name != "values"))
    return letter.sender.id, letter.purpose.id, letter.address.kind, letter.text, others, filled, named


def _completed(batch: Sequence[tuple[Outcome, _Made]], organization: Organization) -> list[tuple[Outcome, _Made]]:
    """Letters of one sender and purpose with the lines their places want. Three queries where any wants one, else none.

    Effects: a letter that becomes too long by them is refused, and not among the answer.
    """
    letter = batch[0][0].letter
    book = line_book(letter.sender, letter.purpose, organization=organization)
    if not book.is_open:
        return list(batch)
    points = known_points([outcome.letter.address for outcome, _ in batch])
    readers = line_readers(letter.purpose, letter.sender.channel, list(points.values()))
    whole = []
    for outcome, made in batch:
        address = outcome.letter.address
        point_id = points.get((address.kind, address.key))
        reader = readers[point_id] if point_id in readers else Reader(address.region)
        try:
            rendered, added = completed(letter.sender, made.rendered, book, reader)
        except Refused as refusal:
            outcome.refusal = refusal
        else:
            whole.append((outcome, dataclasses.replace(made, rendered=rendered, added=added)))
    return whole


def _judge(batch: Sequence[tuple[Outcome, _Made]]) -> None:
    """Ask the gate about letters of one sender and purpose that stand alike."""
    if not batch:
        return
    letter, standing = batch[0][0].letter, batch[0][1].standing
    context = context_for(sender=letter.sender, purpose=letter.purpose, standing=standing)
    by_text: dict[Any, list[tuple[Outcome, _Made]]] = {}
    for outcome, made in batch:
        by_text.setdefault(looked_at(context, made.rendered.body), []).append((outcome, made))
    for (known, lines), part in by_text.items():
        _judge_alike(dataclasses.replace(context, text_registered=known, lines=lines), part)


def _judge_alike(context: Context, batch: Sequence[tuple[Outcome, _Made]]) -> None:
    found = decide_addresses(context, [outcome.letter.address for outcome, _ in batch])
    for (outcome, made), answer in zip(batch, found, strict=True):
        letter = outcome.letter
        sender, region = letter.sender, letter.address.region
        prospect = prospect_of(sender, letter.purpose, made.lettering, made.rendered, answer, region)
        outcome.prospect = dataclasses.replace(prospect, added=made.added)


def _send(actor: Actor, going: Sequence[tuple[Outcome, Prospect]]) -> None:
    """Queue what was not said just now. Effects: the messages, an audit row each, and what had waited is read."""
    points = known_points([outcome.letter.address for outcome, _ in going])
    lock_points(points.values())
    last = _LastSaid(list(points.values()))
    fresh: list[_Fresh] = []
    for outcome, prospect in going:
        letter = outcome.letter
        place = (points[letter.address.kind, letter.address.key], letter.sender.id)
        outcome.message_id = last.same(place, prospect.rendered)
        if outcome.message_id is None:
            outcome.message_id = last.say(place, prospect.rendered)
            fresh.append(_Fresh(letter, prospect, place[0], outcome.message_id))
    waited = _read_what_waited([each.point_id for each in fresh])
    # the first message to an address answers what they wrote; a second one answers nothing that is left
    answers = set({each.point_id: each.message_id for each in reversed(fresh) if each.point_id in waited}.values())
    _queue(fresh, answers)
    _record(actor, fresh, answers)


@dataclasses.dataclass(frozen=True, slots=True)
class _Fresh:
    """A letter that becomes a message."""

    letter: Addressed
    prospect: Prospect
    point_id: uuid.UUID
    message_id: uuid.UUID


def _read_what_waited(point_ids: list[uuid.UUID]) -> set[uuid.UUID]:
    """Whose words nobody had read yet, among these addresses. Effects: now they are read. Two statements."""
    waiting = InboundMessage.objects.filter(point_id__in=point_ids, handled_at=None).exclude(verdict="asked")
    found = dict(waiting.values_list("id", "point_id"))
    InboundMessage.objects.filter(id__in=found).update(handled_at=clock.now())
    return set(found.values())


def _queue(fresh: Sequence[_Fresh], answers: set[uuid.UUID]) -> None:
    """Effects: one insert. A few queries for each content that letters share."""
    versions: dict[Any, uuid.UUID] = {}
    expires_at = clock.now() + datetime.timedelta(hours=WINDOW_HOURS)
    queued = []
    for each in fresh:
        letter, content = each.letter, each.prospect.content
        shared = (letter.sender.channel, letter.purpose.id, content.body, json.dumps(content.parts, sort_keys=True))
        if shared not in versions:
            versions[shared] = version_for(letter.sender.channel, letter.purpose, content).id
        errand = Errand(
            origin=ORIGIN_OF_ANSWER if each.message_id in answers else ORIGIN_OF_ONE,
            origin_id=each.point_id,
            sender_id=letter.sender.id,
            channel=letter.sender.channel,
            purpose_id=letter.purpose.id,
            template_version_id=versions[shared],
            expires_at=expires_at,
        )
        said = each.prospect.rendered
        queued.append((errand, Wish(each.message_id, each.point_id, said.body, each.prospect.parts, said.parts)))
    queue_letters(queued)


def _record(actor: Actor, fresh: Sequence[_Fresh], answers: set[uuid.UUID]) -> None:
    deeds: list[tuple[tuple[str, uuid.UUID | None], dict[str, Any]]] = []
    for each in fresh:
        data = {"channel": each.letter.sender.channel, "purpose": each.letter.purpose.key}
        deeds.append((("message", each.message_id), data | {"answers": each.message_id in answers}))
    record_audits(actor=actor, action="message.written", deeds=deeds)


class _LastSaid:
    """The last message to each address from each sender within a minute. Whoever makes one holds the addresses."""

    def __init__(self, point_ids: Sequence[uuid.UUID]) -> None:
        since = clock.now() - datetime.timedelta(seconds=SAME_PRESS_SECONDS)
        recent = Message.objects.filter(point_id__in=point_ids, created_at__gte=since, origin__in=ONE_ORIGINS)
        rows = recent.order_by("created_at", "id")
        self._kept = {(row.point_id, row.sender_id): row for row in rows}
        self._said: dict[tuple[uuid.UUID, uuid.UUID], tuple[Rendered, uuid.UUID]] = {}

    def same(self, place: tuple[uuid.UUID, uuid.UUID], said: Rendered) -> uuid.UUID | None:
        """The last message of this address and sender, if it says the same."""
        if place in self._said:
            before, message_id = self._said[place]
            return message_id if before == said else None
        row = self._kept.get(place)
        if row is None or opened(row, "body_sealed") != said.body:
            return None
        return row.id if opened(row, "parts_sealed") == as_kept(said.parts) else None

    def say(self, place: tuple[uuid.UUID, uuid.UUID], said: Rendered) -> uuid.UUID:
        """From now on this is the last one; its id."""
        self._said[place] = (said, new_id())
        return self._said[place][1]
