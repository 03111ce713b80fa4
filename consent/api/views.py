"""Purposes, reports of consent and of stops, and how an address stands. No address is ever part of a URL."""

import uuid
from collections.abc import Sequence
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import actor_of
from accounts.contracts import Actor
from accounts.doors import api
from consent.access import access_event
from consent.actions.points import address_text
from consent.api import shapes
from consent.api.fields import home_country, purpose_named, told_reason
from consent.api.reporting import Heard, report_consent, report_stop
from consent.api.standing import standing_of
from consent.models import ConsentEvent, Suppression, Wording
from consent.selectors.purposes import purpose_rows
from consent.selectors.receipts import receipt
from consent.selectors.suppressions import live_suppressions
from core.api import FieldsQuery, PageQuery, answer, answers, changed_since, page, page_of, read, whole


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
    methods=["GET"],
    operation_id="list_consent_events",
    tags=["consent"],
    parameters=[shapes.EventQuery],
    responses=answers(page_of(shapes.EventRowOut)),
)
@extend_schema(
    methods=["POST"],
    operation_id="report_consent",
    tags=["consent"],
    request=shapes.ConsentIn,
    responses=answers(shapes.ConsentOut, 201) | {200: shapes.ConsentOut},
)
@api("")
@api_view(["GET", "POST"])
def consents(request: Request) -> Response:
    """What was said about consent, newest first (scope see_contacts); or report an agreement (scope change_consent).

    A report carries the proof: 201 when the ledger took it (or `pending`, until the person confirms it); 200 when it knew, or
    keeps it out.
    """
    return _list_events(request) if request.method == "GET" else _report(request)


def _list_events(request: Request) -> Response:
    actor = actor_of(request)
    actor.require("see_contacts")
    asked = read(shapes.EventQuery, request.query_params)
    rows = changed_since(ConsentEvent.objects.select_related("point"), asked, "recorded_at")
    looked = {"channel": "channel", "purpose": "purpose_id", "status": "status"}
    rows = rows.filter(**{looked[name]: asked[name] for name in looked if name in asked})
    return page(request, rows, lambda found: shapes.EventRowOut(_with_addresses(actor, found), many=True).data)


def _with_addresses(actor: Actor, rows: Sequence[Any]) -> Sequence[Any]:
    """The same rows, each with its address as far as the actor may see it."""
    for row in rows:
        vars(row)["address"] = address_text(row.point) if actor.may("see_addresses") else row.point.hint
    return rows


def _report(request: Request) -> Response:
    actor_of(request).require("change_consent")
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
    methods=["GET"],
    operation_id="list_stops",
    tags=["consent"],
    parameters=[shapes.StopQuery],
    responses=answers(page_of(shapes.StopRowOut)),
)
@extend_schema(
    methods=["POST"],
    operation_id="report_stop",
    tags=["consent"],
    request=shapes.StopIn,
    responses=answers(shapes.StopOut, 201),
)
@api("")
@api_view(["GET", "POST"])
def stops(request: Request) -> Response:
    """Addresses that must not be reached, newest first, lifted ones as well (scope see_contacts). Or report that a person wants
    no more (scope change_consent): from now on nothing reaches the address on that channel, or on any."""
    return _list_stops(request) if request.method == "GET" else _stop(request)


def _list_stops(request: Request) -> Response:
    actor = actor_of(request)
    actor.require("see_contacts")
    asked = read(shapes.StopQuery, request.query_params)
    rows = Suppression.objects.all()
    if asked["holds"] is not None:
        live = live_suppressions()
        rows = live if asked["holds"] else rows.exclude(id__in=live.values("id"))
    rows = changed_since(rows.select_related("point"), asked)
    rows = rows.filter(**{name: asked[name] for name in ("channel", "kind") if name in asked})
    return page(request, rows, lambda found: shapes.StopRowOut(_with_addresses(actor, found), many=True).data)


def _stop(request: Request) -> Response:
    actor_of(request).require("change_consent")
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
