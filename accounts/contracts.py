"""The values other apps and doors exchange with accounts."""

import dataclasses
import uuid
from typing import Literal

from accounts.roles import PERMISSIONS, Role, granted

#: the organisation that owns what happens to people and operators before any organisation is known (audit only)
PLATFORM_ORGANIZATION = uuid.UUID("00000000-0000-7000-8000-000000000001")


class NotAllowed(Exception):
    """The actor's role lacks a right. `permission` names it; `remedy` says who can give it."""

    def __init__(self, permission: str) -> None:
        self.permission = permission
        self.remedy = f"Ask an owner or admin for a role that may {PERMISSIONS.get(permission, permission)}."
        super().__init__(f"this role may not {PERMISSIONS.get(permission, permission)}")


class Refused(Exception):
    """A verb said no. `field` is the input it concerns (or empty), `remedy` what to do instead; nothing was changed.

    `code` is what programs tell it by: one of `refusal_codes`, or of a reason of the gate; empty when nobody needs to.
    """

    def __init__(self, message: str, *, field: str = "", remedy: str = "", code: str = "") -> None:
        self.message, self.field, self.remedy, self.code = message, field, remedy, code
        super().__init__(message)

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()


@dataclasses.dataclass(frozen=True, slots=True)
class Actor:
    """Who does something: a person, an API key, an operator or the system itself."""

    kind: Literal["user", "key", "operator", "system"]
    id: uuid.UUID | None
    permissions: frozenset[str] = frozenset()
    address: str = ""
    agent: str = ""
    request_id: uuid.UUID | None = None
    #: an application's test key: what it sends goes through the practice carrier or not at all
    practice_only: bool = False
    #: the person who made the application's key; None where nobody knows
    issuer: uuid.UUID | None = None

    @property
    def person(self) -> uuid.UUID | None:
        """The person who acts, or who made the key that does."""
        return self.id if self.kind == "user" else self.issuer

    def may(self, permission: str) -> bool:
        """Whether this actor has the right."""
        return permission in self.permissions

    def require(self, permission: str) -> None:
        """Errors: NotAllowed when the right is missing."""
        if permission not in PERMISSIONS:
            raise ValueError(f"no permission is called {permission}")
        if not self.may(permission):
            raise NotAllowed(permission)


#: the beat, the lanes, the webhooks: everything nobody pressed
SYSTEM = Actor("system", None, frozenset(PERMISSIONS))


@dataclasses.dataclass(frozen=True, slots=True)
class Belonging:
    """One organisation a person belongs to, as `orgs_of_user` answers it."""

    organization_id: uuid.UUID
    name: str
    role: str
    state: str
    #: of a role the organisation made: its name, and what it may do
    own_name: str = ""
    own_permissions: tuple[str, ...] = ()

    @property
    def permissions(self) -> frozenset[str]:
        """What this person may do there. A right that exists no more gives nothing."""
        return granted(self.role, self.own_permissions)

    @property
    def role_name(self) -> str:
        """The role in words."""
        return self.own_name or Role(self.role).label
