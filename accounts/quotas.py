"""What an organisation has left of something, by name. The apps above say what there is; accounts knows none of it."""

import dataclasses
from collections.abc import Callable
from typing import Final

from accounts.contracts import Actor


@dataclasses.dataclass(frozen=True, slots=True)
class Quota:
    """Something that is used up by asking, such as units. `right` is what it takes to see it; `header` says it on answers."""

    name: str
    header: str
    right: str
    left: Callable[[], int]


_QUOTAS: Final[dict[str, Quota]] = {}


def register_quota(quota: Quota) -> None:
    """Let an app name what there is of something in the organisation in scope. Asking twice for one name is one."""
    _QUOTAS[quota.name] = quota


def quotas_left(actor: Actor) -> dict[str, int]:
    """What is left of everything this actor may see, by name. A query for each, in the organisation in scope."""
    return {quota.name: quota.left() for quota in _QUOTAS.values() if actor.may(quota.right)}


def quota_headers(actor: Actor) -> dict[str, str]:
    """The same as the headers of an answer."""
    left = quotas_left(actor)
    return {_QUOTAS[name].header: str(amount) for name, amount in left.items()}
