"""Reading an uploaded contact file: what it is, what its first rows look like, and all rows one at a time."""

import contextlib
import dataclasses
import pathlib
from collections.abc import Iterator
from typing import Literal

from contacts.contracts import sheet_row
from contacts.files.limits import FileProblem, Limits
from contacts.files.text import find_delimiter, find_encoding, text_records
from contacts.files.workbook import opened_sheet
from core.spreadsheets import read_back

_SAMPLE_ROWS = 10
#: a header this long is a paragraph, not a name
_LONGEST_HEADER = 200


@dataclasses.dataclass(frozen=True, slots=True)
class FileShape:
    """What a contact file is, found without reading all of it.

    `encoding_is_certain` is False when the letters were guessed: show the sample and let a person confirm.
    `estimated_rows` counts data rows; line ends inside cells make it too high. `sheets` is empty for text.
    """

    kind: Literal["csv", "xlsx"]
    headers: tuple[str, ...]
    sample: tuple[tuple[str, ...], ...]
    estimated_rows: int
    encoding: str = ""
    encoding_is_certain: bool = True
    delimiter: str = ""
    skip_lines: int = 0
    sheet: str = ""
    sheets: tuple[str, ...] = ()


def sniff(path: pathlib.Path, sheet: str = "", limits: Limits | None = None) -> FileShape:
    """Find out what an uploaded file is.

    Effects: reads the file once (text) or checks it whole and reads one sheet (workbook); memory stays bounded.
    Errors:  FileProblem with a code, words and a remedy: empty_file, file_too_big, not_a_workbook, old_workbook,
             no_header, too_many_columns, and all that reading can raise.
    """
    limits = limits or Limits()
    if _kind(path, limits) == "xlsx":
        return _workbook_shape(path, sheet, limits)
    encoding, lines = find_encoding(path, limits)
    delimiter, skip_lines = find_delimiter(path, encoding)
    with contextlib.closing(text_records(path, encoding, delimiter, skip_lines)) as found:
        headers, sample = _first_rows(found, limits)
    certain = encoding != "cp1252"
    return FileShape("csv", headers, sample, max(lines - 1, len(sample)), encoding, certain, delimiter, skip_lines)


def read_rows(
    path: pathlib.Path, shape: FileShape | None = None, limits: Limits | None = None
) -> Iterator[tuple[int, list[str]]]:
    """All data rows of a file in order, one at a time, as (row number, cells).

    Shape:  row 1 is the first after the header; blank rows are counted and left out. As many cells as the row has,
            padded to the header's width. The apostrophe of our own export is taken off.
    Errors: FileProblem, also in the middle of the file: too_many_rows, too_many_columns, unclosed_quote and others.
            Read to the end before writing anything.
    """
    limits = limits or Limits()
    shape = shape or sniff(path, limits=limits)
    if shape.kind == "csv":
        with contextlib.closing(text_records(path, shape.encoding, shape.delimiter, shape.skip_lines)) as found:
            yield from _numbered(found, limits)
        return
    with opened_sheet(path, shape.sheet, limits) as (_, found):
        yield from _numbered(found, limits)


def _kind(path: pathlib.Path, limits: Limits) -> Literal["csv", "xlsx"]:
    """Which kind of file by its first bytes; the name is not asked."""
    size = path.stat().st_size
    if not size:
        raise FileProblem("empty_file", "The file is empty.", "Upload a file with a header and at least one contact.")
    if size > limits.size:
        raise FileProblem(
            "file_too_big", f"The file is larger than {limits.size // 1_000_000} MB.", "Split it and upload the parts."
        )
    with path.open("rb") as file:
        head = file.read(8)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise FileProblem("old_workbook", "This is an old or locked Excel file.", "Save it without password as XLSX.")
    return "xlsx" if head.startswith((b"PK\x03\x04", b"PK\x05\x06")) else "csv"


def _workbook_shape(path: pathlib.Path, sheet: str, limits: Limits) -> FileShape:
    with opened_sheet(path, sheet, limits) as (facts, found):
        headers, sample = _first_rows(found, limits)
    return FileShape("xlsx", headers, sample, max(facts.rows - 1, 0), sheet=facts.sheet, sheets=facts.sheets)


def _first_rows(found: Iterator[list[str]], limits: Limits) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    headers: tuple[str, ...] = ()
    sample: list[tuple[str, ...]] = []
    for record in found:
        _check_width(record, limits, 0)
        if not any(cell.strip() for cell in record):
            continue
        if not headers:
            headers = _headers(record)
        else:
            sample.append(tuple(_read_back_all(record)))
        if len(sample) == _SAMPLE_ROWS:
            break
    if not headers:
        raise FileProblem(
            "empty_file", "The file has no rows.", "Upload a file with a header and at least one contact."
        )
    return headers, tuple(sample)


def _headers(record: list[str]) -> tuple[str, ...]:
    """The names of the columns; nameless ones are called by their place.

    Errors: FileProblem no_header when the first row is somebody's contact, who would otherwise be lost.
    """
    names = [" ".join(read_back(cell).replace("\0", "").replace("\ufeff", "").split()) for cell in record]
    if any(_looks_like_an_address(name) for name in names):
        raise FileProblem(
            "no_header",
            "The first row looks like a contact, not like the names of the columns.",
            "Add a first row that names every column, such as Phone, Email, First name.",
        )
    return tuple(name[:_LONGEST_HEADER] or f"Column {place}" for place, name in enumerate(names, start=1))


def _looks_like_an_address(name: str) -> bool:
    digits = sum(letter.isdigit() for letter in name)
    return "@" in name.strip("@") or (digits >= 7 and digits * 2 > len(name))


def _numbered(found: Iterator[list[str]], limits: Limits) -> Iterator[tuple[int, list[str]]]:
    width = 0
    row = 0
    for record in found:
        if not width:
            width = len(record) if any(cell.strip() for cell in record) else 0
            continue
        row += 1
        if row > limits.rows:
            raise FileProblem("too_many_rows", f"The file has more than {limits.rows:,} rows.", "Split it.")
        if len(record) != width:
            _check_width(record, limits, row)
            record += [""] * (width - len(record))
        cells = _read_back_all(record)
        if any(cells) and any(map(str.strip, cells)):
            yield row, cells


def _read_back_all(record: list[str]) -> list[str]:
    return [cell if cell[:1] != "'" else read_back(cell) for cell in record]


def _check_width(record: list[str], limits: Limits, row: int) -> None:
    if len(record) > limits.columns:
        raise FileProblem(
            "too_many_columns",
            f"Row {sheet_row(row)} has more than {limits.columns} columns."
            if row
            else f"There are more than {limits.columns} columns.",
            "Keep only the columns you need, and check the delimiter.",
        )
