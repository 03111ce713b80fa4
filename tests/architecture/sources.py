"""Reading the product's own code: its files, its calls, its imports."""

import ast
import functools
import pathlib
from collections.abc import Iterator

from tooling import places

PACKAGES = ("config", "privacy", "campaigns", "messaging", "contacts", "consent", "accounts", "core")


@functools.cache
def modules(*packages: str) -> dict[str, ast.Module]:
    """Every Python file of these packages (all of the product when none is named): path from the top → its tree."""
    files = [
        path for package in packages or PACKAGES for path in sorted((places.PROJECT / package).rglob("*.py"))
    ]  # fmt: skip
    return {str(path.relative_to(places.PROJECT)): ast.parse(path.read_text()) for path in files}


def templates() -> list[pathlib.Path]:
    """Every template of the product."""
    return sorted((places.PROJECT / "templates").rglob("*.html"))


def calls(tree: ast.Module) -> Iterator[tuple[str, ast.Call]]:
    """Every call with the last part of what is called: `enqueue` for `jobs.enqueue(…)`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            target = node.func
            yield (target.attr if isinstance(target, ast.Attribute) else getattr(target, "id", "")), node


def imports(tree: ast.Module) -> Iterator[str]:
    """Every module that a file imports, wherever in it; `from a import b` is both `a` and `a.b`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def places_of(name: str) -> set[str]:
    """The files in which something of this name is called."""
    return {path for path, tree in modules().items() if any(called == name for called, _ in calls(tree))}
