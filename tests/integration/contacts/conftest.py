"""Uploads of these tests lie in a folder of their own."""

import pathlib
from typing import Any

import pytest

from tests.factories import contacts


@pytest.fixture(autouse=True)
def media(tmp_path: pathlib.Path, settings: Any) -> pathlib.Path:
    """Where uploads lie."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


@pytest.fixture
def offers(acme: Any) -> Any:
    """The purpose people say yes to."""
    return contacts.make_purpose(acme)
