"""People kept as another program has them: added or changed, whichever it takes, one or many at once."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view, parser_classes
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import actor_of, item_problem
from accounts.contracts import Refused
from accounts.doors import api
from consent.api.fields import home_country
from contacts.actions.people import NewPoint
from contacts.actions.upserting import Upserted, Wanted, upsert_contact, upsert_contacts
from contacts.api import shapes
from contacts.api.telling import lists_of, our_name, our_names, tell_contacts
from contacts.models import List
from core.api import answers, read
from core.api_input import ItemsJSONParser, refuse_unfit

Problem = Refused | serializers.ValidationError


def upsert(request: Request) -> Response:
    """Add a person, 201, or change the one who is meant, 200."""
    actor = actor_of(request)
    actor.require("change_contacts")
    wanted = _wanted(read(shapes.UpsertIn, request.data, country=home_country()))
    with our_names():
        done = upsert_contact(actor=actor, wanted=wanted)
    return Response(tell_contacts(actor, [done.contact])[0], status=201 if done.outcome == "created" else 200)


def _wanted(told: dict[str, Any], known: Mapping[uuid.UUID, List] | None = None) -> Wanted:
    return Wanted(
        external_id=told.pop("external_id", ""),
        points=tuple(NewPoint(each["label"], each["value"]) for each in told.pop("points", [])),
        lists=lists_of(told.pop("lists", []), known),
        custom=told.pop("custom", None),
        fields=told,
    )


@extend_schema(
    operation_id="upsert_contacts", tags=["contacts"], request=shapes.UpsertsIn, responses=answers(shapes.UpsertsOut)
)
@api("change_contacts")
@api_view(["POST"])
@parser_classes([ItemsJSONParser])
def batch(request: Request) -> Response:
    """Add or change up to 200 people, each as PUT contacts/ does; a refused one holds up no other.

    200 says that all were looked at: read `refused`, and the `problem` of each that was. If we fail, none is done. With an
    Idempotency-Key the whole batch is done once.
    """
    items = read(shapes.UpsertsEnvelopeIn, request.data)["contacts"]
    country = home_country()
    read_ones = _wanted_by_each([_read(item, country) for item in items])
    done = iter(
        upsert_contacts(actor=actor_of(request), wanted=[each for each in read_ones if isinstance(each, Wanted)])
    )
    outcomes = [next(done) if isinstance(each, Wanted) else each for each in read_ones]
    results = [
        {"index": index, "reference": _reference(item)} | _told(request, outcome)
        for index, (item, outcome) in enumerate(zip(items, outcomes, strict=True))
    ]
    refused = sum(each["status"] == "refused" for each in results)
    body = {"accepted": len(results) - refused, "refused": refused, "results": results}
    return Response(shapes.UpsertsOut(body).data)


def _wanted_by_each(read_ones: Sequence[dict[str, Any] | Problem]) -> list[Wanted | Problem]:
    """Each person as we keep people. One query for the lists of all."""
    told = [each for each in read_ones if isinstance(each, dict)]
    known = List.objects.in_bulk({list_id for each in told for list_id in each.get("lists", [])})
    found: list[Wanted | Problem] = []
    for each in read_ones:
        try:
            found.append(_wanted(each, known) if isinstance(each, dict) else each)
        except serializers.ValidationError as error:
            found.append(error)
    return found


def _read(item: Any, country: str) -> dict[str, Any] | Problem:
    """What an item says, or what is wrong with it."""
    try:
        refuse_unfit(item)
        told = read(shapes.ItemIn, item, country=country)
        told.pop("reference")
        return told
    except serializers.ValidationError as error:
        return error


def _reference(item: Any) -> str:
    """What the caller calls an item, as far as it can be read."""
    named = item.get("reference", "") if isinstance(item, Mapping) else ""
    fit = isinstance(named, str) and len(named) <= shapes.LONGEST_REFERENCE and named.isprintable()
    return named if fit else ""


def _told(request: Request, outcome: Upserted | Problem) -> dict[str, Any]:
    if isinstance(outcome, Upserted):
        return {"status": outcome.outcome, "contact_id": outcome.contact.id, "problem": None}
    problem = our_name(outcome) if isinstance(outcome, Refused) else outcome
    return {"status": "refused", "contact_id": None, "problem": item_problem(request, problem)}
