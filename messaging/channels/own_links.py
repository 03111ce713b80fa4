"""A person's own links, put into what leaves and into nothing that is kept: each place of a text stands for one of them."""

from typing import Any

from messaging.channels.protocol import Rendered
from messaging.preference_links import place


def with_link(rendered: Rendered, url: str, where: str = "") -> Rendered:
    """What one person gets, with their own link at its place; the link to their preference page where no place is named."""
    where = where or place()
    return Rendered(rendered.body.replace(where, url), _filled(rendered.parts, where, url))


def asks_for_link(rendered: Rendered) -> bool:
    """Whether the link to the preference page stands anywhere in it."""
    return _filled([rendered.body, rendered.parts], place(), "") != [rendered.body, rendered.parts]


def _filled(value: Any, where: str, url: str) -> Any:
    if isinstance(value, str):
        return value.replace(where, url)
    if isinstance(value, dict):
        return {name: _filled(each, where, url) for name, each in value.items()}
    return [_filled(each, where, url) for each in value] if isinstance(value, list) else value
