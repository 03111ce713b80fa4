"""Twenty thousand untidy rows come out exactly as the truth about them says, from every kind of file."""

import pathlib

import pytest

from contacts.contracts import Defaults, Duplicate, ParsedRow, Rejected
from contacts.duplicates import Deduplicator
from contacts.files.reading import read_rows, sniff
from contacts.mapping import guess_mapping
from contacts.rows import RowCleaner, clean_rows
from tests.proofs import proves
from tests.support.messy_contacts import Truth, write_csv, write_xlsx

_ORDER = ("sms", "whatsapp", "email", "voice")


def outcomes(path: pathlib.Path) -> list[Truth]:
    """What our import makes of a file, in the words of the truth."""
    shape = sniff(path)
    cleaner = RowCleaner(guess_mapping(shape.headers, shape.sample), Defaults())
    return [_told(result) for result in clean_rows(read_rows(path, shape), cleaner, Deduplicator())]


def _told(result: ParsedRow | Duplicate | Rejected) -> Truth:
    if isinstance(result, Rejected):
        return Truth(result.row, "reject", result.code)
    parsed = result.parsed if isinstance(result, Duplicate) else result
    phone, email = parsed.phone.e164 if parsed.phone else "", parsed.email.key if parsed.email else ""
    claims = tuple(
        (claim.channel, claim.state) for claim in sorted(parsed.claims, key=lambda c: _ORDER.index(c.channel))
    )
    if isinstance(result, Duplicate):
        return Truth(parsed.row, "duplicate", str(result.first_row), phone, email, claims)
    dropped = [f"dropped_{problem.field}" for problem in parsed.problems if problem.field in {"phone", "email"}]
    return Truth(parsed.row, "accept", "".join(dropped), phone, email, claims)


@proves("B3")
def test_twenty_thousand_csv_rows_match_their_truth(tmp_path: pathlib.Path) -> None:
    truth = write_csv(tmp_path / "people.csv", rows=20_000, seed=20_261)

    found = outcomes(tmp_path / "people.csv")

    assert len(found) == 20_000
    assert [pair for pair in zip(found, truth, strict=True) if pair[0] != pair[1]] == []


@proves("B3")
def test_twenty_thousand_xlsx_rows_match_their_truth(tmp_path: pathlib.Path) -> None:
    truth = write_xlsx(tmp_path / "people.xlsx", rows=20_000, seed=20_261)

    found = outcomes(tmp_path / "people.xlsx")

    assert len(found) == 20_000
    assert [pair for pair in zip(found, truth, strict=True) if pair[0] != pair[1]] == []


@pytest.mark.parametrize(
    ("encoding", "delimiter"),
    [("utf-8", "|"), ("utf-8-sig", ";"), ("utf-16", "\t"), ("utf-16-le", ","), ("utf-16-be", ";"), ("cp1252", ";")],
)
def test_other_encodings_and_delimiters_match_their_truth(
    tmp_path: pathlib.Path, encoding: str, delimiter: str
) -> None:
    truth = write_csv(tmp_path / "people.csv", 1_500, seed=77, encoding=encoding, delimiter=delimiter)

    found = outcomes(tmp_path / "people.csv")

    assert [pair for pair in zip(found, truth, strict=True) if pair[0] != pair[1]] == []


def test_one_seed_makes_one_file(tmp_path: pathlib.Path) -> None:
    first = write_csv(tmp_path / "first.csv", 300, seed=5)

    second = write_csv(tmp_path / "second.csv", 300, seed=5)

    assert first == second
    assert (tmp_path / "first.csv").read_bytes() == (tmp_path / "second.csv").read_bytes()
    assert {truth.outcome for truth in first} == {"accept", "duplicate", "reject"}
