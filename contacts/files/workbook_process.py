"""Runs alone in a process of its own: reads one sheet of a workbook and writes it to standard output as CSV.

The parser is native code over a stranger's file. Here it can eat no more memory and processor time than it is given,
and when it dies, only this process does. Imports nothing of ours.

Started as: workbook_process.py PATH SHEET MEMORY_BYTES PROCESSOR_SECONDS. The first line of the output is JSON with the
names of the sheets, the one read, and its rows; an exit code of 3, 4 or 5 says damaged, locked, or without a sheet.

The parser leaves two kinds of cells blank that people see filled: errors such as #REF!, and formulas no program has
computed yet. A blank could pass for "nothing given", so these are taken from the sheet's own XML: the error as shown,
the formula as text.
"""

import contextlib
import csv
import datetime
import html
import io
import json
import posixpath
import re
import sys
import zipfile
from xml.etree import ElementTree

DAMAGED, LOCKED, NO_SHEET = 3, 4, 5
_CHUNK = 1 << 20
_ROW_END = b"</row>"
#: bytes of XML; 200 columns of the longest cells we take need a tenth of it
_LONGEST_ROW = 16 << 20
#: a cell with a formula or an error, and its value when it has one; rows and columns are in its attribute r
_BLANK_TO_THE_PARSER = re.compile(
    rb"<c\b([^>]*)>(?:<f\b[^>]*>([^<]*)</f>(?:<v>([^<]*)</v>)?|<v>(#[^<]*)</v>)",
)
_REFERENCE = re.compile(rb'\br="([A-Z]{1,3})([0-9]{1,7})"')
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def main(path: str, sheet: str, memory: int, processor_seconds: int) -> int:
    """Write one sheet; the exit code says how it went."""
    _bound(memory, processor_seconds)
    import python_calamine

    try:
        book = python_calamine.CalamineWorkbook.from_path(path)
        visible = [
            found.name
            for found in book.sheets_metadata
            if found.typ == python_calamine.SheetTypeEnum.WorkSheet
            and found.visible == python_calamine.SheetVisibleEnum.Visible
        ]
        if not visible or (sheet and sheet not in visible):
            return NO_SHEET
        table, name = _first_filled(book, [sheet] if sheet else visible)
        _write(table, visible, name, _blank_cells(path, name))
    except python_calamine.PasswordError:
        return LOCKED
    except python_calamine.CalamineError:
        return DAMAGED
    return 0


def _bound(memory: int, processor_seconds: int) -> None:
    """Bound this process. Only Unix can; elsewhere the checks before it must do."""
    with contextlib.suppress(ImportError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CPU, (processor_seconds, processor_seconds))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _first_filled(book, names):
    """The first sheet that holds anything, else the first."""
    for name in names:
        table = book.get_sheet_by_name(name)
        if table.height:
            return table, name
    return book.get_sheet_by_name(names[0]), names[0]


def _write(table, sheets, name, blanks) -> None:
    out = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", errors="replace", newline="")
    out.write(json.dumps({"sheets": sheets, "sheet": name, "rows": table.height}) + "\n")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
    top, left = table.start or (0, 0)
    for place, row in enumerate(table.iter_rows(), start=top):
        cells = [cell if type(cell) is str else _text(cell) for cell in row]
        for column, text in blanks.get(place, ()):
            if 0 <= column - left < len(cells):
                cells[column - left] = cells[column - left] or text
        writer.writerow(cells)
    out.flush()


def _blank_cells(path, name):
    """Row → (column, text) of the cells the parser leaves blank, both from 0; empty when the XML is unusual."""
    found: dict[int, list[tuple[int, str]]] = {}
    with zipfile.ZipFile(path) as archive:
        part = _part_of(archive, name)
        if part not in archive.namelist():
            return found
        with archive.open(part) as sheet:
            for piece in _whole_rows(sheet):
                _collect(piece, found)
    return found


def _collect(piece, found) -> None:
    for match in _BLANK_TO_THE_PARSER.finditer(piece):
        attributes, formula, value, error = match.groups()
        place = _REFERENCE.search(attributes)
        if not place:
            continue
        if formula is None or (value and b't="e"' in attributes):
            text = error or value
        elif value:
            continue
        else:
            text = b"=" + formula
        column = 0
        for letter in place[1]:
            column = column * 26 + letter - 64
        found.setdefault(int(place[2]) - 1, []).append((column - 1, html.unescape(text.decode("utf-8", "replace"))))


def _whole_rows(sheet):
    """The XML in pieces that end where a row ends."""
    held = b""
    while chunk := sheet.read(_CHUNK):
        held += chunk
        cut = held.rfind(_ROW_END)
        if cut >= 0:
            yield held[:cut]
            held = held[cut:]
        elif len(held) > _LONGEST_ROW:
            return


def _part_of(archive, name) -> str:
    """The part of the archive that holds a sheet, "" when the workbook does not say."""
    try:
        book = ElementTree.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314 - archives with a DOCTYPE are refused
        relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314 - as above
    except (ElementTree.ParseError, KeyError):
        return ""
    wanted = next((node.get(_RELATION) for node in book.iter() if node.get("name") == name and node.get(_RELATION)), "")
    target = next((node.get("Target", "") for node in relations.iter() if node.get("Id") == wanted), "")
    return target.lstrip("/") if target.startswith("/") else posixpath.join("xl", target)


def _text(cell) -> str:
    """A cell as a person sees it: whole numbers without a point, times as ISO 8601."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 2**53 else repr(cell)
    if isinstance(cell, datetime.datetime | datetime.date | datetime.time):
        return cell.isoformat()
    return str(cell)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))
