"""Phone numbers as people write them: read to one spelling, or refused with the right reason."""

import random

import phonenumbers
import pytest
import rphonenumbers

from core.phone import PhoneNumber, grouped_phone, parse_phone
from core.problem import Problem
from tests.proofs import proves

GERMAN = PhoneNumber("+4915112345678", "DE", "mobile", 49)


@proves("B3")
@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("+4915112345678", ""),
        ("004915112345678", "US"),
        ("00 49 151 1234 5678", ""),
        ("0151 12345678", "DE"),
        ("015112345678", "DE"),
        ("+49 (0)151 / 12345678".replace("/", ""), ""),
        ("tel:+49-151-12345678", ""),
        ("WhatsApp:+4915112345678", ""),
        ("'+4915112345678", ""),
        ("’+4915112345678", ""),
        ("\u202a+49 151 12345678\u202c", ""),
        ("\u200f+4915112345678\u200e", ""),
        ("+49151\u200b123\ufeff45678", ""),
        ("+49\u00a0151\u202f12345678", ""),
        ("\uff0b\uff14\uff19\uff11\uff15\uff11\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18", ""),
        ("+٤٩١٥١١٢٣٤٥٦٧٨", ""),
        ("+۴۹۱۵۱۱۲۳۴۵۶۷۸", ""),
        ("+४९१५११२३४५६७८", ""),
        ("٠٠٤٩١٥١١٢٣٤٥٦٧٨", ""),
        ("+49.151.12345678", ""),
        ("+49–151–12345678", ""),
        ("015112345678.0", "DE"),
        ("+4915112345678.00", ""),
        ("  +4915112345678\r\n", ""),
        ("(+49) 15112345678", ""),
    ],
)
def test_every_honest_spelling_is_the_same_number(text: str, country: str) -> None:
    assert parse_phone(text, country) == GERMAN


@proves("B3")
@pytest.mark.parametrize(
    ("text", "country", "code", "cause"),
    [
        ("", "DE", "bad_phone", "empty"),
        (" -\u200b ", "DE", "bad_phone", "empty"),
        ("9.1987E+11", "IN", "spreadsheet_number", "rounded"),
        ("9,1987E+11", "IN", "spreadsheet_number", "rounded"),
        ("1.4155550123e+10", "US", "spreadsheet_number", "rounded"),
        ("'9E11", "US", "spreadsheet_number", "rounded"),
        ("+1 202 555 0143 ext 5", "", "bad_phone", "extension"),
        ("+1 202 555 0143 x5", "", "bad_phone", "extension"),
        ("tel:+12025550143;ext=5", "", "bad_phone", "extension"),
        ("+12025550143/+12025550144", "", "bad_phone", "two_numbers"),
        ("2025550143, 2025550144", "US", "bad_phone", "two_numbers"),
        ("2025550143 or 2025550144", "US", "bad_phone", "two_numbers"),
        ("1-800-FLOWERS", "US", "bad_phone", "letters"),
        ("n/a", "US", "bad_phone", "letters"),
        ("#REF!", "US", "bad_phone", "letters"),
        ("2025550143", "", "bad_phone", "no_country_code"),
        ("+999123456789", "", "bad_phone", "unknown_country_code"),
        ("12345", "US", "bad_phone", "too_short"),
        ("+1202555014399", "", "bad_phone", "too_many_digits"),
        ("+12025550143 +12025550144", "", "bad_phone", "two_numbers"),
        ("+1 111 111 1111", "", "bad_phone", "not_in_use"),
        ("4915112345678", "DE", "bad_phone", "ambiguous"),
        ("4915112345678.0", "DE", "bad_phone", "ambiguous"),
        ("+", "US", "bad_phone", "not_a_number"),
        ("²³²³²³²³²³", "US", "bad_phone", "not_a_number"),
        ("+" + "1" * 400, "", "bad_phone", "too_long"),
    ],
)
def test_what_could_reach_the_wrong_person_is_refused(text: str, country: str, code: str, cause: str) -> None:
    assert parse_phone(text, country) == Problem(code, cause)


@proves("B3")
@pytest.mark.parametrize(
    ("text", "country", "e164"),
    [
        ("12025550143", "US", "+12025550143"),
        ("919812345678", "IN", "+919812345678"),
        ("9198123456", "IN", "+919198123456"),
    ],
)
def test_a_country_code_without_plus_is_understood_where_only_one_reading_is_valid(
    text: str, country: str, e164: str
) -> None:
    number = parse_phone(text, country)

    assert isinstance(number, PhoneNumber)
    assert number.e164 == e164


@proves("B3")
def test_kind_and_country_come_with_the_number() -> None:
    found = {text: parse_phone(text) for text in ("+442079460958", "+18005550199", "+80012345678", "+12025550143")}

    assert {text: (number.country, number.kind, number.may_receive_sms) for text, number in found.items()} == {
        "+442079460958": ("GB", "fixed", False),
        "+18005550199": ("US", "toll_free", False),
        "+80012345678": ("", "toll_free", False),
        "+12025550143": ("US", "either", True),
    }


def test_a_number_does_not_show_itself_in_a_trace() -> None:
    number = parse_phone("+4915112345678")

    assert repr(number) == "PhoneNumber(DE, mobile, ending 78)"
    assert "15112345678" not in f"{number}"


def test_the_fast_library_and_the_reference_agree_on_numbers_of_every_country() -> None:
    pick = random.Random(20_261)
    numbers = [_near_example(pick, country) for country in sorted(phonenumbers.SUPPORTED_REGIONS) for _ in range(8)]

    differing = [number for number in numbers if _read(rphonenumbers, number) != _read(phonenumbers, number)]

    assert len(numbers) == 8 * len(phonenumbers.SUPPORTED_REGIONS)
    # the two bundle metadata of neighbouring releases, so a few ranges opened in between may differ
    assert len(differing) <= len(numbers) // 200


def test_what_the_fast_library_refuses_the_reference_may_still_accept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rphonenumbers, "number_type", lambda number: 99)

    assert parse_phone("+4915112345678") == GERMAN


def _near_example(pick: random.Random, country: str) -> str:
    """A number around the country's example; some are valid, some are not."""
    example = phonenumbers.example_number_for_type(country, phonenumbers.PhoneNumberType.MOBILE)
    example = example or phonenumbers.example_number(country)
    digits = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
    changed = pick.randrange(1, 5)
    return digits[:-changed] + "".join(str(pick.randrange(10)) for _ in range(changed))


def _read(library, number: str) -> tuple[str, int, str]:
    parsed = library.parse(number, None)
    return library.region_code_for_number(parsed) or "", library.number_type(parsed), library.format_number(parsed, 0)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("+14025600001", "+1 402 560 0001"),
        ("+923001234567", "+92 300 1234567"),
        ("+4915112345678", "+49 1511 2345678"),
        ("+1•••••••12", "+1•••••••12"),
        ("… 0001", "… 0001"),
        ("mina@example.com", "mina@example.com"),
        ("+999123456789", "+999123456789"),
        ("NOORBAGH", "NOORBAGH"),
        ("", ""),
    ],
)
def test_a_whole_number_is_grouped_as_its_country_writes_it_and_all_else_stays(text: str, shown: str) -> None:
    assert grouped_phone(text) == shown
