"""One row becomes a person with everything it says, or is refused with a reason."""

import datetime

import pytest

from contacts.contracts import (
    Defaults,
    Duplicate,
    Evidence,
    ImportSummary,
    MappedColumn,
    Mapping,
    ParsedRow,
    Rejected,
    RowProblem,
)
from contacts.duplicates import Deduplicator
from contacts.mapping import check_mapping, field_labels
from contacts.reasons import reason_words, reasons
from contacts.rows import MappingRefused, RowCleaner, clean_row, clean_rows

GIVEN_AT = datetime.datetime(2026, 3, 31, tzinfo=datetime.UTC)


def mapped(*fields: str) -> Mapping:
    return Mapping(tuple(MappedColumn(place, f"Column {field}", field) for place, field in enumerate(fields)))


def person(fields: dict[str, str], defaults: Defaults | None = None) -> ParsedRow:
    parsed = clean_row(1, list(fields.values()), mapped(*fields), defaults or Defaults())
    assert isinstance(parsed, ParsedRow)
    return parsed


def claims(fields: dict[str, str], defaults: Defaults | None = None) -> dict[str, str]:
    return {claim.channel: claim.state for claim in person(fields, defaults).claims}


def test_everything_a_row_says_is_cleaned() -> None:
    parsed = person(
        {
            "phone": "0151 12345678", "email": " Ann@Example.com ", "first_name": " \u202eAnn\u0000  Lee🌟 ",
            "last_name": "O'Ne\u200bil", "city": "Ko\u0308ln\t🏰", "country": "Deutschland", "language": "pt_br",
            "time_zone": "europe/berlin", "tags": "a; b,a |c", "lists": "News", "custom:plan": " pro ", "": "left out",
        }
    )  # fmt: skip

    assert (parsed.phone.e164, parsed.email.key) == ("+4915112345678", "ann@example.com")
    assert parsed.fields == {
        "first_name": "Ann Lee", "last_name": "O'Neil", "city": "Köln 🏰", "country": "DE", "language": "pt-BR",
        "time_zone": "Europe/Berlin",
    }  # fmt: skip
    assert (parsed.tags, parsed.lists, parsed.custom) == (("a", "b", "c"), ("News",), (("plan", "pro"),))
    assert (parsed.claims, parsed.problems) == ((), ())


@pytest.mark.parametrize("name", ['=HYPERLINK("http://x.example","Ann")', "+1+1", "@SUM(A1)", "\uff1d1+1"])
def test_a_name_that_begins_a_formula_is_not_taken_and_is_said(name: str) -> None:
    parsed = person({"email": "a@example.com", "first_name": name, "last_name": "Lee"})

    assert parsed.fields == {"last_name": "Lee"}
    assert parsed.problems == (RowProblem("text", "formula", "first_name", "Column first_name"),)


@pytest.mark.parametrize("language", ["xx", "qq-US", "xx_XX"])
def test_a_language_that_does_not_exist_is_not_taken_and_is_said(language: str) -> None:
    parsed = person({"email": "a@example.com", "language": language})

    assert parsed.fields == {}
    assert parsed.problems == (RowProblem("language", "unknown", "language", "Column language"),)


def test_joiners_inside_words_stay_and_a_name_of_emoji_alone_stays() -> None:
    parsed = person({"email": "a@example.com", "first_name": "می\u200cخواهم", "last_name": "🌟🌟"})

    assert parsed.fields == {"first_name": "می\u200cخواهم", "last_name": "🌟🌟"}


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["", " ", "Ann"], Rejected(7, "no_address", "empty")),
        (["n/a", "", "Ann"], Rejected(7, "bad_phone", "letters", "phone", "Column phone")),
        (["", "a@b", "Ann"], Rejected(7, "bad_email", "domain", "email", "Column email")),
        (["9.19E+11", "a@b", "Ann"], Rejected(7, "spreadsheet_number", "rounded", "phone", "Column phone")),
        (["+4915112345678", "", "A" * 1_001], Rejected(7, "too_long", "cell", "", "Column first_name")),
        (["+4915112345678", "", "Ann", "", "spill"], Rejected(7, "extra_cells", "row")),
    ],
)
def test_a_row_without_a_good_address_is_refused_with_its_reason(cells: list[str], expected: Rejected) -> None:
    assert clean_row(7, cells, mapped("phone", "email", "first_name"), Defaults()) == expected


