"""Whatever a contact's fields hold, a file goes out harmless and comes in again as it was."""

import csv
import io
import itertools
import pathlib
import tempfile

from hypothesis import example, given, settings
from hypothesis import strategies as st

from contacts.contracts import Rejected
from contacts.files.export import reject_file
from contacts.files.reading import read_rows, sniff
from contacts.mapping import guess_mapping
from core.spreadsheets import csv_chunks, neutralise, read_back
from tests.proofs import proves

_LIVE = "=+-@\t\r\n\0"
#: text a file can hold: no lone surrogates
_CELL = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
_SHARP = st.text(st.sampled_from("'\"=+-@,;|\t\r\n\0 aZ0\u202e\u200b\ufeff＝＋🛑é{}<>%$"), max_size=12)
_PAYLOADS = [
    f"{quote}{start}{body}"
    for quote, start, body in itertools.product(
        ("", "'", "''"),
        ("=", "+", "-", "@", "\t=", "\r=", "\n=", "\0=", "＝", "＋", "－", "＠"),
        (
            'HYPERLINK("http://x","y")', "cmd|' /C calc'!A0", "1+1", '"quoted"', "a,b;c|d", "{{7*7}}", "${7*7}",
            "<script>alert(1)</script>", "</Say><Dial>1</Dial>", "\u202eabc\u200b", "%0d%0aBcc: x", "{x.__class__}",
        ),
    )
]  # fmt: skip


def sent_and_read(rows: list[list[str]]) -> list[list[str]]:
    """The rows after an export and an import of the file."""
    headers = ["Row", *(f"Field {n}" for n in range(1, len(rows[0])))]
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "export.csv"
        path.write_bytes(b"".join(csv_chunks(headers, rows)))
        return [cells for _, cells in read_rows(path)]


@proves("F35")
@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(_CELL, _SHARP, _CELL | _SHARP), min_size=1, max_size=6))
@example([("=1+1", "'=1+1", "''=1+1"), ("'", "''", "'a"), ("\r\n", "\n", "\r")])
def test_export_then_import_gives_the_same_cells(rows: list[tuple[str, str, str]]) -> None:
    numbered = [[f"row {place}", *cells] for place, cells in enumerate(rows)]

    assert sent_and_read(numbered) == numbered


@proves("F35")
def test_432_injection_strings_are_dead_in_the_file_and_whole_after_it() -> None:
    rows = [[f"row {place}", payload] for place, payload in enumerate(_PAYLOADS)]

    text = b"".join(csv_chunks(["Row", "Field"], rows)).decode("utf-8-sig")

    cells = [cell for record in csv.reader(io.StringIO(text, newline="")) for cell in record]
    assert len(_PAYLOADS) == 432
    assert [cell for cell in cells if cell and cell[0] in _LIVE + "＝＋－＠"] == []
    assert sent_and_read(rows) == rows


@given(_SHARP | _CELL)
def test_neutralising_adds_one_apostrophe_or_nothing_and_reading_takes_it_off(cell: str) -> None:
    safe = neutralise(cell)

    assert safe in {cell, "'" + cell}
    assert not safe or safe[0] not in _LIVE
    assert read_back(safe) == cell


def test_an_export_of_many_rows_comes_in_small_pieces() -> None:
    pieces = csv_chunks(["Phone"], ([f"+4915{n:08}"] for n in itertools.count()))

    sizes = [len(next(pieces)) for _ in range(6)]

    assert max(sizes) < 20_000


def test_rejected_rows_come_with_reason_and_remedy_and_can_be_uploaded_again(tmp_path: pathlib.Path) -> None:
    rejects = [
        (Rejected(3, "bad_phone", "letters", "phone", "Mobile"), ["=call me", "Ann"]),
        (Rejected(9, "no_address", "empty"), ["", "Bob"]),
    ]

    path = tmp_path / "rejects.csv"
    with reject_file(["Mobile", "Name"], rejects) as file:
        path.write_bytes(file.read())

    assert b'"\'=call me","Ann","4","Mobile: The phone number contains letters."' in path.read_bytes()
    assert [cells[:3] for _, cells in read_rows(path)] == [["=call me", "Ann", "4"], ["", "Bob", "10"]]
    mapping = guess_mapping(sniff(path).headers)
    assert [column.field for column in mapping.columns] == ["phone", "full_name", "", "", ""]
