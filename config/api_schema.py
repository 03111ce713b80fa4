"""The last touches to the OpenAPI document: each operation names its scope, and the generator's own marks are taken out."""

import re
from typing import Any
from uuid import UUID

from django.urls import resolve

from accounts.doors import door_of

_MARK = "x-spec-enum-id"
_NAMED = re.compile(r"\(scope (\w+)\)")


def without_marks(result: Any, **_more: Any) -> Any:
    """The same document without the generator's own marks."""
    if isinstance(result, dict):
        return {name: without_marks(inner) for name, inner in result.items() if name != _MARK}
    return [without_marks(inner) for inner in result] if isinstance(result, list) else result


def with_scopes(result: Any, **_more: Any) -> Any:
    """The same document with the scopes of each operation where OpenAPI 3.1 puts them: in its security requirement.

    A door tells its own; one more that an operation takes is named by its words. Where one address takes two methods, the
    words name theirs: that of reading first.
    """
    for path, operations in result["paths"].items():
        door = door_of(resolve(re.sub(r"\{\w+\}", str(UUID(int=0)), path)).func)
        for method, operation in operations.items():
            named = _NAMED.findall(operation.get("description", ""))
            if door is None or not door.permission:
                scopes = named[:1] if method == "get" else named[1:2]
            else:
                scopes = [door.permission, *(named if method != "get" or len(operations) == 1 else [])]
            operation["security"] = [{"apiKey": scopes}]
    return result
