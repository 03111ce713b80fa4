"""The table of spellings beside the numbering plans of the reference library."""

import phonenumbers
import pytest

from core.spellings import other_spellings

#: area codes of two, three and four digits, with a local number that fills ten
ARGENTINA = [("11", "61234567"), ("223", "5123456"), ("351", "5123456"), ("2966", "423456"), ("3865", "423456")]


def read(text):
    return phonenumbers.parse(text)


@pytest.mark.parametrize(("area", "local"), ARGENTINA)
def test_the_library_says_too_that_the_nine_marks_the_mobile_which_argentina_dials_with_fifteen(area, local):
    dialled_at_home = phonenumbers.parse(f"0{area} 15 {local}", "AR")

    marked = f"+549{area}{local}"

    assert phonenumbers.format_number(dialled_at_home, phonenumbers.PhoneNumberFormat.E164) == marked
    assert phonenumbers.number_type(read(marked)) == phonenumbers.PhoneNumberType.MOBILE


@pytest.mark.parametrize(("area", "local"), ARGENTINA)
def test_a_mobile_of_argentina_is_found_with_and_without_its_nine(area, local):
    marked, bare = f"+549{area}{local}", f"+54{area}{local}"

    assert [number.e164 for number in other_spellings(bare)] == [marked]
    assert [number.e164 for number in other_spellings(marked) if number.e164 == bare] == (
        [bare] if phonenumbers.is_valid_number(read(bare)) else []
    )


def test_every_number_the_table_leads_to_is_one_the_library_finds_valid():
    written = ["+5215512345678", "+551187654321", "+5511987654321", "+541161234567", "+5491161234567"]

    found = [number.e164 for text in written for number in other_spellings(text)]

    assert len(found) >= 4
    assert all(phonenumbers.is_valid_number(read(number)) for number in found)
