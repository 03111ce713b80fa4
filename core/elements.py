"""How a tag becomes an element: the template of that name in `templates/elements/`, given named values."""

from collections.abc import Mapping
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString


def element(name: str, values: Mapping[str, Any]) -> SafeString:
    """The element of that name, written with these values; its template escapes them."""
    return SafeString(render_to_string(f"elements/{name}.html", dict(values)).strip())


def attribute_pairs(attributes: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Keywords as HTML attributes: underscores become dashes, True stands alone, False and None are left out."""
    pairs = ((name.rstrip("_").replace("_", "-"), value) for name, value in attributes.items())
    return [(name, "" if value is True else value) for name, value in pairs if value not in (None, False)]
