"""Limits of messages to one person: counted at all their addresses, across campaigns, channels and purposes (C19)."""

import datetime
import threading

import pytest
from django.db import connection

from accounts.contracts import NotAllowed, Refused
from accounts.models import Organization
from accounts.roles import Role
from consent.actions.limits import set_limits
from consent.contracts import Allowed, Deferred, Denied
from consent.models import Point, Purpose
from contacts.models import Contact, ContactPoint
from core import clock
from core.ids import new_id
from core.tenancy import tenant_context
from messaging.actions.deciding import judge_point
from messaging.actions.queueing import Errand, Wish, queue_messages
from messaging.actions.writing import save_text
from messaging.facts import context_for
from messaging.models import Message, Sender, Template, TemplateVersion
from tests.factories.accounts import make_operator, make_team, operator_actor
from tests.factories.campaigns import House, make_house
from tests.factories.consent import MINA, OMAR, grant, make_point, make_purpose
from tests.faults.scene import without_bells
from tests.integration.messaging.test_caps_within_a_claim import go, rows
from tests.proofs import proves
from tests.snapshots import changed, rows_of

#: ten in the morning in Nebraska
MORNING = datetime.datetime(2026, 11, 25, 16, 0, tzinfo=datetime.UTC)
HOUR, DAY = datetime.timedelta(hours=1), datetime.timedelta(days=1)
#: a second number of Mina
SECOND = "+14025550177"


@pytest.fixture
def now(monkeypatch):
    """The moment everything happens at; moved by the test."""
    moment = [MORNING]
    monkeypatch.setattr(clock, "now", lambda: moment[0])
    return moment


@pytest.fixture
def house(acme, operator, now):
    """Acme, live, with a sender that nobody asks, offers and news, and at most two messages in three days."""
    house = make_house(acme.id, acme.actor(), operator_actor(operator), "http://127.0.0.1:9")
    with tenant_context(house.id):
        open_purposes(house)
        limit(house)
    return house


def open_purposes(house: House) -> None:
    make_purpose(house.actor)
    make_purpose(house.actor, "News", "informational")
    make_purpose(house.actor, "Codes", "transactional")


def limit(house: House, most: int | None = 2, *, waits: bool = False, outside=()) -> None:
    free = {purpose.id for purpose in Purpose.objects.filter(name__in=outside)}
    set_limits(actor=house.actor, most=most, days=3, waits=waits, outside=free)


def person(house: House, *numbers: str) -> list[Point]:
    """Somebody with these numbers, who agreed to everything at each."""
    contact = Contact.objects.create(first_name="Mina")
    points = [make_point(number) for number in numbers]
    for point in points:
        ContactPoint.objects.create(contact=contact, point=point, label="phone")
        for purpose in Purpose.objects.all():
            grant(point, purpose)
    return points


def sent(house: House, point: Point, ago: datetime.timedelta, purpose: str = "Offers", channel: str = "sms", **more):
    """Something reached this address so long ago."""
    about = Purpose.objects.get(name=purpose)
    template = Template.objects.create(name=str(new_id()), channel=channel, purpose=about)
    version = TemplateVersion.objects.create(template=template, number=1, body="Hello")
    at = clock.now() - ago
    told = {"created_at": at, "sent_at": at, "state": "accepted"} | more
    return Message.objects.create(
        template_version=version, channel=channel, origin="run", origin_id=new_id(), point=point, sender=house.sender,
        purpose=about, body_sealed=b"", expires_at=at + DAY, **told,
    )  # fmt: skip


def answer(house: House, point: Point, purpose: str = "Offers"):
    """What the gate says about one more text to this address, now."""
    context = context_for(sender=house.sender, purpose=Purpose.objects.get(name=purpose))
    return judge_point(context, point.id)[1].decision


def due(house: House, point: Point, sender: Sender | None = None) -> None:
    """A message of a campaign of its own, due now; no lane is rung."""
    with without_bells():
        purpose = Purpose.objects.get(name="Offers")
        version = save_text(
            actor=house.actor, template=None, name=str(new_id()), channel="sms", purpose=purpose, body="Ready."
        )
        ends = clock.now() + DAY
        errand = Errand("run", new_id(), (sender or house.sender).id, "sms", purpose.id, version.id, ends)
        queue_messages(errand=errand, wishes=[Wish(new_id(), point.id, "Ready.", 1)])


