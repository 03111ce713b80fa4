"""C28: how often words promise to write, held against how often programmes do: person by person, told once, warned of before."""

import datetime

import pytest
from django.core import mail

from accounts.contracts import Refused
from accounts.models import AuditEvent
from accounts.roles import GRANTS
from campaigns.selectors.checks import newest_check
from campaigns.selectors.home import home
from consent.actions.purposes import publish_wording
from consent.models import Point, Wording
from core import clock
from core.ids import new_id
from core.tenancy import tenant_context
from messaging import tasks
from messaging.actions.comparing import compare_promises
from messaging.models import Message
from messaging.promise_models import FrequencyAlert
from messaging.selectors.frequency import open_alerts, people_over, practice
from messaging.states import KEYWORD_ORIGINS
from tests.counts import Statements
from tests.factories.accounts import operator_actor
from tests.factories.campaigns import add_people, make_campaign, make_house
from tests.factories.consent import MINA, OMAR, grant, make_point, make_purpose, stop
from tests.factories.messaging import make_account, make_sender, reach
from tests.integration.api.conftest import application
from tests.integration.campaigns.conftest import check
from tests.proofs import proves
from tests.snapshots import changed, rows_of

WORDS = "Yes, text me offers from Acme. Reply STOP to end."
HOURS = datetime.timedelta(hours=1)
DAYS = datetime.timedelta(days=1)


def publish(team, purpose, most, per, text=WORDS):
    """Words in force that promise so many messages in a time."""
    return publish_wording(
        actor=team.actor(), purpose=purpose, channel="sms", text=f"{text} {most} {per}", most_messages=most, per=per
    )


@pytest.fixture
def programme(acme):
    """Acme's offers: first at most two a month, later at most three a week. Mina agreed to the first words, Omar to the later."""
    with tenant_context(acme.id):
        offers = make_purpose(acme.actor())
        first = publish(acme, offers, 2, "month")
        mina = make_point(MINA)
        grant(mina, offers, wording=first)
        later = publish(acme, offers, 3, "week")
        omar = make_point(OMAR)
        grant(omar, offers, wording=later)
        sender = make_sender(acme.actor(), make_account(acme.actor()))
    return acme, offers, sender, mina, omar


def write(sender, point, count, ago=HOURS):
    """So many messages to somebody, the carrier having taken each."""
    made = [reach(sender, point) for _ in range(count)]
    Message.objects.filter(id__in=[each.id for each in made]).update(created_at=clock.now() - ago)
    return made


def test_each_person_is_held_to_the_words_they_agreed_to(programme):
    acme, offers, sender, mina, omar = programme
    with tenant_context(acme.id):
        write(sender, mina, 3)
        write(sender, omar, 3)

        with Statements() as asked:
            (line,) = practice()
        people = people_over()

    assert (line.promise, line.people, line.most, line.over, line.most_over) == ("at most 3 a week", 2, 3, 1, 3)
    assert [(each.point_id, each.got, each.promised) for each in people] == [(mina.id, 3, "at most 2 a month")]
    assert len(asked) == 5


def test_who_agreed_to_no_words_with_a_number_is_held_to_those_in_force(programme):
    acme, offers, sender, mina, omar = programme
    with tenant_context(acme.id):
        ada = make_point("+14025550144")
        grant(ada, offers)
        write(sender, ada, 4)
        people = people_over()

    assert [(each.point_id, each.got, each.promised) for each in people] == [(ada.id, 4, "at most 3 a week")]


def test_a_week_and_a_month_are_counted_back_from_now(programme):
    acme, offers, sender, mina, omar = programme
    with tenant_context(acme.id):
        write(sender, omar, 4, ago=7 * DAYS + HOURS)
        write(sender, mina, 1, ago=32 * DAYS)
        write(sender, mina, 2, ago=27 * DAYS)
        assert people_over() == []
        write(sender, mina, 1)
        people = people_over()

    assert [(each.point_id, each.got) for each in people] == [(mina.id, 3)]


@pytest.mark.parametrize("state", ["ready", "suppressed", "cancelled", "rejected"])
def test_what_never_left_counts_against_no_promise(programme, state):
    acme, offers, sender, mina, omar = programme
    with tenant_context(acme.id):
        (third, _) = write(sender, mina, 2)
        third.id, third.state, third._state.adding = new_id(), state, True
        third.save(force_insert=True)
        assert Message.objects.count() == 3
        assert people_over() == []


@pytest.mark.parametrize("origin", list(KEYWORD_ORIGINS))
def test_the_answer_to_a_keyword_counts_against_no_promise(programme, origin):
    acme, offers, sender, mina, omar = programme
    with tenant_context(acme.id):
        made = write(sender, mina, 3)
        Message.objects.filter(id=made[0].id).update(origin=origin)
        assert people_over() == []


def test_without_any_promise_one_query_says_so(acme):
    with tenant_context(acme.id):
        make_purpose(acme.actor())
        with Statements() as asked:
            assert practice() == []
    assert len(asked) == 1


