"""The second person: a launch above a threshold waits for the word of somebody who neither wrote it nor launches it."""

import pytest

from accounts.actions.organizations import change_settings
from accounts.contracts import Actor, NotAllowed, Refused
from accounts.roles import GRANTS
from campaigns.actions.approving import ask_approval, decide_approval
from campaigns.actions.launching import launch_campaign
from campaigns.models import Approval, Campaign, Run
from core.tenancy import tenant_context
from tests.factories.accounts import join
from tests.factories.campaigns import add_people, make_campaign
from tests.integration.accounts.chain import deeds, last_deed
from tests.integration.campaigns.conftest import check
from tests.proofs import proves
from tests.snapshots import rows_of


@pytest.fixture
def large(acme, house):
    """A checked draft to three people, written by the owner, where more than two need a second person."""
    join(acme, "compliance")
    join(acme, "admin")
    add_people(house, 3, 3)
    with tenant_context(acme.id):
        change_settings(actor=acme.actor(), approval_above_people=2)
    campaign = make_campaign(house)
    check(house, campaign)
    return campaign


def launch(team, campaign, role, confirmed=3):
    with tenant_context(team.id):
        return launch_campaign(actor=team.actor(role), campaign=campaign, confirmed=confirmed)


def ask(team, campaign, role="campaign_manager"):
    with tenant_context(team.id):
        return ask_approval(actor=team.actor(role), campaign=campaign)


def decide(team, campaign, role, approve=True, note=""):
    with tenant_context(team.id):
        return decide_approval(actor=team.actor(role), campaign=campaign, approve=approve, note=note)


@proves("E4", "A7")
def test_above_the_threshold_nothing_is_launched_before_somebody_else_approved_and_then_it_says_who(acme, rival, large):
    before, others = rows_of(acme.id), rows_of(rival.id)

    with pytest.raises(Refused, match="A second person has to approve this. It goes to more than 2 people.") as missing:
        launch(acme, large, "campaign_manager")
    assert rows_of(acme.id) == before
    ask(acme, large)
    with pytest.raises(Refused, match="has not answered yet"):
        launch(acme, large, "campaign_manager")
    decide(acme, large, "compliance", note="Checked against the register.")
    run = launch(acme, large, "campaign_manager")

    assert missing.value.field == "approval"
    with tenant_context(acme.id):
        assert Run.objects.get(id=run.id).approved_by == acme.people["compliance"].id
    assert [action for action, _, _ in deeds(acme.id)][-3:] == [
        "approval.asked", "approval.approved", "campaign.launched"
    ]  # fmt: skip
    assert rows_of(rival.id) == others


@proves("A7", "E4")
@pytest.mark.parametrize("role", ["owner", "campaign_manager", "admin"])
def test_whoever_wrote_or_changed_it_asked_or_lacks_the_right_is_no_second_person(acme, large, role):
    with tenant_context(acme.id):
        Campaign.objects.filter(id=large.id).update(
            created_by=acme.people["owner"].id,
            changed_by=acme.people["admin"].id,
            updated_at=large.updated_at,
        )
    ask(acme, large)
    before = rows_of(acme.id)

    with pytest.raises((Refused, NotAllowed)):
        decide(acme, large, role)

    assert rows_of(acme.id) == before


def test_whoever_approved_does_not_launch(acme, large):
    ask(acme, large)
    decide(acme, large, "admin")
    before = rows_of(acme.id)

    with pytest.raises(Refused, match="somebody else launches it"):
        launch(acme, large, "admin")

    assert rows_of(acme.id) == before


def test_an_application_approves_nothing_whatever_its_rights(acme, large):
    ask(acme, large)
    before = rows_of(acme.id)
    robot = Actor("key", acme.people["compliance"].id, GRANTS["owner"])

    with tenant_context(acme.id), pytest.raises(Refused):
        decide_approval(actor=robot, campaign=large, approve=True)

    assert rows_of(acme.id) == before


@proves("E4")
def test_an_approval_speaks_for_its_check_alone_and_a_decline_stands(acme, house, large):
    ask(acme, large)
    decide(acme, large, "compliance")
    check(house, large)
    with pytest.raises(Refused, match="A second person has to approve this"):
        launch(acme, large, "campaign_manager")

    ask(acme, large)
    decide(acme, large, "compliance", approve=False, note="Too many.")
    with pytest.raises(Refused, match="declined"):
        launch(acme, large, "campaign_manager")
    with pytest.raises(Refused, match="declined already"):
        decide(acme, large, "compliance")

    assert last_deed(acme.id).action == "approval.declined"
    with tenant_context(acme.id):
        assert not Run.objects.filter(kind="launch").exists()
        assert sorted(Approval.objects.values_list("state", flat=True)) == ["approved", "declined"]


def test_at_the_threshold_nobody_is_asked(acme, house):
    add_people(house, 2, 2)
    with tenant_context(acme.id):
        change_settings(actor=acme.actor(), approval_above_people=2)
    campaign = make_campaign(house)
    check(house, campaign)

    with pytest.raises(Refused, match="Nobody has to approve this"):
        ask(acme, campaign)
    run = launch(acme, campaign, "campaign_manager", confirmed=2)

    with tenant_context(acme.id):
        assert Run.objects.get(id=run.id).approved_by is None