@proves("C19")
def test_what_one_person_got_counts_together_whatever_address_channel_purpose_and_campaign_it_was(house):
    with tenant_context(house.id):
        phone, second = person(house, MINA, SECOND)
        (other,) = person(house, OMAR)
        mail = Point.objects.create(
            kind="email", digest=b"m" * 32, platform_digest=b"m" * 32, address_sealed=b"s", hint="…"
        )
        ContactPoint.objects.create(contact=ContactPoint.objects.get(point=phone).contact, point=mail, label="email")
        sent(house, second, 2 * HOUR, "News", "voice")
        before = [answer(house, point) for point in (phone, second, other)]

        sent(house, mail, HOUR, "Offers", "email")

        # the first of the two leaves the window 70 hours from now
        full = Denied("freq_cap", MORNING + 70 * HOUR)
        assert before == [Allowed(), Allowed(), Allowed()]
        assert [answer(house, point) for point in (phone, second, other)] == [full, full, Allowed()]
        assert answer(house, phone, "News") == full


@proves("C19")
def test_what_somebody_waits_for_and_purposes_set_free_neither_count_nor_are_held_back(house):
    with tenant_context(house.id):
        (phone,) = person(house, MINA)
        for _ in range(3):
            sent(house, phone, HOUR, "Codes")
        sent(house, phone, HOUR, "News")
        assert (answer(house, phone), answer(house, phone, "Codes")) == (Allowed(), Allowed())
        sent(house, phone, HOUR)
        assert [answer(house, phone, name) for name in ("Offers", "News", "Codes")] == [
            Denied("freq_cap", MORNING + 71 * HOUR), Denied("freq_cap", MORNING + 71 * HOUR), Allowed()
        ]  # fmt: skip

        limit(house, outside=["News"])

        assert [answer(house, phone, name) for name in ("Offers", "News")] == [Allowed(), Allowed()]


def test_a_purpose_set_free_of_our_limit_is_still_held_by_the_laws(house):
    with tenant_context(house.id):
        limit(house, None, outside=["Offers"])
        (florida,) = person(house, "+13055550142")
        for _ in range(3):
            sent(house, florida, HOUR)

        # three a day: there is room in 23 hours, at eleven in the morning there
        assert answer(house, florida) == Denied("freq_cap", MORNING + 23 * HOUR)
        assert answer(house, person(house, MINA)[0]) == Allowed()


@proves("C19")
def test_whether_too_much_waits_or_is_refused_is_a_setting_and_both_tell_when_it_is_possible(house):
    with tenant_context(house.id):
        (phone,) = person(house, MINA)
        for ago in (65 * HOUR, 30 * HOUR):
            sent(house, phone, ago)
        assert answer(house, phone) == Denied("freq_cap", MORNING + 7 * HOUR)

        limit(house, waits=True)

        assert answer(house, phone) == Deferred("freq_cap", MORNING + 7 * HOUR)


def test_room_that_comes_at_night_is_possible_in_the_morning_and_never_before_the_full_hour(house):
    with tenant_context(house.id):
        limit(house, 1, waits=True)
        (phone,), (second,) = person(house, MINA), person(house, OMAR)
        sent(house, phone, 60 * HOUR)
        sent(house, second, 70 * HOUR - datetime.timedelta(minutes=1))

        # twelve hours on it is ten in the evening in Nebraska; it opens at eight
        assert answer(house, phone) == Deferred("freq_cap", datetime.datetime(2026, 11, 26, 14, tzinfo=datetime.UTC))
        assert answer(house, second) == Deferred("freq_cap", MORNING + 3 * HOUR)


@pytest.mark.parametrize(
    ("more", "counts"),
    [
        ({"created_at": MORNING - 5 * DAY, "sent_at": MORNING - DAY}, True),
        ({"created_at": MORNING - DAY, "sent_at": MORNING - 3 * DAY}, False),
        ({"created_at": MORNING - 2 * DAY, "sent_at": None, "state": "uncertain"}, True),
        ({"state": "rejected"}, False),
        ({"state": "suppressed"}, False),
        ({"state": "ready", "sent_at": None}, False),
    ],
)
def test_a_message_counts_from_the_moment_it_left_if_it_may_have_left_at_all(house, more, counts):
    with tenant_context(house.id):
        limit(house, 1)
        (phone,) = person(house, MINA)

        sent(house, phone, DAY, **more)

        assert isinstance(answer(house, phone), Denied) is counts


@proves("C19")
def test_of_two_campaigns_due_at_once_at_two_addresses_of_one_person_one_leaves_and_one_waits_or_is_left_out(
    house, now
):
    with tenant_context(house.id):
        limit(house, 1)
        phone, second = person(house, MINA, SECOND)
        due(house, phone)
        due(house, second)

    assert (go(house.sender), rows(house)) == (1, [("attempting", ""), ("ready", "")])
    assert (go(house.sender), rows(house)) == (0, [("attempting", ""), ("suppressed", "freq_cap")])


def test_what_is_too_much_waits_in_the_lane_where_its_time_lasts_and_leaves_when_there_is_room(house, now):
    with tenant_context(house.id):
        limit(house, 1, waits=True)
        (phone,) = person(house, MINA)
        sent(house, phone, 70 * HOUR)
        due(house, phone)

    assert (go(house.sender), rows(house)) == (0, [("accepted", ""), ("ready", "")])
    with tenant_context(house.id):
        assert Message.objects.get(state="ready").next_at == MORNING + 2 * HOUR
    now[0] = MORNING + 2 * HOUR
    assert (go(house.sender), rows(house)) == (1, [("accepted", ""), ("attempting", "")])


