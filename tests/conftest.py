"""The machinery under every test: servers, databases, sandbox carriers, a closed network."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import caches

from tests import carriers, databases, network
from tests.databases import Database
from tooling import suite_servers

pytest_plugins = ["tests.organizations"]


def pytest_configure() -> None:
    """Close the network before the first test module is imported; no server runs yet."""
    network.forbid()
    databases.keep_cache_in_memory()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuse Django's way of testing commits: it empties tables, which the product's role may not do."""
    for item in items:
        marker = item.get_closest_marker("django_db")
        names = getattr(item, "fixturenames", ())
        if (marker and marker.kwargs.get("transaction")) or {"transactional_db", "live_server"} & set(names):
            raise pytest.UsageError(f"{item.nodeid}: ask for the fixture committed_db instead of transactional_db.")


@pytest.fixture(scope="session")
def servers() -> Iterator[suite_servers.SuiteServers]:
    """PostgreSQL and Valkey: those of bin/test or, under a bare pytest, new ones for this run."""
    with suite_servers.running(os.environ) as found:
        yield found


@pytest.fixture(scope="session")
def test_database(servers: suite_servers.SuiteServers) -> Iterator[Database]:
    """This process's copy of the template, for tests whose transaction is rolled back."""
    with databases.copied(servers, f"test_{databases.process_name()}") as copy:
        yield copy


@pytest.fixture(scope="session")
def django_db_setup(test_database: Database, django_test_environment: None) -> None:
    """Instead of pytest-django's own: tests speak as app_web, so row-level security is in force."""


@pytest.fixture
def committed_db(test_database: Database, django_db_blocker: Any, request: pytest.FixtureRequest) -> Iterator[Database]:
    """A database of its own for one test that really commits, uses threads or starts other processes.

    Its `url(role)`, `environment()` and `run_sql(sql)` are for those other processes and for looking behind the scenes.
    """
    if "db" in request.fixturenames or request.node.get_closest_marker("django_db"):
        raise pytest.UsageError("A test takes either db (rolled back) or committed_db, not both.")
    name = f"{test_database.name}_committed"
    with databases.copied(test_database.servers, name) as copy, django_db_blocker.unblock():
        yield copy
    test_database.use()


@pytest.fixture(scope="session")
def sandbox_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[carriers.Sandbox]:
    """One sandbox for this test process."""
    with carriers.running(tmp_path_factory.mktemp("sandbox")) as running:
        yield running


@pytest.fixture
def sandbox(sandbox_process: carriers.Sandbox) -> carriers.Sandbox:
    """The carriers, as if they had just opened: no messages, no faults, the world's time."""
    sandbox_process.reset()
    return sandbox_process


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    """What one test left in the cache is no concern of the next."""
    yield
    caches["default"].clear()
