"""What every part of the REST door shares: problems in one shape, and lists in pages. No words of any domain.

A problem is `application/problem+json`: type, title, status, detail, instance, and of our own `code`, `remedy`,
`errors` (field, detail) and `request_id`. Its text never repeats what was sent.
Source: RFC 9457.
"""

import functools
import json
import pathlib
import tomllib
from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from rest_framework.pagination import CursorPagination
from rest_framework.response import Response

from core.middleware import request_id

PROBLEM_TYPE = "application/problem+json"
_FILE = pathlib.Path(__file__).parent / "data" / "problems.toml"


@functools.cache
def problems() -> Mapping[str, Mapping[str, Any]]:
    """Every kind of problem by its stable name: status, title, remedy."""
    return tomllib.loads(_FILE.read_text())


def problem_body(
    request: HttpRequest,
    code: str,
    detail: str = "",
    *,
    remedy: str = "",
    errors: Iterable[tuple[str, str]] = (),
) -> dict[str, Any]:
    """The body of a problem. Shape: errors as (field, what is wrong with it)."""
    kind, identifier = problems()[code], request_id(request)
    return {
        "type": f"{settings.PUBLIC_URL}/api/v1/problems/#{code}",
        "title": kind["title"],
        "status": kind["status"],
        "detail": detail or kind["title"],
        "instance": f"urn:uuid:{identifier}",
        "code": code,
        "remedy": remedy or kind["remedy"],
        "errors": [{"field": field, "detail": text} for field, text in errors],
        "request_id": str(identifier),
    }


def problem(
    request: HttpRequest, code: str, detail: str = "", *, remedy: str = "", errors: Iterable[tuple[str, str]] = ()
) -> HttpResponse:
    """One problem as a whole answer, for places where no API view is at work."""
    body = problem_body(request, code, detail, remedy=remedy, errors=errors)
    return HttpResponse(json.dumps(body), status=body["status"], content_type=PROBLEM_TYPE)


class Pages(CursorPagination):
    """Lists in pages, newest first; `next` is a whole address to follow, and rows added meanwhile shift nothing."""

    page_size = 50
    page_size_query_param = "limit"
    max_page_size = 200
    ordering = "-id"

    def get_paginated_response(self, data: Any) -> Response:
        """`{"data": […], "next": address or null, "previous": address or null}`."""
        return Response({"data": data, "next": self.get_next_link(), "previous": self.get_previous_link()})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The same, for the schema."""
        link = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["data", "next", "previous"],
            "properties": {"data": schema, "next": link, "previous": link},
        }
