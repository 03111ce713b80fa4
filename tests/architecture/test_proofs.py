"""The lists of features and promises say what the tests prove, no more and no less."""

import pathlib

import pytest

from tooling import places, proofs

_PROOFS = list(proofs.collect(places.PROJECT / "tests"))


@pytest.mark.parametrize("name", proofs.DOCUMENTS)
def test_generated_lists_are_up_to_date(name: str) -> None:
    written = proofs.path(name).read_text()

    assert written == proofs.render(name, _PROOFS), "run: .venv/bin/python -m tooling.proofs"


def test_no_mark_names_an_unknown_id() -> None:
    known = proofs.known_ids()

    unknown = {f"{proof.file}::{proof.test}": set(proof.ids) - known for proof in _PROOFS if set(proof.ids) - known}

    assert unknown == {}


def test_only_what_is_not_proven_has_a_reason_and_it_is_a_sentence() -> None:
    proven = {each for proof in _PROOFS for each in proof.ids}
    reasons = proofs.reasons()

    assert {each: "unknown" for each in reasons if each not in proofs.known_ids()} == {}
    assert {each: "proven" for each in reasons if each in proven} == {}
    assert [each for each, reason in reasons.items() if not reason.endswith(".") or "|" in reason] == []


def test_a_test_that_proves_more_than_three_says_what_for_each() -> None:
    silent = {
        f"{proof.file}::{proof.test}"
        for proof in _PROOFS
        if len(proof.ids) > 3 and not all(each in proof.docstring for each in proof.ids)
    }

    assert silent == set()


def test_titles_are_short_and_ids_are_unique() -> None:
    listed = [item for name in proofs.DOCUMENTS for area in proofs.areas(name) for item in area.items.items()]

    assert len({each for each, _ in listed}) == len(listed) == 546
    assert [title for _, title in listed if len(title.split()) > 8] == []


def test_marks_are_found_wherever_they_can_stand(tmp_path: pathlib.Path) -> None:
    folder = tmp_path / "tests"
    folder.mkdir()
    (folder / "test_a.py").write_text(
        "pytestmark = [proves('A1')]\n"
        "@proves('B1', 'A1')\n"
        "def test_one():\n    '''Why.'''\n"
        "@pytest.mark.proves('C1')\n"
        "class TestTwo:\n"
        "    async def test_in_class(self): ...\n"
        "@pytest.mark.parametrize('x', [pytest.param(1, marks=proves('D1'))])\n"
        "def test_three(x): ...\n"
        "@proves('E1')\n"
        "def helper(): ...\n"
    )

    found = list(proofs.collect(folder))

    assert found == [
        proofs.Proof("tests/test_a.py", "test_one", ("A1", "B1"), "Why."),
        proofs.Proof("tests/test_a.py", "TestTwo.test_in_class", ("A1", "C1")),
        proofs.Proof("tests/test_a.py", "test_three", ("A1", "D1")),
    ]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("F1", "F1"),
        ("F01", "fault-01"),
        ("F25", "fault-25"),
        ("F14", "F14 (write fault-14 or feature-F14)"),
        ("feature-F14", "F14"),
        ("fault-14", "fault-14"),
        ("C1", "C1"),
    ],
)
def test_features_and_faults_of_the_same_number_are_kept_apart(written: str, meant: str) -> None:
    assert proofs.plain(written) == meant
