"""Verbs on the team: invite, accept, change a role, remove."""

import datetime
import math
import uuid

from django.conf import settings

from accounts.actions.audit import record_audit
from accounts.actions.roles import demand_rights, rights_of, role_named
from accounts.contracts import Actor, Refused
from accounts.models import CustomRole, Invitation, Membership, User
from accounts.roles import Role
from core import clock, throttle
from core.ids import new_secret, secret_digest
from core.tenancy import require_organization_id
from core.wording import counted_text

INVITATION_DAYS = 7


def add_member(*, user: User, role: str) -> Membership:
    """Give a person a place in the organisation in scope. Callers have decided that they may."""
    return Membership.objects.create(user=user, role=role)


def invite_member(*, actor: Actor, email: str, role: str) -> tuple[Invitation, str]:
    """Invite somebody by email; answer the invitation and its secret, which exists nowhere else.

    Errors: Refused when the person is a member already, or an invitation to them is open, or only an owner may give the
            role, or too many were sent of late.
    """
    actor.require("change_team")
    given, custom = role_named(role)
    _may_give(actor, given, custom)
    email = email.strip().lower()
    if Membership.objects.filter(user__email__iexact=email).exists():
        raise Refused(
            "This person is in the team already.", field="email", remedy="Change their role in the list instead."
        )
    if Invitation.objects.filter(email=email, accepted_at=None, cancelled_at=None, expires_at__gt=clock.now()).exists():
        raise Refused(
            "An invitation to this address is open.", field="email", remedy="Send it again from the list below."
        )
    _ask_for_mail(email)
    Invitation.objects.filter(email=email, accepted_at=None, cancelled_at=None).update(cancelled_at=clock.now())
    secret = new_secret()
    invitation = Invitation.objects.create(
        email=email,
        role=given,
        custom_role=custom,
        digest=secret_digest(secret),
        invited_by_id=actor.id if actor.kind == "user" else None,
        expires_at=clock.now() + datetime.timedelta(days=INVITATION_DAYS),
    )
    record_audit(
        actor=actor, action="member.invited", on=("invitation", invitation.id), data={"role": _word(given, custom)}
    )
    return invitation, secret


def resend_invitation(*, actor: Actor, invitation: Invitation) -> str:
    """Make a fresh link for an open or expired invitation; the old link stops working.

    Errors: Refused when it is closed, or too many were sent of late.
    """
    actor.require("change_team")
    if invitation.accepted_at or invitation.cancelled_at:
        raise Refused("This invitation is closed.", remedy="Invite the person again.")
    _ask_for_mail(invitation.email)
    secret = new_secret()
    invitation.digest = secret_digest(secret)
    invitation.expires_at = clock.now() + datetime.timedelta(days=INVITATION_DAYS)
    invitation.save(update_fields=["digest", "expires_at"])
    record_audit(actor=actor, action="invitation.resent", on=("invitation", invitation.id))
    return secret


def cancel_invitation(*, actor: Actor, invitation: Invitation) -> None:
    """Withdraw an invitation; its link stops working. Doing it twice changes nothing."""
    actor.require("change_team")
    if Invitation.objects.filter(id=invitation.id, accepted_at=None, cancelled_at=None).update(
        cancelled_at=clock.now()
    ):
        record_audit(actor=actor, action="invitation.cancelled", on=("invitation", invitation.id))


def accept_invitation(*, actor: Actor, invitation: Invitation, user: User) -> Membership:
    """Take up an invitation.

    Errors: Refused when it is closed or expired, or was meant for another address.
    """
    invitation = Invitation.objects.select_for_update().get(id=invitation.id)
    if not invitation.is_open(clock.now()):
        raise Refused("This invitation is no longer open.", remedy="Ask whoever invited you for a new one.")
    if invitation.email != user.email.lower():
        raise Refused("This invitation was sent to another address.", remedy="Log in with the address it was sent to.")
    member, _ = Membership.objects.get_or_create(
        user=user, defaults={"role": invitation.role, "custom_role_id": invitation.custom_role_id}
    )
    invitation.accepted_at = clock.now()
    invitation.save(update_fields=["accepted_at"])
    record_audit(
        actor=actor, action="member.joined", on=("user", user.id), data={"role": _word(member.role, member.custom_role)}
    )
    return member


def change_role(*, actor: Actor, member: Membership, role: str) -> None:
    """Give a member another role; it holds from their next request on.

    Errors: Refused when only an owner may do it, or the last owner would be gone.
    """
    actor.require("change_team")
    given, custom = role_named(role)
    before, former = _word(member.role, member.custom_role), member.custom_role
    if (member.role, former) == (given, custom):
        return
    _may_give(actor, given, custom)
    _may_give(actor, member.role, former)
    _keep_an_owner(member, given)
    member.role, member.custom_role = given, custom
    member.save(update_fields=["role", "custom_role"])
    words = {"role": [before, _word(given, custom)]}
    record_audit(actor=actor, action="member.role_changed", on=("user", member.user_id), data=words)


def remove_member(*, actor: Actor, member: Membership) -> None:
    """Take a person out of the organisation, at once: their next request finds nothing of it.

    Errors: Refused when only an owner may do it, or the last owner would be gone.
    """
    actor.require("change_team")
    _may_give(actor, member.role, member.custom_role)
    _keep_an_owner(member, "")
    user_id, word = member.user_id, _word(member.role, member.custom_role)
    member.delete()
    record_audit(actor=actor, action="member.removed", on=("user", user_id), data={"role": word})


def _ask_for_mail(email: str) -> None:
    """Refuse when this organisation invites too much, or this address was invited too often, by whomever."""
    verdict = throttle.ask(
        [
            (f"inviting:{require_organization_id()}", settings.INVITATION_LIMITS["organization"]),
            (f"invited:{secret_digest(email).hex()}", settings.INVITATION_LIMITS["address"]),
        ]
    )
    if not verdict.free:
        wait = counted_text(max(1, math.ceil(verdict.wait / 60)), "minute", "minutes")
        raise Refused("Too many invitations were sent.", field="email", remedy=f"Try again in {wait}.")


def _word(role: str, custom: CustomRole | None) -> str:
    return custom.name if custom else role


def _may_give(actor: Actor, role: str, custom: CustomRole | None) -> None:
    """Owners are made and unmade by owners alone, and nobody gives or takes a role that may more than they may."""
    if actor.kind == "user":
        demand_rights(actor, rights_of(role, custom))
    if role == Role.OWNER and actor.kind == "user" and role_of(actor.id) != Role.OWNER:
        raise Refused("Only an owner may make or change an owner.", field="role", remedy="Ask an owner to do it.")


def role_of(user_id: uuid.UUID | None) -> str:
    """The role a person has in the organisation in scope; empty when they are no member."""
    return Membership.objects.filter(user_id=user_id).values_list("role", flat=True).first() or ""


def _keep_an_owner(member: Membership, role: str) -> None:
    if member.role != Role.OWNER or role == Role.OWNER:
        return
    owners = Membership.objects.select_for_update().filter(role=Role.OWNER).values_list("id", flat=True)
    if set(owners) == {member.id}:
        raise Refused("An organisation needs an owner.", field="role", remedy="Make somebody else an owner first.")
