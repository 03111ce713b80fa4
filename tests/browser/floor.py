"""Which pages each walk looked at last time: fewer fails, so a page cannot quietly leave the checks.

The lists are in floor.json; a run with CARILLON_FLOOR=write puts what it looked at there.
"""

import json
import os
import pathlib
import sys

import pytest

from tests.browser.visitor import Visitor

_FILE = pathlib.Path(__file__).parent / "floor.json"


def settle(walk: str, visitors: list[Visitor], house_complaints: list[str], capfd: pytest.CaptureFixture[str]) -> None:
    """Tell how many pages a walk looked at, in both themes, and fail for anything that is wrong with them.

    Errors: AssertionError listing every grave finding, every complaint of browser or server, every page no longer visited.
    """
    for visitor in visitors:
        visitor.leave()
    screen = visitors[0].screen.name
    names = [name for visitor in visitors for name in visitor.names]
    findings = [line for visitor in visitors for line in visitor.findings]
    lesser = [line for visitor in visitors for line in visitor.lesser]
    missing = _compare(f"{walk} {screen}", names)
    with capfd.disabled():
        told = f"{walk}, {screen}, light and dark: {len(names)} pages, {len(findings)} grave findings, {len(lesser)} lesser"
        sys.stderr.write(
            "\n".join([f"\ncarillon: {told}", *(f"  {line[:300]}" for line in [*findings, *lesser])]) + "\n"
        )
    assert not findings, "\n".join(["what is wrong with the pages:", *findings])
    assert not house_complaints, "\n".join(["what the servers complained of:", *house_complaints])
    assert not missing, f"looked at last time and not now: {', '.join(missing)}"


def _compare(key: str, names: list[str]) -> list[str]:
    floors: dict[str, list[str]] = json.loads(_FILE.read_text("utf-8"))
    if os.environ.get("CARILLON_FLOOR") == "write":
        floors[key] = sorted(names)
        _FILE.write_text(json.dumps(floors, indent=2, sort_keys=True) + "\n", "utf-8")
    return [name for name in floors.get(key, []) if name not in names]
