"""What one person or one trial may do so often and no more."""

import uuid

import pytest
from django.core import mail

from accounts.actions import guests, members, organizations
from accounts.contracts import Refused
from accounts.models import Guest, Invitation
from core.email import parse_email
from core.tenancy import tenant_context
from tests.factories.accounts import actor_of, make_person, operator_actor
from tests.integration.accounts.chain import deeds
from tests.snapshots import rows_of


def invite(team, email=""):
    with tenant_context(team.id):
        return members.invite_member(
            actor=team.actor(), email=email or f"{uuid.uuid4().hex}@people.example", role="viewer"
        )


def test_an_organisation_that_invites_too_much_at_once_is_told_to_wait(acme, rival, settings):
    settings.INVITATION_LIMITS = settings.INVITATION_LIMITS | {"organization": (1, 2)}
    invite(acme)
    invite(acme)
    before = rows_of(acme.id)

    with pytest.raises(Refused, match="Try again in 1 minute"):
        invite(acme)
    answer = acme.client().post("/team/", {"email": f"{uuid.uuid4().hex}@people.example", "role": "viewer"})

    assert answer.status_code == 422
    assert rows_of(acme.id) == before
    assert mail.outbox == []
    invite(rival)


def test_one_address_gets_few_invitations_whoever_sends_them(acme, rival, settings):
    settings.INVITATION_LIMITS = settings.INVITATION_LIMITS | {"address": (2 / 60, 2)}
    address = f"{uuid.uuid4().hex}@people.example"
    invitation, _ = invite(acme, address)
    with tenant_context(acme.id):
        members.resend_invitation(actor=acme.actor(), invitation=invitation)
    before = rows_of(rival.id)

    with pytest.raises(Refused, match="Try again in 30 minutes"):
        invite(rival, address)
    answer = acme.client().post(f"/team/invitations/{invitation.id}/resend/")

    assert answer.status_code == 422
    assert rows_of(rival.id) == before
    with tenant_context(acme.id):
        assert Invitation.objects.get(id=invitation.id).digest == invitation.digest


def test_the_limits_of_the_product_are_those_that_were_decided():
    from config.settings import base

    assert base.INVITATION_LIMITS == {"organization": (1, 20), "address": (2 / 60, 3)}


def test_a_trial_cannot_go_round_its_circle_by_removing_guests(acme, operator):
    for number in range(guests.MOST_GUESTS):
        with tenant_context(acme.id):
            guest = guests.add_guest(
                actor=acme.actor(), label="Pat", address=parse_email(f"guest{number}@guests.example")
            )
            guests.remove_guest(actor=acme.actor(), guest=guest)
    before, one_more = rows_of(acme.id), parse_email("one.more@guests.example")

    with tenant_context(acme.id), pytest.raises(Refused, match="Ask for the review"):
        guests.add_guest(actor=acme.actor(), label="Pat", address=one_more)
    assert rows_of(acme.id) == before

    with tenant_context(acme.id):
        organizations.go_live(actor=operator_actor(operator), note="reviewed")
        guests.add_guest(actor=acme.actor(), label="Pat", address=one_more)
        assert Guest.objects.count() == 1


def test_one_person_opens_so_many_organisations_and_no_more(db, monkeypatch):
    monkeypatch.setattr(organizations, "MOST_ORGANIZATIONS", 2)
    ada = make_person("Ada")
    for name in ("One", "Two"):
        organizations.open_organization(actor=actor_of(ada), owner=ada, name=name)

    with pytest.raises(Refused, match="at most 2 organisations"):
        organizations.open_organization(actor=actor_of(ada), owner=ada, name="Three")

    grace = make_person("Grace")
    organizations.open_organization(actor=actor_of(grace), owner=grace, name="Hers")


@pytest.mark.parametrize("name", ["Acme\r\nBcc: x@people.example", "Acme\0", "Acme\x1b[31m", "Acme\u2028Two", "\x85"])
def test_a_name_of_several_lines_is_no_name(acme, name):
    ada, before = make_person("Ada"), rows_of(acme.id)

    with pytest.raises(Refused) as opened:
        organizations.open_organization(actor=actor_of(ada), owner=ada, name=name)
    with tenant_context(acme.id), pytest.raises(Refused) as changed:
        organizations.change_settings(actor=acme.actor(), name=name)

    assert (opened.value.field, changed.value.field) == ("name", "name")
    assert rows_of(acme.id) == before


def test_pages_refuse_such_a_name_at_its_field(acme):
    browser, name = acme.client(), "Acme\r\nBcc: x@people.example"
    settings_page = browser.get("/settings/").context["form"].initial
    settings_page = {key: value for key, value in settings_page.items() if value is not None}

    opened = browser.post("/organizations/open/", {"name": name, "agree": "on"})
    changed = browser.post("/settings/", settings_page | {"name": name})

    assert (opened.status_code, list(opened.context["form"].errors)) == (422, ["name"])
    assert (changed.status_code, list(changed.context["form"].errors)) == (422, ["name"])
    assert "settings.changed" not in {deed[0] for deed in deeds(acme.id)}
