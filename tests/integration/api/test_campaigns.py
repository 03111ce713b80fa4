"""Campaigns over the API: check, launch, read, hold and end them; their messages, answers and senders."""

import uuid

import pytest

from accounts.actions.keys import issue_api_key
from accounts.models import Organization
from campaigns.actions.approving import ask_approval
from campaigns.models import Approval, Campaign, Run
from core.tenancy import tenant_context
from messaging.models import Message, ProviderAccount
from tests.factories.campaigns import add_people, make_campaign
from tests.factories.messaging import hear
from tests.integration.api.conftest import Application, application, told
from tests.integration.campaigns.conftest import check, launch, plan, send
from tests.proofs import proves
from tests.snapshots import changed, rows_of


@pytest.fixture
def campaign(house):
    """A draft to five people, three of whom agreed."""
    add_people(house, 5, 3)
    return make_campaign(house)


@pytest.fixture
def running(house, campaign):
    """Its launch, planned, with messages that wait for their lane."""
    check(house, campaign)
    return send(house, launch(house, campaign, 3))


def tables(before, team):
    return {table for table in changed(before, rows_of(team.id)) if not table.startswith("accounts_")}


def test_a_check_tells_who_would_get_it_and_why_the_others_would_not(app, house, campaign):
    none, made = app.get(f"campaigns/{campaign.id}/check/"), app.post(f"campaigns/{campaign.id}/check/")
    with tenant_context(house.id):
        run = Run.objects.get()
    plan(house, run)

    done = app.get(f"campaigns/{campaign.id}/check/").json()

    assert (none.status_code, made.status_code, made.json()["state"]) == (404, 202, "planning")
    assert (done["run_id"], done["state"], done["fresh"]) == (str(run.id), "simulated", True)
    assert (done["audience"], done["asked"], done["gets"], done["left_out"]) == (5, 5, 3, 2)
    assert [(row["code"], row["people"]) for row in done["reasons"]] == [("no_consent", 2)]


def test_a_checked_campaign_is_launched_with_its_number_and_can_be_taken_back(app, house, campaign):
    check(house, campaign)

    launched = app.post(f"campaigns/{campaign.id}/launch/", {"confirmed": 3, "at": None})
    undone = app.post(f"runs/{launched.json()['id']}/undo/")

    assert (launched.status_code, launched.json()["campaign_id"]) == (201, str(campaign.id))
    assert (undone.status_code, undone.json()["state"]) == (200, "cancelled")
    assert app.get(f"campaigns/{campaign.id}/").json()["state"] == "draft"
    with tenant_context(house.id):
        assert Message.objects.count() == 0


@pytest.mark.parametrize(
    ("body", "status", "fields"),
    [
        ({"confirmed": 2}, 422, ["confirmed"]),
        ({"confirmed": 3, "at": "2001-01-01T00:00:00Z"}, 422, ["at"]),
        ({"confirmed": 3, "at": "2999-01-01T00:00:00"}, 400, ["at"]),
        ({}, 400, ["confirmed"]),
        ({"confirmed": 3, "force": True}, 400, ["force"]),
    ],
)
def test_a_launch_that_is_not_meant_like_this_is_refused_and_starts_nothing(
    acme, app, house, campaign, body, status, fields
):
    check(house, campaign)
    before = rows_of(acme.id)

    answer = app.post(f"campaigns/{campaign.id}/launch/", body)

    assert (told(answer)[0], told(answer)[2]) == (status, fields)
    assert tables(before, acme) == set()


def test_a_run_is_held_goes_on_and_ends(acme, app, house, running):
    path = f"runs/{running.id}"

    steps = [app.post(f"{path}/{verb}/") for verb in ("pause", "resume", "cancel")]
    again = app.post(f"{path}/pause/")

    assert [step.json()["state"] for step in steps] == ["paused", "sending", "cancelled"]
    assert told(again)[:2] == (422, "run_state")
    report = app.get(f"{path}/").json()
    assert (report["planned"], report["allowed"], report["sent"]) == (5, 3, 0)
    assert sum(report["people"].values()) == 5
    assert [(row["code"], row["people"]) for row in report["left_out"]] == [("no_consent", 2)]
    with tenant_context(house.id):
        assert Campaign.objects.get().state == "cancelled"


