"""The OpenAPI document as people read it: operations by subject, each with its scope, its fields and a call to copy."""

import dataclasses
import functools
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from django.conf import settings
from drf_spectacular.generators import SchemaGenerator

#: subjects in the order one needs them; one that is not listed comes last
_SUBJECTS: Final = ("organization", "contacts", "consent", "sending", "templates", "campaigns", "units")
_FORMATS: Final = {"uuid": "id", "date-time": "moment", "date": "day", "uri": "address", "email": "address"}
_TYPES: Final = {"string": "text", "integer": "whole number", "number": "number", "boolean": "true or false"}
_DEEPEST: Final = 6
_FORM: Final = "multipart/form-data"


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
    bodies: Mapping[str, Any] = told.get("requestBody", {}).get("content", {})
    kind = next(iter(bodies), "")
    media = bodies.get(kind, {})
    sent = media.get("schema")
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
        _example(path, method, _body(kind, media)),
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


def _body(kind: str, media: Mapping[str, Any]) -> tuple[str, ...]:
    """What a call to copy sends, as arguments for curl: parts of a form where a file is one of them, JSON elsewhere."""
    if kind == _FORM:
        fields = _plain(media["schema"])["properties"]
        files = [f"-F {name}=@people.csv" for name, inner in fields.items() if _plain(inner).get("format") == "binary"]
        told = {name: _plain(inner).get("default") for name, inner in fields.items()}
        return (*files, *(f"-F {name}={value}" for name, value in told.items() if value is not None))
    if _plain(media.get("schema", {})).get("format") == "binary":
        return f'-H "Content-Type: {kind}"', "--data-binary @file"
    body = media.get("examples", {}).get("usual", {}).get("value")
    if body is None:
        return ()
    return '-H "Content-Type: application/json"', f"-d '{json.dumps(body, ensure_ascii=False)}'"


def _example(path: str, method: str, arguments: Sequence[str]) -> str:
    """A call as one types it in a shell."""
    verb = "" if method == "get" else f" -X {method.upper()}"
    lines = [f'curl{verb} {settings.PUBLIC_URL}{path} -H "Authorization: Bearer $KEY"', *arguments]
    return " \\\n  ".join(lines)
