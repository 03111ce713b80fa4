"""The file of rejected rows: what was uploaded, with the reason and the remedy beside it."""

from collections.abc import Iterable, Sequence
from typing import IO

from contacts.contracts import Rejected, sheet_row
from contacts.reasons import reason_words
from core.spreadsheets import csv_file

REJECT_HEADERS = ("Import row", "Import reason", "Import remedy")


def reject_file(headers: Sequence[str], rejects: Iterable[tuple[Rejected, Sequence[str]]]) -> IO[bytes]:
    """The file of rejected rows: the cells as they were uploaded, then the row, the reason and the remedy in words.

    Corrected and uploaded again, its last three columns are left out by themselves.
    """
    width = len(headers)
    rows = (
        [
            *cells[:width],
            *[""] * (width - len(cells)),
            str(sheet_row(rejected.row)),
            *reason_words(rejected.code, rejected.cause, rejected.column),
        ]
        for rejected, cells in rejects
    )
    return csv_file([*headers, *REJECT_HEADERS], rows)