def test_campaigns_are_listed_with_their_numbers_and_told_in_full(app, other, house, campaign, running):
    (row,) = app.get("campaigns/").json()["data"]

    whole = app.get(f"campaigns/{campaign.id}/").json()

    assert (row["state"], row["asked"], row["gets"], row["sent"]) == ("running", 5, 3, 0)
    assert row.items() <= whole.items()
    assert whole["body"] == "Hello {{ contact.first_name }}, your order is ready."
    assert (whole["included"], [run["id"] for run in whole["runs"]]) == ([str(house.people.id)], [str(running.id)])
    assert app.get("campaigns/?state=draft").json()["data"] == other.get("campaigns/").json()["data"] == []


def test_what_a_carrier_never_reports_is_null_with_the_reason_and_not_nought(app, house, campaign, running):
    said = [app.get(path).json() for path in (f"campaigns/{campaign.id}/", f"runs/{running.id}/")]
    with tenant_context(house.id):
        ProviderAccount.objects.update(provider="smtp")

    (row,) = app.get("campaigns/").json()["data"]
    whole, report = (app.get(path).json() for path in (f"campaigns/{campaign.id}/", f"runs/{running.id}/"))

    note = "Not reported: this carrier does not say what arrived, only what it refused."
    assert [(said[0]["delivered"], said[0]["delivered_note"])] == [(0, "")]
    assert (said[1]["people"]["delivered"], said[1]["delivered_note"]) == (0, "")
    assert [(each["delivered"], each["delivered_note"]) for each in (row, whole)] == [(None, note)] * 2
    assert (report["people"]["delivered"], report["delivered_note"], report["people"]["waiting"]) == (None, note, 3)


def test_of_another_organisation_nothing_is_here_and_nothing_moves(acme, other, house, campaign, running):
    before = rows_of(acme.id)
    with tenant_context(acme.id):
        message_id = Message.objects.first().id
    paths = [f"campaigns/{campaign.id}/", f"runs/{running.id}/", f"messages/{message_id}/"]
    deeds = [f"campaigns/{campaign.id}/check/", f"campaigns/{campaign.id}/launch/"]
    deeds += [f"runs/{running.id}/{verb}/" for verb in ("pause", "resume", "cancel", "undo")]

    answers = [other.get(path) for path in paths] + [other.post(path, {"confirmed": 3}) for path in deeds[1:2]]
    answers += [other.post(path) for path in (deeds[0], *deeds[2:])] + [other.get(f"runs/{uuid.uuid4()}/")]

    assert {told(answer)[:2] for answer in answers} == {(404, "not_found")}
    assert other.get(f"messages/?run={running.id}").json()["data"] == []
    assert other.get("senders/").json()["data"] == []
    assert rows_of(acme.id) == before


def test_looking_is_not_launching(acme, house, campaign, running):
    app = application(acme, "see_campaigns")
    before = rows_of(acme.id)

    refused = [app.post(f"runs/{running.id}/{verb}/") for verb in ("pause", "resume", "cancel", "undo")]
    refused.append(app.post(f"campaigns/{campaign.id}/launch/", {"confirmed": 3}))
    refused += [app.get("messages/"), app.get("inbound/")]

    assert {told(answer)[:2] for answer in refused} == {(403, "not_allowed")}
    assert app.get(f"runs/{running.id}/").status_code == 200
    assert tables(before, acme) == set()


def test_a_further_try_names_its_run_and_is_among_the_runs_messages(acme, house, running):
    app = application(acme, "see_contacts")
    with tenant_context(acme.id):
        again = Message.objects.filter(origin="run").first()
        again.id, again.origin = uuid.uuid4(), "again"
        again.save(force_insert=True)
        stray = Message.objects.get(id=again.id)
        stray.id, stray.origin_id = uuid.uuid4(), uuid.uuid4()
        stray.save(force_insert=True)

    named = {row["id"]: row["run_id"] for row in app.get(f"messages/?run={running.id}").json()["data"]}

    assert (len(named), set(named.values())) == (4, {str(running.id)})
    assert app.get(f"messages/{again.id}/").json()["run_id"] == str(running.id)
    assert app.get(f"messages/{stray.id}/").json()["run_id"] is None


