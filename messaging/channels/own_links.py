"""A person's own link to their preference page, put into what leaves and into nothing that is kept."""

from typing import Any

from messaging.channels.protocol import Rendered
from messaging.preference_links import place


def with_link(rendered: Rendered, url: str) -> Rendered:
    """What one person gets, with their own link where the text asks for it."""
    return Rendered(rendered.body.replace(place(), url), _filled(rendered.parts, url))


def asks_for_link(rendered: Rendered) -> bool:
    """Whether the link stands anywhere in it."""
    return _filled([rendered.body, rendered.parts], "") != [rendered.body, rendered.parts]


def _filled(value: Any, url: str) -> Any:
    if isinstance(value, str):
        return value.replace(place(), url)
    if isinstance(value, dict):
        return {name: _filled(each, url) for name, each in value.items()}
    return [_filled(each, url) for each in value] if isinstance(value, list) else value
