"""How often one person may be written to, read and set over the API."""

import uuid
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import actor_of
from accounts.doors import api
from consent.actions.limits import MOST_DAYS, MOST_MESSAGES, set_limits
from consent.api.rules import RuleOut
from consent.selectors.limits import limits_now
from core.api import FieldsQuery, Given, answer, answers, read

_WHEN_FULL = ("refuse", "wait")


class FrequencyOut(serializers.Serializer[Any]):
    """How often one person may be written to, at all their addresses together. `most` is null where you set no limit."""

    most = serializers.IntegerField(allow_null=True)
    days = serializers.IntegerField()
    when_full = serializers.ChoiceField(choices=_WHEN_FULL)
    outside = serializers.ListField(
        child=serializers.CharField(), source="outside_keys", help_text="Purposes your own limit does not count."
    )
    always_outside = serializers.ListField(
        child=serializers.CharField(), source="always_keys", help_text="Kinds of messages that no limit counts."
    )
    law = RuleOut(many=True, help_text="The limits of the law, with their places and sources.")
    rules_version = serializers.CharField()


class FrequencyIn(Given):
    """What shall hold; what is left out stays as it is."""

    most = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=MOST_MESSAGES)
    days = serializers.IntegerField(required=False, min_value=1, max_value=MOST_DAYS)
    when_full = serializers.ChoiceField(required=False, choices=_WHEN_FULL)
    outside = serializers.ListField(
        required=False, child=serializers.CharField(max_length=40), max_length=200, help_text="Keys or ids of purposes."
    )


@extend_schema(
    methods=["GET"],
    operation_id="get_frequency",
    tags=["consent"],
    parameters=[FieldsQuery],
    responses=answers(FrequencyOut),
)
@extend_schema(
    methods=["PATCH"],
    operation_id="set_frequency",
    tags=["consent"],
    request=FrequencyIn,
    responses=answers(FrequencyOut),
)
@api("")
@api_view(["GET", "PATCH"])
def frequency(request: Request) -> Response:
    """How often one person may be written to (scope see_contacts); or set it (scope change_settings)."""
    actor, now = actor_of(request), limits_now()
    actor.require("change_settings" if request.method == "PATCH" else "see_contacts")
    if request.method == "PATCH":
        told = read(FrequencyIn, request.data)
        kept = {purpose.id for purpose in now.outside}
        set_limits(
            actor=actor,
            most=told.get("most", now.most),
            days=told.get("days", now.days),
            waits=told.get("when_full", now.when_full) == "wait",
            outside={_purpose_id(each, now.by_name) for each in told["outside"]} if "outside" in told else kept,
        )
        now = limits_now()
        return Response(FrequencyOut(now).data)
    return answer(request, FrequencyOut(now).data)


def _purpose_id(name: str, known: dict[str, uuid.UUID]) -> uuid.UUID:
    """The purpose of a key or an id; one that nobody has, which the verb refuses, for any other word."""
    return known.get(name, uuid.UUID(int=0))
