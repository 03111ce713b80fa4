"""The tests of the tests: a planted fault is seen, missed or misfits, and never mixed up."""

import os
import pathlib

import pytest

from tooling.chaos import mutations
from tooling.chaos.mutations import Mutation, MutationMisfit

_PRODUCT = "def price(units):\n    total = units * 3\n    return total\n"
_SHARP = "from product import price\n\n\ndef test_price():\n    assert price(2) == 6\n"
_BLUNT = "from product import price\n\n\ndef test_price():\n    assert price(0) == 0\n"


@pytest.mark.parametrize(("test", "verdict"), [(_SHARP, "seen"), (_BLUNT, "MISSED"), ("broken(", "NOT RUN")])
def test_a_planted_fault_is_judged_by_its_test_and_mended(tmp_path: pathlib.Path, test: str, verdict: str) -> None:
    (tmp_path / "product.py").write_text(_PRODUCT)
    (tmp_path / "test_product.py").write_text(test)
    fault = Mutation("product.py", "total = units * 3", "test_product.py", "total = units * 4")

    variables = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}

    judged = mutations.judge(tmp_path, fault, variables | {"PYTHONPATH": str(tmp_path)})

    assert judged == verdict
    assert (tmp_path / "product.py").read_text() == _PRODUCT


@pytest.mark.parametrize(
    ("text", "line", "broken"),
    [
        ("def f():\n    a()\n    b()\n", "b()", "def f():\n    a()\n    # b()\n"),
        ("def f():\n    b()\n", "    b()", "def f():\n    pass\n"),
        ("CHECKS = (\n    one,\n    two,\n)\n", "    two,", "CHECKS = (\n    one,\n    # two,\n)\n"),
    ],
)
def test_a_line_without_replacement_is_left_out_so_that_a_program_remains(text: str, line: str, broken: str) -> None:
    assert mutations.planted(text, Mutation("product.py", line, "test_product.py")) == broken


def test_a_line_that_no_program_can_do_without_is_refused() -> None:
    with pytest.raises(MutationMisfit, match="without 'if a:' it is no program; list a replacement"):
        mutations.planted("if a:\n    b()\n", Mutation("product.py", "if a:", "test_product.py"))


@pytest.mark.parametrize(("text", "times"), [("a = 1\n", 0), ("return total\n  return total\n", 2)])
def test_a_line_that_moved_is_refused_by_name(text: str, times: int) -> None:
    with pytest.raises(MutationMisfit, match=f"product.py has the line 'return total' {times} times"):
        mutations.planted(text, Mutation("product.py", "return total", "test_product.py"))


def test_lists_are_read_from_every_file(tmp_path: pathlib.Path) -> None:
    folder = tmp_path / "tests" / "mutations"
    folder.mkdir(parents=True)
    (folder / "gate.py").write_text(
        'MUTATIONS = [("a.py", "x = 1", "t.py::t"), ("b.py", "y", "u", "z"), ("c.py", ("p", "q"), "v")]\n'
    )
    (folder / "_notes.py").write_text('MUTATIONS = [("no", "no", "no")]\n')

    found = list(mutations.listed(tmp_path))

    assert found == [
        Mutation("a.py", "x = 1", "t.py::t", None),
        Mutation("b.py", "y", "u", "z"),
        Mutation("c.py", "p", "v", "q"),
    ]
