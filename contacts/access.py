"""Fetching one thing for somebody. Absent and not yours are the same NotFound; the manager is the only filter."""

import uuid

from accounts.access import found
from accounts.contracts import Actor
from contacts.models import Contact, ContactPoint, ImportJob, List, Note


def access_contact(actor: Actor, contact_id: uuid.UUID, right: str = "see_contacts") -> Contact:
    """A person of the organisation, for somebody with the right."""
    actor.require(right)
    return found(Contact.objects.all(), contact_id)


def access_link(actor: Actor, link_id: uuid.UUID) -> ContactPoint:
    """An address of a person, for somebody who may change contacts."""
    actor.require("change_contacts")
    return found(ContactPoint.objects.select_related("contact"), link_id)


def access_note(actor: Actor, note_id: uuid.UUID) -> Note:
    """A note about a person, for somebody who may change contacts."""
    actor.require("change_contacts")
    return found(Note.objects.all(), note_id)


def access_list(actor: Actor, list_id: uuid.UUID, right: str = "see_contacts") -> List:
    """A list of the organisation, for somebody with the right."""
    actor.require(right)
    return found(List.objects.all(), list_id)


def access_import(actor: Actor, job_id: uuid.UUID) -> ImportJob:
    """An import of the organisation, for somebody who may change contacts."""
    actor.require("change_contacts")
    return found(ImportJob.objects.select_related("list"), job_id)
