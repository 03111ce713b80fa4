"""What applications can ask about units."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.doors import api
from billing.selectors import funds
from core.api import FieldsQuery, answer, answers


class UnitsOut(serializers.Serializer[Any]):
    """What there is, in thousandths of a unit: to send with, held for messages on their way, charged since the beginning."""

    available = serializers.IntegerField()
    reserved = serializers.IntegerField()
    spent = serializers.IntegerField()


@extend_schema(operation_id="get_units", tags=["units"], parameters=[FieldsQuery], responses=answers(UnitsOut))
@api("see_units")
@api_view(["GET"])
def units(request: Request) -> Response:
    """The units of the organisation the key belongs to."""
    return answer(request, UnitsOut(funds()).data)
