"""Codes in words: languages by name, versions of the rules by their day."""

import pytest

from core.wording import language_text, version_text


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("en", "English"),
        ("en_US", "English (United States)"),
        ("es-MX", "Spanish (Mexico)"),
        ("pt_BR", "Portuguese (Brazil)"),
        ("zh_HK", "Chinese (Traditional, Hong Kong SAR China)"),
        ("tlh", "tlh"),
        ("no language", "no language"),
        ("", ""),
    ],
)
def test_a_language_is_said_by_name(code, words):
    assert language_text(code) == words


@pytest.mark.parametrize(
    ("version", "words"),
    [("2026-11-24.5f1c2a", "24 Nov 2026"), ("2026-11-04", "4 Nov 2026"), ("1", "1"), ("", ""), ("2026-11-24x", "2026-11-24x")],
)  # fmt: skip
def test_a_version_of_the_rules_is_said_by_its_day(version, words):
    assert version_text(version) == words
