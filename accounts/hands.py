"""Whose hands did it: a person acts under their own name, and through every key they made for an application.

Where one person must not be the other (who writes, who approves, who launches), the key counts as the person behind it. Nobody
knows who is behind a key without an issuer, so it counts as everybody who may make keys.
"""

import uuid
from collections.abc import Collection

from django.db.models import Q, QuerySet

from accounts.contracts import Actor
from accounts.models import ApiKey, User
from accounts.selectors import members_with

#: key → who issued it, if anybody knows
Issuers = dict[uuid.UUID, uuid.UUID | None]


def keys_of(actor: Actor) -> "QuerySet[ApiKey, uuid.UUID]":
    """The ids of the keys this member may be behind, to stand in another query."""
    unknown = Q(issued_by=None) if actor.may("change_keys") else Q(pk__in=())
    return ApiKey.objects.filter(Q(issued_by=actor.id) | unknown).values_list("id", flat=True)


def ids_of(actor: Actor) -> frozenset[uuid.UUID]:
    """Every id under which what this member did may be on record. One query."""
    return frozenset(keys_of(actor)) | ({actor.id} if actor.id is not None else set())


def people_outside(right: str, involved: Collection[uuid.UUID | None]) -> list[User]:
    """The people who may do this and have had no hand in what these ids did. At most three queries."""
    known: Issuers = dict(ApiKey.objects.values_list("id", "issued_by"))
    unknown = any(each in known and known[each] is None for each in involved if each is not None)
    makers = {person.id for person in members_with("change_keys")} if unknown else set()
    return [
        person
        for person in members_with(right)
        if _ids(person.id, known, may_make_keys=person.id in makers).isdisjoint(involved)
    ]


def _ids(person_id: uuid.UUID, known: Issuers, *, may_make_keys: bool) -> frozenset[uuid.UUID]:
    theirs = {key for key, issuer in known.items() if issuer == person_id or (issuer is None and may_make_keys)}
    return frozenset(theirs | {person_id})
