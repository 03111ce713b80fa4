"""Fetching one thing of consent for someone. Absent and not yours are the same 404."""

import uuid
from typing import cast

from accounts.access import found
from accounts.contracts import Actor
from consent.models import ConsentEvent, DecisionRecord, Point, Purpose, StopList, StopListEntry, StopRequest


def access_purpose(actor: Actor, purpose_id: uuid.UUID) -> Purpose:
    """A purpose in use of the actor's organisation, for somebody who may see contacts."""
    actor.require("see_contacts")
    return cast(Purpose, found(Purpose.objects.filter(archived_at=None), purpose_id))


def access_point(actor: Actor, point_id: uuid.UUID) -> Point:
    """An address of the actor's organisation, for somebody who may see contacts; what it spells stays sealed."""
    actor.require("see_contacts")
    return cast(Point, found(Point.objects.all(), point_id))


def access_event(actor: Actor, event_id: uuid.UUID) -> ConsentEvent:
    """One event of the ledger with its point, purpose and words, for somebody who may see addresses."""
    actor.require("see_addresses")
    return cast(ConsentEvent, found(ConsentEvent.objects.select_related("point", "purpose", "wording"), event_id))


def access_decision(actor: Actor, decision_id: uuid.UUID) -> DecisionRecord:
    """One kept decision of the gate, for somebody who may see contacts; it holds facts and no address."""
    actor.require("see_contacts")
    return cast(DecisionRecord, found(DecisionRecord.objects.all(), decision_id))


def access_stop_request(actor: Actor, stop_request_id: uuid.UUID) -> StopRequest:
    """A plea to stop that waits for people, or did, with its address; for somebody who may see contacts."""
    actor.require("see_contacts")
    return cast(StopRequest, found(StopRequest.objects.select_related("point"), stop_request_id))


def access_stop_list(actor: Actor, stop_list_id: uuid.UUID) -> StopList:
    """A list of whom not to reach that has not been given up, for somebody who may see contacts."""
    actor.require("see_contacts")
    return cast(StopList, found(StopList.objects.filter(ended_at=None), stop_list_id))


def access_stop_list_entry(actor: Actor, stop_list_entry_id: uuid.UUID) -> StopListEntry:
    """An entry of such a list that was not removed, with its list and its address; for somebody who may see contacts."""
    actor.require("see_contacts")
    rows = StopListEntry.objects.filter(removed_at=None, list__ended_at=None).select_related("list", "point")
    return cast(StopListEntry, found(rows, stop_list_entry_id))
