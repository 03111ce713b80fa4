"""The check before a launch and the launch itself, as pages: numbers that add up, a typed number, a way back."""

import dataclasses
import datetime
import re

import pytest

from accounts.models import Organization
from campaigns.models import Campaign, Recipient, Run
from campaigns.selectors.checks import newest_check
from consent.actions.purposes import open_purpose
from consent.models import ConsentEvent, Point
from consent.selectors.purposes import purpose_rows
from contacts.models import Contact, List, ListMember
from core import clock
from core.tenancy import tenant_context
from core.wording import time_text, version_text
from messaging.models import Message, Sender
from tests.factories.billing import make_paid, top_up
from tests.factories.campaigns import add_people, make_campaign
from tests.factories.consent import make_claim, record, stop
from tests.integration.accounts.chain import last_deed
from tests.integration.campaigns.conftest import check, launch, plan, send
from tests.proofs import proves
from tests.snapshots import rows_of


@pytest.fixture
def mixed(acme, house):
    """A draft to ten people: six agreed, one of them said stop, and two are on a list that is left out."""
    points = add_people(house, 10, 6)
    with tenant_context(acme.id):
        stop(Point.objects.get(id=points[0]))
        staff = List.objects.create(name="Staff")
        for contact in Contact.objects.order_by("id")[8:]:
            ListMember.objects.create(list=staff, contact=contact)
    campaign = make_campaign(house)
    with tenant_context(acme.id):
        campaign.lists.create(list=staff, excluded=True)
    return campaign


def typed(number, at=""):
    return {"confirmed": str(number), "at": at}


def test_before_the_first_check_the_page_says_what_a_check_is(acme, house):
    campaign = make_campaign(house)

    page = acme.client().get(f"/campaigns/{campaign.id}/check/").content.decode()

    assert "Nobody has looked yet" in page
    assert "Check now" in page


def test_check_makes_a_simulation_that_the_page_follows_until_it_is_there(acme, house, mixed):
    browser = acme.client()

    answer = browser.post(f"/campaigns/{mixed.id}/check/")
    page = browser.get(f"/campaigns/{mixed.id}/check/")

    with tenant_context(acme.id):
        run = Run.objects.get()
    assert (answer["Location"], run.kind, run.state) == (f"/campaigns/{mixed.id}/check/", "simulation", "planning")
    assert f'hx-get="/campaigns/runs/{run.id}/progress/"' in page.content.decode()
    assert browser.get(f"/campaigns/runs/{run.id}/progress/").status_code == 200
    assert last_deed(acme.id).action == "campaign.checked"


def test_the_progress_of_a_finished_check_ends_the_asking_and_brings_the_page_anew(acme, house, mixed):
    run = check(house, mixed)

    answer = acme.client().get(f"/campaigns/runs/{run.id}/progress/")

    assert (answer.status_code, answer["HX-Refresh"]) == (286, "true")


@proves("E2")
def test_a_check_says_who_gets_it_and_for_everybody_else_the_reason_the_rules_and_the_proof(acme, house, mixed):
    run = check(house, mixed)
    browser = acme.client()

    page = browser.get(f"/campaigns/{mixed.id}/check/")
    found = page.context["check"]
    people = browser.get(f"/campaigns/runs/{run.id}/people/?show=left_out").context["page"].people
    gets = browser.get(f"/campaigns/runs/{run.id}/people/?show=gets").context["page"].people
    file = b"".join(browser.post(f"/campaigns/runs/{run.id}/people.csv", {"show": "left_out"})).decode("utf-8-sig")

    assert "5 people would get this. 5 would not." in page.content.decode()
    assert {row.code: row.people for group in found.groups for row in group.rows} == {
        "no_consent": 2, "excluded": 2, "opted_out": 1,
    }  # fmt: skip
    assert sum(group.people for group in found.groups) == found.left_out == len(people) == 5
    assert sorted(person.name for person in gets) == [f"Person {index}" for index in range(1, 6)]
    assert {(person.outcome.label, person.words) for person in gets} == {("Would get it", "Nothing stands against it")}
    (stopped,) = (person for person in people if person.code == "opted_out")
    with tenant_context(acme.id):
        assert stopped.evidence_id == ConsentEvent.objects.get(status="withdrawn").id
    assert found.run.rules_version
    assert f"rules of {version_text(found.run.rules_version)}" in page.content.decode()
    assert file.count("\r\n") == 1 + 5


