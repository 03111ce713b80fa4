"""Telephone numbers in files: out with an apostrophe, in with it and without it."""

import csv
import io

import pytest

from core.phone import parse_phone
from core.spreadsheets import csv_chunks, read_back

NUMBER = "+14025550142"


def test_a_number_leaves_as_text_that_no_spreadsheet_counts_with():
    (_, row) = csv.reader(io.StringIO(b"".join(csv_chunks(["Phone"], [[NUMBER]])).decode("utf-8-sig")))

    assert row == [f"'{NUMBER}"]
    assert read_back(row[0]) == NUMBER


@pytest.mark.parametrize("cell", [NUMBER, f"'{NUMBER}", f"\u2019{NUMBER}", "14025550142", "(402) 555-0142"])
def test_a_number_comes_in_with_the_apostrophe_without_it_and_even_without_its_plus(cell):
    found = parse_phone(read_back(cell), "US")

    assert found.e164 == NUMBER


def test_a_number_that_a_spreadsheet_has_rounded_is_refused_and_never_guessed():
    found = parse_phone(read_back("4.91712E+11"), "DE")

    assert (found.code, found.cause) == ("spreadsheet_number", "rounded")
