"""Tenancy: whose rows this code may touch. Fails closed.

Three belts: every tenant row carries its organisation; the manager here filters by the current one and
refuses to work without; PostgreSQL's row-level security filters again by a token signed for this very connection.
"""

import contextlib
import contextvars
import functools
import hmac
import re
import uuid
from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from django.db import connections, models, transaction
from psycopg.sql import Composable

from core.ids import new_id

_current: contextvars.ContextVar[uuid.UUID | None] = contextvars.ContextVar("organization", default=None)


class TenantContextMissing(Exception):
    """Code touched an organisation's rows without saying whose. Enter `tenant_context` first."""


def current_organization_id() -> uuid.UUID | None:
    """The organisation in scope, or None outside every scope."""
    return _current.get()


def require_organization_id() -> uuid.UUID:
    """The organisation in scope.

    Errors: TenantContextMissing outside every scope.
    """
    organization_id = _current.get()
    if organization_id is None:
        raise TenantContextMissing("No organisation is in scope. Enter tenant_context(organization_id) first.")
    return organization_id


@contextlib.contextmanager
def tenant_context(organization_id: uuid.UUID, *, using: str = "default") -> Iterator[None]:
    """Work for one organisation: one transaction (or savepoint) in which only its rows exist.

    Effects: sets the scope for the manager and, for row-level security, the signed token of this connection; both go back
             to what they were on leaving, also inside an outer scope (SET LOCAL survives a released savepoint).
    Source:  docs/adr/0001-row-level-security-with-a-signed-token.md
    """
    if not isinstance(organization_id, uuid.UUID):
        raise TypeError("tenant_context needs the organisation's UUID")
    former = _current.get()
    reset = _current.set(organization_id)
    try:
        with transaction.atomic(using=using):
            _set_token(using, organization_id)
            yield
            # a transaction that will be rolled back takes its token with it, and refuses further statements
            if former != organization_id and not connections[using].needs_rollback:
                _set_token(using, former)
    finally:
        _current.reset(reset)


def _set_token(using: str, organization_id: uuid.UUID | None) -> None:
    connection = connections[using]
    connection.ensure_connection()
    value = "" if organization_id is None else signed_token(organization_id, connection.connection.info.backend_pid)
    with connection.cursor() as cursor:
        cursor.execute("select set_config('app.org_tok', %s, true)", [value])


def signed_token(organization_id: uuid.UUID, backend_pid: int) -> str:
    """What `app_org()` in the database checks: the organisation and a MAC over it and the connection's process id.

    Another organisation's id, another connection's token and a bare id are all refused there.
    """
    message = f"{organization_id}|{backend_pid}".encode()
    return f"{organization_id}.{hmac.digest(settings.TENANT_TOKEN_KEY, message, 'sha256').hex()}"


class TenantQuerySet(models.QuerySet[Any]):
    """Rows of the organisation in scope."""


class TenantManager(models.Manager.from_queryset(TenantQuerySet)):  # type: ignore[misc]
    """The only filter by organisation: access functions, selectors and views never repeat it."""

    def get_queryset(self) -> models.QuerySet[Any]:
        return super().get_queryset().filter(organization_id=require_organization_id())


class TenantModel(models.Model):
    """A row that belongs to one organisation. Created inside a scope, it takes the scope's organisation by itself."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(
        settings.TENANT_MODEL,
        on_delete=models.PROTECT,
        default=require_organization_id,
        related_name="+",
        editable=False,
        db_index=False,
        # the policy's WITH CHECK already ties the value to an organisation whose token was signed; a key would say it again,
        # for about a microsecond a row
        db_constraint=False,
    )

    objects = TenantManager()

    class Meta:
        abstract = True
        base_manager_name = "objects"


class TenantForeignKey(models.ForeignKey):
    """A key to a row of the same organisation.

    The database constraint is the composite (organization_id, x_id), added by `core.tenant_sql.compose_keys`, so a key to
    another organisation's row and a key to no row at all give the same error. It brings no index of its own: every
    index here begins with the organisation and says who uses it.
    """

    def __init__(self, to: Any, on_delete: Any, **options: Any) -> None:
        options["db_constraint"] = False
        options.setdefault("db_index", False)
        super().__init__(to, on_delete, **options)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("db_constraint", None)
        kwargs.pop("db_index", None)
        return name, path, args, kwargs


def cache_key(key: str, key_prefix: str, version: int) -> str:
    """Cache keys carry the organisation in scope, so no cached page crosses a border."""
    return f"{key_prefix}:{version}:{_current.get() or 'platform'}:{key}"


# ── the guard: tenant SQL without a scope is an error, not an empty page ──


@functools.cache
def tenant_tables() -> frozenset[str]:
    """Names of all tables that hold tenant rows."""
    from django.apps import apps

    return frozenset(model._meta.db_table for model in apps.get_models() if issubclass(model, TenantModel))


@functools.cache
def _tenant_table_pattern() -> re.Pattern[str]:
    return re.compile(r"\b(?:" + "|".join(sorted(map(re.escape, tenant_tables()))) + r")\b")


def refuse_without_scope(
    execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]
) -> Any:
    """Execute wrapper: raise TenantContextMissing when SQL names a tenant table and no organisation is in scope."""
    if _current.get() is None and _tenant_table_pattern().search(_text_of(sql)):
        raise TenantContextMissing("SQL on an organisation's table ran outside every scope.")
    return execute(sql, params, many, context)


def _text_of(sql: Any) -> str:
    """The text of a statement, whether written as text or composed by psycopg."""
    return sql.as_string() if isinstance(sql, Composable) else str(sql)


def install_guard(connection: Any, **_: Any) -> None:
    """Add the guard to a new connection of the web role (migrations run as the owner and create these tables)."""
    if settings.ROLE == "web" and refuse_without_scope not in connection.execute_wrappers:
        connection.execute_wrappers.append(refuse_without_scope)
