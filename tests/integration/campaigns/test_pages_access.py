"""Who may open the pages of campaigns, and that nobody reaches another organisation's."""

import uuid

import pytest

from accounts.roles import GRANTS, Role
from tests.factories.accounts import make_team, operator_actor
from tests.factories.campaigns import add_people, make_campaign, make_house
from tests.integration.campaigns.conftest import check
from tests.proofs import proves
from tests.snapshots import rows_of


def made(team, operator):
    """A draft that is checked, and the addresses of all its pages: path → the rights they take."""
    house = make_house(team.id, team.actor(), operator_actor(operator), "http://127.0.0.1:9")
    add_people(house, 2, 1)
    campaign = make_campaign(house)
    run = check(house, campaign)
    pages = {
        "/campaigns/": {"see_campaigns"},
        "/campaigns/new/": {"author_campaigns"},
        "/campaigns/new/sms/": {"author_campaigns"},
        f"/campaigns/{campaign.id}/": {"see_campaigns"},
        f"/campaigns/{campaign.id}/change/": {"author_campaigns"},
        f"/campaigns/{campaign.id}/check/": {"see_campaigns"},
        f"/campaigns/runs/{run.id}/people/": {"see_campaigns", "see_contacts"},
    }
    deeds = {
        "/campaigns/new/sms/": "author_campaigns",
        "/campaigns/counter/": "author_campaigns",
        "/campaigns/preview/": "author_campaigns",
        f"/campaigns/{campaign.id}/copy/": "author_campaigns",
        f"/campaigns/{campaign.id}/delete/": "author_campaigns",
        f"/campaigns/{campaign.id}/check/": "author_campaigns",
        f"/campaigns/{campaign.id}/test/": "send_campaigns",
        f"/campaigns/{campaign.id}/launch/": "send_campaigns",
        f"/campaigns/runs/{run.id}/people.csv": "export_contacts",
        f"/campaigns/runs/{run.id}/undo/": "send_campaigns",
        f"/campaigns/runs/{run.id}/pause/": "send_campaigns",
        f"/campaigns/runs/{run.id}/resume/": "send_campaigns",
        f"/campaigns/runs/{run.id}/cancel/": "send_campaigns",
    }
    return pages, deeds


@proves("A5")
@pytest.mark.parametrize("role", list(Role))
def test_each_role_opens_exactly_its_pages_of_campaigns(db, operator, role):
    team = make_team("Acme", tuple(Role))
    pages, _ = made(team, operator)

    answers = {path: team.client(role).get(path).status_code for path in pages}

    assert answers == {path: 200 if rights <= GRANTS[role] else 403 for path, rights in pages.items()}


@pytest.mark.parametrize("role", ["agent", "finance", "developer", "viewer"])
def test_a_role_without_the_right_writes_nothing_by_any_button(db, operator, role):
    team = make_team("Acme", tuple(Role))
    _, deeds = made(team, operator)
    before = rows_of(team.id)

    statuses = {team.client(role).post(path, {"confirmed": "1"}).status_code for path in deeds}

    assert statuses == {403}
    assert rows_of(team.id) == before


def test_campaigns_of_others_are_not_there_and_no_button_touches_them(acme, rival, operator):
    pages, deeds = made(acme, operator)
    browser, before = rival.client(), rows_of(acme.id)
    of_all = {f"/campaigns/{word}" for word in ("", "new/", "new/sms/", "counter/", "preview/")}
    of_things = (set(pages) | set(deeds)) - of_all
    never = str(uuid.uuid4())

    for path in of_things:
        whose = path.split("/")[3 if "/runs/" in path else 2]
        for address in (path, path.replace(whose, never)):
            statuses = {browser.get(address).status_code, browser.post(address, {"confirmed": "1"}).status_code}
            assert statuses <= {404, 405}, address
            assert 404 in statuses, address

    assert len(of_things) == 13
    assert rows_of(acme.id) == before


def test_finance_reads_reports_without_the_people_behind_them(db, operator):
    team = make_team("Acme", tuple(Role))
    pages, _ = made(team, operator)
    path = next(path for path in pages if path.endswith("/check/"))

    page = team.client("finance").get(path).content.decode()

    assert "1 person would get this. 1 would not." in page
    assert "?show=left_out&amp;reason=" not in page
