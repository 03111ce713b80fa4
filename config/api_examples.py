"""Examples in the OpenAPI document: of what one sends, of what is answered, and of every problem that any request may meet.

Values stand in `api_examples.toml` by the name of their field; what has none there is made of its type.
"""

import functools
import pathlib
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any, Final

from core.api import problems

_FILE: Final = pathlib.Path(__file__).parent / "api_examples.toml"
#: the same wherever the document is made
_HOST: Final = "https://carillon.example"
_NULL: Final = "@null"
_REQUEST: Final = "00000000-0000-7000-8000-000000000009"
#: problems that every operation may answer with
_COMMON: Final = ("invalid", "unauthorized", "not_allowed", "not_found", "unfit", "too_many")
_BY_FORMAT: Final[Mapping[str, Any]] = {
    "uuid": "00000000-0000-7000-8000-000000000001",
    "date-time": "2026-11-20T10:00:00Z",
    "date": "2026-11-20",
    "time": "10:00:00",
    "uri": "https://shop.example/join",
    "email": "mina@people.example",
    "ip": "203.0.113.24",
}
_BY_TYPE: Final[Mapping[str, Any]] = {"integer": 1, "number": 1, "boolean": True, "null": None}
_PYTHON: Final[Mapping[str, tuple[type, ...]]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
}
_DEEPEST: Final = 8
Schema = Mapping[str, Any]


@functools.cache
def _told() -> Mapping[str, Any]:
    return tomllib.loads(_FILE.read_text("utf-8"))


def with_examples(result: Any, **_more: Any) -> Any:
    """The document with a name for people, and examples, at each operation."""
    schemas = result["components"]["schemas"]
    for _, operation in operations(result):
        name = operation["operationId"]
        operation["summary"] = name.replace("_", " ").capitalize()
        for media in _json_of(operation.get("requestBody", {})):
            value = _told()["requests"].get(name) or sample(schemas, media["schema"], whole=False)
            media["examples"] = {"usual": {"summary": "As one sends it", "value": value}}
        for status, answer in operation["responses"].items():
            for media in _json_of(answer):
                media["examples"] = _problems() if status == "default" else _right(schemas, media["schema"])
    result["components"]["examples"] = {
        code: {"summary": problems()[code]["title"], "value": _problem(code)} for code in _COMMON
    }
    return result


def operations(document: Schema) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every operation of a document with its address."""
    for path, methods in document["paths"].items():
        for operation in methods.values():
            yield path, operation


def _json_of(part: Schema) -> Iterator[dict[str, Any]]:
    """What of a request or an answer is JSON; a file shows itself."""
    for kind, media in part.get("content", {}).items():
        if kind.partition(";")[0].endswith("json") and media.get("schema"):
            yield media


def _right(schemas: Schema, schema: Schema) -> dict[str, Any]:
    return {"usual": {"summary": "As it is answered", "value": sample(schemas, schema, whole=True)}}


def _problems() -> dict[str, Any]:
    return {code: {"$ref": f"#/components/examples/{code}"} for code in _COMMON}


def _problem(code: str) -> dict[str, Any]:
    told = problems()[code]
    errors = [{"field": "points.0.value", "detail": "This is not a number."}] if code in ("invalid", "unfit") else []
    return {
        "type": f"{_HOST}/api/v1/problems/#{code}",
        "title": told["title"],
        "status": told["status"],
        "detail": told["title"],
        "instance": f"urn:uuid:{_REQUEST}",
        "code": code,
        "remedy": told["remedy"],
        "errors": errors,
        "request_id": _REQUEST,
    }


def sample(schemas: Schema, schema: Schema, *, whole: bool, name: str = "", owner: str = "", depth: int = 0) -> Any:
    """A value of this schema. Shape: `whole` has every field of an object, else those that are required."""
    if "$ref" in schema:
        owner = schema["$ref"].rpartition("/")[2]
        return sample(schemas, schemas[owner], whole=whole, name=name, owner=owner, depth=depth)
    values = _told()["values"]
    found = values.get(f"{owner}.{name}", values.get(name)) if name else None
    if found is not None and _fits(schemas, schema, found):
        return None if found == _NULL else found
    return _made(schemas, schema, whole=whole, name=name, depth=depth)


def _made(schemas: Schema, schema: Schema, *, whole: bool, name: str, depth: int) -> Any:
    """A value by its type alone."""
    for key in ("allOf", "oneOf", "anyOf"):
        if key in schema:
            inner = next((each for each in schema[key] if each.get("type") != "null"), schema[key][0])
            return sample(schemas, inner, whole=whole, name=name, depth=depth)
    choices = [each for each in schema.get("enum", ()) if each not in (None, "")]
    if choices:
        return choices[0]
    kind = _kind(schema)
    if kind == "array":
        return [] if depth > _DEEPEST else [sample(schemas, schema["items"], whole=whole, depth=depth + 1)]
    if kind == "object" or "properties" in schema:
        return _object(schemas, schema, whole=whole, depth=depth)
    made = _BY_FORMAT.get(schema.get("format", ""), _BY_TYPE.get(kind, "…"))
    return max(made, schema.get("minimum", made)) if kind in ("integer", "number") else made


def _object(schemas: Schema, schema: Schema, *, whole: bool, depth: int) -> dict[str, Any]:
    fields = schema.get("properties", {})
    wanted = fields if whole else schema.get("required", ())
    if depth > _DEEPEST:
        return {}
    owner = next((name for name, each in schemas.items() if each is schema), "")
    return {
        each: sample(schemas, fields[each], whole=whole, name=each, owner=owner, depth=depth + 1) for each in wanted
    }


def _kind(schema: Schema) -> str:
    types = schema.get("type", "string")
    return types if isinstance(types, str) else next((each for each in types if each != "null"), "null")


def _fits(schemas: Schema, schema: Schema, value: Any) -> bool:
    """Whether a value of the file can stand here: the same name may hold another type elsewhere."""
    plain = schema
    if value == _NULL:
        return "null" in schema.get("type", ()) or any(each.get("type") == "null" for each in schema.get("oneOf", ()))
    if any(key in schema for key in ("allOf", "oneOf", "anyOf")):
        return False
    if plain.get("enum") and value not in plain["enum"]:
        return False
    if plain.get("format") in ("uuid", "date-time", "date") or isinstance(value, bool):
        return False
    return isinstance(value, _PYTHON.get(_kind(plain), ())) and not (plain.get("minLength") and value == "")
