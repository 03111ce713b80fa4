"""Verbs on the roles an organisation makes itself (A6), and the rule that nobody hands out what they may not do themselves."""

import uuid
from collections.abc import Iterable

from django.db.models import ProtectedError

from accounts.actions.audit import record_audit
from accounts.contracts import Actor, Refused
from accounts.models import CustomRole, Membership
from accounts.roles import CUSTOM, PERMISSIONS, Role, granted, with_implied

MOST_ROLES = 50


def make_role(*, actor: Actor, name: str, permissions: Iterable[str]) -> CustomRole:
    """Make a role out of single rights, and those without which they are of no use.

    Errors: Refused for a name in use, no right at all, a right the actor does not have, or the fifty-first role.
    """
    actor.require("change_team")
    rights = _rights(actor, permissions)
    _demand_name(name, None)
    if CustomRole.objects.count() >= MOST_ROLES:
        raise Refused(f"An organisation has at most {MOST_ROLES} roles of its own.", remedy="Remove one nobody has.")
    role = CustomRole.objects.create(name=name.strip(), permissions=rights)
    record_audit(actor=actor, action="role.made", on=("custom_role", role.id), data={"rights": rights})
    return role


def change_role_rights(*, actor: Actor, role: CustomRole, name: str, permissions: Iterable[str]) -> None:
    """Rename a role or change what it may do; it holds from its members' next request on.

    Errors: Refused as `make_role`, or when the role may do what the actor may not: then only its betters change it.
    """
    actor.require("change_team")
    demand_rights(actor, rights_of(CUSTOM, role))
    rights, before = _rights(actor, permissions), list(role.permissions)
    _demand_name(name, role.id)
    role.name, role.permissions = name.strip(), rights
    role.save(update_fields=["name", "permissions"])
    record_audit(actor=actor, action="role.changed", on=("custom_role", role.id), data={"rights": [before, rights]})


def remove_role(*, actor: Actor, role: CustomRole) -> None:
    """Remove a role nobody has.

    Errors: Refused while a member or an invitation has it.
    """
    actor.require("change_team")
    if Membership.objects.filter(custom_role=role).exists():
        raise Refused("Somebody has this role.", remedy="Give them another role first.")
    role_id = role.id
    try:
        role.delete()
    except ProtectedError as error:
        raise Refused(
            "Somebody was invited with this role.", remedy="Keep it, so that the invitation stays true."
        ) from error
    record_audit(actor=actor, action="role.removed", on=("custom_role", role_id))


def role_named(word: str) -> tuple[str, CustomRole | None]:
    """What a form's word for a role means: one of the eight, or the id of one the organisation made.

    Errors: Refused when there is no such role.
    """
    if word in Role.values:
        return word, None
    try:
        found = CustomRole.objects.filter(id=uuid.UUID(word)).first()
    except ValueError:
        found = None
    if found is None:
        raise Refused("There is no such role.", field="role", remedy="Choose one from the list.")
    return CUSTOM, found


def rights_of(role: str, custom: CustomRole | None) -> frozenset[str]:
    """What a role may do."""
    return granted(role, custom.permissions if custom else ())


def demand_rights(actor: Actor, permissions: Iterable[str]) -> None:
    """Errors: Refused when the actor lacks one of these rights: nobody hands out, or takes, more than they have."""
    beyond = sorted(set(permissions) & PERMISSIONS.keys() - actor.permissions)
    if beyond:
        words = ", ".join(PERMISSIONS[right] for right in beyond)
        raise Refused(
            f"You cannot decide about what you may not do yourself: {words}.",
            field="role",
            remedy="Ask somebody who may.",
        )


def _rights(actor: Actor, permissions: Iterable[str]) -> list[str]:
    rights = sorted(with_implied(permissions))
    if not rights or not set(rights) <= PERMISSIONS.keys():
        raise Refused("A role needs at least one right.", field="permissions", remedy="Tick what it may do.")
    demand_rights(actor, rights)
    return rights


def _demand_name(name: str, own_id: uuid.UUID | None) -> None:
    wanted = name.strip()
    if not wanted:
        raise Refused("A role needs a name.", field="name", remedy="Say what these people do, such as “Front desk”.")
    if wanted.casefold() in {label.casefold() for label in Role.labels}:
        raise Refused("Every organisation has a role of that name.", field="name", remedy="Choose another name.")
    if CustomRole.objects.filter(name__iexact=wanted).exclude(id=own_id).exists():
        raise Refused("There is a role of that name.", field="name", remedy="Choose another name, or change that one.")
