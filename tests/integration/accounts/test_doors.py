"""Who may open which page of accounts, and what a refusal looks like."""

import dataclasses
import html

import pytest
from django.test import Client

from accounts import documents
from accounts.actions import members, organizations
from accounts.roles import GRANTS, PERMISSIONS, Role
from core.tenancy import tenant_context
from tests.factories.accounts import USUAL_ROLES, join, logged_in, make_team, operator_actor, settings_of
from tests.proofs import proves
from tests.snapshots import rows_of
from tests.walls.routes import routes_of_organizations

PAGES = {
    "/": "",
    "/documents/": "",
    "/team/": "change_team",
    "/settings/": "change_settings",
    "/settings/guests/": "change_settings",
    "/settings/keys/": "change_keys",
    "/audit/": "see_audit",
}
DEEDS = {
    "/sending/stop/": "stop_sending",
    "/sending/resume/": "resume_sending",
    "/settings/review/": "change_settings",
}


@pytest.fixture
def everybody(db):
    """An organisation with all eight roles."""
    return make_team("Acme", tuple(Role))


@proves("A5")
@pytest.mark.parametrize("role", list(Role))
def test_each_of_the_eight_roles_sees_exactly_its_pages(everybody, role):
    browser = everybody.client(role)

    for path, right in PAGES.items():
        expected = 200 if not right or right in GRANTS[role] else 403
        assert browser.get(path).status_code == expected, path


@proves("A5")
@pytest.mark.parametrize("role", list(Role))
def test_a_refused_deed_names_the_right_and_changes_nothing(everybody, role):
    browser = everybody.client(role)
    before = rows_of(everybody.id)

    for path, right in DEEDS.items():
        if right in GRANTS[role]:
            continue
        answer = browser.post(path)
        assert answer.status_code == 403
        assert PERMISSIONS[right] in html.unescape(answer.content.decode())

    assert rows_of(everybody.id) == before


def test_the_refusal_page_says_who_can_give_the_right(acme):
    answer = acme.client("viewer").get("/team/")

    assert answer.status_code == 403
    assert "this role may not invite people and change roles" in answer.content.decode()
    assert "Ask an owner or admin" in answer.content.decode()


def test_every_right_a_role_has_exists_and_somebody_has_each():
    assert set().union(*GRANTS.values()) == set(PERMISSIONS)
    assert set(GRANTS) == set(Role)


@proves("A3")
def test_switching_leads_to_another_organisation_of_the_same_person_and_to_no_other(acme, rival):
    person = acme.people["viewer"]
    join(rival, "owner", person)
    browser = logged_in(person, acme.id)
    assert browser.get("/").context["shell"]["organization"]["name"] == "Acme"
    assert browser.get("/team/").status_code == 403

    switched = browser.post("/organizations/switch/", {"id": str(rival.id)})

    assert switched.status_code == 302
    page = browser.get("/team/")
    assert page.status_code == 200
    assert acme.people["owner"].email not in page.content.decode()
    assert acme.client().post("/organizations/switch/", {"id": str(rival.id)}).status_code == 404
    assert acme.client().post("/organizations/switch/", {"id": "not an id"}).status_code == 404


def test_a_session_that_names_a_foreign_organisation_lands_in_ones_own(acme, rival):
    browser = logged_in(acme.people["owner"], rival.id)

    assert browser.get("/").context["shell"]["organization"]["name"] == "Acme"


def test_a_removed_member_is_out_with_the_next_click(acme):
    browser = acme.client("viewer")
    assert browser.get("/").status_code == 200

    with tenant_context(acme.id):
        members.remove_member(actor=acme.actor(), member=acme.member("viewer"))

    assert browser.get("/").headers["Location"] == "/organizations/open/"


@proves("A21")
def test_after_a_change_of_documents_everybody_is_asked_before_anything_else(acme, monkeypatch):
    newer = tuple(dataclasses.replace(each, version="2027-01") for each in documents.current_documents())
    for module in ("accounts.selectors", "accounts.documents", "accounts.actions.organizations"):
        monkeypatch.setattr(f"{module}.current_documents", lambda: newer)
    browser = acme.client()

    answer = browser.get("/team/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/documents/")
    refused = browser.post("/team/", {"email": "new@people.example", "role": "viewer"})
    assert refused.headers["Location"] == "/documents/"
    with_its_own_transactions = next(
        route for route in routes_of_organizations() if route.door.own_transactions and not route.ids
    )
    assert browser.post(with_its_own_transactions.path({})).headers["Location"] == "/documents/"
    assert browser.get("/documents/").status_code == 200
    assert browser.post("/documents/", {"agree": ""}).status_code == 422

    assert browser.post("/documents/", {"agree": "on"}).status_code == 302

    assert browser.get("/team/").status_code == 200


