"""Verbs on the team."""

import datetime

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.actions import members
from accounts.contracts import NotAllowed, Refused
from accounts.models import Invitation, Membership
from accounts.selectors import organization_of_invitation
from core import clock
from core.ids import secret_digest
from core.tenancy import tenant_context
from tests.factories.accounts import actor_of, join, make_person
from tests.integration.accounts.chain import deeds, last_deed
from tests.proofs import proves
from tests.snapshots import changed, rows_of


def invite(team, email="mina@people.example", role="viewer", by="owner"):
    with tenant_context(team.id):
        return members.invite_member(actor=team.actor(by), email=email, role=role)


@proves("A10")
def test_inviting_writes_one_open_invitation_with_the_digest_of_its_secret_and_one_audit_row(acme, rival):
    before, others = rows_of(acme.id), rows_of(rival.id)

    invitation, secret = invite(acme, "  Mina@People.example ", "agent")

    assert changed(before, rows_of(acme.id)) == {
        "accounts_invitation": 1, "accounts_auditevent": 1, "accounts_audithead": 0
    }  # fmt: skip
    assert rows_of(rival.id) == others
    with tenant_context(acme.id):
        row = Invitation.objects.get(id=invitation.id)
    assert (row.email, row.role, bytes(row.digest)) == ("mina@people.example", "agent", secret_digest(secret))
    assert row.invited_by_id == acme.people["owner"].id
    assert datetime.timedelta(days=6, hours=23) < row.expires_at - clock.now() < datetime.timedelta(days=7, minutes=1)
    deed = last_deed(acme.id)
    assert (deed.action, deed.object_id, deed.data) == ("member.invited", invitation.id, {"role": "agent"})
    assert (deed.actor_kind, deed.actor_id, deed.address) == ("user", acme.people["owner"].id, "192.0.2.10")


def test_nobody_is_invited_who_is_in_the_team_or_has_an_open_invitation(acme):
    invite(acme)
    before = rows_of(acme.id)

    with pytest.raises(Refused, match="in the team already"):
        invite(acme, acme.people["viewer"].email.upper())
    with pytest.raises(Refused, match="is open"):
        invite(acme, "MINA@people.example")

    assert rows_of(acme.id) == before


def test_an_expired_invitation_gives_way_to_a_new_one(acme):
    old, _ = invite(acme)
    with tenant_context(acme.id):
        Invitation.objects.update(expires_at=clock.now() - datetime.timedelta(seconds=1))

    new, _ = invite(acme)

    with tenant_context(acme.id):
        old.refresh_from_db()
        new.refresh_from_db()
    assert old.cancelled_at is not None
    assert new.cancelled_at is None


@proves("A10")
def test_a_resent_invitation_has_a_new_secret_and_the_old_one_opens_nothing(acme):
    invitation, first = invite(acme)
    before = rows_of(acme.id)

    with tenant_context(acme.id):
        second = members.resend_invitation(actor=acme.actor(), invitation=invitation)

    assert first != second
    assert organization_of_invitation(secret_digest(first)) is None
    assert organization_of_invitation(secret_digest(second)) == acme.id
    assert changed(before, rows_of(acme.id)) == {
        "accounts_invitation": 0, "accounts_auditevent": 1, "accounts_audithead": 0
    }  # fmt: skip


@proves("A10")
def test_a_cancelled_invitation_can_be_neither_accepted_nor_resent_and_cancelling_again_writes_nothing(acme):
    invitation, _ = invite(acme)
    guest = make_person("Mina", email="mina@people.example")
    with tenant_context(acme.id):
        members.cancel_invitation(actor=acme.actor(), invitation=invitation)
    before = rows_of(acme.id)

    with tenant_context(acme.id):
        members.cancel_invitation(actor=acme.actor(), invitation=invitation)
        invitation.refresh_from_db()
    with tenant_context(acme.id), pytest.raises(Refused, match="closed"):
        members.resend_invitation(actor=acme.actor(), invitation=invitation)
    with tenant_context(acme.id), pytest.raises(Refused, match="no longer open"):
        members.accept_invitation(actor=actor_of(guest), invitation=invitation, user=guest)

    assert rows_of(acme.id) == before
    assert [deed[0] for deed in deeds(acme.id)][-2:] == ["member.invited", "invitation.cancelled"]


@proves("A10")
def test_an_expired_invitation_or_another_address_joins_nobody(acme):
    invitation, _ = invite(acme)
    mina, other = make_person("Mina", email="mina@people.example"), make_person("Other")
    before = rows_of(acme.id)

    with tenant_context(acme.id), pytest.raises(Refused, match="another address"):
        members.accept_invitation(actor=actor_of(other), invitation=invitation, user=other)
    assert rows_of(acme.id) == before

    with tenant_context(acme.id):
        Invitation.objects.update(expires_at=clock.now())
    before = rows_of(acme.id)
    with tenant_context(acme.id), pytest.raises(Refused, match="no longer open"):
        members.accept_invitation(actor=actor_of(mina), invitation=invitation, user=mina)
    assert rows_of(acme.id) == before


