"""Parts of an SMS, as the phone network cuts them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from messaging.segments import BASIC, EXTENSION, Forcing, Segments, count_segments, forcing_characters, with_look_alikes

VECTORS = [
    ("", "GSM-7", 0, 0),
    ("a" * 160, "GSM-7", 160, 1),
    ("a" * 161, "GSM-7", 161, 2),
    ("a" * 306, "GSM-7", 306, 2),
    ("a" * 307, "GSM-7", 307, 3),
    ("€" * 80, "GSM-7", 160, 1),
    ("€" * 81, "GSM-7", 162, 2),
    ("€" * 153, "GSM-7", 306, 3),
    ("a" * 152 + "€" + "a" * 152, "GSM-7", 306, 3),
    ("[x]", "GSM-7", 5, 1),
    ("я" * 70, "UCS-2", 70, 1),
    ("я" * 71, "UCS-2", 71, 2),
    ("я" * 134, "UCS-2", 134, 2),
    ("я" * 135, "UCS-2", 135, 3),
    ("😀" * 35, "UCS-2", 70, 1),
    ("😀" * 36, "UCS-2", 72, 2),
    ("😀" * 66, "UCS-2", 132, 2),
    ("😀" * 67, "UCS-2", 134, 3),
    ("’" + "a" * 69, "UCS-2", 70, 1),
    ("’" + "a" * 70, "UCS-2", 71, 2),
    ("ç", "UCS-2", 1, 1),
    ("👨\u200d👩\u200d👧", "UCS-2", 8, 1),
    ("a" * 1530, "GSM-7", 1530, 10),
    ("a" * 1531, "GSM-7", 1531, 11),
    ("`", "UCS-2", 1, 1),
    ("\t", "UCS-2", 1, 1),
    ("a" * 1600, "GSM-7", 1600, 11),
    ("\f", "GSM-7", 2, 1),
    ("[" + "я" * 69, "UCS-2", 70, 1),
]


@pytest.mark.parametrize(("text", "encoding", "units", "parts"), VECTORS, ids=range(len(VECTORS)))
def test_a_text_costs_the_published_number_of_parts(text: str, encoding: str, units: int, parts: int) -> None:
    counted = count_segments(text)

    assert counted == Segments(encoding, units, parts)  # type: ignore[arg-type]


def test_the_alphabet_has_127_characters_and_ten_more_behind_the_escape() -> None:
    basic, extension = set(BASIC), set(EXTENSION)

    assert (len(BASIC), len(basic)) == (127, 127)
    assert (len(EXTENSION), len(extension)) == (10, 10)
    assert not basic & extension


def test_the_writer_sees_each_character_that_makes_the_text_dearer_once() -> None:
    text = "It’s Ana’s 5–6 slot 😀"

    forcing = forcing_characters(text)

    assert forcing == (
        Forcing("’", "RIGHT SINGLE QUOTATION MARK", "'"),
        Forcing("–", "EN DASH", "-"),
        Forcing("😀", "GRINNING FACE", ""),
    )


def test_a_control_character_without_a_name_is_listed_by_its_number() -> None:
    assert forcing_characters("a\x07") == (Forcing("\x07", "U+0007", ""),)


def test_look_alikes_bring_a_text_back_to_the_short_alphabet() -> None:
    text = "“It’s” 5–6 — now… \u00a0" + "a" * 80

    simple = with_look_alikes(text)

    assert simple == '"It\'s" 5-6 - now...  ' + "a" * 80
    assert (count_segments(text).parts, count_segments(simple).parts) == (2, 1)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=st.sampled_from("a€[ç😀я\n"), max_size=400))
def test_counting_agrees_with_packing_part_by_part(text: str) -> None:
    """Against a second, slower way to count: cut the text into parts and count them."""
    gsm = all(character in BASIC + EXTENSION for character in text)
    sizes = [
        (2 if character in EXTENSION else 1) if gsm else len(character.encode("utf-16-le")) // 2 for character in text
    ]

    single, joined = (160, 153) if gsm else (70, 67)
    parts: list[int] = []
    for size in sizes:
        if parts and parts[-1] + size <= joined:
            parts[-1] += size
        else:
            parts.append(size)
    expected = 1 if 0 < sum(sizes) <= single else len(parts)

    assert count_segments(text) == Segments("GSM-7" if gsm else "UCS-2", sum(sizes), expected)