@proves("C28")
def test_a_programme_above_its_promise_is_told_of_once_and_the_alert_ends_when_it_is_kept_again(
    programme, rival, monkeypatch, django_capture_on_commit_callbacks
):
    acme, offers, sender, mina, omar = programme
    names = sorted(acme.people[role].email for role in acme.people if "change_consent" in GRANTS[role])
    with tenant_context(acme.id):
        write(sender, mina, 3)
    real, told = clock.now(), []
    for later in (0 * HOURS, HOURS, 40 * DAYS):
        monkeypatch.setattr(clock, "now", lambda later=later: real + later)
        mail.outbox.clear()
        with django_capture_on_commit_callbacks(execute=True):
            tasks.compare_promises(organization_id=str(acme.id))
            tasks.compare_promises(organization_id=str(rival.id))
        told.append(sorted(each.to[0] for each in mail.outbox))
        if later == HOURS:
            with tenant_context(acme.id):
                (alert,) = open_alerts()
                assert (alert.purpose, alert.channel, alert.people, alert.most_messages) == (offers, "sms", 1, 3)
                assert (alert.began_at, alert.compared_at) == (real, real + HOURS)
                tasks_of_owner = [task.title for task in home(acme.actor()).tasks]
            page = acme.client().get("/consent/report/frequency/").content.decode()

    assert told == [names, [], []]
    assert "“Offers” writes more often than promised" in tasks_of_owner
    assert "promised at most 2 a month" in page
    with tenant_context(acme.id):
        row = FrequencyAlert.objects.get()
        deeds = list(AuditEvent.objects.filter(action__startswith="frequency.").values_list("action", flat=True))
        assert (row.people, row.most_people, row.ended_at) == (0, 1, real + 40 * DAYS)
        assert sorted(deeds) == ["frequency.exceeded", "frequency.kept_again"]
    with tenant_context(rival.id):
        assert FrequencyAlert.objects.count() == 0


def test_the_mail_names_the_programme_and_nobody(programme, django_capture_on_commit_callbacks):
    acme, offers, sender, mina, omar = programme
    with tenant_context(acme.id):
        write(sender, mina, 3)
        mail.outbox.clear()
        with django_capture_on_commit_callbacks(execute=True):
            assert compare_promises() == 1

    body = mail.outbox[0].body
    assert "Offers, SMS: 1 person, up to 3 messages each; the words in force promise at most 3 a week" in body
    assert MINA[-4:] not in body


def test_the_doorbell_rings_only_where_words_promise_something(programme, rival, monkeypatch):
    acme, *_ = programme
    rung = []
    monkeypatch.setattr(tasks, "enqueue", lambda name, **ids: rung.append((name, ids["organization_id"])))

    tasks.compare_all_promises()

    assert rung == [("messaging.compare_promises", acme.id)]


@proves("C28")
def test_a_check_says_before_the_launch_how_many_would_get_more_than_promised(acme, operator):
    house = make_house(acme.id, acme.actor(), operator_actor(operator), "http://127.0.0.1:9")
    points = add_people(house, 4, 3)
    with tenant_context(acme.id):
        publish(acme, house.purpose, 1, "month")
        for point in points[:2]:
            write(house.sender, Point.objects.get(id=point), 1)
        stop(Point.objects.get(id=points[1]))
    campaign = make_campaign(house)
    check(house, campaign)

    with tenant_context(acme.id):
        found = newest_check(campaign)
    page = acme.client().get(f"/campaigns/{campaign.id}/check/")
    (need,) = [need for need in page.context["needs"] if need.label == "Promised frequency"]

    assert (found.gets, found.over_promise) == (2, 1)
    assert (need.state, need.words) == ("wait", "1 person gets more than the words they agreed to promise.")
    assert application(acme, "see_campaigns").get(f"campaigns/{campaign.id}/check/").json()["over_promise"] == 1


def test_a_promise_is_a_number_and_a_time_and_makes_the_next_version_by_itself(acme, rival):
    with tenant_context(acme.id):
        offers = make_purpose(acme.actor())
        same = {"actor": acme.actor(), "purpose": offers, "channel": "sms", "text": WORDS}
        first = publish_wording(**same)
        second = publish_wording(**same, most_messages=4, per="month")
        third = publish_wording(**same, most_messages=4, per="month")
    before = rows_of(acme.id)
    with tenant_context(acme.id):
        for half in ({"most_messages": 4}, {"per": "week"}):
            with pytest.raises(Refused):
                publish_wording(**same, **half)

    assert (first.version, second.version, third.id) == (1, 2, second.id)
    assert (first.promise, second.promise) == ("", "at most 4 a month")
    assert changed(before, rows_of(acme.id)) == {}


def test_words_are_published_with_their_promise_on_the_page_and_half_of_one_is_refused_there(acme):
    with tenant_context(acme.id):
        offers = make_purpose(acme.actor())
    said = {"channel": "sms", "language": "en", "text": WORDS}
    browser, address = acme.client(), f"/consent/purposes/{offers.id}/publish/"

    half = browser.post(address, said | {"most_messages": "4", "per": ""})
    whole = browser.post(address, said | {"most_messages": "4", "per": "month"})

    assert half.status_code == 422
    assert "Say how many messages and whether that is a week or a month" in half.content.decode()
    assert whole.status_code == 302
    assert "promises at most 4 a month" in browser.get(f"/consent/purposes/{offers.id}/").content.decode()
    with tenant_context(acme.id):
        assert list(Wording.objects.values_list("most_messages", "per")) == [(4, "month")]


def test_the_page_is_calm_where_no_words_promise_a_number_and_closed_to_who_may_not_see_people(acme, rival):
    assert "No words promise a number" in rival.client().get("/consent/report/frequency/").content.decode()
