"""What somebody chose holds: at the gate, in a plan, in the lane; and the link leaves with the message and stays in no record."""

import datetime
import uuid
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from accounts.actions import organizations
from accounts.contracts import SYSTEM
from accounts.models import Organization
from consent.actions.preferring import pause_points, record_wishes
from consent.contracts import Allowed, Decision, Deferred, Denied, OwnHours
from consent.models import DecisionRecord, PreferencePage, Purpose
from consent.values import Provenance, Wishes
from core import clock
from core.tenancy import tenant_context
from messaging.channels.own_links import asks_for_link, with_link
from messaging.channels.protocol import Rendered
from messaging.facts import context_for, decide_distinct, facts_parameters, facts_sql, raw_facts
from messaging.models import Message, Sender
from messaging.preference_links import place, preference_url
from tests.factories.accounts import Team, operator_actor
from tests.factories.consent import grant, make_point, make_purpose, make_wording
from tests.factories.messaging import make_account, make_sender, reach
from tests.factories.registrations import register_in_us
from tests.proofs import proves

#: ten in the morning in Nebraska
MORNING = datetime.datetime(2026, 11, 25, 16, 0, tzinfo=datetime.UTC)
FROM_THE_PAGE: dict[str, Any] = {
    "actor": SYSTEM,
    "provenance": Provenance("preferences"),
    "evidence": {"page": "preference page"},
}


class Street:
    """A live organisation, somebody who agreed to offers by text, and a line to write to them."""

    def __init__(self, team: Team, operator: Any) -> None:
        self.team = team
        with tenant_context(team.id):
            organizations.go_live(actor=operator_actor(operator), note="reviewed")
            self.offers = make_purpose(team.actor())
            self.orders = make_purpose(team.actor(), "Orders", "transactional")
            self.point = make_point("+14025550142")
            for purpose in (self.offers, self.orders):
                grant(self.point, purpose)
            self.sender: Sender = make_sender(team.actor(), make_account(team.actor()))
            register_in_us(self.sender)

    def ask(self, purpose: Purpose | None = None, at: datetime.datetime = MORNING) -> Decision:
        with tenant_context(self.team.id):
            context = context_for(sender=self.sender, purpose=purpose or self.offers, at=at)
            asked = "select id as key, id as point_id from consent_point where id = %(point)s"
            with connection.cursor() as cursor:
                cursor.execute(facts_sql(asked, context), facts_parameters(context) | {"point": self.point.id})
                raw = raw_facts(cursor.fetchone()[3:])
            return decide_distinct(context, [raw])[raw].decision

    def wish(self, **wishes: Any) -> None:
        with tenant_context(self.team.id):
            record_wishes(point_ids=[self.point.id], wishes=Wishes(**wishes), **FROM_THE_PAGE)

    def write(self, count: int, days_ago: int) -> None:
        with tenant_context(self.team.id):
            for _ in range(count):
                message = reach(self.sender, self.point)
                sent = {"created_at": MORNING - datetime.timedelta(days=days_ago), "purpose": self.offers}
                Message.objects.filter(id=message.id).update(**sent)


@pytest.fixture
def street(acme: Team, operator: Any) -> Street:
    return Street(acme, operator)


@proves("C33")
def test_their_own_number_a_week_holds_and_is_the_stricter_one(street: Street) -> None:
    street.wish(weekly_cap=2)
    with tenant_context(street.team.id):
        Organization.objects.update(message_cap=5)

    street.write(1, days_ago=1)
    one = street.ask()
    street.write(1, days_ago=6)
    two = street.ask()

    assert (one, two, street.ask(street.orders)) == (Allowed(), Denied("own_frequency"), Allowed())
    assert street.ask(at=MORNING + datetime.timedelta(days=2)) == Allowed()


@proves("C33")
def test_what_is_older_than_a_week_is_not_counted(street: Street) -> None:
    street.wish(weekly_cap=1)

    street.write(3, days_ago=8)

    assert street.ask() == Allowed()


@proves("C33")
def test_their_own_hours_hold_and_the_decision_keeps_them(street: Street) -> None:
    street.wish(hours=OwnHours(17 * 60, 19 * 60, "America/Chicago"))

    evening = datetime.datetime(2026, 11, 25, 23, 0, tzinfo=datetime.UTC)

    assert street.ask() == Deferred("own_hours", evening)
    assert (street.ask(at=evening), street.ask(street.orders)) == (Allowed(), Allowed())
    with tenant_context(street.team.id):
        kept = DecisionRecord.objects.get(reason="own_hours").facts["own_hours"]
    assert kept == {"start": 1020, "end": 1140, "zone": "America/Chicago"}


@proves("C33")
def test_a_pause_holds_until_its_day_and_ends_by_itself(street: Street) -> None:
    until = max(MORNING, clock.now()) + datetime.timedelta(days=3)
    with tenant_context(street.team.id):
        pause_points(point_ids=[street.point.id], until=until, **FROM_THE_PAGE)

    before, after = until - datetime.timedelta(days=1), until + datetime.timedelta(days=7)

    assert street.ask(at=before.replace(hour=18)) == Denied("person_paused")
    assert street.ask(street.orders, at=before.replace(hour=18)) == Allowed()
    assert street.ask(at=after.replace(hour=18)) == Allowed()