def test_each_reason_opens_exactly_its_people(acme, house, mixed):
    run = check(house, mixed)
    browser = acme.client()

    for code, number in (("no_consent", 2), ("excluded", 2), ("opted_out", 1), ("minor", 0)):
        page = browser.get(f"/campaigns/runs/{run.id}/people/?show=left_out&reason={code}")
        assert {person.code for person in page.context["page"].people} == ({code} if number else set())
        assert page.context["total"] == len(page.context["page"].people) == number


def test_a_check_says_how_old_it_is_and_an_old_one_cannot_be_launched(acme, house, mixed):
    run = check(house, mixed)
    with tenant_context(acme.id):
        Run.objects.filter(id=run.id).update(created_at=clock.now() - datetime.timedelta(hours=25))
    before = rows_of(acme.id)

    page = acme.client().get(f"/campaigns/{mixed.id}/check/").content.decode()
    answer = acme.client().post(f"/campaigns/{mixed.id}/launch/", typed(5))

    assert "checked <time" in page
    assert "1 day ago" in page
    assert "This check is out of date." in page
    assert "Check the campaign first" in answer.content.decode()
    assert answer.status_code == 422
    assert rows_of(acme.id) == before


@pytest.mark.parametrize(
    ("body", "field", "words"),
    [
        (typed(""), "confirmed", "This is empty. Write something here."),
        (typed("six"), "confirmed", "Type the number in the heading, in figures."),
        (
            typed(6),
            "confirmed",
            "That is not the number of people who would get it. Give the number of people the last check allows.",
        ),
        (typed(5, "2001-01-01T10:00"), "at", "That time has passed. Choose a later one, or leave it empty for now."),
        (typed(5, "tomorrow"), "at", "Write a date and a time, such as 2026-12-24 09:30."),
        (typed(5, "2027-03-28T02:30"), "at", "The clocks skip this hour on that day; choose another one."),
    ],
)
def test_a_launch_that_is_refused_names_the_field_and_the_remedy_and_changes_nothing(
    acme, house, mixed, body, field, words
):
    with tenant_context(acme.id):
        Organization.objects.update(time_zone="Europe/Berlin")
    check(house, mixed)
    before = rows_of(acme.id)

    answer = acme.client().post(f"/campaigns/{mixed.id}/launch/", body)

    assert answer.status_code == 422
    assert answer.context["form"].errors[field] == [words]
    assert rows_of(acme.id) == before


def test_the_address_of_a_launch_leads_to_the_check_when_it_is_only_looked_at(acme, house, mixed, rival):
    before = rows_of(acme.id)

    answer, foreign = (team.client().get(f"/campaigns/{mixed.id}/launch/") for team in (acme, rival))

    assert (answer.status_code, answer.headers["Location"]) == (302, f"/campaigns/{mixed.id}/check/")
    assert foreign.status_code == 404
    assert rows_of(acme.id) == before


def test_a_launch_needs_a_check_first(acme, house, mixed):
    before = rows_of(acme.id)

    answer = acme.client().post(f"/campaigns/{mixed.id}/launch/", typed(5))

    assert answer.status_code == 422
    assert answer.context["form"].non_field_errors() == [
        "It has no check that is up to date. Check the campaign first."
    ]
    assert rows_of(acme.id) == before


@proves("E26")
def test_a_launch_breathes_shows_the_seconds_and_goes_back_to_a_draft(acme, house, mixed):
    check(house, mixed)
    browser = acme.client()

    answer = browser.post(f"/campaigns/{mixed.id}/launch/", typed(" 5 "))
    with tenant_context(acme.id):
        run = Run.objects.get(kind="launch")
    plan(house, run)
    page = browser.get(f"/campaigns/runs/{run.id}/")
    tick = browser.get(f"/campaigns/runs/{run.id}/progress/?state=breath").content.decode()
    undone = browser.post(f"/campaigns/runs/{run.id}/undo/")

    assert answer["Location"] == f"/campaigns/runs/{run.id}/"
    assert 0 < page.context["seconds"] <= 60
    assert "Take it back" in page.content.decode()
    assert 'hx-trigger="every 1s"' in page.content.decode()
    assert "seconds until the first may leave" in tick
    assert "Take it back<" not in tick  # the button is not replaced each second, so no press is lost
    assert undone["Location"] == f"/campaigns/{mixed.id}/"
    with tenant_context(acme.id):
        assert (Campaign.objects.get().state, Run.objects.get(id=run.id).state) == ("draft", "cancelled")
        assert Message.objects.count() == 0


