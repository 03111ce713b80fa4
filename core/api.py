"""What every part of the REST door shares: problems in one shape, strict input, lists in pages. No words of any domain.

A problem is `application/problem+json`: type, title, status, detail, instance, and of our own `code`, `remedy`,
`errors` (field, detail) and `request_id`. Its text never repeats what was sent.
Source: RFC 9457.
"""

import datetime
import functools
import json
import pathlib
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError as UnreadableValue
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from drf_spectacular.utils import inline_serializer
from rest_framework import exceptions, serializers
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response

from core.api_lists import only, sequence_page
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
    kind: str = "",
) -> dict[str, Any]:
    """The body of a problem. Shape: errors as (field, what is wrong with it); `kind` is a problem of our list, for a code
    that stands in another one.
    """
    identifier, told = request_id(request), problems()[kind or code]
    return {
        "type": f"{settings.PUBLIC_URL}/api/v1/problems/#{code}",
        "title": told["title"],
        "status": told["status"],
        "detail": detail or told["title"],
        "instance": f"urn:uuid:{identifier}",
        "code": code,
        "remedy": remedy or told["remedy"],
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


class Given(serializers.Serializer[Any]):
    """What comes in. A field nobody knows is named and refused, so that a misspelling never passes for an absence."""

    def to_internal_value(self, data: Any) -> Any:
        """The values, read. Errors: ValidationError by field, for unknown fields before anything else."""
        if isinstance(data, Mapping):
            unknown = [str(name)[:60] for name in data if name not in self.fields]
            if unknown:
                raise serializers.ValidationError({name: ["There is no such field."] for name in unknown[:20]})
        return super().to_internal_value(data)


class FieldsQuery(Given):
    """What every reading may be asked with."""

    fields = serializers.CharField(  # type: ignore[assignment]
        required=False,
        max_length=1_000,
        help_text="Names of fields of the answer with commas between, such as id,created_at; all others are left out.",
    )


class PageQuery(FieldsQuery):
    """What every list may be asked with."""

    limit = serializers.IntegerField(
        required=False, min_value=1, max_value=Pages.max_page_size, help_text="50 if not said."
    )
    cursor = serializers.CharField(required=False, max_length=300, help_text="Part of `next` and `previous`.")


class Moment(serializers.DateTimeField):
    """A moment with its offset; one without could be any of twenty-four. Told in UTC.

    The first and the last year of the calendar are left out: their first and last hours lie in no year elsewhere.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options | {"default_timezone": datetime.UTC})

    def enforce_timezone(self, value: Any) -> Any:
        """Errors: ValidationError for a time without an offset."""
        if timezone.is_naive(value):
            raise serializers.ValidationError("Give the offset too, as in 2026-11-25T10:00:00Z.")
        if not datetime.MINYEAR < value.year < datetime.MAXYEAR:
            raise serializers.ValidationError("Give a moment of this age.")
        return super().enforce_timezone(value)


class ChangedQuery(PageQuery):
    """What every list of what may change may be asked with."""

    updated_since = Moment(
        required=False,
        help_text="Made or changed at that moment or later. Ask each time from a minute before you began to ask last.",
    )


def changed_since(rows: "QuerySet[Any]", asked: Mapping[str, Any], column: str = "changed_at") -> "QuerySet[Any]":
    """These rows, or of them those that changed at the moment asked for, or later."""
    return rows.filter(**{f"{column}__gte": asked["updated_since"]}) if "updated_since" in asked else rows


class ProblemDetail(serializers.Serializer[Any]):
    """One field of the request, and what is wrong with it."""

    field = serializers.CharField(help_text="Its path, such as points.0.value.")
    detail = serializers.CharField()


class Problem(serializers.Serializer[Any]):
    """What every request that was not done is answered with (RFC 9457)."""

    type = serializers.URLField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    instance = serializers.CharField()
    code = serializers.CharField(help_text="Stable; what programs decide by.")
    remedy = serializers.CharField()
    errors = ProblemDetail(many=True)  # type: ignore[assignment]
    request_id = serializers.UUIDField()


class ItemProblemOut(serializers.Serializer[Any]):
    """Why one item of many was refused: what the same request for it alone would have been answered."""

    status = serializers.IntegerField()
    code = serializers.CharField()
    detail = serializers.CharField()
    remedy = serializers.CharField(allow_blank=True)
    errors = ProblemDetail(many=True)  # type: ignore[assignment]


def answers(right: Any, status: int | tuple[int, str] = 200) -> dict[Any, Any]:
    """For the schema: the right answer (a file with its type), and the one shape of all others."""
    return {status: right, ("default", PROBLEM_TYPE): Problem}


def page_of(item: type[serializers.Serializer[Any]]) -> Any:
    """For the schema: a page of such items."""
    link = functools.partial(serializers.URLField, allow_null=True)
    fields: dict[str, Any] = {"data": item(many=True), "next": link(), "previous": link()}
    return inline_serializer(f"{item.__name__}Page", fields)


def read(shape: type[Given], data: Any, **context: Any) -> dict[str, Any]:
    """What came in, in this shape. Errors: ValidationError by field."""
    serializer = shape(data=data, context=context)
    serializer.is_valid(raise_exception=True)
    values: dict[str, Any] = serializer.validated_data
    return values


def page(
    request: Request, rows: "QuerySet[Any]", tell: Callable[[Sequence[Any]], Any], *, order: str = "-id"
) -> Response:
    """One page of these rows, told by `tell`, which sees the whole page at once. Errors: ValidationError for a bad cursor."""
    pages = Pages()
    pages.ordering = order
    try:
        found = pages.paginate_queryset(rows, request)
    except (exceptions.NotFound, UnreadableValue, ValueError) as error:  # a place in the order that is none, too
        raise serializers.ValidationError({"cursor": ["Follow `next` and `previous` as they are."]}) from error
    return pages.get_paginated_response(only(request, tell(found or [])))


def whole(request: Request, told: Any, *, key: Callable[[Mapping[str, Any]], str], query: type[PageQuery]) -> Response:
    """A list that no table keeps, all on one page unless `limit` asks for less. `key` tells its rows apart."""
    return sequence_page(request, told, key, read(query, request.query_params).get("limit"))


def answer(request: Request, told: Any, status: int = 200) -> Response:
    """One thing as its serializer told it; of a reading, the fields it asks for. Errors: ValidationError on `fields`."""
    return Response(only(request, told), status=status)
