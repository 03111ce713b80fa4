"""The calls that were made, for applications: the list, and one call."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import actor_of
from accounts.contracts import Actor
from accounts.doors import api
from contacts.selectors.people import shown
from core.api import ChangedQuery, FieldsQuery, Moment, answer, answers, changed_since, page, page_of, read
from messaging.access import access_call
from messaging.models import Call, Message
from messaging.selectors.call_records import call_rows
from messaging.states import CALL_OUTCOMES, ORIGIN_AGAIN

_OUTCOMES = list(CALL_OUTCOMES)


class CallQuery(ChangedQuery):
    """Which calls."""

    run = serializers.UUIDField(required=False)
    outcome = serializers.ChoiceField(required=False, choices=_OUTCOMES)
    stopped = serializers.BooleanField(required=False, allow_null=True, default=None, help_text="Said no in this call.")


class CallOut(serializers.Serializer[Any]):
    """One call. Empty and null say that it is not known, or not yet; calls are not recorded."""

    id = serializers.UUIDField()
    message_id = serializers.UUIDField()
    first_message_id = serializers.UUIDField(help_text="The message of the first try; its own where this is the first.")
    number = serializers.IntegerField(help_text="Which try it was, from 1.")
    run_id = serializers.UUIDField(allow_null=True)
    sender_id = serializers.UUIDField()
    text_version_id = serializers.UUIDField(help_text="The version of the text that was said.")
    address = serializers.CharField(help_text="Masked without the scope see_addresses.")
    outcome = serializers.ChoiceField(choices=["", *_OUTCOMES], help_text="Empty while it goes on.")
    answered_by = serializers.ChoiceField(choices=["", "human", "machine", "fax", "unknown"])
    verdict = serializers.CharField(help_text="The carrier's own word for who answered.")
    hung_up = serializers.ChoiceField(choices=["", "us", "them"])
    keys = serializers.CharField(help_text="What was pressed, in order.")
    left_message = serializers.BooleanField(help_text="A message was left on a machine.")
    stop_event_id = serializers.UUIDField(allow_null=True, help_text="The event by which they said no in this call.")
    started_at = Moment(allow_null=True, help_text="Handed to the carrier.")
    rang_at = Moment(allow_null=True)
    answered_at = Moment(allow_null=True)
    ended_at = Moment(allow_null=True)
    seconds = serializers.IntegerField(allow_null=True, help_text="How long the line was open.")
    updated_at = Moment(source="changed_at")


@extend_schema(operation_id="list_calls", tags=["sending"], parameters=[CallQuery], responses=answers(page_of(CallOut)))
@api("see_contacts")
@api_view(["GET"])
def calls(request: Request) -> Response:
    """The calls that were made, newest first: of one run, with one outcome, or in which somebody said no."""
    asked, actor = read(CallQuery, request.query_params), actor_of(request)
    rows = call_rows(run_id=asked.get("run")).select_related("message__point")
    if "outcome" in asked:
        rows = rows.filter(outcome=asked["outcome"])
    if asked["stopped"] is not None:
        rows = rows.filter(stop_event_id__isnull=not asked["stopped"])
    return page(request, changed_since(rows, asked), lambda found: _told(actor, found))


@extend_schema(operation_id="get_call", tags=["sending"], parameters=[FieldsQuery], responses=answers(CallOut))
@api("see_contacts")
@api_view(["GET"])
def call(request: Request, call_id: uuid.UUID) -> Response:
    """One call: when it rang, who answered, what was pressed, who hung up, and how it ended."""
    actor = actor_of(request)
    row = access_call(actor, call_id)
    return answer(request, CallOut(_one(actor, row, _origins([row]))).data)


def _told(actor: Actor, rows: Sequence[Call]) -> Any:
    origins = _origins(rows)
    return CallOut([_one(actor, row, origins) for row in rows], many=True).data


def _origins(rows: Sequence[Call]) -> dict[uuid.UUID, str]:
    """What further tries belong to, by the first message of each."""
    firsts = {row.first_id for row in rows if row.message.origin == ORIGIN_AGAIN}
    return dict(Message.objects.filter(id__in=firsts).values_list("id", "origin")) if firsts else {}


def _one(actor: Actor, row: Call, origins: Mapping[uuid.UUID, str]) -> dict[str, Any]:
    origin = origins.get(row.first_id, row.message.origin)
    same = ("id", "message_id", "number", "outcome", "answered_by", "verdict", "hung_up", "keys", "left_message")
    times = ("stop_event_id", "rang_at", "answered_at", "ended_at", "seconds", "changed_at")
    return {name: getattr(row, name) for name in (*same, *times)} | {
        "first_message_id": row.first_id,
        "run_id": row.message.origin_id if origin == "run" else None,
        "sender_id": row.message.sender_id,
        "text_version_id": row.message.template_version_id,
        "address": shown(actor, row.message.point),
        "started_at": row.message.sent_at,
    }
