"""Text tables of every make are read row by row, and what cannot be read is refused in words."""

import pathlib
import tracemalloc

import pytest

from contacts.files.limits import FileProblem, Limits
from contacts.files.reading import read_rows, sniff
from tests.proofs import proves

TEXT = "Phone,Name\r\n+4915112345678,Käthe\r\n+4915112345679,Zoë\r\n"


def written(tmp_path: pathlib.Path, content: bytes) -> pathlib.Path:
    path = tmp_path / "upload"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("content", "encoding", "delimiter", "certain"),
    [
        (TEXT.encode(), "utf-8", ",", True),
        (TEXT.encode("utf-8-sig"), "utf-8-sig", ",", True),
        (TEXT.encode("utf-16"), "utf-16", ",", True),
        (b"\xfe\xff" + TEXT.encode("utf-16-be"), "utf-16", ",", True),
        (TEXT.encode("utf-16-le"), "utf-16-le", ",", True),
        (TEXT.encode("utf-16-be"), "utf-16-be", ",", True),
        (TEXT.encode("cp1252"), "cp1252", ",", False),
        (TEXT.replace(",", ";").encode(), "utf-8", ";", True),
        (TEXT.replace(",", "\t").encode(), "utf-8", "\t", True),
        (TEXT.replace(",", "|").encode(), "utf-8", "|", True),
        (TEXT.replace("\r\n", "\r").encode(), "utf-8", ",", True),
        (TEXT.replace("\r\n", "\n").encode(), "utf-8", ",", True),
        (("sep=;\r\n" + TEXT.replace(",", ";")).encode(), "utf-8", ";", True),
        (("\r\n\r\n" + TEXT).encode(), "utf-8", ",", True),
    ],
)
def test_the_same_table_in_every_dress(
    tmp_path: pathlib.Path, content: bytes, encoding: str, delimiter: str, certain: bool
) -> None:
    path = written(tmp_path, content)

    shape = sniff(path)

    assert (shape.kind, shape.encoding, shape.delimiter, shape.encoding_is_certain) == (
        "csv", encoding, delimiter, certain,
    )  # fmt: skip
    assert shape.headers == ("Phone", "Name")
    assert list(read_rows(path, shape)) == [(1, ["+4915112345678", "Käthe"]), (2, ["+4915112345679", "Zoë"])]


def test_rows_keep_their_place_when_some_are_blank_short_or_long(tmp_path: pathlib.Path) -> None:
    path = written(tmp_path, b'Phone,Name,City\n1,Ann,"Austin, TX"\n\n , ,\n2\n3,"two\nlines",X,extra\n')

    rows = list(read_rows(path))

    assert rows == [(1, ["1", "Ann", "Austin, TX"]), (4, ["2", "", ""]), (5, ["3", "two\nlines", "X", "extra"])]


def test_a_nameless_column_is_called_by_its_place(tmp_path: pathlib.Path) -> None:
    path = written(tmp_path, b"Phone,,Name\n1,2,3\n")

    assert sniff(path).headers == ("Phone", "Column 2", "Name")


def test_a_zero_byte_in_a_cell_does_not_end_the_file(tmp_path: pathlib.Path) -> None:
    path = written(tmp_path, b"Phone,Name\n1,An\x00n" + b"\n2,Bob" * 20 + b"\n")

    assert len(list(read_rows(path))) == 21


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"\n \n,,\n", "empty_file"),
        (b"+14155552671,Ann\n+14155552672,Bob\n", "no_header"),
        (b"ann@example.com\nbob@example.com\n", "no_header"),
        (b'Phone,Name\n1,"Ann\n2,Bob\n3,Cy\n', "unclosed_quote"),
        (b'Phone,Name\n1,"' + b"x" * 140_000 + b'"\n', "cell_too_long"),
        (b"\xff\xfe\x00\x00" + "Phone".encode("utf-32-le"), "unknown_encoding"),
        (b"Phone,Name\n1,\x81\x8d\xff\n", "unknown_encoding"),
        (b"\x89PNG" + bytes(range(256)) * 4 + b"\x00" * 200, "not_text"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\0\0\0\0:~\x9bU\0\0\0\0IEND\xaeB`\x82", "not_text"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600, "old_workbook"),
        (b"PK\x03\x04 but no archive", "damaged_workbook"),
    ],
)
def test_what_is_no_contact_table_is_refused(tmp_path: pathlib.Path, content: bytes, code: str) -> None:
    path = written(tmp_path, content)

    with pytest.raises(FileProblem) as refused:
        list(read_rows(path))

    assert refused.value.code == code
    assert refused.value.message
    assert refused.value.remedy


@proves("F33")
@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"Phone," * 1_000_000 + b"\n", "line_too_long"),
        (b"," * 900_000 + b"Phone\n1\n", "too_many_columns"),
        (b"Phone,Name\n1,Ann\n" + b"," * 900_000 + b"x\n", "too_many_columns"),
        (b"Phone\n" + b"9" * 20_000_000, "line_too_long"),
        (b"Phone\n" + b'"' * 3_000_000, "line_too_long"),
    ],
)
def test_endless_lines_and_columns_are_refused_in_little_memory(
    tmp_path: pathlib.Path, content: bytes, code: str
) -> None:
    path = written(tmp_path, content)
    del content
    tracemalloc.start()

    with pytest.raises(FileProblem) as refused:
        list(read_rows(path))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert refused.value.code == code
    assert peak < 100_000_000


@proves("F33")
def test_a_file_beyond_the_size_limit_is_refused_without_reading_it(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "upload"
    with path.open("wb") as file:
        file.truncate(5_000_000_000)

    with pytest.raises(FileProblem) as refused:
        sniff(path)

    assert refused.value.code == "file_too_big"


def test_one_row_more_than_the_limit_is_refused(tmp_path: pathlib.Path) -> None:
    path = written(tmp_path, b"Phone\n1\n2\n3\n4\n")

    with pytest.raises(FileProblem) as refused:
        list(read_rows(path, limits=Limits(rows=3)))

    assert refused.value.code == "too_many_rows"


def test_a_refusal_never_repeats_a_cell(tmp_path: pathlib.Path) -> None:
    path = written(tmp_path, b"secret.person@example.com,+14155552671\n")

    with pytest.raises(FileProblem) as refused:
        sniff(path)

    assert "secret" not in str(refused.value)
    assert "4155552671" not in str(refused.value)
