"""Runs alone in a process of its own: reads one sheet of a workbook and writes it to standard output as CSV.

The parser is native code over a stranger's file. Here it can eat no more memory and processor time than it is given,
and when it dies, only this process does. Imports nothing of ours.

Started as: workbook_process.py PATH SHEET MEMORY_BYTES PROCESSOR_SECONDS. The first line of the output is JSON with the
names of the sheets, the one read, and its rows; an exit code of 3, 4 or 5 says damaged, locked, or without a sheet.
"""

import contextlib
import csv
import datetime
import io
import json
import sys

DAMAGED, LOCKED, NO_SHEET = 3, 4, 5


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
        _write(table, visible, name)
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


def _write(table, sheets, name) -> None:
    out = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", errors="replace", newline="")
    out.write(json.dumps({"sheets": sheets, "sheet": name, "rows": table.height}) + "\n")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
    for row in table.iter_rows():
        writer.writerow([cell if type(cell) is str else _text(cell) for cell in row])
    out.flush()


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