def test_a_bad_cell_beside_a_good_address_is_reported_with_its_column_and_not_its_content() -> None:
    parsed = person({"phone": "12", "email": "ann@example.com", "country": "Atlantis", "time_zone": "Mars/Base"})

    assert parsed.phone is None
    assert parsed.problems == (
        RowProblem("country", "unknown", "country", "Column country"),
        RowProblem("bad_phone", "no_country_code", "phone", "Column phone"),
        RowProblem("time_zone", "unknown", "time_zone", "Column time_zone"),
    )


PROOF = {"consent_date": "2026-03-31", "consent_source": "signup form"}


@pytest.mark.parametrize(
    ("evidence", "state"),
    [
        (PROOF, "granted"),
        ({"consent_date": "2026-03-31"}, "unproven"),
        ({"consent_source": "signup form"}, "unproven"),
        ({}, "unproven"),
        (PROOF | {"consent_date": "03/02/2026"}, "unproven"),
        (PROOF | {"consent_date": "soon"}, "unproven"),
        (PROOF | {"consent_purpose": "world peace"}, "unproven"),
        (PROOF | {"consent_purpose": "Offers"}, "granted"),
    ],
)
def test_only_a_yes_with_date_and_source_is_proof(evidence: dict[str, str], state: str) -> None:
    assert claims({"phone": "+4915112345678", "consent:sms": "yes"} | evidence) == {"sms": state}


def test_the_files_own_declaration_fills_what_rows_leave_blank() -> None:
    declared = Defaults(consent_source="fair 2026", consent_at=GIVEN_AT, consent_wording="Send me offers")
    row = {"email": "a@example.com", "consent:email": "Y", "consent_source": "", "consent_ip": "203.0.113.9"}

    (claim,) = person(row, declared).claims

    assert (claim.channel, claim.state, claim.purpose) == ("email", "granted", "marketing")
    assert claim.evidence == Evidence("fair 2026", GIVEN_AT, "Send me offers", "203.0.113.9")


def test_a_consent_from_the_future_is_no_proof_when_the_caller_says_what_time_it_is() -> None:
    row = {"phone": "+4915112345678", "consent:sms": "yes"} | PROOF

    parsed = person(row, Defaults(not_after=GIVEN_AT - datetime.timedelta(seconds=1)))

    assert [claim.state for claim in parsed.claims] == ["unproven"]
    assert parsed.problems == (RowProblem("consent_date", "in_the_future", "consent_date", "Column consent_date"),)
    assert claims(row, Defaults(not_after=GIVEN_AT)) == {"sms": "granted"}


@pytest.mark.parametrize(
    "word", ["unsubscribed", "STOP", "Opted-Out", "Abgemeldet", "désabonné", "do not contact", "DND"]
)
def test_an_opt_out_word_in_a_consent_column_protects_whatever_the_evidence(word: str) -> None:
    row = {"phone": "+4915112345678", "consent:sms": word, "consent:all": "yes"} | PROOF

    found = person(row).claims

    assert {claim.channel: claim.state for claim in found} == {
        "sms": "withdrawn", "whatsapp": "granted", "voice": "granted",
    }  # fmt: skip
    assert [claim.purpose for claim in found if claim.state == "withdrawn"] == [""]


@pytest.mark.parametrize("word", ["yes", "1", "2024-05-06", "x", "TRUE", "subscribed?", "unknown", "opt-out"])
def test_anything_but_a_plain_no_in_an_opt_out_column_protects_every_channel(word: str) -> None:
    row = {"phone": "+4915112345678", "email": "a@example.com", "consent:email": "yes", "opted_out": word} | PROOF

    assert set(claims(row).values()) == {"withdrawn"}
    assert set(claims(row)) == {"sms", "whatsapp", "voice", "email"}


