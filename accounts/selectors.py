"""Reads of accounts that span tables, or that must answer before an organisation is known."""

import dataclasses
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from django.core.paginator import Page, Paginator
from django.db import connection
from django.db.models import Q, QuerySet

from accounts.contracts import Belonging
from accounts.deed_words import actor_words, data_words, deed_words, deeds_named
from accounts.documents import current_documents
from accounts.models import (
    Agreement,
    ApiKey,
    ApiRequestLog,
    AuditEvent,
    CustomRole,
    Guest,
    Invitation,
    Membership,
    OrganizationKey,
    User,
)
from accounts.roles import GRANTS, PERMISSIONS, RIGHTS_BY_SUBJECT, ROLE_HINTS, Role, granted, with_implied
from core.tenancy import current_organization_id, tenant_context
from core.vault import WrappedKey


def organizations_of(user_id: uuid.UUID) -> list[Belonging]:
    """The organisations a person belongs to, by name. One query; works outside every scope (a resolver function)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select organization_id, name, role, state, own_name, own_permissions from app_orgs_of_user(%s)"
            " order by name, 1",
            [user_id],
        )
        return [Belonging(row[0], row[1], row[2], row[3], row[4], tuple(row[5])) for row in cursor.fetchall()]


def organization_of_invitation(digest: bytes) -> uuid.UUID | None:
    """Whose invitation a secret opens, or None."""
    return _one("select app_org_of_invitation(%s)", digest)


def organization_of_api_key(public_id: str) -> uuid.UUID | None:
    """Whose API key a public id names, or None."""
    return _one("select app_org_of_api_key(%s)", public_id)


def organizations_to_rewrap(newest: str) -> list[uuid.UUID]:
    """The organisations that have a key under another master key than the newest. One query; works outside every scope."""
    with connection.cursor() as cursor:
        cursor.execute("select organization_id from app_orgs_to_rewrap(%s)", [newest])
        return [row[0] for row in cursor.fetchall()]


def _one(sql: str, value: bytes | str) -> uuid.UUID | None:
    with connection.cursor() as cursor:
        cursor.execute(sql, [value])
        row = cursor.fetchone()
    return row[0] if row else None


def wrapped_keys(organization_id: uuid.UUID) -> list[WrappedKey]:
    """The organisation's wrapped keys, oldest version first; what the vault reads."""
    if current_organization_id() == organization_id:
        return _wrapped_keys()
    with tenant_context(organization_id):
        return _wrapped_keys()


def _wrapped_keys() -> list[WrappedKey]:
    return [
        WrappedKey(key.version, key.purpose, bytes(key.wrapped), key.kek_id)
        for key in OrganizationKey.objects.order_by("version")
    ]


def members() -> list[Membership]:
    """Everybody in the organisation, with their account; owners first. One query."""
    return list(Membership.objects.select_related("user", "custom_role").order_by("created_at"))


def members_with(right: str) -> list[User]:
    """The people of the organisation who may do this, by name. One query."""
    rows = Membership.objects.filter(user__is_active=True).select_related("user", "custom_role")
    return [
        row.user
        for row in rows.order_by("user__full_name", "id")
        if right in granted(row.role, row.custom_role.permissions if row.custom_role else ())
    ]


def role_choices() -> list[tuple[str, Any]]:
    """What a form offers as roles: the eight, and below them the organisation's own by their ids. One query."""
    own = [(str(role.id), role.name) for role in CustomRole.objects.order_by("name")]
    return [("Ready-made", list(Role.choices)), ("Your own", own)] if own else list(Role.choices)


@dataclasses.dataclass(frozen=True, slots=True)
class RoleRow:
    """One role as the page of roles shows it. `rights` are by subject, `custom` is set on the organisation's own."""

    word: str
    name: str
    hint: str
    members: int
    rights: tuple[tuple[str, tuple[str, ...]], ...]
    custom: CustomRole | None = None


def role_table() -> list[RoleRow]:
    """All roles with what they may do and how many have them; the organisation's own first. Two queries."""
    counts = Counter(Membership.objects.values_list("role", "custom_role_id"))
    own = [
        RoleRow(
            str(role.id),
            role.name,
            "",
            counts["custom", role.id],
            _rights_in_words(with_implied(role.permissions)),
            role,
        )
        for role in CustomRole.objects.order_by("name")
    ]
    ready = [
        RoleRow(role, role.label, ROLE_HINTS[role], counts[role, None], _rights_in_words(GRANTS[role])) for role in Role
    ]
    return own + ready


