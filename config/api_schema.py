"""The last touch to the OpenAPI document: marks that only the generator reads are taken out."""

from typing import Any

_MARK = "x-spec-enum-id"


def without_marks(result: Any, **_more: Any) -> Any:
    """The same document without the generator's own marks."""
    if isinstance(result, dict):
        return {name: without_marks(inner) for name, inner in result.items() if name != _MARK}
    return [without_marks(inner) for inner in result] if isinstance(result, list) else result
