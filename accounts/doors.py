"""Doors: each view says who may knock. A view without a door answers nobody, and a test lists all of them.

public     anyone, no organisation
person     anyone logged in, no organisation yet (switching, accepting an invitation)
member     a member of the organisation in the session, with a right
api        an API key with a scope
webhook    a carrier; the view verifies the signature itself
"""

import dataclasses
from collections.abc import Callable
from typing import Any, Literal, TypeVar

View = TypeVar("View", bound=Callable[..., Any])


@dataclasses.dataclass(frozen=True, slots=True)
class Door:
    """Who may use a view. `own_transactions`: it opens its own contexts, because it talks to a network or takes long.

    `takes_file`: an upload to it is kept; everywhere else a file is refused before it reaches the disk.
    """

    kind: Literal["public", "person", "member", "api", "webhook"]
    permission: str = ""
    own_transactions: bool = False
    takes_file: bool = False


def public[View: Callable[..., Any]](view: View) -> View:
    """Anyone may knock; no organisation is in scope."""
    return _mark(view, Door("public"))


def person[View: Callable[..., Any]](view: View) -> View:
    """Anyone who is logged in; no organisation is in scope."""
    return _mark(view, Door("person"))


def member(permission: str = "", *, own_transactions: bool = False, takes_file: bool = False) -> Callable[[View], View]:
    """A member of the organisation in the session whose role has the right (none named: any member)."""
    return lambda view: _mark(view, Door("member", permission, own_transactions, takes_file))


def api(permission: str, *, own_transactions: bool = False, takes_file: bool = False) -> Callable[[View], View]:
    """An API key that has the scope."""
    return lambda view: _mark(view, Door("api", permission, own_transactions, takes_file))


def webhook[View: Callable[..., Any]](view: View) -> View:
    """A carrier; the view verifies before it reads."""
    return _mark(view, Door("webhook"))


def _mark[View: Callable[..., Any]](view: View, door: Door) -> View:
    view.door = door  # type: ignore[attr-defined]
    return view


#: views of libraries, by the package they come from: log-in pages know no organisation; static files neither
_LIBRARIES = {"allauth": "public", "django.contrib.staticfiles": "public", "django.views.static": "public"}


def door_of(view: Callable[..., Any]) -> Door | None:
    """The door of a resolved view, or None when nobody classified it (then nobody gets in)."""
    for candidate in (view, getattr(view, "view_class", None), getattr(view, "cls", None)):
        door = getattr(candidate, "door", None)
        if door is not None:
            return door
    module = getattr(view, "__module__", "")
    for package, kind in _LIBRARIES.items():
        if module == package or module.startswith(f"{package}."):
            return Door(kind)  # type: ignore[arg-type]
    return None
