"""Finding and running the named pieces of `bin/bench` and `bin/chaos`: each is a module with a function `run`."""

import importlib
import pkgutil
import types
from collections.abc import Mapping


class UnknownName(Exception):
    """Somebody asked for a piece that does not exist; the text lists those that do."""


def modules(package: types.ModuleType) -> dict[str, types.ModuleType]:
    """Name → module of everything in the package that can be run, in alphabetical order."""
    found: dict[str, types.ModuleType] = {}
    for entry in sorted(pkgutil.iter_modules(package.__path__), key=lambda entry: entry.name):
        if not entry.name.startswith("_"):
            module = importlib.import_module(f"{package.__name__}.{entry.name}")
            if hasattr(module, "run"):
                found[entry.name.replace("_", "-")] = module
    return found


def choose(found: Mapping[str, types.ModuleType], names: list[str]) -> dict[str, types.ModuleType]:
    """The named ones, or all when none is named.

    Errors: UnknownName with the list of what there is.
    """
    unknown = [name for name in names if name not in found]
    if unknown:
        known = ", ".join(found) or "none yet"
        raise UnknownName(f"There is no {' and no '.join(unknown)}. There is: {known}.")
    return {name: found[name] for name in names} if names else dict(found)
