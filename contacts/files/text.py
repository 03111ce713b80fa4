"""Text tables (CSV and its relatives): which encoding, which delimiter, and rows one at a time."""

import codecs
import contextlib
import csv
import pathlib
from collections.abc import Generator, Iterator
from typing import NoReturn, TextIO

from contacts.contracts import sheet_row
from contacts.files.limits import FileProblem, Limits

DELIMITERS = ",;\t|"
_SAMPLE_BYTES = 65_536
_SAMPLE_RECORDS = 20
#: fed after the last line; when it does not come out alone, a quote was never closed and swallowed the end of the file
_END = "\x1eend of file\x1e"
_MARKS = (
    (codecs.BOM_UTF32_LE, ""),
    (codecs.BOM_UTF32_BE, ""),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def find_encoding(path: pathlib.Path, limits: Limits) -> tuple[str, int]:
    """The encoding of a text file and its number of lines, from one pass over all its bytes.

    Shape:  ("utf-8-sig" | "utf-8" | "utf-16" | "utf-16-le" | "utf-16-be" | "cp1252", lines). A file that is not valid
            UTF-8 anywhere is read as cp1252, in which every text is readable but may look odd: show a sample.
    Errors: FileProblem line_too_long, not_text, unknown_encoding.
    """
    with path.open("rb") as file:
        head = file.read(_SAMPLE_BYTES)
        marked = _marked_encoding(head)
        file.seek(0)
        valid, lines = _walk(file, limits, codecs.getincrementaldecoder("utf-8")())
    if marked:
        return marked, lines
    if valid:
        return "utf-8", lines
    if b"\0" in head:
        _not_text()
    _require_cp1252(path)
    return "cp1252", lines


def _marked_encoding(head: bytes) -> str:
    """What the first bytes tell: a byte order mark, or the zero bytes of UTF-16 without one; "" when nothing."""
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            if not encoding:
                _unknown_encoding()
            return encoding
    zeroes = head.count(0)
    if zeroes * 10 <= len(head) * 3:
        if zeroes * 20 > len(head):
            _not_text()
        return ""
    return "utf-16-le" if head[1::2].count(0) > head[::2].count(0) else "utf-16-be"


def _walk(file: object, limits: Limits, decoder: codecs.IncrementalDecoder) -> tuple[bool, int]:
    """Is it UTF-8 to the end, and how many lines has it? Stops at the first stretch without a line end."""
    valid, feeds, returns = True, 0, 0
    while chunk := file.read(limits.line):  # type: ignore[attr-defined]
        new_feeds, new_returns = chunk.count(b"\n"), chunk.count(b"\r")
        if len(chunk) == limits.line and not new_feeds and not new_returns:
            raise FileProblem(
                "line_too_long",
                f"The file has a line of more than {limits.line // 1024} kB.",
                "Check that every contact is on a line of its own and that all quotes are closed.",
            )
        feeds, returns = feeds + new_feeds, returns + new_returns
        if valid:
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError:
                valid = False
    if valid:
        with contextlib.suppress(UnicodeDecodeError):
            decoder.decode(b"", final=True)
            return True, feeds or returns
    return False, feeds or returns


def _require_cp1252(path: pathlib.Path) -> None:
    decoder = codecs.getincrementaldecoder("cp1252")()
    with path.open("rb") as file:
        while chunk := file.read(_SAMPLE_BYTES):
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError:
                _unknown_encoding()


def _not_text() -> NoReturn:
    raise FileProblem("not_text", "This is not a table of text.", "Upload a CSV or XLSX file.")


def _unknown_encoding() -> NoReturn:
    raise FileProblem(
        "unknown_encoding",
        "We cannot tell how the letters of this file are encoded.",
        'Save it again as "CSV UTF-8" or as XLSX.',
    )


def find_delimiter(path: pathlib.Path, encoding: str) -> tuple[str, int]:
    """The delimiter, and how many lines stand before the header (1 after a line "sep=;", else 0).

    The delimiter is the one that cuts the header into several cells and the first rows into as many.

    Errors: FileProblem not_text, unknown_encoding for what does not begin as its first bytes made believe.
    """
    try:
        with _opened(path, encoding) as file:
            sample = file.read(_SAMPLE_BYTES)
    except UnicodeError:
        _not_text() if encoding in ("utf-16-le", "utf-16-be") else _unknown_encoding()
    lines = sample.splitlines(keepends=True)
    if lines and lines[0][:4].lower() == "sep=" and len(lines[0].rstrip("\r\n")) == 5:
        return lines[0][4], 1
    best, delimiter = (0, 0), ","
    for candidate in DELIMITERS:
        widths = _widths(lines, candidate)
        if widths and widths[0] > 1:
            score = (sum(width == widths[0] for width in widths), widths[0])
            best, delimiter = (score, candidate) if score > best else (best, delimiter)
    return delimiter, 0


def _widths(lines: list[str], delimiter: str) -> list[int]:
    widths: list[int] = []
    try:
        for row in csv.reader(iter(lines), delimiter=delimiter):
            if row:
                widths.append(len(row))
            if len(widths) == _SAMPLE_RECORDS:
                break
    except csv.Error:
        return []
    return widths


def text_records(
    path: pathlib.Path, encoding: str, delimiter: str, skip_lines: int
) -> Generator[list[str], None, None]:
    """All records of the file in order, blank lines as empty lists.

    Errors: FileProblem cell_too_long, unclosed_quote, unknown_encoding.
    """
    with _opened(path, encoding) as file:
        for _ in range(skip_lines):
            file.readline()
        yield from records(file, delimiter)


def records(lines: TextIO, delimiter: str) -> Iterator[list[str]]:
    """The records in open text, in order. Errors as `text_records`."""
    reader = csv.reader(_with_end(lines), delimiter=delimiter)
    count = 0
    try:
        for record in reader:
            if record and record[-1].endswith(_END):
                if len(record) == 1 and record[0] == _END:
                    return
                raise _unclosed(sheet_row(count))
            count += 1
            yield record
    except csv.Error:
        raise FileProblem(
            "cell_too_long",
            f"A cell in row {sheet_row(count)} is longer than 128 kB, or its closing quote is missing.",
            "Shorten the cell or close the quote.",
        ) from None
    except UnicodeError:
        raise FileProblem(
            "unknown_encoding",
            f"The letters near row {sheet_row(count)} do not fit the encoding of the file.",
            'Save it again as "CSV UTF-8" or as XLSX.',
        ) from None


def _with_end(lines: TextIO) -> Iterator[str]:
    yield from lines
    yield _END


def _unclosed(row: int) -> FileProblem:
    return FileProblem(
        "unclosed_quote",
        f"A quote opened in row {row} is never closed, so the end of the file cannot be read.",
        "Close the quote, or take it out.",
    )


def _opened(path: pathlib.Path, encoding: str) -> TextIO:
    """Open for the csv module: every kind of line end ends a line, and stays as it is inside quotes."""
    return path.open("r", encoding=encoding, newline="")
