"""Files nobody should be able to harm us with, each with the words its refusal must say."""

import csv
import io
import zipfile
from collections.abc import Callable

_PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)) * 40


def bomb() -> bytes:
    """A workbook of a hundred kilobytes that unfolds to thirty megabytes."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("[Content_Types].xml", "<Types/>")
        made.writestr("xl/workbook.xml", "<workbook/>")
        made.writestr("xl/worksheets/sheet1.xml", b"<" + b" " * 30_000_000)
    return held.getvalue()


def wide() -> bytes:
    """Two hundred and one columns."""
    held = io.StringIO()
    csv.writer(held).writerows([[f"Column {place}" for place in range(201)], ["x"] * 201])
    return held.getvalue().encode()


def large() -> bytes:
    """One byte more than fifty megabytes."""
    head, row = b"Phone,First name\n", b"+14025550142,Mina\n"
    return (head + row * (50_000_000 // len(row) + 1))[: 50_000_000 + 1]


#: name → (file name, content, what is wrong, what to do)
HOSTILE: dict[str, tuple[str, Callable[[], bytes], str, str]] = {
    "a zip bomb": ("people.xlsx", bomb, "far more than its size", "Save"),
    "nothing": ("people.csv", bytes, "The file is empty.", "Upload a file with a header and at least one contact."),
    "a picture": ("people.csv", lambda: _PNG, "This is not a table of text.", "Upload a CSV or XLSX file."),
    "too many columns": ("people.csv", wide, "There are more than 200 columns.", "Keep only the columns you need"),
    "too large": ("people.csv", large, "The file is larger than 50 MB.", "Split it and upload the parts."),
    "an unclosed quote": (
        "people.csv",
        lambda: b'Phone,First name\n+14025550142,"Mina\n+14025550143,Omar\n',
        "A quote opened in row 2 is never closed",
        "Close the quote",
    ),
    "no header": (
        "people.csv",
        lambda: b"+14025550142,Mina\n+14025550143,Omar\n",
        "The first row looks like a contact",
        "Add a first row",
    ),
}
