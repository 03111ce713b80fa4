"""Fixtures: always two organisations, somebody who belongs to neither, and an operator."""

from typing import Any

import pytest


@pytest.fixture
def acme(db: None) -> Any:
    """Acme: an organisation in trial with an owner, a campaign manager and a viewer."""
    from tests.factories import accounts

    return accounts.make_team("Acme")


@pytest.fixture
def rival(db: None) -> Any:
    """Rival: the other organisation, with the same roles and other people."""
    from tests.factories import accounts

    return accounts.make_team("Rival")


@pytest.fixture
def outsider(db: None) -> Any:
    """Somebody who can log in and belongs nowhere."""
    from tests.factories import accounts

    return accounts.make_person("Otto Outsider")


@pytest.fixture
def operator(db: None) -> Any:
    """An operator of the platform."""
    from tests.factories import accounts

    return accounts.make_operator()
