"""Fixtures of the browser tests: one house for all of them, a fresh browser for each."""

import os
import pathlib
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser import house as houses
from tests.browser.house import House
from tooling import browser as chromium
from tooling import suite_servers

HERE = pathlib.Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test of this folder drives a browser."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def house(servers: suite_servers.SuiteServers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The whole installation, started once."""
    with houses.running(servers, tmp_path_factory.mktemp("house")) as running:
        yield running


@pytest.fixture
def browser() -> Iterator[Browser]:
    """A Chromium of this test's own. It ends with the test: while it runs, this thread has an event loop that other tests,
    and every query of the product, would refuse to share."""
    found = chromium.find()
    assert found is not None, f"no Chromium: install it, or name it in {chromium.VARIABLE}"
    sandboxed = [] if os.geteuid() else ["--no-sandbox"]
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=found, args=["--disable-gpu", *sandboxed])
        yield running
        running.close()
