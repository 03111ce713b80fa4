"""The list of mutations names every line of the gate that says no, as it stands, and a test that exists."""

import ast
import importlib
import pathlib

from tests.mutations.consent_gate import MUTATIONS

ROOT = pathlib.Path(__file__).parents[3]
GATE_LINES = (ROOT / "consent/gate.py").read_text("utf-8").splitlines()


def lines_that_say_no():
    """The rows of CHECKS, the one line of each check, and the demands of a permit."""
    tree = ast.parse("\n".join(GATE_LINES))
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    checks = next(node.value for node in tree.body if isinstance(node, ast.AnnAssign) and node.target.id == "CHECKS")
    names = {element.id for element in checks.elts}
    demands = next(node for node in functions if node.name == "permit").body[1:-1]
    numbers = [element.lineno for element in checks.elts] + [node.lineno for node in demands]
    numbers += [node.body[-1].lineno for node in functions if node.name in names]
    return [GATE_LINES[number - 1] for number in numbers]


def test_every_line_that_says_no_is_on_the_list():
    listed = sorted(line for _, line, _ in MUTATIONS)

    assert listed == sorted(lines_that_say_no())


def test_every_line_on_the_list_stands_in_its_file_once():
    for file, line, _ in MUTATIONS:
        lines = (ROOT / file).read_text("utf-8").splitlines()
        assert lines.count(line) == 1, line


def test_every_test_on_the_list_exists():
    for _, _, test in MUTATIONS:
        file, _, name = test.partition("::")
        module = importlib.import_module(file.removesuffix(".py").replace("/", "."))
        assert callable(getattr(module, name)), test
