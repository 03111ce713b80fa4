"""Roles an organisation makes itself, out of single rights."""

import pytest
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.test import Client

from accounts.actions import members, roles
from accounts.contracts import NotAllowed, Refused
from accounts.models import CustomRole, Membership
from accounts.roles import GRANTS, with_implied
from accounts.selectors import members_with
from core.tenancy import tenant_context
from tests.factories.accounts import actor_of, join, logged_in, make_person
from tests.integration.accounts.chain import deeds, last_deed
from tests.proofs import proves
from tests.snapshots import changed, rows_of


def make(team, *rights, name="Front desk", actor=None):
    with tenant_context(team.id):
        return roles.make_role(actor=actor or team.actor(), name=name, permissions=rights)


def give(team, role, name="Fay Front"):
    """Somebody of the team with that role."""
    person = make_person(name)
    with tenant_context(team.id):
        invitation, _ = members.invite_member(actor=team.actor(), email=person.email, role=str(role.id))
        members.accept_invitation(actor=actor_of(person), invitation=invitation, user=person)
        from accounts.actions.organizations import accept_documents

        accept_documents(actor=actor_of(person), user=person)
    return person


@proves("A6")
def test_a_role_of_single_rights_opens_exactly_its_pages_and_a_change_holds_at_the_next_click(acme, rival):
    role = make(acme, "see_contacts", "see_replies")
    browser = logged_in(give(acme, role), acme.id)

    first = {path: browser.get(path).status_code for path in ("/contacts/", "/replies/", "/campaigns/", "/team/")}
    with tenant_context(acme.id):
        roles.change_role_rights(actor=acme.actor(), role=role, name="Front desk", permissions=["see_campaigns"])
    then = {path: browser.get(path).status_code for path in ("/contacts/", "/replies/", "/campaigns/", "/team/")}

    assert first == {"/contacts/": 200, "/replies/": 200, "/campaigns/": 403, "/team/": 403}
    assert then == {"/contacts/": 403, "/replies/": 403, "/campaigns/": 200, "/team/": 403}
    with tenant_context(rival.id):
        assert not CustomRole.objects.exists()
    assert last_deed(acme.id).data == {"rights": [["see_contacts", "see_replies"], ["see_campaigns"]]}


@proves("A6")
def test_nobody_makes_gives_changes_or_takes_a_role_that_may_more_than_they_may(acme):
    clerk = give(acme, make(acme, "change_team", "see_contacts", name="Clerk"))
    strong = make(acme, "change_team", "see_contacts", "send_campaigns", name="Sender")
    holder = give(acme, strong, "Sam Sender")
    actor = logged_in_actor(acme, clerk)
    before = rows_of(acme.id)

    with tenant_context(acme.id):
        held = Membership.objects.get(user=holder)
        refused = [
            lambda: roles.make_role(actor=actor, name="Mighty", permissions=["send_campaigns"]),
            lambda: roles.change_role_rights(actor=actor, role=strong, name="Weak", permissions=["see_contacts"]),
            lambda: members.invite_member(actor=actor, email="n@people.example", role="admin"),
            lambda: members.invite_member(actor=actor, email="n@people.example", role=str(strong.id)),
            lambda: members.change_role(actor=actor, member=held, role="viewer"),
            lambda: members.remove_member(actor=actor, member=held),
        ]
        for deed in refused:
            with pytest.raises(Refused, match="may not do yourself"):
                deed()

    assert rows_of(acme.id) == before


def logged_in_actor(team, person):
    """The person with the rights the database says they have."""
    from accounts.contracts import Actor
    from accounts.selectors import organizations_of

    [belonging] = organizations_of(person.id)
    return Actor("user", person.id, belonging.permissions, "192.0.2.10", "a browser")


def test_a_name_is_used_once_whatever_its_case_and_never_one_of_the_eight(acme, rival):
    make(acme, "see_contacts")
    before = rows_of(acme.id)

    for name in ("front DESK", "Viewer", "  "):
        with pytest.raises(Refused) as refusal:
            make(acme, "see_contacts", name=name)
        assert refusal.value.field == "name"
    with pytest.raises(Refused, match="at least one right"):
        make(acme, name="Nothing")
    with pytest.raises(Refused, match="at least one right"):
        make(acme, "fly", name="Bird")
    with pytest.raises(NotAllowed):
        make(acme, "see_contacts", name="Mine", actor=acme.actor("viewer"))

    assert rows_of(acme.id) == before
    assert make(rival, "see_contacts").name == "Front desk"


@pytest.mark.parametrize(("right", "path"), [("approve_campaigns", "/campaigns/"), ("message_people", "/replies/")])
def test_a_right_brings_those_without_which_it_is_of_no_use(acme, right, path):
    role = make(acme, right)
    browser = logged_in(give(acme, role), acme.id)

    page = acme.client().get("/team/roles/new/").content.decode()

    assert browser.get(path).status_code == 200
    assert browser.get("/team/").status_code == 403
    assert "Approve campaigns that somebody else wants to launch (also: see campaigns and reports)" in page


