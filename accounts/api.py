"""The REST door: what applications read, and one shape for every problem.

A problem is `{"error": {"code", "message", "field", "remedy", "request_id"}}`; its text never repeats what was sent.
"""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, serializers, status
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import exception_handler as rest_exception_handler

from accounts.api_keys import problem_body
from accounts.contracts import NotAllowed, Refused
from accounts.doors import api
from accounts.models import Organization


def exception_handler(exception: Exception, context: dict[str, Any]) -> Response | None:
    """Every error of the REST framework, and every refusal of an action, in the one shape."""
    request = context["request"]._request
    if isinstance(exception, Refused):
        body = problem_body(request, "refused", exception.message, exception.remedy, exception.field)
        return Response({"error": body}, status=status.HTTP_422_UNPROCESSABLE_ENTITY)
    if isinstance(exception, NotAllowed):
        return Response({"error": problem_body(request, "not_allowed", str(exception), exception.remedy)}, status=403)
    answer = rest_exception_handler(exception, context)
    if answer is None:
        return None
    if isinstance(exception, exceptions.ValidationError) and isinstance(answer.data, dict):
        field = next(iter(answer.data), "")
        text = answer.data[field]
        answer.data = {
            "error": problem_body(request, "invalid", str(text[0] if isinstance(text, list) else text), field=field)
        }
    else:
        answer.data = {
            "error": problem_body(
                request, _NAMES.get(answer.status_code, "refused"), _TEXTS.get(answer.status_code, "")
            )
        }
    return answer


_NAMES = {
    400: "invalid",
    401: "unauthorized",
    403: "not_allowed",
    404: "not_found",
    405: "wrong_method",
    415: "wrong_type",
}
_TEXTS = {
    400: "The body is not valid JSON.",
    401: "A live API key is needed.",
    403: "This key may not do that.",
    404: "There is nothing here for this key.",
    405: "This address does not take that method.",
    415: "Send JSON, with Content-Type: application/json.",
}


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


@extend_schema(responses=OrganizationOut)
@api("")
@api_view(["GET"])
def organization(_request: Request) -> Response:
    """The organisation the key belongs to."""
    return Response(OrganizationOut(Organization.objects.current()).data)
