"""Databases of the product: roles, owner, migrations, and the template that every test database is copied from."""

import hashlib
import subprocess
import sys
from collections.abc import Mapping

import psycopg
from psycopg import sql

from tooling import places
from tooling.postgres import Postgres

OWNER, WEB, OPERATOR = "app_owner", "app_web", "app_operator"
ROLES = (OWNER, WEB, OPERATOR)
_ROLES_FILE = places.PROJECT / "core" / "sql" / "roles.sql"
#: what decides how a migrated database looks: a change in any of these makes a new template
_SHAPERS = (
    "*/migrations/*.py",
    "*/data/**/*",
    "*/rules/*.toml",
    "*/apps.py",
    "core/sql/*.sql",
    "core/tenant_sql.py",
    "core/management/commands/prepare_database.py",
    "config/settings/*.py",
    "requirements/base.txt",
)


class MigrationFailed(Exception):
    """`manage.py` refused a step while a database was being prepared; the text ends with what it said."""


def create_database(server: Postgres, name: str, passwords: Mapping[str, str]) -> None:
    """Make the database if it is absent, and the roles with these passwords. Safe to run again at any time.

    Effects: passwords are hashed here, so neither the server's log nor its statistics ever see one.
    """
    _create_roles(server, name)
    with psycopg.connect(server.url(database=name), autocommit=True) as connection:
        for role in ROLES:
            hashed = connection.pgconn.encrypt_password(passwords[role].encode(), role.encode(), b"scram-sha-256")
            statement = sql.SQL("alter role {} password {}").format(sql.Identifier(role), sql.Literal(hashed.decode()))
            connection.execute(statement)
    server.run_sql(f'alter database "{name}" owner to {OWNER}')


def _create_roles(server: Postgres, name: str) -> None:
    if not database_exists(server, name):
        server.run_sql(f'create database "{name}"')
    server.run_sql(_ROLES_FILE.read_text(), database=name)


def migrate(environment: Mapping[str, str]) -> None:
    """Bring the database of DATABASE_OWNER_URL up to date and install what depends on the environment.

    Errors: MigrationFailed with the last lines of the step that failed.
    """
    for arguments in (
        ("migrate", "--noinput", "--verbosity=0", "--skip-checks"),
        ("prepare_database", "--skip-checks"),
    ):
        run_manage(arguments, {**environment, "CARILLON_ROLE": "owner"})


def run_manage(arguments: tuple[str, ...], environment: Mapping[str, str]) -> str:
    """Run one management command in its own process and return what it printed on standard output.

    Errors: MigrationFailed with its last lines when it ends with anything but 0.
    """
    command = [sys.executable, "manage.py", *arguments]
    done = subprocess.run(
        command, cwd=places.PROJECT, env=dict(environment), text=True, capture_output=True, check=False
    )
    if done.returncode != 0:
        last = "\n".join((done.stdout + done.stderr).splitlines()[-12:])
        raise MigrationFailed(f"manage.py {' '.join(arguments)} failed:\n{last}")
    return done.stdout


def database_exists(server: Postgres, name: str) -> bool:
    """Whether the server has a database of this name."""
    return bool(server.run_sql(f"select 1 from pg_database where datname = '{name}'"))


# ── the template of the tests ──


def template_name() -> str:
    """The name of the template for the migrations as they are now: it changes whenever they do."""
    digest = hashlib.sha256()
    for pattern in _SHAPERS:
        for path in sorted(places.PROJECT.glob(pattern)):
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(str(path.relative_to(places.PROJECT)).encode() + b"\0" + path.read_bytes() + b"\0")
    return f"template_{digest.hexdigest()[:16]}"


def ensure_template(server: Postgres, environment: Mapping[str, str]) -> str:
    """The migrated template database, built when there is none for these migrations; returns its name.

    `environment` carries the settings of the suite; each role's password is its name (a server for tests only).
    Effects: removes the templates of former migrations. It becomes visible under its name only when complete.
    """
    name = template_name()
    if database_exists(server, name):
        return name
    remove_databases(server, "template_")
    draft = f"{name}_draft"
    drop_database(server, draft)
    create_database(server, draft, {role: role for role in ROLES})
    migrate({**environment, "DATABASE_OWNER_URL": server.url(OWNER, OWNER, draft)})
    server.run_sql(f'alter database "{draft}" rename to "{name}"')
    return name


def copy_database(server: Postgres, template: str, name: str) -> None:
    """Make `name` a fresh copy of `template`, replacing what was there.

    Units: 20 to 40 ms while the product is small (test set-up times of 2026-11-25, fsync off).
    """
    drop_database(server, name)
    server.run_sql(f'create database "{name}" template "{template}" owner {OWNER} strategy file_copy')


def drop_database(server: Postgres, name: str) -> None:
    """Remove the database if it exists, whoever is still connected to it."""
    server.run_sql(f'drop database if exists "{name}" with (force)')


def remove_databases(server: Postgres, prefix: str) -> None:
    """Remove every database whose name begins with the prefix."""
    for (name,) in server.run_sql(f"select datname from pg_database where starts_with(datname, '{prefix}')"):
        if name not in ("template0", "template1"):
            drop_database(server, name)
