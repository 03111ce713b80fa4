"""What is registered about senders, for applications that want to know before they send. Written on the pages alone."""

import uuid
from collections.abc import Sequence
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import actor_of
from accounts.doors import api
from core import clock
from core.api import ChangedQuery, FieldsQuery, Moment, answer, answers, changed_since, page, page_of, read
from messaging.access import read_registration
from messaging.models import Registration
from messaging.selectors.registrations import state_of

_STATES = ["draft", "submitted", "approved", "rejected", "suspended", "expired"]


class RegistrationQuery(ChangedQuery):
    """Which registrations."""

    country = serializers.CharField(required=False, max_length=2, help_text="ISO 3166, two letters.")
    sender = serializers.UUIDField(required=False)


class RegistrationOut(serializers.Serializer[Any]):
    """One record of a register. `sender_id` is null where it holds for every sender; `state` is that of today."""

    id = serializers.UUIDField()
    kind = serializers.CharField()
    country = serializers.CharField()
    sender_id = serializers.UUIDField(allow_null=True)
    number = serializers.CharField(allow_blank=True)
    category = serializers.CharField(allow_blank=True)
    text = serializers.CharField(allow_blank=True)
    state = serializers.ChoiceField(choices=_STATES)
    reason = serializers.CharField(allow_blank=True)
    valid_from = serializers.DateField(allow_null=True)
    valid_until = serializers.DateField(allow_null=True)
    confirmed_at = Moment(allow_null=True)
    created_at = Moment()
    updated_at = Moment(source="changed_at")


def _told(rows: Sequence[Registration]) -> Any:
    return RegistrationOut([_one(row) for row in rows], many=True).data


def _one(row: Registration) -> dict[str, Any]:
    names = [str(name) for name in RegistrationOut().fields if name not in ("state", "updated_at")] + ["changed_at"]
    return {name: getattr(row, name) for name in names} | {"state": state_of(row, clock.now().date())}


@extend_schema(
    operation_id="list_registrations",
    tags=["sending"],
    parameters=[RegistrationQuery],
    responses=answers(page_of(RegistrationOut)),
)
@api("see_campaigns")
@api_view(["GET"])
def registrations(request: Request) -> Response:
    """What is registered about your senders at carriers and registers of countries, newest first."""
    asked = read(RegistrationQuery, request.query_params)
    rows = changed_since(Registration.objects.all(), asked)
    if "country" in asked:
        rows = rows.filter(country=asked["country"].upper())
    if "sender" in asked:
        rows = rows.filter(sender_id=asked["sender"])
    return page(request, rows, _told)


@extend_schema(
    operation_id="get_registration", tags=["sending"], parameters=[FieldsQuery], responses=answers(RegistrationOut)
)
@api("see_campaigns")
@api_view(["GET"])
def registration(request: Request, registration_id: uuid.UUID) -> Response:
    """One record of a register."""
    row = read_registration(actor_of(request), registration_id)
    return answer(request, RegistrationOut(_one(row)).data)