def test_what_a_right_brings_is_never_more_than_the_eight_roles_have_with_it():
    assert {role for role, rights in GRANTS.items() if with_implied(rights) != rights} == set()


def test_the_mail_of_an_invitation_names_the_role_of_the_organisations_own(acme, django_capture_on_commit_callbacks):
    role = make(acme, "see_contacts", name="Second reader")

    with django_capture_on_commit_callbacks(execute=True):
        acme.client().post("/team/", {"email": "new@people.example", "role": str(role.id)})

    assert "on Carillon, as Second reader." in mail.outbox[-1].body


def test_the_link_of_an_invitation_says_which_role_of_the_organisations_own_waits_behind_it(acme):
    role = make(acme, "see_contacts", name="Second reader")
    with tenant_context(acme.id):
        _, secret = members.invite_member(actor=acme.actor(), email="new@people.example", role=str(role.id))

    page = Client().get(f"/invitation/{secret}/")

    assert page.status_code == 200
    assert "You would be: Second reader." in page.content.decode()


def test_a_role_somebody_has_or_was_offered_stays_and_an_idle_one_goes(acme):
    held, offered, idle = (make(acme, "see_contacts", name=name) for name in ("Held", "Offered", "Idle"))
    give(acme, held)

    with tenant_context(acme.id):
        members.invite_member(actor=acme.actor(), email="late@people.example", role=str(offered.id))
        for role, why in ((held, "Somebody has this role"), (offered, "was invited with this role")):
            with pytest.raises(Refused, match=why):
                roles.remove_role(actor=acme.actor(), role=role)
        roles.remove_role(actor=acme.actor(), role=idle)
        left = set(CustomRole.objects.values_list("name", flat=True))

    assert left == {"Held", "Offered"}
    assert last_deed(acme.id).action == "role.removed"


def test_a_role_of_another_organisation_is_no_role_here_for_the_verb_the_page_and_the_database(acme, rival):
    theirs = make(rival, "see_contacts", "change_team")
    join(acme, "agent")
    before = rows_of(acme.id)

    with tenant_context(acme.id):
        with pytest.raises(Refused, match="no such role"):
            members.change_role(actor=acme.actor(), member=acme.member("agent"), role=str(theirs.id))
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "update accounts_membership set role = 'custom', custom_role_id = %s where id = %s",
                [theirs.id, acme.member("agent").id],
            )
            cursor.execute("set constraints all immediate")
    answers = [
        acme.client().get(f"/team/roles/{theirs.id}/").status_code,
        acme.client().post(f"/team/roles/{theirs.id}/remove/").status_code,
        acme.client().post(f"/team/{acme.member('agent').id}/", {"role": str(theirs.id)}).status_code,
    ]

    assert answers == [404, 404, 422]
    assert rows_of(acme.id) == before


def test_the_page_makes_changes_and_removes_a_role_and_says_what_is_missing(acme):
    browser, before = acme.client(), rows_of(acme.id)

    bare = browser.post("/team/roles/new/", {"name": "Night shift"})
    made = browser.post("/team/roles/new/", {"name": "Night shift", "may_campaigns": ["see_campaigns"]})
    written = changed(before, rows_of(acme.id))
    with tenant_context(acme.id):
        role = CustomRole.objects.get()
    page = browser.get("/team/roles/").content.decode()
    browser.post(f"/team/roles/{role.id}/", {"name": "Day shift", "may_people": ["see_contacts"]})
    gone = browser.post(f"/team/roles/{role.id}/remove/")

    assert (bare.status_code, made.status_code, gone.status_code) == (422, 302, 302)
    assert "Tick what it may do." in bare.content.decode()
    assert written == {"accounts_customrole": 1, "accounts_auditevent": 1, "accounts_audithead": 0}
    assert ("Night shift" in page, "Your own" in page) == (True, True)
    assert [action for action, _, _ in deeds(acme.id)][-3:] == ["role.made", "role.changed", "role.removed"]


def test_like_one_of_the_eight_begins_with_its_rights(acme):
    page = acme.client().get("/team/roles/new/?like=viewer")

    ticked = [
        str(box.data["value"])
        for group in page.context["form"].subjects
        for box in group.subwidgets
        if box.data["selected"]
    ]
    assert ticked == ["see_campaigns", "see_contacts"]


def test_who_may_do_something_because_it_belongs_to_another_right_is_among_those_who_may(acme):
    role = make(acme, "approve_campaigns")
    person = give(acme, role)
    with tenant_context(acme.id):
        CustomRole.objects.update(permissions=["approve_campaigns", "a right there is no more"])

        found = [members_with(right) for right in ("approve_campaigns", "see_campaigns", "a right there is no more")]

    assert [person in people for people in found] == [True, True, False]