def test_wishes_of_one_organisation_are_nothing_to_another(street: Street, rival: Team, operator: Any) -> None:
    other = Street(rival, operator)

    other.wish(weekly_cap=1, hours=OwnHours(17 * 60, 19 * 60, "America/Chicago"))

    assert street.ask() == Allowed()


def test_the_link_stands_in_what_leaves_and_in_nothing_that_is_kept(street: Street) -> None:
    kept = Rendered(f"Choose: {place()}", {"html": f"<p>{place()}</p>", "values": {"body_1": [place()]}})

    with tenant_context(street.team.id):
        url = preference_url(street.team.id, bytes(street.point.digest))
    sent = with_link(kept, url)

    assert (asks_for_link(kept), asks_for_link(sent), len(url)) == (True, False, len(place()))
    assert sent == Rendered(f"Choose: {url}", {"html": f"<p>{url}</p>", "values": {"body_1": [url]}})


@proves("C33")
def test_the_organisation_says_what_it_offers_and_what_stands_at_the_top(street: Street) -> None:
    with tenant_context(street.team.id):
        make_wording(street.team.actor(), street.offers)
    body = {"offered": [str(street.orders.id)], "intro_en": "Choose freely.", "intro_ur": "آزادی سے چنیں۔"}

    answer = street.team.client().post("/preference-page/", body)

    path = "/p/" + _token(street)
    english, urdu = (Client().get(f"{path}?lang={code}").content.decode() for code in ("en", "ur"))
    assert answer.status_code == 302
    assert ("Choose freely." in english, "آزادی سے چنیں۔" in urdu) == (True, True)
    with tenant_context(street.team.id):
        assert list(Purpose.objects.order_by("created_at").values_list("is_offered", flat=True)) == [False, True]


def _token(street: Street) -> str:
    with tenant_context(street.team.id):
        return preference_url(street.team.id, bytes(street.point.digest)).rpartition("/")[2]


def test_the_settings_say_which_languages_nobody_has_read_and_people_are_not_told(street: Street) -> None:
    mark = "Not yet read by a native speaker"

    settings = street.team.client().get("/preference-page/").content.decode()
    preview = street.team.client().get("/preference-page/ur/").content.decode()
    person = Client().get(f"/p/{_token(street)}?lang=ur").content.decode()

    assert settings.count(mark) == 5
    assert "Nobody who speaks Urdu has read these words yet." in preview
    assert "Nobody who speaks" not in person
    assert mark not in person
    assert 'dir="rtl"' in preview
    assert "+14025550142" not in preview


@pytest.mark.parametrize("language", ["xx", "EN", "../en", "en-US"])
def test_there_is_no_preview_in_a_language_the_page_does_not_have(street: Street, language: str) -> None:
    assert street.team.client().get(f"/preference-page/{language}/").status_code == 404


def test_the_preview_leads_from_one_language_to_another_as_the_page_does(street: Street) -> None:
    answer = street.team.client().get("/preference-page/en/?lang=ur")

    assert (answer.status_code, answer["Location"]) == (302, "/preference-page/ur/")


def test_a_text_that_is_too_long_is_refused_and_nothing_is_kept(street: Street) -> None:
    answer = street.team.client().post("/preference-page/", {"offered": [], "intro_en": "a" * 501})

    assert answer.status_code == 422
    with tenant_context(street.team.id):
        assert (PreferencePage.objects.count(), Purpose.objects.filter(is_offered=False).count()) == (0, 0)


def test_whoever_may_only_look_ends_no_links(street: Street) -> None:
    viewer, owner = street.team.client("viewer"), street.team.client()

    refused, done = viewer.post("/preference-page/end-links/"), owner.post("/preference-page/end-links/")

    assert (refused.status_code, done.status_code) == (403, 302)
    with tenant_context(street.team.id):
        assert PreferencePage.objects.get().links_from is not None


def test_a_link_that_was_ended_says_that_it_still_stops_in_the_language_asked_for(street: Street) -> None:
    path = f"/p/{_token(street)}"
    street.team.client().post("/preference-page/end-links/")

    page = Client().get(f"{path}?lang=fr")

    assert (page.status_code, "Il permet encore de tout arrêter" in page.content.decode()) == (200, True)


def test_pressed_twice_the_same_wishes_write_one_line(street: Street) -> None:
    with tenant_context(street.team.id):
        first = record_wishes(point_ids=[street.point.id], wishes=Wishes(weekly_cap=3), **FROM_THE_PAGE)
        again = record_wishes(point_ids=[street.point.id], wishes=Wishes(weekly_cap=3), **FROM_THE_PAGE)

    assert (len(first), again) == (1, [])
    assert isinstance(first[0].id, uuid.UUID)
