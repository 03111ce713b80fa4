"""Every address of the product, found by walking the URLconf: its slots, its view, its door."""

import dataclasses
import functools
from collections.abc import Callable, Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.urls.converters import UUIDConverter

from accounts.doors import Door, door_of

#: what stands in a slot of an organisation's address that is no id: slot → a value that exists
VALUES = {
    "name": "terms",
    "secret": "nobody-made-this",
    "token": "nobody-made-this",
    "channel": "sms",
    "language": "en",
    "rule": "us-fl-hours",
}


@dataclasses.dataclass(frozen=True, slots=True)
class Route:
    """One address: its full name, its pattern as text, the slots that hold ids and those that hold words."""

    name: str
    pattern: str
    ids: tuple[str, ...]
    words: tuple[str, ...]
    view: Callable[..., Any]

    @property
    def door(self) -> Door | None:
        """Who may knock, or None when nobody classified the view."""
        return door_of(self.view)

    @property
    def is_ours(self) -> bool:
        """Whether the view is the product's own, not a library's."""
        return self.view.__module__.partition(".")[0] in OUR_PACKAGES

    def path(self, ids: dict[str, Any]) -> str:
        """The address with these ids in its slots."""
        missing = [word for word in self.words if word not in VALUES]
        assert not missing, f"{self.name}: say in VALUES of tests/walls/routes.py what stands for {missing}"
        return reverse(self.name, kwargs={**{word: VALUES[word] for word in self.words}, **ids})


OUR_PACKAGES = frozenset(
    {"config", "privacy", "campaigns", "messaging", "contacts", "consent", "accounts", "billing", "core"}
)


@functools.cache
def all_routes(urlconf: str = "config.urls") -> tuple[Route, ...]:
    """Every route of a URLconf, in its order."""
    return tuple(_walk(get_resolver(urlconf).url_patterns, "", "", {}))


def routes_of_organizations() -> list[Route]:
    """The routes that work inside an organisation: a member's pages and the API."""
    return [route for route in all_routes() if route.door and route.door.kind in ("member", "api")]


def _walk(entries: list[Any], prefix: str, space: str, converters: dict[str, Any]) -> Iterator[Route]:
    for entry in entries:
        found = {**converters, **getattr(entry.pattern, "converters", {})}
        if isinstance(entry, URLResolver):
            inner = f"{space}{entry.namespace}:" if entry.namespace else space
            yield from _walk(entry.url_patterns, prefix + str(entry.pattern), inner, found)
        elif isinstance(entry, URLPattern):
            ids = tuple(name for name, converter in found.items() if isinstance(converter, UUIDConverter))
            words = tuple(name for name in found if name not in ids)
            yield Route(f"{space}{entry.name}", prefix + str(entry.pattern), ids, words, entry.callback)