@proves("A10")
def test_accepting_makes_one_member_with_the_offered_role_and_closes_the_invitation(acme):
    invitation, _ = invite(acme, role="compliance")
    mina = make_person("Mina", email="mina@people.example")
    before = rows_of(acme.id)

    with tenant_context(acme.id):
        member = members.accept_invitation(actor=actor_of(mina), invitation=invitation, user=mina)
        invitation.refresh_from_db()

    assert (member.user_id, member.role, member.organization_id) == (mina.id, "compliance", acme.id)
    assert invitation.accepted_at is not None
    assert changed(before, rows_of(acme.id)) == {
        "accounts_membership": 1, "accounts_invitation": 0, "accounts_auditevent": 1, "accounts_audithead": 0
    }  # fmt: skip
    assert deeds(acme.id)[-1] == ("member.joined", "user", {"role": "compliance"})


@proves("A5")
def test_a_role_is_changed_with_before_and_after_in_the_audit_trail(acme):
    member = acme.member("viewer")
    before = rows_of(acme.id)

    with tenant_context(acme.id):
        members.change_role(actor=acme.actor(), member=member, role="finance")

    assert acme.member("viewer").role == "finance"
    assert changed(before, rows_of(acme.id)) == {
        "accounts_membership": 0, "accounts_auditevent": 1, "accounts_audithead": 0
    }  # fmt: skip
    assert deeds(acme.id)[-1] == ("member.role_changed", "user", {"role": ["viewer", "finance"]})


def test_the_same_role_again_writes_nothing(acme):
    before = rows_of(acme.id)

    with tenant_context(acme.id):
        members.change_role(actor=acme.actor(), member=acme.member("viewer"), role="viewer")

    assert rows_of(acme.id) == before


def test_the_last_owner_stays_and_only_owners_make_and_unmake_owners(acme):
    join(acme, "admin")
    owner, viewer = acme.member("owner"), acme.member("viewer")
    before = rows_of(acme.id)

    with tenant_context(acme.id), pytest.raises(Refused, match="needs an owner"):
        members.change_role(actor=acme.actor(), member=owner, role="admin")
    with tenant_context(acme.id), pytest.raises(Refused, match="needs an owner"):
        members.remove_member(actor=acme.actor(), member=owner)
    with tenant_context(acme.id), pytest.raises(Refused, match="Only an owner"):
        members.change_role(actor=acme.actor("admin"), member=viewer, role="owner")
    with tenant_context(acme.id), pytest.raises(Refused, match="Only an owner"):
        members.remove_member(actor=acme.actor("admin"), member=owner)
    with pytest.raises(Refused, match="Only an owner"):
        invite(acme, role="owner", by="admin")

    assert rows_of(acme.id) == before


def test_a_removed_member_is_gone_and_what_they_wrote_stays(acme):
    viewer = acme.people["viewer"]
    before = rows_of(acme.id)

    with tenant_context(acme.id):
        members.remove_member(actor=acme.actor(), member=acme.member("viewer"))

    assert changed(before, rows_of(acme.id)) == {
        "accounts_membership": -1, "accounts_auditevent": 1, "accounts_audithead": 0
    }  # fmt: skip
    assert deeds(acme.id)[-1] == ("member.removed", "user", {"role": "viewer"})
    viewer.refresh_from_db()


@pytest.mark.parametrize("role", ["campaign_manager", "viewer"])
def test_a_role_without_the_right_changes_no_team(acme, role):
    invitation, _ = invite(acme)
    member = acme.member("viewer")
    before = rows_of(acme.id)

    verbs = [
        lambda actor: members.invite_member(actor=actor, email="new@people.example", role="viewer"),
        lambda actor: members.resend_invitation(actor=actor, invitation=invitation),
        lambda actor: members.cancel_invitation(actor=actor, invitation=invitation),
        lambda actor: members.change_role(actor=actor, member=member, role="owner"),
        lambda actor: members.remove_member(actor=actor, member=member),
    ]
    for verb in verbs:
        with tenant_context(acme.id), pytest.raises(NotAllowed) as refusal:
            verb(acme.actor(role))
        assert refusal.value.permission == "change_team"

    assert rows_of(acme.id) == before


def test_a_person_is_a_member_once(acme):
    with tenant_context(acme.id), pytest.raises(IntegrityError, match="member_once"), transaction.atomic():
        Membership.objects.create(user=acme.people["viewer"], role="owner")


def test_a_row_of_another_organisation_cannot_be_written_by_naming_it(acme, rival):
    sql = "update accounts_membership set role = 'owner' where organization_id = %s"

    with tenant_context(acme.id), connection.cursor() as cursor:
        cursor.execute(sql, [rival.id])
        assert cursor.rowcount == 0