@proves("C19")
def test_of_two_lanes_with_one_message_each_to_two_addresses_of_one_person_exactly_one_lets_it_leave(committed_db, now):
    team = make_team("Acme")
    house = make_house(team.id, team.actor(), operator_actor(make_operator("Olga")), "http://127.0.0.1:9")
    with tenant_context(house.id):
        open_purposes(house)
        limit(house, 1)
        other = Sender.objects.create(
            account=house.account, channel="sms", address="+14025550101", label="Second", rate_per_second=500
        )
        people = [person(house, f"+140255602{index:02}", f"+140255603{index:02}") for index in range(12)]
        for phone, _ in people:
            due(house, phone)
        for _, second in reversed(people):
            due(house, second, other)
    gate, left = threading.Barrier(2, timeout=10), []

    def lane(sender: Sender) -> None:
        try:
            gate.wait()
            left.append(go(sender))
        finally:
            connection.close()

    threads = [threading.Thread(target=lane, args=[sender]) for sender in (house.sender, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    assert sum(left) == 12
    assert rows(house) == [("attempting", "")] * 12 + [("suppressed", "freq_cap")] * 12
    with tenant_context(house.id):
        leaving = Message.objects.filter(state="attempting").values_list("point_id", flat=True)
        assert all(len({point.id for point in points} & set(leaving)) == 1 for points in people)


def test_limits_are_set_on_their_page_and_shown_with_those_of_the_law(house, rival, acme):
    others = rows_of(rival.id)
    browser = acme.client()
    with tenant_context(house.id):
        offers = Purpose.objects.get(name="Offers")
    body = {"most": "4", "days": "14", "when_full": "wait", "outside": str(offers.id)}

    first = browser.get("/consent/frequency/").content.decode()
    saved = browser.post("/consent/frequency/change/", body)
    page = browser.get("/consent/frequency/").content.decode()
    again = rows_of(acme.id)
    browser.post("/consent/frequency/change/", body)

    assert "One person gets at most 2 messages in any 3 days" in first
    assert saved.headers["Location"] == "/consent/frequency/"
    assert "One person gets at most 4 messages in any 14 days" in page
    assert "One more leaves when there is room." in page
    assert "Fla. Stat. 501.616(6)(b)" in page
    assert "Codes" not in page
    with tenant_context(house.id):
        told = Organization.objects.values_list("message_cap", "message_cap_days", "message_cap_waits").get()
        assert told == (4, 14, True)
        assert list(Purpose.objects.filter(is_outside_limits=True)) == [offers]
    assert changed(again, rows_of(acme.id)) == {}
    assert rows_of(rival.id) == others


@pytest.mark.parametrize(
    ("field", "value"), [("most", "0"), ("days", "91"), ("days", ""), ("when_full", "perhaps"), ("outside", "x")]
)
def test_what_cannot_hold_is_named_and_nothing_is_written(house, acme, field, value):
    before = rows_of(acme.id)

    page = acme.client().post(
        "/consent/frequency/change/", {"most": "4", "days": "7", "when_full": "wait", field: value}
    )

    assert page.status_code == 422
    assert rows_of(acme.id) == before


def test_nobody_without_the_right_and_no_purpose_of_another_organisation_sets_a_limit(house, rival):
    with tenant_context(rival.id):
        theirs = make_purpose(rival.actor())
    before = rows_of(house.id)

    with tenant_context(house.id), pytest.raises(Refused, match="no such purpose"):
        set_limits(actor=house.actor, most=1, days=1, waits=False, outside={theirs.id})
    for values in ({"most": 0}, {"most": 1001}, {"days": 0}, {"days": 91}):
        with tenant_context(house.id), pytest.raises(Refused):
            set_limits(actor=house.actor, **({"most": 1, "days": 1, "waits": False, "outside": set()} | values))
    assert rows_of(house.id) == before


@pytest.mark.parametrize("role", [Role.COMPLIANCE, Role.VIEWER, Role.FINANCE])
def test_who_may_not_change_settings_reads_the_limits_where_they_see_people(db, role):
    team = make_team("Acme", (Role.OWNER, role))
    browser = team.client(role)

    page = browser.get("/consent/frequency/")
    posted = browser.post("/consent/frequency/change/", {"most": "4", "days": "7", "when_full": "wait"})

    assert (page.status_code, posted.status_code) == (403 if role == Role.FINANCE else 200, 403)
    assert "Save the limit" not in page.content.decode()
    with tenant_context(team.id), pytest.raises(NotAllowed):
        set_limits(actor=team.actor(role), most=1, days=1, waits=False, outside=set())