@pytest.mark.parametrize("word", ["", "no", "0", "FALSE", "-", "never", "Nein"])
def test_a_plain_no_in_an_opt_out_column_says_nothing(word: str) -> None:
    assert claims({"phone": "+4915112345678", "opted_out": word}) == {}


@pytest.mark.parametrize("word", ["no", "", "maybe", "pending", "0", "n/a", "yes but not now", "y" * 61])
def test_no_and_unknown_words_never_count_as_a_yes(word: str) -> None:
    assert claims({"phone": "+4915112345678", "consent:sms": word} | PROOF) == {}


def test_a_general_consent_is_for_the_channels_it_names() -> None:
    row = {"phone": "+4915112345678", "email": "a@example.com", "consent:all": "yes"} | PROOF

    assert claims(row | {"consent_channel": "SMS & e-mail"}) == {"sms": "granted", "email": "granted"}
    assert claims(row | {"consent_channel": "pigeon"}) == {}
    assert claims(row | {"consent_channel": "pigeon", "consent:all": "stop"}) == dict.fromkeys(
        ("sms", "whatsapp", "voice", "email"), "withdrawn"
    )


def test_claims_are_only_for_addresses_that_were_kept() -> None:
    answers = {"consent:sms": "yes", "consent:whatsapp": "yes", "consent:email": "unsubscribed"}

    assert claims({"phone": "+4915112345678", "email": "a@b"} | answers) == {"sms": "unproven", "whatsapp": "unproven"}
    assert claims({"phone": "", "email": "a@example.com"} | answers) == {"email": "withdrawn"}
    assert claims({"whatsapp": "+4915112345678"} | answers) == {"whatsapp": "unproven"}


def test_a_second_row_with_the_same_phone_or_email_is_a_duplicate_of_the_first() -> None:
    rows = [
        (1, ["+4915112345678", "a@example.com"]),
        (2, ["0049 151 12345678", "b@example.com"]),
        (3, ["", "A@EXAMPLE.COM"]),
        (4, ["", "b@example.com"]),
    ]

    found = list(clean_rows(rows, RowCleaner(mapped("phone", "email"), Defaults()), Deduplicator()))

    firsts = [result.first_row if isinstance(result, Duplicate) else None for result in found]
    assert firsts == [None, 1, 1, None]


def test_two_hundred_thousand_addresses_stay_apart_in_a_few_megabytes() -> None:
    deduplicator = Deduplicator()

    fresh = sum(deduplicator.first_row(row, [("phone", f"+49{row}")]) is None for row in range(1, 200_001))

    assert fresh == 200_000
    assert deduplicator.first_row(9, [("phone", "+49123456")]) == 123_456
    assert deduplicator.first_row(9, [("email", "+49123456")]) is None
    assert deduplicator.size <= 12 * 2**19


def test_a_mapping_that_does_not_hold_is_refused_before_any_row() -> None:
    with pytest.raises(MappingRefused):
        RowCleaner(mapped("first_name"), Defaults())


def test_every_reason_a_row_can_have_has_words_and_a_remedy() -> None:
    for key, entry in reasons().items():
        code, cause = key.split(".")
        assert reason_words(code, cause) == (entry["reason"], entry["remedy"])
    assert reason_words("bad_email", "domain", "Mail")[0].startswith("Mail: ")
    assert "no_address.empty" in reasons()


def test_a_summary_counts_every_row_once() -> None:
    assert ImportSummary(rows=10, created=5, updated=2, unchanged=1, duplicates=1, rejected=1).adds_up
    assert not ImportSummary(rows=10, created=5).adds_up


def test_every_field_can_be_mapped() -> None:
    for field in field_labels():
        fields = ("phone",) if field == "phone" else ("phone", field)
        assert check_mapping(mapped(*fields), [f"Column {name}" for name in fields]) == ()