def test_the_stop_button_shows_on_every_page_until_somebody_resumes(acme):
    browser = acme.client()
    assert browser.post("/sending/stop/").status_code == 302

    assert browser.get("/").context["shell"]["organization"]["sending_stopped"] is True
    assert "resume" in browser.get("/team/").content.decode().lower()

    assert browser.post("/sending/resume/").status_code == 302
    assert browser.get("/").context["shell"]["organization"]["sending_stopped"] is False


def test_people_of_a_suspended_organisation_read_why(acme, operator):
    with tenant_context(acme.id):
        organizations.suspend_organization(actor=operator_actor(operator), reason="too many complaints")

    page = acme.client("viewer").get("/").content.decode()

    assert "too many complaints" in page


@proves("A22")
def test_settings_are_saved_by_the_form_and_a_wrong_one_writes_nothing(acme):
    browser = acme.client()
    form = settings_of(acme) | {"time_zone": "Asia/Karachi", "legal_name": "Acme Ltd"}

    assert browser.post("/settings/", form).status_code == 302
    before = rows_of(acme.id)
    wrong = browser.post("/settings/", form | {"time_zone": "Mars/Olympus", "name": "Other"})

    assert wrong.status_code == 422
    assert rows_of(acme.id) == before
    assert browser.get("/settings/").context["organization"].legal_name == "Acme Ltd"


def test_a_refused_form_keeps_its_errors_and_writes_nothing(acme):
    browser = acme.client()
    before = rows_of(acme.id)

    answers = [
        browser.post("/team/", {"email": acme.people["viewer"].email, "role": "viewer"}),
        browser.post("/team/", {"email": "no address", "role": "viewer"}),
        browser.post("/settings/review/"),
        browser.post("/settings/guests/", {"label": "Pat", "address": "hello"}),
        browser.post("/settings/keys/", {"name": "shop", "days": 9999}),
        browser.post(f"/team/{acme.member('owner').id}/", {"role": "viewer"}),
        browser.post(f"/team/{acme.member('owner').id}/remove/"),
    ]

    assert [answer.status_code for answer in answers] == [422] * 7
    assert rows_of(acme.id) == before


def test_pages_of_guests_keys_and_the_team_do_what_they_say(acme, django_capture_on_commit_callbacks):
    browser = acme.client()

    assert browser.post("/settings/guests/", {"label": "Pat", "address": "+1 402 555 0100"}).status_code == 302
    (guest,) = browser.get("/settings/guests/").context["guests"]
    assert browser.post(f"/settings/guests/{guest.id}/remove/").status_code == 302
    assert browser.get("/settings/guests/").context["guests"] == []
    made = browser.post("/settings/keys/", {"name": "shop", "days": 30, "scopes": ["see_contacts"]})
    assert made.context["whole"] in made.content.decode()
    (key,) = browser.get("/settings/keys/").context["keys"]
    assert made.context["whole"] not in browser.get("/settings/keys/").content.decode()
    assert browser.post(f"/settings/keys/{key.id}/revoke/").status_code == 302
    viewer = acme.member("viewer").id
    assert browser.get(f"/team/{viewer}/").status_code == 200
    assert browser.post(f"/team/{viewer}/", {"role": "finance"}).status_code == 302
    assert browser.post(f"/team/{viewer}/remove/").status_code == 302
    assert [member.role for member in browser.get("/team/").context["members"]] == list(USUAL_ROLES[:2])


def test_the_audit_page_names_who_did_what_and_filters_by_deed(acme):
    browser = acme.client()
    browser.post("/sending/stop/", HTTP_USER_AGENT="a named browser")

    page = browser.get("/audit/?action=sending")

    (row,) = page.context["page"].object_list
    assert (row.action, row.actor_name, row.address, row.agent) == (
        "sending.stopped", "Acme Owner", "127.0.0.1", "a named browser"
    )  # fmt: skip
    assert row.request_id is not None
    assert len(browser.get("/audit/").context["page"].object_list) > 5


def test_nobody_who_is_not_logged_in_sees_a_page_of_an_organisation(db):
    for path in PAGES:
        answer = Client().get(path)
        assert (answer.status_code, answer.headers["Location"]) == (302, f"/account/login/?next={path}")


def test_a_theme_is_chosen_by_anybody_and_leads_back(outsider):
    browser = logged_in(outsider)

    answer = browser.post("/settings/theme/", {"theme": "dark", "next": "/style/"})
    away = browser.post("/settings/theme/", {"theme": "neon", "next": "https://elsewhere.example/"})

    assert (answer.headers["Location"], away.headers["Location"]) == ("/style/", "/")
    outsider.refresh_from_db()
    assert outsider.theme == "dark"


def test_documents_are_public_one_by_one(db):
    assert Client().get("/documents/terms/").status_code == 200
    assert Client().get("/documents/nothing/").status_code == 404
