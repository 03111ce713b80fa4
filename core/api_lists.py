"""What every reading of the REST door can be asked for: some fields alone, and pages of what is no table."""

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param

_LONGEST = 1_000


def only(request: Request, told: Any) -> Any:
    """What a serializer told, with the fields that a reading asks for by `fields=id,name`; all of them if it asks for none.

    Shape:  one object, or a list of them, as `serializer.data` has it.
    Errors: ValidationError on `fields` for a name that none of its fields has, with the names there are.
    """
    asked = ",".join(request.query_params.getlist("fields")) if request.method in ("GET", "HEAD") else None
    if asked is None or "fields" not in request.query_params:
        return told
    serializer = getattr(told.serializer, "child", told.serializer)
    wanted = _known(asked, list(serializer.fields))
    many = isinstance(told, list)
    chosen = [{name: row[name] for name in wanted} for row in (told if many else [told])]
    return chosen if many else chosen[0]


def _known(asked: str, known: Sequence[str]) -> list[str]:
    """The wanted names in the order of the shape."""
    names = {name.strip() for name in asked[:_LONGEST].split(",")}
    if names - set(known):
        raise serializers.ValidationError(
            {"fields": [f"Write some of these, with commas between: {', '.join(known)}."]}
        )
    return [name for name in known if name in names]


def sequence_page(request: Request, told: Any, key: Callable[[Mapping[str, Any]], str], limit: int | None) -> Response:
    """A page of a short list that no table keeps: all of it, unless a `limit` is asked for.

    Shape:  `key` tells a row from all others, and stays as it is; a cursor is the key of the row before the page.
    Errors: ValidationError for a cursor that names no row.
    """
    keys = [key(row) for row in told]
    start = _start(request.query_params.get("cursor", ""), keys)
    end = len(keys) if limit is None else min(start + limit, len(keys))
    rows = only(request, told)[start:end]
    following = _link(request, keys[end - 1]) if 0 < end < len(keys) else None
    before = max(start - (limit or start), 0)
    previous = _link(request, keys[before - 1] if before else "") if start else None
    return Response({"data": list(rows), "next": following, "previous": previous})


def _start(cursor: str, keys: Sequence[str]) -> int:
    if not cursor:
        return 0
    try:
        return keys.index(base64.urlsafe_b64decode(cursor.encode()).decode()) + 1
    except (ValueError, binascii.Error) as error:
        raise serializers.ValidationError({"cursor": ["Follow `next` and `previous` as they are."]}) from error


def _link(request: Request, after: str) -> str:
    address = request.build_absolute_uri()
    if not after:
        return str(remove_query_param(address, "cursor"))
    return str(replace_query_param(address, "cursor", base64.urlsafe_b64encode(after.encode()).decode()))
