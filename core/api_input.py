"""JSON as it comes in: where it breaks is told, and texts that no database can hold are refused by name."""

import json
from collections.abc import Iterator
from typing import Any

from rest_framework import exceptions, serializers
from rest_framework.parsers import JSONParser

_DEEPEST = 20


class NotJson(exceptions.ParseError):
    """The body is no JSON. `detail` says where it breaks, and repeats nothing of it."""


class PlainJSONParser(JSONParser):
    """JSON without NUL and without halves of characters, nested as deep as an honest body is."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        """The body. Errors: NotJson for what is no JSON; ValidationError that names the field, by its path."""
        try:
            body = super().parse(stream, media_type, parser_context)
        except exceptions.ParseError as error:
            raise NotJson(_where(error.__context__)) from None
        except RecursionError:
            raise serializers.ValidationError({"": [f"At most {_DEEPEST} levels."]}) from None
        refuse_unfit(self.looked_at(body))
        return body

    def looked_at(self, body: Any) -> Any:
        """What of a body is looked at as soon as it is read: all of it."""
        return body


class ItemsJSONParser(PlainJSONParser):
    """The same for many things at once: each item of a list is looked at by whoever takes it, with `refuse_unfit`.

    So one that no database can hold is refused by itself, and the others are done.
    """

    def looked_at(self, body: Any) -> Any:
        """Everything but what stands in lists at the top."""
        if not isinstance(body, dict):
            return body
        return {name: None if isinstance(value, list) else value for name, value in body.items()}


def refuse_unfit(value: Any) -> None:
    """Errors: ValidationError that names the first text that no database can hold, by its path, or what is too deep."""
    found = next(_unfit(value, "", 0), None)
    if found:
        raise serializers.ValidationError({found[0]: [found[1]]})


def _where(error: BaseException | None) -> str:
    """Where a body stops being JSON; one that is empty or in another encoding breaks nowhere in particular."""
    if isinstance(error, json.JSONDecodeError):
        if not error.doc.strip():
            return "The body is empty."
        return f"It stops being JSON at line {error.lineno}, column {error.colno}."
    if isinstance(error, UnicodeDecodeError):
        return f"Byte {error.start + 1:,} is no UTF-8."
    return "A number or word in it is none that JSON knows."


def _unfit(value: Any, path: str, depth: int) -> Iterator[tuple[str, str]]:
    if depth > _DEEPEST:
        yield path, f"At most {_DEEPEST} levels."
    elif isinstance(value, str):
        problem = _problem(value)
        if problem:
            yield path, problem
    elif isinstance(value, dict):
        for name, inner in value.items():
            if _problem(name):
                yield path, "A name in it holds a character that is none."
            yield from _unfit(inner, f"{path}.{name}".strip("."), depth + 1)
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from _unfit(inner, f"{path}.{place}".strip("."), depth + 1)


def _problem(text: str) -> str:
    if "\0" in text:
        return "It holds a NUL character. Leave it out."
    return "" if text.isascii() or _is_whole(text) else "It holds half a character. Send whole ones."


def _is_whole(text: str) -> bool:
    return not any("\ud800" <= letter <= "\udfff" for letter in text)