def test_after_the_breath_there_is_no_way_back_and_the_page_says_what_to_do(acme, house, mixed):
    check(house, mixed)
    run = send(house, launch(house, mixed, 5))
    before = rows_of(acme.id)

    answer = acme.client().post(f"/campaigns/runs/{run.id}/undo/")

    assert answer.status_code == 422
    assert (
        "It is too late to undo: messages are leaving.</strong> Pause or cancel it instead." in answer.content.decode()
    )
    assert rows_of(acme.id) == before


def test_a_launch_at_a_time_is_meant_in_the_organisations_zone_and_can_be_taken_back(acme, house, mixed):
    with tenant_context(acme.id):
        Organization.objects.update(time_zone="Asia/Karachi")
    check(house, mixed)
    day = (clock.now() + datetime.timedelta(days=3)).date()

    answer = acme.client().post(f"/campaigns/{mixed.id}/launch/", typed(5, f"{day}T10:00"))
    page = acme.client().get(answer["Location"]).content.decode()
    chips = acme.client().get("/campaigns/?state=scheduled").context["page"].object_list

    with tenant_context(acme.id):
        run = Run.objects.get(kind="launch")
    assert (run.state, run.planned_for.isoformat()) == ("waiting", f"{day}T05:00:00+00:00")
    assert "10:00" in page
    assert [(row.campaign.id, row.when_words, row.badge["label"]) for row in chips] == [
        (mixed.id, "leaves", "Scheduled")
    ]
    assert acme.client().post(f"/campaigns/runs/{run.id}/undo/").status_code == 302
    with tenant_context(acme.id):
        assert Campaign.objects.get().state == "draft"


def test_the_pages_of_a_check_ask_no_more_of_the_database_when_it_holds_more_people(
    acme, house, django_assert_max_num_queries
):
    add_people(house, 60, 40)
    campaign = make_campaign(house)
    run = check(house, campaign)
    browser = acme.client()

    for path, most in ((f"{campaign.id}/check/", 36), (f"runs/{run.id}/people/?show=left_out", 30)):
        browser.get(f"/campaigns/{path}")
        with django_assert_max_num_queries(most):
            assert browser.get(f"/campaigns/{path}").status_code == 200


def test_the_consent_page_and_a_check_of_everybody_count_the_same_stops(acme, house):
    points = add_people(house, 6, 4)
    with tenant_context(acme.id):
        stop(Point.objects.get(id=points[0]))  # agreed, then said stop
        stop(Point.objects.get(id=points[5]), channel="")  # never agreed, said stop to everything
        record(make_claim(Point.objects.get(id=points[1]), house.purpose, "withdrawn"))  # no to this purpose alone
    run = check(house, make_campaign(house))

    with tenant_context(acme.id):
        (row,) = [row for row in purpose_rows() if row.purpose == house.purpose]
        left_out = Recipient.objects.filter(run=run, reason__in=["opted_out", "withdrawn"]).count()
    (sms,) = row.channels

    assert (sms.stopped, left_out, sms.granted) == (3, 3, 2)


@proves("E27")
def test_a_check_names_everything_a_launch_needs_with_its_state_and_the_way_to_the_remedy(acme, house):
    add_people(house, 3, 2)
    campaign = make_campaign(house)
    check(house, campaign)
    with tenant_context(acme.id):
        Sender.objects.update(paused_at=clock.now())

    page = acme.client().get(f"/campaigns/{campaign.id}/check/")

    assert {need.label: need.state for need in page.context["needs"]} == {
        "Sending is on": "yes", "Sender connected": "no", "Words people agreed to": "wait", "Says how to stop": "yes",
        "People to reach": "yes", "Enough units": page.context["needs"][5].state, "Quiet hours": "yes",
        "Promised frequency": "yes",
    }  # fmt: skip
    html = page.content.decode()
    assert [part in html for part in ("/senders/", f"/consent/purposes/{house.purpose.id}/")] == [True, True]


