"""Purposes, reports of consent and of stops, and how an address stands. No address is ever part of a URL."""

import uuid
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import actor_of
from accounts.doors import api
from consent.access import access_event
from consent.api import shapes
from consent.api.fields import home_country, purpose_named, told_reason
from consent.api.reporting import Heard, report_consent, report_stop
from consent.api.standing import standing_of
from consent.models import Wording
from consent.selectors.purposes import purpose_rows
from consent.selectors.receipts import receipt
from core.api import FieldsQuery, PageQuery, answer, answers, page_of, read, whole


@extend_schema(
    operation_id="list_purposes",
    tags=["consent"],
    parameters=[PageQuery],
    responses=answers(page_of(shapes.PurposeOut)),
)
@api("see_contacts")
@api_view(["GET"])
def purposes(request: Request) -> Response:
    """What people can say yes to, with the words in force on each channel. One page, unless `limit` is sent."""
    rows = [
        {"purpose": row.purpose, "wordings": [wording for each in row.channels for wording in each.wordings]}
        for row in purpose_rows()
    ]
    return whole(request, shapes.PurposeOut(rows, many=True).data, key=lambda row: row["id"], query=PageQuery)


@extend_schema(
    operation_id="report_consent",
    tags=["consent"],
    request=shapes.ConsentIn,
    responses=answers(shapes.ConsentOut, 201) | {200: shapes.ConsentOut},
)
@api("change_consent")
@api_view(["POST"])
def consents(request: Request) -> Response:
    """Report that a person agreed, with the proof. 201 when the ledger took it (or `pending`, until the
    person confirms it); 200 when it knew, or keeps it out."""
    told = read(shapes.ConsentIn, request.data, country=home_country())
    purpose = purpose_named(told.pop("purpose"))
    wording = Wording.objects.filter(id=told.pop("wording")).first()
    if wording is None:
        raise serializers.ValidationError({"wording": ["There are no such words."]})
    done = report_consent(actor=actor_of(request), purpose=purpose, wording=wording, **told)
    body = {"outcome": done.outcome, "event_id": done.event_id, "reason": told_reason(done.reason)}
    return Response(body, status=201 if done.outcome in ("taken", "pending") else 200)


@extend_schema(
    operation_id="search_consents",
    tags=["consent"],
    request=shapes.SearchIn,
    responses=answers(shapes.StandingOut),
)
@api("see_addresses")
@api_view(["POST"])
def consent_search(request: Request) -> Response:
    """How an address stands, on every channel for every purpose. A search is posted, so that no log has the address."""
    told = read(shapes.SearchIn, request.data, country=home_country())
    return Response(shapes.StandingOut(standing_of(actor_of(request), told["address"])).data)


@extend_schema(
    operation_id="report_stop", tags=["consent"], request=shapes.StopIn, responses=answers(shapes.StopOut, 201)
)
@api("change_consent")
@api_view(["POST"])
def stops(request: Request) -> Response:
    """Report that a person wants no more: from now on nothing reaches the address on that channel, or on any."""
    told = read(shapes.StopIn, request.data, country=home_country())
    channel = "" if told["channel"] == "all" else told["channel"]
    heard = Heard(told["note"], told["heard_by"], told["heard_at"])
    event = report_stop(actor=actor_of(request), address=told["address"], channel=channel, heard=heard)
    body: dict[str, Any] = {"event_id": event.id, "channel": told["channel"], "recorded_at": event.recorded_at}
    return Response(shapes.StopOut(body).data, status=201)


@extend_schema(
    operation_id="get_consent_event",
    tags=["consent"],
    parameters=[FieldsQuery],
    responses=answers(shapes.EventOut),
)
@api("see_addresses")
@api_view(["GET"])
def consent_event(request: Request, event_id: uuid.UUID) -> Response:
    """One fact of the ledger with its proof, opened."""
    event = access_event(actor_of(request), event_id)
    return answer(request, shapes.EventOut({"event": event, "slip": receipt(actor_of(request), event)}).data)