def test_the_page_asks_shows_and_decides_and_offers_each_person_only_their_part(acme, rival, large):
    path = f"/campaigns/{large.id}"
    manager, second = acme.client("campaign_manager"), acme.client("compliance")

    first = manager.get(f"{path}/check/").content.decode()
    asked = manager.post(f"{path}/approval/")
    seen = second.get(f"{path}/check/").content.decode()
    waiting = manager.get(f"{path}/check/").content.decode()
    foreign = rival.client().post(f"{path}/approval/decide/", {"decision": "approve"})
    decided = second.post(f"{path}/approval/decide/", {"decision": "approve", "note": "Fine by me."})
    last = manager.get(f"{path}/check/").content.decode()

    assert ("Ask for approval" in first, "Launch to" in first) == (True, False)
    assert (asked.status_code, decided.status_code, foreign.status_code) == (302, 302, 404)
    assert ("Approve" in seen, "Decline" in seen) == (True, True)
    assert ("Decline" in waiting, "once they have answered" in waiting) == (False, True)
    assert ("Launch to" in last, "Fine by me." in last, "Acme Compliance" in last) == (True, True, True)


def tasks(team, role):
    told = team.client(role).get("/").context
    counts = {item["label"]: item["count"] for group in told["shell"]["groups"] for item in group["items"]}
    return [(task.title, task.key) for task in told["home"].tasks], counts["Campaigns"]


def badges(team, role):
    return [row.badge["label"] for row in team.client(role).get("/campaigns/").context["page"].object_list]


def test_whoever_may_approve_is_told_at_home_in_the_list_and_in_the_menu_and_nobody_else(acme, rival, large):
    before = tasks(acme, "compliance")
    ask(acme, large)

    asked = {role: tasks(acme, role) for role in ("compliance", "admin", "owner", "campaign_manager")}
    home = acme.client("compliance").get("/").content.decode()

    title = ("1 campaign waits for your approval", large.id)
    assert before == ([], 0)
    assert asked == {
        "compliance": ([title], 1), "admin": ([title], 1), "owner": ([], 0), "campaign_manager": ([], 0),
    }  # fmt: skip
    assert home.count(f'href="/campaigns/{large.id}/check/"') == 2
    assert badges(acme, "compliance") == badges(acme, "campaign_manager") == ["Waits for approval"]
    assert rival.client().get("/").context["home"].tasks == []


def test_whoever_asked_is_told_what_was_said_and_it_waits_for_nobody_any_more(acme, large):
    ask(acme, large)
    decide(acme, large, "compliance")

    assert tasks(acme, "compliance") == ([], 0)
    assert tasks(acme, "campaign_manager")[0] == [("“Orders ready” was approved", large.id)]
    assert badges(acme, "owner") == ["Approved"]


def test_a_request_that_was_overtaken_by_a_new_check_or_a_change_waits_for_nobody(acme, house, large):
    ask(acme, large)
    check(house, large)
    overtaken = tasks(acme, "compliance"), badges(acme, "compliance")
    ask(acme, large)
    again = tasks(acme, "compliance")
    with tenant_context(acme.id):
        Campaign.objects.get(id=large.id).save(update_fields=["updated_at"])

    assert overtaken == (([], 0), ["Draft"])
    assert again == ([("1 campaign waits for your approval", large.id)], 1)
    assert (tasks(acme, "compliance"), badges(acme, "compliance")) == (([], 0), ["Draft"])


def test_one_mail_goes_to_each_who_may_answer_and_one_to_whoever_asked_and_none_names_anybody(
    acme, large, django_capture_on_commit_callbacks, mailoutbox
):
    with django_capture_on_commit_callbacks(execute=True):
        ask(acme, large)
        ask(acme, large)
    asked = [(mail.to, mail.subject) for mail in mailoutbox]
    with django_capture_on_commit_callbacks(execute=True):
        decide(acme, large, "compliance", approve=False, note="Ask Mina Qureshi first.")

    words = "A campaign of Acme waits for your approval"
    assert sorted(asked) == sorted(([acme.people[role].email], words) for role in ("admin", "compliance"))
    assert [(mail.to, mail.subject) for mail in mailoutbox[2:]] == [
        ([acme.people["campaign_manager"].email], "A campaign of Acme was declined")
    ]
    for mail in mailoutbox:
        assert f"/campaigns/{large.id}/check/" in mail.body
        assert "3 people" in mail.body
        for word in ("Orders ready", "Mina", "Person", "Compliance", "Manager", "@", "Owner"):
            assert word not in mail.body


def test_where_nobody_else_may_approve_the_page_says_so(acme, house):
    add_people(house, 3, 3)
    with tenant_context(acme.id):
        change_settings(actor=acme.actor(), approval_above_people=2)
    campaign = make_campaign(house)
    check(house, campaign)

    page = acme.client().get(f"/campaigns/{campaign.id}/check/").content.decode()
    told = acme.client().post(f"/campaigns/{campaign.id}/approval/", follow=True).content.decode()

    assert "Nobody else here may approve." in page
    assert "nobody else here may approve. Give somebody that right under Team." in told