def test_a_check_shows_the_message_as_the_first_person_gets_it_its_parts_its_sender_and_what_it_costs(acme, house):
    add_people(house, 3, 2)
    campaign = make_campaign(house)
    check(house, campaign)

    page = acme.client().get(f"/campaigns/{campaign.id}/check/")
    masked = acme.client("viewer").get(f"/campaigns/{campaign.id}/check/").content.decode()

    shown, quote = page.context["shown"], page.context["check"].quote
    assert (shown.text, shown.length.segments.parts) == ("Hello Person 0, your order is ready.", 1)
    html = page.content.decode()
    assert [words in html for words in (shown.text, "1 message part for them", quote.text, "Main")] == [True] * 4
    assert "Left after" not in masked


@proves("E5")
def test_beside_the_button_stand_the_number_to_type_the_cost_and_when_the_first_and_the_last_leave(
    acme, house, mixed, monkeypatch
):
    paid = make_paid(house.sender)
    top_up(acme.id, 100)
    with tenant_context(acme.id):
        Sender.objects.filter(id=paid.id).update(rate_per_second=1)
        zone = Organization.objects.current().time_zone
    check(house, mixed)
    noon = clock.now().replace(hour=18, minute=0, second=0, microsecond=0)
    monkeypatch.setattr(clock, "now", lambda: noon)
    browser = acme.client()

    html = browser.get(f"/campaigns/{mixed.id}/check/").content.decode()
    wrong = browser.post(f"/campaigns/{mixed.id}/launch/", typed(4))

    panel = html[html.index('id="launch"') :]
    words = " ".join(re.sub("<[^>]*>", " ", panel[: panel.index("</form>")]).split())
    assert "To 5 people Cost 5 units First leaves" in words
    at = time_text(noon + datetime.timedelta(seconds=60), zone, noon)
    assert f"First leaves {at} Last leaves {at} if you launch now, at 1 a second" in words
    assert "Launch to 5 people" in words
    assert 'name="confirmed"' in panel
    assert wrong.status_code == 422
    with tenant_context(acme.id):
        assert not Run.objects.filter(kind="launch").exists()
        found = newest_check(Campaign.objects.get(id=mixed.id))
    assert (found.span.first, found.span.last) == (
        noon + datetime.timedelta(seconds=60), noon + datetime.timedelta(seconds=65),
    )  # fmt: skip


@proves("E5")
def test_the_last_leaves_when_the_last_peoples_hours_open(acme, house, monkeypatch):
    night = (clock.now() + datetime.timedelta(days=1)).replace(hour=4, minute=0, second=0, microsecond=0)
    monkeypatch.setattr(clock, "now", lambda: night)
    with tenant_context(acme.id):
        offers = open_purpose(actor=house.actor, name="Offers", tier="marketing")
    house = dataclasses.replace(house, purpose=offers)
    add_people(house, 3, 2)
    campaign = make_campaign(house, "Sale today. Reply STOP to opt out.")
    check(house, campaign)

    page = acme.client().get(f"/campaigns/{campaign.id}/check/")

    span = page.context["check"].span
    opens = night.replace(hour=14)  # eight in the morning in Nebraska
    assert (span.first, span.last - opens < datetime.timedelta(seconds=1)) == (opens, True)
    with tenant_context(acme.id):
        zone = Organization.objects.current().time_zone
    assert page.content.decode().count(time_text(opens, zone, night)) >= 3


@pytest.mark.parametrize(("body", "state"), [("Sale today", "wait"), ("Sale today. Reply STOP to opt out.", "yes")])
def test_a_text_of_offers_has_to_say_how_to_stop(acme, house, body, state):
    with tenant_context(acme.id):
        offers = open_purpose(actor=house.actor, name="Offers", tier="marketing")
    campaign = make_campaign(dataclasses.replace(house, purpose=offers), body)
    check(house, campaign)

    needs = acme.client().get(f"/campaigns/{campaign.id}/check/").context["needs"]
    (need,) = [need for need in needs if need.label == "Says how to stop"]

    assert (need.state, bool(need.page)) == (state, state == "wait")
