"""Bounces and complaints: for good at once, for a while after several, and never softened by a lesser one."""

import datetime
import uuid

import pytest

from consent.models import ConsentEvent, Point, Suppression
from core import clock
from core.tenancy import tenant_context
from messaging.actions.protecting import protect, soft_rule
from messaging.models import Message, MessageEvent, Sender
from tests.factories.accounts import Team
from tests.factories.consent import grant, make_point, make_purpose
from tests.factories.emails import make_mail_house
from tests.factories.messaging import reach
from tests.proofs import proves


class Box:
    """A mailbox that has been written to, and what is said about it."""

    def __init__(self, team: Team) -> None:
        self.team = team
        self.house = make_mail_house(team, "smtp://127.0.0.1:9")
        with tenant_context(team.id):
            self.point: Point = make_point("ana@people.example")
            grant(self.point, make_purpose(team.actor(), "Offers"), channel="email")

    def wrote(self) -> Message:
        """One more mail that was taken."""
        with tenant_context(self.team.id):
            message = reach(Sender.objects.get(id=self.house.sender.id), self.point)
            Message.objects.filter(id=message.id).update(channel="email")
            return Message.objects.get(id=message.id)

    def hears(self, action: str, code: str = "5.2.2", message: Message | None = None) -> Message:
        """What a carrier says of a mail."""
        about = message or self.wrote()
        with tenant_context(self.team.id):
            protect(message_id=about.id, point_id=self.point.id, channel="email", action=action, code=code)
        return about

    def held(self) -> list[Suppression]:
        """What protects it now, rows that were replaced left out."""
        with tenant_context(self.team.id):
            return list(Suppression.objects.filter(lifted_at=None))


@pytest.fixture
def box(acme: Team, db: None) -> Box:
    return Box(acme)


@proves("G21")
@pytest.mark.parametrize(
    ("action", "kind", "source"),
    [("bad_address", "bounced", "provider"), ("risk", "bounced", "provider"), ("complaint", "complaint", "complaint"),
     ("opt_out", "opted_out", "provider")],
)  # fmt: skip
def test_what_is_for_good_counts_at_once_and_names_its_message(box: Box, action: str, kind: str, source: str) -> None:
    message = box.hears(action, "HardBounce")

    (row,) = box.held()
    assert (row.kind, row.source, row.channel, row.expires_at) == (kind, source, "email", None)
    with tenant_context(box.team.id):
        event = ConsentEvent.objects.get(id=row.event_id)
    assert (event.origin, event.origin_id, event.evidence_sealed is not None) == ("message", message.id, True)


@proves("G21")
def test_three_mails_that_may_work_later_leave_an_address_out_for_a_while(box: Box) -> None:
    for _ in range(soft_rule().messages - 1):
        box.hears("soft_bounce")
    before = box.held()

    box.hears("soft_bounce")

    assert before == []
    (row,) = box.held()
    days = (row.expires_at - clock.now()) / datetime.timedelta(days=1)
    assert (row.kind, round(days)) == ("bounced", soft_rule().suppress_days)


def test_one_mail_reported_three_times_counts_once(box: Box) -> None:
    message = box.hears("soft_bounce")

    for _ in range(3):
        box.hears("soft_bounce", message=message)

    assert box.held() == []


def test_failures_of_long_ago_do_not_count(box: Box) -> None:
    old = clock.now() - datetime.timedelta(days=soft_rule().within_days + 1)
    for _ in range(2):
        message = box.hears("soft_bounce")
        with tenant_context(box.team.id):
            Message.objects.filter(id=message.id).update(created_at=old)

    box.hears("soft_bounce")

    assert box.held() == []


def test_failures_of_others_do_not_count(box: Box) -> None:
    for _ in range(2):
        box.hears("soft_bounce")
    with tenant_context(box.team.id):
        other = make_point("ben@people.example")

        protect(message_id=uuid.uuid4(), point_id=other.id, channel="email", action="soft_bounce", code="5.2.2")

    assert box.held() == []


@proves("G21")
def test_a_bounce_for_good_is_not_softened_by_later_ones_that_may_heal(box: Box) -> None:
    box.hears("bad_address", "5.1.1")

    for _ in range(5):
        box.hears("soft_bounce")

    (row,) = box.held()
    assert (row.kind, row.expires_at) == ("bounced", None)


def test_a_bounce_for_good_replaces_one_with_an_end_and_keeps_the_history(box: Box) -> None:
    for _ in range(3):
        box.hears("soft_bounce")

    box.hears("bad_address", "5.1.1")

    (row,) = box.held()
    with tenant_context(box.team.id):
        former = Suppression.objects.exclude(lifted_at=None).get()
    assert (row.kind, row.expires_at) == ("bounced", None)
    assert (former.kind, former.lifted_event_id, former.expires_at is not None) == ("bounced", row.event_id, True)


def test_when_the_pause_is_over_and_it_fails_again_it_begins_anew(box: Box) -> None:
    for _ in range(3):
        box.hears("soft_bounce")
    with tenant_context(box.team.id):
        Suppression.objects.update(expires_at=clock.now() - datetime.timedelta(days=1))

    box.hears("soft_bounce")

    (row,) = box.held()
    assert row.expires_at > clock.now()


@pytest.mark.parametrize("action", ["note", "unknown", "setup", "content", "route", "retry", "ours", "later", ""])
def test_all_other_codes_say_nothing_about_the_person(box: Box, action: str) -> None:
    box.hears(action)

    assert box.held() == []
    with tenant_context(box.team.id):
        assert MessageEvent.objects.count() == 0
