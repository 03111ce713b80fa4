"""Every dependency has a reason written down, and every written reason a dependency."""

import re

import pytest

from tooling import places

_HEADINGS = {"base": "## The product", "dev": "## Checking the product"}


@pytest.mark.parametrize("name", _HEADINGS)
def test_every_requirement_has_its_line_of_reason(name: str) -> None:
    required = [_package(line) for line in _lines(name)]

    explained = _explained(_HEADINGS[name])

    assert sorted(explained) == sorted(required)
    assert all(reason.strip() for reason in explained.values())


@pytest.mark.parametrize("name", _HEADINGS)
def test_pins_cover_every_requirement_with_hashes_and_name_no_host(name: str) -> None:
    pinned = (places.PROJECT / "requirements" / f"{name}.txt").read_text()

    missing = [package for package in map(_package, _lines(name)) if not re.search(_pin(package), pinned, re.M)]

    assert missing == []
    assert len(re.findall(r"^[a-z0-9].*==", pinned, re.M)) == len(re.findall(r"^[a-z0-9].*== *\S+.* \\$", pinned, re.M))
    assert "://" not in pinned


def _lines(name: str) -> list[str]:
    text = (places.PROJECT / "requirements" / f"{name}.in").read_text()
    return [line for line in text.splitlines() if line and not line.startswith(("#", "-r"))]


def _package(line: str) -> str:
    return re.split(r"[^a-z0-9-]", line, maxsplit=1)[0]


def _pin(package: str) -> str:
    return rf"^{re.escape(package)}(\[[a-z,]+\])?=="


def _explained(heading: str) -> dict[str, str]:
    section = (places.PROJECT / "docs" / "dependencies.md").read_text().split(heading, 1)[1].split("\n## ", 1)[0]
    rows = re.findall(r"^\| ([a-z0-9-]+) \| (.*) \|$", section, re.M)
    return dict(rows)
