"""A street to break: a live organisation, its sender at the sandbox, people who agreed, messages that wait for their lane."""

import collections
import dataclasses
import datetime
import os
import random
import uuid
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db import connection

from accounts.contracts import Actor
from campaigns.actions.launching import launch_campaign, simulate_campaign
from campaigns.actions.writing import Draft, save_campaign
from campaigns.models import Campaign, Run
from consent.actions.ledger import record_claims
from consent.actions.points import ensure_points
from consent.models import Purpose
from consent.values import Claim, Provenance, address_of
from contacts.models import Contact, ContactPoint, List, ListMember
from core import clock
from core.ids import new_id
from core.jobs import enqueue
from core.tenancy import tenant_context
from messaging.actions.connecting import add_sender
from messaging.actions.queueing import Errand, Wish, queue_messages
from messaging.actions.writing import save_text
from messaging.models import Message, ProviderAccount, SendAttempt, Sender
from tests.carriers import Sandbox
from tests.counts import say
from tests.databases import Database
from tests.factories.campaigns import number
from tests.support import workers
from tests.support.workers import SHORT, Place, Plant

_SLICE = 1000
_EXPIRE = """
with held as (select id from messaging_message where organization_id = %s and lease_until is not null
              for update skip locked)
update messaging_message m set lease_until = clock_timestamp() - interval '1 second' from held where m.id = held.id
"""
_A_DAY = datetime.timedelta(days=1)
_SHARES = (("p50", 50), ("p99", 99), ("worst", 100))


