"""`python -m tooling.proofs`: write docs/features.md and docs/promises.md from the marks on the tests.

The tests are read as text (ast), never imported, so this works whatever state the product is in.
"""

import ast
import collections
import dataclasses
import pathlib
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping

from tooling import places

DOCUMENTS = {"features": "Features", "promises": "Promises"}
_SHOWN = 3  # tests named for one ID; the rest are counted


@dataclasses.dataclass(frozen=True, slots=True)
class Proof:
    """One marked test: where it is, what it is called, the IDs it claims, its docstring."""

    file: str
    test: str
    ids: tuple[str, ...]
    docstring: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Area:
    """A group of IDs with their titles."""

    name: str
    items: Mapping[str, str]


def main() -> int:
    """Write both documents and say how much is proven."""
    proofs = list(collect(places.PROJECT / "tests"))
    for name in DOCUMENTS:
        path(name).write_text(render(name, proofs))
    proven = {each for proof in proofs for each in proof.ids}
    known = known_ids()
    print(f"{len(proven & known)} of {len(known)} IDs are proven by {len(proofs)} tests.")
    for unknown in sorted(proven - known):
        print(f"{unknown} is no known ID. See docs/data/.", file=sys.stderr)
    return 1 if proven - known else 0


def path(name: str) -> pathlib.Path:
    """Where a generated document lies."""
    return places.PROJECT / "docs" / f"{name}.md"


def areas(name: str) -> list[Area]:
    """The areas of docs/data/<name>.toml in order."""
    listed = tomllib.loads((places.PROJECT / "docs" / "data" / f"{name}.toml").read_text())
    return [Area(area["name"], area["items"]) for area in listed["area"]]


def reasons() -> Mapping[str, str]:
    """Why an ID is not proven: what is missing, in a sentence, from docs/data/reasons.toml."""
    read: dict[str, str] = tomllib.loads((places.PROJECT / "docs" / "data" / "reasons.toml").read_text())
    return read


def known_ids() -> set[str]:
    """Every ID a test may claim."""
    return {each for name in DOCUMENTS for area in areas(name) for each in area.items}


def collect(folder: pathlib.Path) -> Iterator[Proof]:
    """Every test below the folder that carries the mark, in the order of files and lines."""
    for file in sorted(folder.rglob("test_*.py")):
        tree = ast.parse(file.read_text())
        name = str(file.relative_to(folder.parent))
        for_all = _ids_in(node.value for node in tree.body if _is_pytestmark(node))
        yield from _collect_in(tree, name, for_all, "")


def render(name: str, proofs: list[Proof]) -> str:
    """The text of one document."""
    by_id: dict[str, list[Proof]] = collections.defaultdict(list)
    for proof in proofs:
        for each in proof.ids:
            by_id[each].append(proof)
    listed, missing = areas(name), reasons()
    total = sum(len(area.items) for area in listed)
    proven = sum(each in by_id for area in listed for each in area.items)
    lines = [
        f"# {DOCUMENTS[name]}",
        "",
        "Written by `python -m tooling.proofs` from the marks on the tests; do not edit. "
        f"**{proven} of {total}** are proven by a test; the others are not claimed.",
    ]
    for area in listed:
        lines += ["", f"## {area.name}", "", "| ID | | State | Tests, or what is missing |", "|---|---|---|---|"]
        lines += [_row(each, title, by_id.get(each, []), missing.get(each, "")) for each, title in area.items.items()]
    return "\n".join(lines) + "\n"


def _row(each: str, title: str, proofs: list[Proof], missing: str) -> str:
    if not proofs:
        return f"| {each} | {title} | not yet | {missing} |"
    names = [f"[{proof.test}](../{proof.file})" for proof in proofs[:_SHOWN]]
    more = [f"and {len(proofs) - _SHOWN} more"] if len(proofs) > _SHOWN else []
    return f"| {each} | {title} | proven | {', '.join(names + more)} |"


def _collect_in(scope: ast.AST, file: str, inherited: tuple[str, ...], prefix: str) -> Iterator[Proof]:
    for node in ast.iter_child_nodes(scope):
        if isinstance(node, ast.ClassDef):
            ids = inherited + _ids_in(node.decorator_list)
            yield from _collect_in(node, file, ids, f"{prefix}{node.name}.")
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test"):
            ids = tuple(dict.fromkeys(inherited + _ids_in(node.decorator_list)))
            if ids:
                yield Proof(file, prefix + node.name, ids, ast.get_docstring(node) or "")


def plain(each: str) -> str:
    """The one spelling of an ID: F01 … F09 and F25 … F40 can only be faults; F10 … F24 alone could be either.

    Those are written `fault-14` or `feature-F14`; left bare they stay unknown, and the suite says so.
    """
    if each.startswith("feature-F"):
        return each.removeprefix("feature-")
    number = re.fullmatch(r"F(\d\d)", each)
    if number is None:
        return each
    if 10 <= int(number[1]) <= 24:
        return f"{each} (write fault-{number[1]} or feature-{each})"
    return f"fault-{number[1]}"


def _is_pytestmark(node: ast.stmt) -> bool:
    return isinstance(node, ast.Assign) and any(
        isinstance(target, ast.Name) and target.id == "pytestmark" for target in node.targets
    )


def _ids_in(expressions: Iterator[ast.expr] | list[ast.expr]) -> tuple[str, ...]:
    """The arguments of every `proves(…)` in the expressions, also inside parametrisation."""
    found: list[str] = []
    for expression in expressions:
        for node in ast.walk(expression):
            if isinstance(node, ast.Call) and _name_of(node.func) == "proves":
                found += [plain(str(argument.value)) for argument in node.args if isinstance(argument, ast.Constant)]
    return tuple(found)


def _name_of(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


if __name__ == "__main__":
    sys.exit(main())
