"""A key counts as the person who made it: who writes through one does not approve, and who approved does not launch by one."""

import pytest

from accounts.actions.keys import issue_api_key
from accounts.actions.organizations import change_settings
from accounts.contracts import Refused
from accounts.models import ApiKey
from accounts.roles import API_SCOPES
from campaigns.actions.approving import ask_approval, decide_approval
from campaigns.models import Approval, Campaign, Run
from campaigns.selectors.approvals import approvals_waiting_for, second_people
from core.tenancy import tenant_context
from tests.factories.accounts import join
from tests.factories.campaigns import add_people
from tests.integration.api.conftest import Application, told
from tests.integration.campaigns.conftest import check
from tests.proofs import proves
from tests.snapshots import rows_of


def key_of(team, role, *, known=True):
    """An application whose key somebody in this role made."""
    with tenant_context(team.id):
        key, whole = issue_api_key(actor=team.actor(role), name="Writer", scopes=list(API_SCOPES), days=30)
        if not known:
            ApiKey.objects.filter(id=key.id).update(issued_by=None)
    return Application(whole)


@pytest.fixture
def team(acme, house):
    """A house with two admins beside the owner, where every launch to more than two needs a second person."""
    join(acme, "admin")
    join(acme, "compliance")
    add_people(house, 3, 3)
    with tenant_context(acme.id):
        change_settings(actor=acme.actor(), approval_above_people=2)
    return acme


def write(house, app):
    """A draft written through a key, checked."""
    body = {
        "name": "Winter", "channel": "sms", "purpose": "orders", "sender": str(house.sender.id), "body": "Hello.",
        "included": [str(house.people.id)],
    }  # fmt: skip
    answer = app.post("campaigns/", body)
    assert answer.status_code == 201
    with tenant_context(house.id):
        campaign = Campaign.objects.get(id=answer.json()["id"])
    check(house, campaign)
    return campaign


def ask(team, campaign):
    with tenant_context(team.id):
        return ask_approval(actor=team.actor("campaign_manager"), campaign=campaign)


def approve(team, campaign, role):
    with tenant_context(team.id):
        return decide_approval(actor=team.actor(role), campaign=campaign, approve=True)


def may_answer(team, campaign, approval):
    with tenant_context(team.id):
        asked = [role for role in ("owner", "admin", "compliance") if approvals_waiting_for(team.actor(role)).exists()]
        return asked, [person.full_name for person in second_people(campaign, approval)]


@proves("E4")
def test_a_campaign_written_through_a_key_is_not_approved_by_whoever_made_the_key(team, house):
    campaign = write(house, key_of(team, "owner"))
    approval = ask(team, campaign)
    before = rows_of(team.id)

    with pytest.raises(Refused, match="You wrote this campaign or asked for the approval"):
        approve(team, campaign, "owner")

    assert rows_of(team.id) == before
    asked, named = may_answer(team, campaign, approval)
    assert (asked, [name for name in named if "Owner" in name]) == (["admin", "compliance"], [])
    assert approve(team, campaign, "admin").state == "approved"


def test_a_key_of_nobody_knows_whom_counts_as_everybody_who_may_make_keys(team, house):
    campaign = write(house, key_of(team, "owner", known=False))
    approval = ask(team, campaign)

    for role in ("owner", "admin"):
        with pytest.raises(Refused, match="You wrote this campaign"):
            approve(team, campaign, role)

    asked, named = may_answer(team, campaign, approval)
    assert (asked, named) == (["compliance"], ["Acme Compliance"])
    assert approve(team, campaign, "compliance").state == "approved"


@pytest.mark.parametrize(
    ("maker", "known", "answer"),
    [
        ("owner", True, (422, "approved_by_you", ["approval"])),
        ("owner", False, (422, "issuer_unknown", ["approval"])),
        ("admin", True, None),
    ],
)
def test_who_approved_launches_by_no_key_of_theirs(team, house, maker, known, answer):
    campaign = write(house, key_of(team, "admin"))
    ask(team, campaign)
    approve(team, campaign, "owner")
    launcher = key_of(team, maker, known=known)

    launched = launcher.post(f"campaigns/{campaign.id}/launch/", {"confirmed": 3})

    with tenant_context(team.id):
        runs = Run.objects.filter(kind="launch").count()
        assert Approval.objects.get().state == "approved"
    if answer is None:
        assert (launched.status_code < 300, runs) == (True, 1)
    else:
        assert (told(launched), runs) == (answer, 0)


def test_the_page_of_keys_and_the_audit_trail_say_who_made_a_key(team, house):
    write(house, key_of(team, "owner"))
    key_of(team, "admin", known=False)

    page = team.client().get("/settings/keys/").content.decode()
    trail = team.client().get("/audit/").content.decode()

    assert ("made by Acme Owner" in page, "nobody knows who made it" in page) == (True, True)
    assert "Writer (application, made by Acme Owner)" in trail
