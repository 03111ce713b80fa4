"""Fetching one thing for someone. Absent and not yours are the same NotFound; the manager is the only filter."""

import uuid
from typing import Any

from django.db import models
from django.http import Http404

from accounts.contracts import Actor
from accounts.models import ApiKey, CustomRole, Guest, Invitation, Membership


def access_member(actor: Actor, member_id: uuid.UUID) -> Membership:
    """A member of the actor's organisation, for somebody who may change the team."""
    actor.require("change_team")
    return found(Membership.objects.select_related("user", "custom_role"), member_id)


def access_invitation(actor: Actor, invitation_id: uuid.UUID) -> Invitation:
    """An invitation of the actor's organisation, for somebody who may change the team."""
    actor.require("change_team")
    return found(Invitation.objects.all(), invitation_id)


def access_role(actor: Actor, role_id: uuid.UUID) -> CustomRole:
    """A role the actor's organisation made, for somebody who may change the team."""
    actor.require("change_team")
    return found(CustomRole.objects.all(), role_id)


def access_guest(actor: Actor, guest_id: uuid.UUID) -> Guest:
    """A guest of the actor's organisation, for somebody who may change settings."""
    actor.require("change_settings")
    return found(Guest.objects.all(), guest_id)


def access_api_key(actor: Actor, key_id: uuid.UUID) -> ApiKey:
    """An API key of the actor's organisation, for somebody who may change keys."""
    actor.require("change_keys")
    return found(ApiKey.objects.all(), key_id)


def found(rows: "models.QuerySet[Any]", thing_id: uuid.UUID) -> Any:
    """The row with this id among these rows. Errors: Http404, the same whether it never existed or belongs to others."""
    thing = rows.filter(id=thing_id).first()
    if thing is None:
        raise Http404("nothing here")
    return thing
