"""Fetching one thing for somebody. Absent and not yours are the same NotFound; the manager is the only filter."""

import uuid

from django.http import Http404

from accounts.access import found
from accounts.contracts import Actor
from core.personal_data import Person, directory
from privacy.models import Erasure


def access_person(actor: Actor, contact_id: uuid.UUID) -> Person:
    """A person of the organisation, for somebody who may erase people."""
    actor.require("erase_people")
    person = directory().find(actor, contact_id)
    if person is None:
        raise Http404
    return person


def access_erasure(actor: Actor, erasure_id: uuid.UUID) -> Erasure:
    """A certificate, for somebody who may erase people."""
    actor.require("erase_people")
    return found(Erasure.objects.all(), erasure_id)


def erasure_of(actor: Actor, contact_id: uuid.UUID) -> Erasure | None:
    """The certificate of somebody who was erased; None for who was not, or never was."""
    actor.require("erase_people")
    return Erasure.objects.filter(contact_id=contact_id).first()
