"""The REST door: what applications read, and one shape for every problem.

The shape is core's; here the exceptions of the framework and the refusals of actions get it.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from django.http import HttpRequest
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import exception_handler as rest_exception_handler

from accounts.contracts import Actor, NotAllowed, Refused
from accounts.doors import api
from accounts.limits import levels_of
from accounts.models import Organization
from accounts.quotas import quotas_left
from core.api import PROBLEM_TYPE, FieldsQuery, answer, answers, problem_body
from core.api_input import NotJson
from core.tenancy import require_organization_id

_CODES = {
    400: "invalid",
    401: "unauthorized",
    403: "not_allowed",
    404: "not_found",
    405: "wrong_method",
    415: "wrong_type",
    429: "too_many",
}


def exception_handler(exception: Exception, context: dict[str, Any]) -> Response | None:
    """Every error of the REST framework, and every refusal of an action, in the one shape."""
    request = context["request"]._request
    if isinstance(exception, Refused):
        return _response(refusal_body(request, exception))
    if isinstance(exception, NotAllowed):
        lacking = f"This key lacks the scope {exception.permission}."
        return _response(problem_body(request, "not_allowed", lacking))
    answer = rest_exception_handler(exception, context)
    if answer is None:
        return None
    if isinstance(exception, NotJson):
        return _response(problem_body(request, "not_json", str(exception.detail)))
    errors = list(flat_errors(exception.detail)) if isinstance(exception, exceptions.ValidationError) else []
    told = _response(problem_body(request, _CODES.get(answer.status_code, "refused"), errors=errors))
    for name in ("Allow", "WWW-Authenticate", "Retry-After"):
        if name in answer.headers:
            told[name] = answer.headers[name]
    return told


def refusal_body(request: HttpRequest, refusal: Refused) -> dict[str, Any]:
    """A refusal of an action, by its own code; one without tells whether a field is to blame."""
    errors = [(refusal.field, refusal.message)] if refusal.field else []
    kind = "unfit" if refusal.field else "refused"
    code = refusal.code or kind
    return problem_body(request, code, refusal.message, remedy=refusal.remedy, errors=errors, kind=kind)


def item_problem(request: Request, exception: Refused | exceptions.ValidationError) -> dict[str, Any]:
    """Why one item of many was refused: status, code, words, remedy and fields of what it alone would have been answered."""
    if isinstance(exception, Refused):
        told = refusal_body(request._request, exception)
    else:
        told = problem_body(request._request, "invalid", errors=list(flat_errors(exception.detail)))
    return {name: told[name] for name in ("status", "code", "detail", "remedy", "errors")}


def actor_of(request: Request) -> Actor:
    """The application that asks, as the entrance has established it."""
    actor: Actor = request._request.actor  # type: ignore[attr-defined]
    return actor


def flat_errors(detail: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """The errors of nested fields as (path, text): `contacts.3.phone`."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            yield from flat_errors(inner, f"{path}.{name}".strip("."))
    elif isinstance(detail, list) and any(isinstance(inner, Mapping | list) for inner in detail):
        for number, inner in enumerate(detail):
            yield from flat_errors(inner, f"{path}.{number}".strip("."))
    else:
        for text in detail if isinstance(detail, list) else [detail]:
            yield path, str(text)


def _response(body: dict[str, Any]) -> Response:
    return Response(body, status=body["status"], content_type=PROBLEM_TYPE)


class ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the schema tells of keys."""

    target_class = "accounts.api_keys.ApiKeyAuthentication"
    name = "apiKey"

    def get_security_definition(self, _schema: Any) -> dict[str, str]:
        """An HTTP bearer token."""
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "A key of the organisation, as the page API keys shows.",
        }


class OrganizationOut(serializers.Serializer[Any]):
    """What an application sees of its organisation."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    state = serializers.ChoiceField(choices=["trial", "live", "suspended", "closed"])
    time_zone = serializers.CharField()
    currency = serializers.CharField()


@extend_schema(
    operation_id="get_organization",
    tags=["organization"],
    parameters=[FieldsQuery],
    responses=answers(OrganizationOut),
)
@api("")
@api_view(["GET"])
def organization(request: Request) -> Response:
    """The organisation the key belongs to."""
    return answer(request, OrganizationOut(Organization.objects.current()).data)


class LimitOut(serializers.Serializer[Any]):
    """One limit on requests. A bucket of `at_once` requests fills again by `per_minute`."""

    name = serializers.ChoiceField(choices=["key", "organization", "address"], source="kind")
    per_minute = serializers.FloatField()
    at_once = serializers.IntegerField()
    remaining = serializers.IntegerField(help_text="So many requests may come at once now.")
    reset_seconds = serializers.FloatField(source="wait", help_text="Until one more may come; 0 while some may.")


class QuotasOut(serializers.Serializer[Any]):
    """What is left of what requests use up."""

    units = serializers.IntegerField(
        allow_null=True, default=None, help_text="In thousandths of a unit; null for a key without the scope see_units."
    )


class LimitsOut(serializers.Serializer[Any]):
    """How far a key's requests and its organisation's means reach."""

    limits = LimitOut(many=True)
    quotas = QuotasOut()


@extend_schema(operation_id="get_limits", tags=["organization"], parameters=[FieldsQuery], responses=answers(LimitsOut))
@api("")
@api_view(["GET"])
def limits(request: Request) -> Response:
    """How often this key, its organisation and its address may ask, how much of it is left, and what is left to send with.

    The headers RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset and RateLimit-Policy of every answer tell the tightest of
    the limits; Units-Available of every answer to a change tells the units. Asking here counts as a request.
    """
    actor = actor_of(request)
    levels = levels_of(request._request, actor, require_organization_id())
    return answer(request, LimitsOut({"limits": levels, "quotas": quotas_left(actor)}).data)