def _rights_in_words(rights: Iterable[str]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    has = set(rights)
    found = (
        (subject, tuple(PERMISSIONS[right] for right in all_of if right in has))
        for subject, all_of in RIGHTS_BY_SUBJECT
    )
    return tuple((subject, words) for subject, words in found if words)


def has_accepted_documents(user_id: uuid.UUID | None) -> bool:
    """Whether a person has accepted every document in force for the organisation in scope."""
    wanted = {(document.name, document.version) for document in current_documents()}
    accepted = Agreement.objects.filter(user_id=user_id).values_list("document", "version")
    return wanted <= set(accepted)


def open_invitations() -> list[Invitation]:
    """Invitations nobody has accepted or cancelled, newest first. One query."""
    return list(
        Invitation.objects.filter(accepted_at=None, cancelled_at=None)
        .select_related("custom_role")
        .order_by("-created_at")
    )


def invitation_of(digest: bytes) -> Invitation:
    """The invitation a secret opens, in the organisation in scope, with the role it offers. One query."""
    return Invitation.objects.select_related("custom_role").get(digest=digest)


def guest_list() -> list[Guest]:
    """The trial's circle, oldest first. One query; addresses stay sealed."""
    return list(Guest.objects.order_by("created_at"))


def guest_digests() -> frozenset[bytes]:
    """Digests of the trial's circle, for the gate's facts. One query."""
    return frozenset(bytes(digest) for digest in Guest.objects.values_list("digest", flat=True))


def api_keys() -> list[ApiKey]:
    """All keys, living ones first, each with the name of who made it. Two queries."""
    keys = list(ApiKey.objects.order_by("revoked_at", "-created_at"))
    names = dict(User.objects.filter(id__in={key.issued_by for key in keys}).values_list("id", "full_name"))
    for key in keys:
        vars(key)["issuer_name"] = names.get(key.issued_by, "")
    return keys


def audit_page(action: str, number: str) -> "Page[AuditEvent]":
    """Fifty audit rows, newest first, in words, with the names of the people and applications that acted. Four queries.

    Shape: `action` is the beginning of a deed's code, or some of its words.
    """
    rows = AuditEvent.objects.order_by("-sequence")
    if action:
        rows = rows.filter(Q(action__startswith=action) | Q(action__in=deeds_named(action)))
    page = Paginator(rows, 50).get_page(number)
    actors = {row.actor_id for row in page}
    keys = list(ApiKey.objects.filter(id__in=actors))
    people = actors | {key.issued_by for key in keys}
    names = dict(User.objects.filter(id__in=people).values_list("id", "full_name"))
    for key in keys:
        made = f", made by {names[key.issued_by]}" if key.issued_by in names else ""
        names[key.id] = f"{key.name} (application{made})"
    for row in page:
        row.actor_name = names.get(row.actor_id, "") or actor_words(row.actor_kind)
        row.words, row.details = deed_words(row.action), data_words(row.action, row.data)
    return page


def request_page(key_id: uuid.UUID | None, number: str) -> "Page[ApiRequestLog]":
    """Fifty requests of applications, newest first, with the names of their keys. Three queries."""
    page = Paginator(_requests(key_id), 50).get_page(number)
    names = dict(ApiKey.objects.filter(id__in={row.key_id for row in page}).values_list("id", "name"))
    for row in page:
        tone = "yes" if row.status < 400 else "wait" if row.status < 500 else "no"
        vars(row).update(key_name=names.get(row.key_id, ""), tone=tone)
    return page


def request_rows(key_id: uuid.UUID | None) -> Iterator[list[str]]:
    """Every request of the last days as cells of a file, newest first. Two queries."""
    names = dict(ApiKey.objects.values_list("id", "name"))
    for row in _requests(key_id).iterator(chunk_size=2000):
        yield [
            row.at.isoformat(timespec="milliseconds"),
            str(row.id),
            names.get(row.key_id, ""),
            row.method,
            f"/{row.route}",
            str(row.status),
            str(row.milliseconds),
            row.address,
            row.agent,
            "told again" if row.replayed else "",
        ]


def _requests(key_id: uuid.UUID | None) -> "QuerySet[ApiRequestLog]":
    rows = ApiRequestLog.objects.order_by("-id")
    return rows.filter(key_id=key_id) if key_id is not None else rows
