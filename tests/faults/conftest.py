"""The street of the fault tests, in a database that really commits, with webhooks over real HTTP."""

from collections.abc import Iterator

import pytest

from tests.carriers import Sandbox
from tests.databases import Database
from tests.faults import streets
from tests.support import workers


@pytest.fixture
def street(committed_db: Database, sandbox: Sandbox) -> Iterator[object]:
    """A live organisation whose sender is at the sandbox carrier, with a web side that takes its webhooks."""
    with streets.opened(committed_db, sandbox) as opened:
        yield opened


@pytest.fixture(autouse=True)
def _no_worker_outlives_its_test() -> Iterator[None]:
    yield
    workers.end_all()
