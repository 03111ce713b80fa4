"""Workbooks are checked before they are opened, and a bomb harms nobody."""

import datetime
import pathlib
import struct
import time
import zipfile

import openpyxl
import pytest

from contacts.files.limits import FileProblem, Limits
from contacts.files.reading import read_rows, sniff
from tests.proofs import proves

_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/></Types>'
)


def book(tmp_path: pathlib.Path, *rows: list[object]) -> pathlib.Path:
    made = openpyxl.Workbook()
    for row in rows:
        made.active.append(row)
    made.save(tmp_path / "book.xlsx")
    return tmp_path / "book.xlsx"


def archive(tmp_path: pathlib.Path, parts: dict[str, bytes | str]) -> pathlib.Path:
    path = tmp_path / "archive.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in ({"[Content_Types].xml": _TYPES, "xl/workbook.xml": "<workbook/>"} | parts).items():
            made.writestr(name, content)
    return path


def refusal(path: pathlib.Path, limits: Limits | None = None) -> FileProblem:
    started = time.monotonic()
    with pytest.raises(FileProblem) as refused:
        list(read_rows(path, limits=limits))
    assert time.monotonic() - started < 5
    return refused.value


def test_cells_of_every_type_read_as_a_person_sees_them(tmp_path: pathlib.Path) -> None:
    path = book(
        tmp_path,
        ["Phone", "Score", "Agreed", "Born", "Seen", "Link", "Broken", "Empty"],
        [
            4915112345678,
            1.5,
            True,
            datetime.date(1990, 2, 28),
            datetime.datetime.fromisoformat("2024-01-02T03:04"),
            "=1+1",
            "#REF!",
            None,
        ],
    )

    rows = list(read_rows(path))

    assert rows == [(1, ["4915112345678", "1.5", "TRUE", "1990-02-28", "2024-01-02T03:04:00", "=1+1", "#REF!", ""])]


def test_the_first_filled_visible_sheet_is_read_unless_one_is_named(tmp_path: pathlib.Path) -> None:
    made = openpyxl.Workbook()
    made.active.title = "Blank"
    for title, state in (("Secret", "hidden"), ("People", "visible"), ("Others", "visible")):
        sheet = made.create_sheet(title)
        sheet.sheet_state = state
        sheet.append(["Phone", "From"])
        sheet.append([1, title])
    made.save(tmp_path / "book.xlsx")

    first, named = sniff(tmp_path / "book.xlsx"), sniff(tmp_path / "book.xlsx", sheet="Others")

    assert (first.sheet, first.sheets, first.sample) == ("People", ("Blank", "People", "Others"), (("1", "People"),))
    assert (named.sheet, named.estimated_rows, named.sample) == ("Others", 1, (("1", "Others"),))
    with pytest.raises(FileProblem) as refused:
        sniff(tmp_path / "book.xlsx", sheet="Secret")
    assert refused.value.code == "no_sheet"


def test_stopping_early_leaves_no_process_behind(tmp_path: pathlib.Path) -> None:
    path = book(tmp_path, ["Phone"], *[[number] for number in range(1, 5_000)])

    rows = read_rows(path)
    first = next(rows)
    rows.close()

    assert first == (1, ["1"])


@proves("F33")
def test_a_part_that_unfolds_a_thousandfold_is_refused(tmp_path: pathlib.Path) -> None:
    path = archive(tmp_path, {"xl/worksheets/sheet1.xml": b"<" + b" " * 30_000_000})

    assert path.stat().st_size < 100_000
    assert "far more than its size" in refusal(path).message


@proves("F33")
def test_a_workbook_that_unfolds_beyond_the_limit_is_refused(tmp_path: pathlib.Path) -> None:
    path = archive(tmp_path, {f"xl/media/{n}.xml": b"ab" * 400_000 for n in range(10)})

    assert "more than we can read" in refusal(path, Limits(inflated=5_000_000)).message


@proves("F33")
def test_a_part_that_lies_about_its_size_is_refused(tmp_path: pathlib.Path) -> None:
    path = archive(tmp_path, {"xl/worksheets/sheet1.xml": b"<" + b" " * 20_000_000})
    content = path.read_bytes()
    path.write_bytes(content.replace(struct.pack("<L", 20_000_001), struct.pack("<L", 900)))

    assert refusal(path).code == "unsafe_workbook"
    assert "larger than it says" in refusal(path).message


@proves("F33")
def test_a_billion_laughs_and_outside_entities_are_refused(tmp_path: pathlib.Path) -> None:
    entities = '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><workbook>&b;</workbook>'

    for encoding in ("utf-8", "utf-16"):
        path = archive(tmp_path, {"xl/styles.xml": entities.encode(encoding)})
        assert "XML entities" in refusal(path).message


@proves("F33")
@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("xl/embeddings/inner.bin", b"PK\x03\x04" + b"x" * 50, "another archive inside"),
        ("../../etc/cron.d/job", b"x", "outside itself"),
        ("/etc/passwd", b"x", "outside itself"),
        ("xl\\..\\up.xml", b"x", "outside itself"),
    ],
)
def test_parts_that_do_not_belong_in_a_workbook_are_refused(
    tmp_path: pathlib.Path, name: str, content: bytes, words: str
) -> None:
    assert words in refusal(archive(tmp_path, {name: content})).message


@proves("F33")
def test_thousands_of_parts_or_sheets_are_refused(tmp_path: pathlib.Path) -> None:
    parts = archive(tmp_path, {f"xl/{n}.xml": b"" for n in range(2_001)})
    assert "more parts" in refusal(parts).message

    sheets = archive(tmp_path, {f"xl/worksheets/sheet{n}.xml": b"" for n in range(51)})
    assert refusal(sheets).code == "too_many_sheets"


@proves("F33")
def test_deep_nesting_ends_as_a_refusal(tmp_path: pathlib.Path) -> None:
    deep = b"<worksheet><sheetData>" + b"<row>" * 500_000
    path = book(tmp_path, ["Phone"], [1])
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as made:
        made.writestr("xl/theme/deep.xml", deep[:900_000])

    assert list(read_rows(path)) == [(1, ["1"])]

    broken = archive(tmp_path, {"xl/workbook.xml": deep[:900_000]})
    assert refusal(broken).code == "damaged_workbook"


@proves("F33")
def test_a_sheet_that_needs_more_memory_than_allowed_is_refused(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "wide.xlsx"
    made = openpyxl.Workbook()
    made.active["A1"], made.active["XFD1048576"] = "Phone", "far away"
    made.save(path)

    assert refusal(path).code == "workbook_too_big"


def test_other_archives_and_damaged_ones_are_refused(tmp_path: pathlib.Path) -> None:
    other = tmp_path / "photos.zip"
    with zipfile.ZipFile(other, "w") as made:
        made.writestr("photo.txt", "x")
    cut = book(tmp_path, ["Phone"], [1])
    cut.write_bytes(cut.read_bytes()[:-200])

    assert refusal(other).code == "not_a_workbook"
    assert refusal(cut).code == "damaged_workbook"
