"""Writing CSV that a spreadsheet opens without running anything in it, and that we read back exactly as it was.

The rule: a cell that starts with a character that begins a formula gets one apostrophe in front; so does a cell that
already starts with apostrophes before such a character. Reading takes exactly one off again. So nothing is ever lost,
however often a file goes out and comes in.

Telephone numbers get it as well, though a + before digits alone can do no harm. Without it a spreadsheet reads the cell as a
number: the + is gone, and what has more than fifteen digits, or is shown in a narrow column and saved, comes back rounded.
Spaces in the number are no way out: where thousands are written with spaces, "+420 601 123 456" is a number too. So the
apostrophe stays in sight, pages say what it is for, and the import reads the number with it and without it.
Source: OWASP ASVS 5.0, 1.2.10 (formula injection); the full-width forms because spreadsheets fold them.
"""

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from typing import IO

_STARTS_A_FORMULA = frozenset("=+-@\t\r\n\0\uff1d\uff0b\uff0d\uff20")
_ROWS_A_CHUNK = 500
_HELD_IN_MEMORY = 1 << 20


def neutralise(cell: str) -> str:
    """The cell as it is safe in a spreadsheet."""
    return "'" + cell if _is_live(cell) else cell


def read_back(cell: str) -> str:
    """The cell as it was before `neutralise`."""
    return cell[1:] if cell[:1] == "'" and _is_live(cell) else cell


def begins_a_formula(cell: str) -> bool:
    """Would a spreadsheet run this cell instead of showing it?"""
    return cell[:1] in _STARTS_A_FORMULA and bool(cell)


def _is_live(cell: str) -> bool:
    if begins_a_formula(cell):
        return True
    return cell[:1] == "'" and cell.lstrip("'")[:1] in _STARTS_A_FORMULA and bool(cell.lstrip("'"))


def csv_chunks(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """A CSV file in pieces: UTF-8 with a byte order mark, every cell quoted, formulas neutralised.

    Shape: about 500 rows a piece, so memory stays bounded however many rows there are.
    """
    yield "\ufeff".encode()
    held = io.StringIO(newline="")
    writer = csv.writer(held, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([neutralise(header) for header in headers])
    for count, row in enumerate(rows, start=1):
        writer.writerow([neutralise(cell) for cell in row])
        if count % _ROWS_A_CHUNK == 0:
            yield _taken(held)
    yield _taken(held)


def csv_file(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> IO[bytes]:
    """The same as a file at its beginning, on disk when it is large; whoever answers with it closes it."""
    file = tempfile.SpooledTemporaryFile(max_size=_HELD_IN_MEMORY)  # noqa: SIM115  the answer closes it
    try:
        for chunk in csv_chunks(headers, rows):
            file.write(chunk)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


def _taken(held: io.StringIO) -> bytes:
    text = held.getvalue()
    held.seek(0)
    held.truncate()
    return text.encode(errors="replace")
