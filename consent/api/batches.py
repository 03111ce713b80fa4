"""Many agreements in one request: each is taken, known, kept out or refused by itself, and the answer tells of each."""

import uuid
from collections import Counter
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
from consent.api import shapes
from consent.api.fields import home_country, purposes_named, read_item, reference_of
from consent.api.reporting import Reported
from consent.api.reporting_many import Report, report_consents
from consent.models import Purpose, Wording
from consent.values import address_of
from core.api import answers, read
from core.api_input import ItemsJSONParser


@extend_schema(
    operation_id="report_consents",
    tags=["consent"],
    request=shapes.ConsentBatchIn,
    responses=answers(shapes.ConsentBatchOut),
)
@api("change_consent")
@api_view(["POST"])
@parser_classes([ItemsJSONParser])
def batch(request: Request) -> Response:
    """Report up to 500 agreements, each with its own proof; one that is refused or kept out holds up no other.

    200 says that all were looked at, not that all were taken: read the counts, and the `outcome` of each. What is taken is
    written together, or, if we fail, nothing is. No report takes a stop back, here as little as alone.
    """
    asked = read(shapes.ConsentEnvelopeIn, request.data)
    reports = _read_reports(asked["consents"])
    fit = [each for each in reports if isinstance(each, Report)]
    told = iter(report_consents(actor=actor_of(request), reports=fit))
    results = []
    for index, (item, report) in enumerate(zip(asked["consents"], reports, strict=True)):
        outcome = next(told) if isinstance(report, Report) else report
        results.append({"index": index, "reference": reference_of(item)} | _result(request, outcome))
    counts = Counter(each["outcome"] for each in results)
    body: dict[str, Any] = {name: counts[name] for name in ("taken", "pending", "unchanged", "kept_out", "refused")}
    return Response(shapes.ConsentBatchOut(body | {"results": results}).data)


def _read_reports(items: Sequence[Any]) -> list[Report | serializers.ValidationError]:
    """Each report, or what is wrong with it. Three queries."""
    country = home_country()
    read_ones = [read_item(shapes.ConsentItemIn, item, country=country) for item in items]
    fit = [each for each in read_ones if isinstance(each, dict)]
    purposes = purposes_named([each["purpose"] for each in fit])
    wordings = Wording.objects.in_bulk([each["wording"] for each in fit])
    return [_report(each, purposes, wordings) if isinstance(each, dict) else each for each in read_ones]


def _report(
    told: Mapping[str, Any], purposes: Mapping[str, Purpose], wordings: Mapping[uuid.UUID, Wording]
) -> Report | serializers.ValidationError:
    """A report as the single one is read, its refusals in the same order."""
    purpose, wording = purposes.get(told["purpose"]), wordings.get(told["wording"])
    if purpose is None:
        return serializers.ValidationError({"purpose": ["There is no such purpose."]})
    if wording is None:
        return serializers.ValidationError({"wording": ["There are no such words."]})
    same = {name: told[name] for name in ("channel", "source", "occurred_at", "evidence")}
    same |= {"confirmation": told.get("confirmation"), "country": told.get("country", "")}
    return Report(address=address_of(told["address"]), purpose=purpose, wording=wording, **same)


def _result(request: Request, outcome: Reported | Refused | serializers.ValidationError) -> dict[str, Any]:
    if isinstance(outcome, Reported):
        told = {"outcome": outcome.outcome, "event_id": outcome.event_id, "reason": outcome.reason}
        return told | {"problem": None}
    nothing = {"outcome": "refused", "event_id": None, "reason": None}
    return nothing | {"problem": item_problem(request, outcome)}
