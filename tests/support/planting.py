"""Control arms: the product as it is, but for one line, in this very process and for the time of a block.

The faulty text is made by `tooling.chaos.mutations`, so a control arm and a mutation plant the same fault.
"""

import ast
import contextlib
import importlib
import inspect
from collections.abc import Iterator
from types import CodeType, FunctionType, ModuleType
from typing import Any

from tooling import places
from tooling.chaos.mutations import Mutation
from tooling.chaos.mutations import planted as planted_text


@contextlib.contextmanager
def planted(file: str, line: str, replacement: str | None = None) -> Iterator[None]:
    """Run the block with one line of a file of the product left out, or replaced.

    Effects: functions keep their identity and get the faulty code, so whoever imported them runs it too; constants of the
             module are replaced. All of it goes back afterwards.
    Errors:  MutationMisfit when the line is not there exactly once; AssertionError when nothing came of the plant.
    """
    text = (places.PROJECT / file).read_text()
    faulty = planted_text(text, Mutation(file, line, "", replacement))
    module = importlib.import_module(file.removesuffix(".py").replace("/", "."))
    undo = [*_swap_functions(module, faulty, file), *_swap_constants(module, text, faulty)]
    assert undo, f"{file}: planting {line.strip()!r} changed nothing that runs"
    try:
        yield
    finally:
        for target, name, former in undo:
            setattr(target, name, former)


def _swap_functions(module: ModuleType, faulty: str, file: str) -> Iterator[tuple[Any, str, Any]]:
    codes = dict(_codes(compile(faulty, str(places.PROJECT / file), "exec")))
    for function in _functions(module):
        code = codes.get(function.__qualname__)
        if code is not None and _differs(code, function.__code__):
            yield function, "__code__", function.__code__
            function.__code__ = code


def _functions(module: ModuleType) -> Iterator[FunctionType]:
    """The functions and methods a module defines, under their decorators."""
    for value in list(vars(module).values()):
        members = vars(value).values() if inspect.isclass(value) and value.__module__ == module.__name__ else [value]
        for member in members:
            found = inspect.unwrap(member) if callable(member) else getattr(member, "__func__", None)
            if isinstance(found, FunctionType) and found.__module__ == module.__name__:
                yield found


def _codes(code: CodeType) -> Iterator[tuple[str, CodeType]]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant.co_qualname, constant
            yield from _codes(constant)


def _differs(one: CodeType, other: CodeType) -> bool:
    return (one.co_code, one.co_names, _plain(one)) != (other.co_code, other.co_names, _plain(other))


def _plain(code: CodeType) -> list[Any]:
    return [(each.co_code, each.co_names) if isinstance(each, CodeType) else each for each in code.co_consts]


def _swap_constants(module: ModuleType, text: str, faulty: str) -> Iterator[tuple[Any, str, Any]]:
    before, after = _constants(text), _constants(faulty)
    for name in before.keys() & after.keys():
        if ast.dump(before[name]) != ast.dump(after[name]):
            yield module, name, getattr(module, name)
            expression = ast.Expression(after[name])
            setattr(module, name, eval(compile(expression, module.__name__, "eval"), vars(module)))  # noqa: S307 - ours


def _constants(text: str) -> dict[str, ast.expr]:
    """The plain names a module sets at its top, and to what."""
    found: dict[str, ast.expr] = {}
    for node in ast.parse(text).body:
        target = (
            node.targets[0]
            if isinstance(node, ast.Assign)
            else node.target
            if isinstance(node, ast.AnnAssign)
            else None
        )
        if isinstance(target, ast.Name) and isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            found[target.id] = node.value
    return found
