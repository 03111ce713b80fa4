"""The OpenAPI document as people read it: operations by subject, each with its scope, its fields and a call to copy."""

import dataclasses
import functools
import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from django.conf import settings
from drf_spectacular.generators import SchemaGenerator

#: subjects in the order one needs them; one that is not listed comes last
_SUBJECTS: Final = ("organization", "contacts", "consent", "sending", "templates", "campaigns", "units")
_FORMATS: Final = {"uuid": "id", "date-time": "moment", "date": "day", "uri": "address", "email": "address"}
_TYPES: Final = {"string": "text", "integer": "whole number", "number": "number", "boolean": "true or false"}
_SAMPLES: Final[Mapping[str, Any]] = {
    "uuid": "00000000-0000-7000-8000-000000000001",
    "date-time": "2026-11-20T10:00:00Z",
    "date": "2026-11-20",
    "integer": 1,
    "number": 1,
    "boolean": True,
    "object": {},
}
_DEEPEST: Final = 6


@dataclasses.dataclass(frozen=True, slots=True)
class Field:
    """One field of a request or an answer. `name` is its path, such as `points[].value`."""

    name: str
    kind: str
    required: bool
    words: str


@dataclasses.dataclass(frozen=True, slots=True)
class Operation:
    """One thing an application can ask."""

    name: str
    method: str
    path: str
    words: str
    scopes: tuple[str, ...]
    asked: tuple[Field, ...]
    status: str
    answered: tuple[Field, ...]
    example: str

    @property
    def title(self) -> str:
        """Its name as words."""
        return self.name.replace("_", " ").capitalize()


@functools.cache
def document() -> Mapping[str, Any]:
    """The OpenAPI document; it stays the same as long as the process lives."""
    made: Mapping[str, Any] = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return made


@functools.cache
def subjects() -> tuple[tuple[str, tuple[Operation, ...]], ...]:
    """Every operation by subject."""
    found: dict[str, list[Operation]] = {name: [] for name in _SUBJECTS}
    for path, methods in document()["paths"].items():
        for method, told in methods.items():
            found.setdefault(told["tags"][0], []).append(_operation(path, method, told))
    return tuple((name.capitalize(), tuple(operations)) for name, operations in found.items() if operations)


def _operation(path: str, method: str, told: Mapping[str, Any]) -> Operation:
    asked = [
        Field(each["name"], _kind(each["schema"]), each.get("required", False), each.get("description", ""))
        for each in told.get("parameters", ())
    ]
    sent = next((body["schema"] for body in told.get("requestBody", {}).get("content", {}).values()), None)
    status, right = next((code, answer) for code, answer in told["responses"].items() if code != "default")
    got = next((body["schema"] for body in right.get("content", {}).values()), None)
    return Operation(
        told["operationId"],
        method.upper(),
        path,
        told.get("description", ""),
        tuple(told["security"][0]["apiKey"]),
        (*asked, *_fields(sent)),
        status,
        tuple(_fields(got)),
        _example(path, method, sent),
    )


def _plain(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a reference points to, with the words beside the reference; of a choice with null, the other."""
    for key in ("allOf", "oneOf", "anyOf"):
        if key in schema:
            inner = next(each for each in schema[key] if each.get("type") != "null")
            return {**_plain(inner), **{name: value for name, value in schema.items() if name == "description"}}
    if "$ref" in schema:
        found: Mapping[str, Any] = document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        return _plain(found)
    return schema


def _fields(schema: Mapping[str, Any] | None, before: str = "", depth: int = 0) -> Iterator[Field]:
    """The fields of an object, those of the objects in it below them."""
    plain = _plain(schema or {})
    if plain.get("type") == "array":
        yield from _fields(plain["items"], f"{before.rstrip('.')}[].", depth + 1)
        return
    for name, inner in plain.get("properties", {}).items():
        if depth > _DEEPEST:
            return
        yield Field(
            before + name, _kind(inner), name in plain.get("required", ()), _plain(inner).get("description", "")
        )
        yield from _fields(inner, f"{before}{name}.", depth + 1)


def _kind(schema: Mapping[str, Any]) -> str:
    """What a value is, in words."""
    plain = _plain(schema)
    types = plain.get("type", "any")
    named = [each for each in ([types] if isinstance(types, str) else types) if each != "null"]
    optional = len(named) < (1 if isinstance(types, str) else len(types)) or {"type": "null"} in schema.get("oneOf", ())
    choices = [str(each) for each in plain.get("enum", ()) if each not in (None, "")]
    if choices:
        words = f"one of {', '.join(choices)}"
    elif named[0] == "array":
        words = f"list of {_kind(plain['items'])}s" if "enum" not in _plain(plain["items"]) else "list"
    else:
        words = _FORMATS.get(plain.get("format", ""), _TYPES.get(named[0], named[0]))
    return f"{words}, or null" if optional else words


def _sample(schema: Mapping[str, Any]) -> Any:
    """A value of this kind, with what is required in it."""
    plain = _plain(schema)
    types = plain.get("type", "string")
    kind = types if isinstance(types, str) else next(each for each in types if each != "null")
    if plain.get("enum"):
        return plain["enum"][0]
    if kind == "array":
        return [_sample(plain["items"])]
    if kind == "object" and "properties" in plain:
        return {name: _sample(plain["properties"][name]) for name in plain.get("required", ())}
    return _SAMPLES.get(plain.get("format", ""), _SAMPLES.get(kind, "…"))


def _example(path: str, method: str, sent: Mapping[str, Any] | None) -> str:
    """A call as one types it in a shell."""
    verb = "" if method == "get" else f" -X {method.upper()}"
    lines = [f'curl{verb} {settings.PUBLIC_URL}{path} -H "Authorization: Bearer $KEY"']
    if sent is not None and "format" not in _plain(sent):
        lines.append('  -H "Content-Type: application/json" \\')
        lines[0] += " \\"
        lines.append(f"  -d '{json.dumps(_sample(sent), ensure_ascii=False)}'")
    return "\n".join(lines)
