"""The databases of one test process: its copy of the template, fresh copies for tests that commit, its cache."""

import contextlib
import dataclasses
import os
import urllib.parse
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.cache import caches
from django.db import connections

from tooling import database, suite_servers

#: operators inside a transaction of the web role, which may neither make any nor change how they sign in
MAKE_OPERATOR = """
create schema tests;
grant usage on schema tests to app_web, app_operator;
create function tests.make_operator(who uuid) returns void language sql security definer
set search_path = pg_catalog, public as 'update public.accounts_user set is_staff = true where id = who';
create function tests.let_operators_set_up_here() returns void language sql security definer
set search_path = pg_catalog, public as '
  set constraints all immediate;
  set constraints all deferred;
  alter table public.accounts_user disable trigger guard_operators;
  alter table public.account_emailaddress disable trigger guard_operators;
  alter table public.mfa_authenticator disable trigger guard_operators;
  alter table public.mfa_authenticator disable trigger guard_operators_factors;
  grant insert, update on public.consent_platformsuppression to app_web;
';
"""


@dataclasses.dataclass(frozen=True, slots=True)
class Database:
    """One database of the suite, and how other processes reach it."""

    servers: suite_servers.SuiteServers
    name: str
    valkey_url: str

    def url(self, role: str = database.WEB) -> str:
        """A connection URL for app_web, app_owner or app_operator."""
        return self.servers.postgres.url(role, role, self.name)

    def environment(self) -> dict[str, str]:
        """The variables that make a process of the product work on this database."""
        return {
            **os.environ,
            "DATABASE_URL": self.url(database.WEB),
            "DATABASE_OWNER_URL": self.url(database.OWNER),
            "DATABASE_OPERATOR_URL": self.url(database.OPERATOR),
            "REDIS_URL": self.valkey_url,
        }

    def run_sql(self, statement: str) -> list[tuple[Any, ...]]:
        """Run SQL as the superuser: past every wall, for looking behind the product's back and for sabotage."""
        return self.servers.postgres.run_sql(statement, self.name)

    def use(self) -> None:
        """Make Django's connections and caches of this process lead here."""
        connections.close_all()
        address = urllib.parse.urlsplit(self.url())
        target = {"NAME": self.name, "HOST": address.hostname, "PORT": address.port}
        connections["default"].settings_dict.update(target, USER=database.WEB, PASSWORD=database.WEB)
        settings.REDIS_URL = settings.CELERY_BROKER_URL = self.valkey_url
        _lead_cache_to("django.core.cache.backends.redis.RedisCache", self.valkey_url)


def keep_cache_in_memory() -> None:
    """Until a test asks for the servers the cache stays inside this process."""
    _lead_cache_to("django.core.cache.backends.locmem.LocMemCache", "until-the-servers-run")


def _lead_cache_to(backend: str, location: str) -> None:
    settings.CACHES["default"].update(BACKEND=backend, LOCATION=location)
    with contextlib.suppress(AttributeError):
        del caches["default"]


def valkey_number() -> int:
    """The Valkey database of this process: 0 alone, 1 and up for the workers of a parallel run."""
    return 1 + int(os.environ.get("PYTEST_XDIST_WORKER", "gw-1").removeprefix("gw"))


def process_name() -> str:
    """What tells this process's databases from those of its siblings."""
    return os.environ.get("PYTEST_XDIST_WORKER", "alone")


@contextlib.contextmanager
def copied(servers: suite_servers.SuiteServers, name: str) -> Iterator[Database]:
    """A fresh copy of the template in use by this process; removed at the end."""
    database.copy_database(servers.postgres, servers.template, name)
    copy = Database(servers, name, f"{servers.valkey}/{valkey_number()}")
    copy.run_sql(MAKE_OPERATOR)
    copy.use()
    try:
        yield copy
    finally:
        connections.close_all()
        database.drop_database(servers.postgres, name)