@dataclasses.dataclass(slots=True)
class Street:
    """Everything a fault test needs: who sends, where the carrier is, where webhooks arrive."""

    id: uuid.UUID
    actor: Actor
    account: ProviderAccount
    sender: Sender
    purpose: Purpose
    sandbox: Sandbox
    database: Database
    webhook_url: str
    everybody: List
    people: list[uuid.UUID] = dataclasses.field(default_factory=list)
    _places: dict[uuid.UUID, int] = dataclasses.field(default_factory=dict)

    def place(self, *plants: Plant, failpoints: str = "", **figures: float) -> Place:
        """Where a worker process works: under planted faults, with failpoints, with figures of the lane changed."""
        changed = dict(SHORT) | {f"messaging.lanes.{name}": value for name, value in figures.items()}
        return Place.of(self.database, self.webhook_url, plants=plants, failpoints=failpoints, figures=changed)

    def send_one(self) -> None:
        """One message on its way to one more person, as a quiet beginning."""
        self.queue(self.add_people(1))
        assert workers.start(self.place(), workers.drain, self.id, self.sender.id).join() == 1

    def expire_leases(self) -> None:
        """As if a minute had passed for every lease, but for rows that somebody is writing just now."""
        with tenant_context(self.id), connection.cursor() as cursor:
            cursor.execute(_EXPIRE, [self.id])

    def add_people(self, count: int) -> list[uuid.UUID]:
        """More people who said yes with proof; the ids of their addresses."""
        first = len(self.people)
        for start in range(first, first + count, _SLICE):
            self.people += self._agree(range(start, min(start + _SLICE, first + count)))
        return self.people[first:]

    def _agree(self, indexes: Iterable[int]) -> list[uuid.UUID]:
        numbers = [number(index) for index in indexes]
        with tenant_context(self.id):
            points = ensure_points([address_of(each) for each in numbers])
            ids = [points[("phone", each.e164)] for each in numbers]
            claims = [
                Claim(point, self.purpose.id, "sms", "granted", "web_form", clock.now(), evidence={"page": "/join"})
                for point in ids
            ]
            record_claims(actor=self.actor, claims=claims, provenance=Provenance("form"))
        return ids

    def add_contacts(self, points: Sequence[uuid.UUID]) -> None:
        """A person on the list for each address, so that campaigns reach them."""
        with tenant_context(self.id):
            contacts = Contact.objects.bulk_create(
                [Contact(first_name=f"Person {place}") for place in range(len(points))]
            )
            ContactPoint.objects.bulk_create(
                [
                    ContactPoint(contact=who, point_id=point, label="phone")
                    for who, point in zip(contacts, points, strict=True)
                ]
            )
            ListMember.objects.bulk_create([ListMember(list=self.everybody, contact=who) for who in contacts])

    def add_campaign(self) -> Campaign:
        """A checked campaign to everybody on the list."""
        draft = Draft("Orders ready", self.purpose, self.sender, "Your order is ready.", [self.everybody])
        with tenant_context(self.id):
            campaign = save_campaign(actor=self.actor, draft=draft)
        self.check(campaign)
        return campaign

    def check(self, campaign: Campaign) -> Run:
        """Who would get it now."""
        with tenant_context(self.id):
            run = simulate_campaign(actor=self.actor, campaign=campaign)
        with tenant_context(self.id):
            return Run.objects.get(id=run.id)

    def launch(self, campaign: Campaign, confirmed: int) -> Run:
        """Launch it; nothing leaves before the next `tick`."""
        with tenant_context(self.id):
            run = launch_campaign(actor=self.actor, campaign=campaign, confirmed=confirmed)
        with tenant_context(self.id):
            return Run.objects.get(id=run.id)

    def tick(self) -> None:
        """What the beat rings: every run takes its next step. No lane is rung."""
        with tenant_context(self.id):
            Run.objects.filter(next_at__isnull=False).update(next_at="2000-01-01T00:00Z")
        with without_bells():
            enqueue("campaigns.wake_runs")

    def add_senders(self, count: int) -> list[Sender]:
        """More numbers of the same account, each with a lane of its own."""
        numbers = [f"+1402557{place:04d}" for place in range(count)]
        with tenant_context(self.id):
            return [
                add_sender(
                    actor=self.actor,
                    account=self.account,
                    channel="sms",
                    address=each,
                    label="Lane",
                    rate_per_second=500,
                )
                for each in numbers
            ]

    def queue(
        self, points: Sequence[uuid.UUID], *, origin: str = "drill", sender: Sender | None = None
    ) -> dict[uuid.UUID, uuid.UUID]:
        """A message that may leave now for each address; point id → message id. No lane is rung."""
        sender_id = (sender or self.sender).id
        with tenant_context(self.id):
            version = save_text(
                actor=self.actor, template=None, name=str(new_id()), channel="sms", purpose=self.purpose, body="Ready."
            )
            errand = Errand(origin, new_id(), sender_id, "sms", self.purpose.id, version.id, clock.now() + _A_DAY)
            wishes = [Wish(new_id(), point, f"Order {place} is ready.", 1) for place, point in enumerate(points)]
        for start in range(0, len(wishes), _SLICE):
            with tenant_context(self.id), without_bells():
                queue_messages(errand=errand, wishes=wishes[start : start + _SLICE])
        return {wish.point_id: wish.message_id for wish in wishes}

    def handed_over(self) -> collections.Counter[str]:
        """How often the carrier took a message for each number, by its own ledger."""
        return collections.Counter(entry["to"] for entry in self.accepted())

    def accepted(self) -> list[dict[str, Any]]:
        """The ledger's lines of messages the carrier took."""
        return [entry for entry in self.sandbox.ledger("kind=message") if entry["accepted"]]

    def states(self) -> collections.Counter[str]:
        """How many messages are in each state."""
        with tenant_context(self.id):
            return collections.Counter(Message.objects.values_list("state", flat=True))

    def reasons(self) -> collections.Counter[tuple[str, str]]:
        """How many messages are in each state, and why."""
        with tenant_context(self.id):
            return collections.Counter(Message.objects.values_list("state", "reason"))

    def messages(self, **filters: object) -> list[Message]:
        """Message rows, in the order they were made."""
        with tenant_context(self.id):
            return list(Message.objects.filter(**filters).order_by("id"))

    def attempts(self, **filters: object) -> list[SendAttempt]:
        """Attempt rows, in the order they were made."""
        with tenant_context(self.id):
            return list(SendAttempt.objects.filter(**filters).order_by("id"))

    def number_of(self, point_id: uuid.UUID) -> str:
        """The number behind an address."""
        if len(self._places) != len(self.people):
            self._places.update((each, place) for place, each in enumerate(self.people))
        return number(self._places[point_id]).e164


def without_bells() -> Any:
    """Messages are queued, and no lane is rung: the test decides who sends, and when."""
    from unittest import mock

    return mock.patch("messaging.actions.queueing.enqueue")


def dice() -> random.Random:
    """Seeded chance; the seed is printed, and FAULT_SEED repeats it."""
    seed = int(os.environ.get("FAULT_SEED") or random.randrange(1 << 31))
    say(f"seed {seed} (repeat with FAULT_SEED={seed})")
    return random.Random(seed)


def percentile(values: Iterable[float], share: int) -> float:
    """The value that so many of a hundred do not exceed; 0 of nothing."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * share // 100)] if ordered else 0.0


def percentiles(seconds: Sequence[float]) -> str:
    """Median, 99th percentile and worst, in milliseconds."""
    return ", ".join(f"{word} {percentile(seconds, share) * 1000:.1f} ms" for word, share in _SHARES)


def chunks(items: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    """The items, so many at a time."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