def test_messages_come_in_pages_narrowed_by_run_state_and_moment_and_without_their_text(acme, house, running):
    app = application(acme, "see_contacts")

    first = app.get(f"messages/?run={running.id}&state=ready&limit=2").json()
    second = app.get(first["next"]).json()

    rows = first["data"] + second["data"]
    assert (len(first["data"]), len({row["id"] for row in rows}), second["next"]) == (2, 3, None)
    assert {row["address"] for row in rows} == {"+1 … 0000", "+1 … 0001", "+1 … 0002"}
    assert {(row["run_id"], row["status"]) for row in rows} == {(str(running.id), "queued")}
    assert app.get("messages/?state=accepted").json()["data"] == []
    assert app.get("messages/?since=2999-01-01T00:00:00Z").json()["data"] == []
    one = app.get(f"messages/{rows[0]['id']}/").json()
    assert one == rows[0] | {"attempts": [], "events": []}
    assert "order is ready" not in str(rows) + str(one)


def test_what_people_wrote_is_listed_with_its_text_and_who_they_may_be(acme, house, other):
    with tenant_context(acme.id):
        hear(house.account, "When do you open?", "+14025560000")
    add_people(house, 1, 0)

    (row,) = application(acme, "see_replies").get("inbound/").json()["data"]

    assert (row["text"], row["kind"], row["address"], len(row["contact_ids"])) == (
        "When do you open?", "text", "+1 … 0000", 1
    )  # fmt: skip
    assert other.get("inbound/").json()["data"] == []


def test_senders_tell_whether_they_can_send(app, house):
    (row,) = app.get("senders/").json()["data"]

    assert (row["id"], row["channel"], row["address"], row["state"]) == (
        str(house.sender.id), "sms", "+14025550100", "ready"
    )  # fmt: skip


@pytest.mark.parametrize("path", ["campaigns/", "messages/", "inbound/"])
def test_pages_take_as_many_queries_for_few_as_for_many(acme, app, house, running, path):
    with tenant_context(acme.id):
        hear(house.account, "Hello?", "+14025560000")
    few = app.queries("get", f"{path}?limit=1")
    for number in range(3):
        make_campaign(house)
        with tenant_context(acme.id):
            hear(house.account, "Hello again?", f"+1402556000{number}")

    assert app.queries("get", f"{path}?limit=4") == few


@proves("M9")
def test_a_test_key_launches_nothing_through_a_carrier_that_reaches_people(acme, house, campaign):
    check(house, campaign)
    with tenant_context(house.id):
        _, whole = issue_api_key(actor=acme.actor(), name="trial", scopes=["send_campaigns"], days=1, is_test=True)
        ProviderAccount.objects.update(practice=False)
    before = rows_of(house.id)

    refused = Application(whole).post(f"campaigns/{campaign.id}/launch/", {"confirmed": 3})
    moved = tables(before, acme)
    with tenant_context(house.id):
        ProviderAccount.objects.update(practice=True)
    launched = Application(whole).post(f"campaigns/{campaign.id}/launch/", {"confirmed": 3})

    assert whole.startswith("crl_test_")
    assert (told(refused), moved) == ((422, "practice_only", ["sender"]), set())
    assert launched.status_code == 201


def test_a_key_that_may_only_look_makes_no_new_check_in_place_of_one_that_was_approved(acme, house, campaign):
    with tenant_context(house.id):
        Organization.objects.update(approval_above_people=0)
    checked = check(house, campaign)
    with tenant_context(house.id):
        approval = ask_approval(actor=acme.actor(), campaign=campaign)
    looker = application(acme, "see_campaigns", "send_campaigns")
    before = rows_of(acme.id)

    answer = looker.post(f"campaigns/{campaign.id}/check/")

    assert told(answer)[:2] == (403, "not_allowed")
    assert tables(before, acme) == set()
    assert looker.get(f"campaigns/{campaign.id}/check/").json()["run_id"] == str(checked.id)
    with tenant_context(house.id):
        assert Approval.objects.get(id=approval.id).check_id == checked.id
