"""The words of a message without what does not matter: case, width, accents, punctuation, emoji, and letters in disguise.

Everything here takes time in proportion to the length of the text, whatever is in it.
"""

import functools
import re
import unicodedata
from typing import Final

from consent.rule_reader import Row, read_rules

Words = tuple[str, ...]

KEYWORD_FILE: Final = "keywords.toml"
# Arabic keyboards and Urdu or Persian ones write the same letter with different code points.
_ONE_SPELLING: Final = str.maketrans("يىكۀهةأإآı", "ییکہہہاااi", "ـ")
#: marks after one letter beyond which more of them say nothing, and would cost sorting
_MOST_MARKS: Final = 16
#: a letter that somebody leaned on: "stoooop"
_DRAWN_OUT: Final = re.compile(r"([^\W\d_])\1{2,}")
#: emoji that are letters in a box or a circle, and those that flags are made of: the first of each alphabet
_BOXED_ALPHABETS: Final = (0x1F150, 0x1F170, 0x1F1E6)
_BOXED: Final = {first + place: chr(ord("a") + place) for first in _BOXED_ALPHABETS for place in range(26)}
_SIGNS_OF_SEX: Final = "\u2640\u2642"


@functools.cache
def keyword_file() -> Row:
    """The tables of rules/keywords.toml. Errors: InvalidRules."""
    book = read_rules(KEYWORD_FILE)
    book.source()
    return book


def fold(text: str) -> Words:
    """The words of a text as they are compared. Shape: any text; folding what is folded changes nothing."""
    plain = unicodedata.normalize("NFKC", _without_towers(text)).translate(_BOXED).casefold()
    plain = unicodedata.normalize("NFKD", plain)
    kept = (_keep(character) for character in plain)
    joined = unicodedata.normalize("NFC", "".join(kept)).translate(_ONE_SPELLING)
    return run_together(tuple(_DRAWN_OUT.sub(r"\1", _unmasked(word)) for word in joined.split()))


def run_together(words: Words) -> Words:
    """One word in place of three and more that are a letter each, as of "s t o p"; all other words as they are."""
    spelled_out = len(words) > 2 and all(len(word) == 1 and word.isalpha() for word in words)
    return (_unmasked("".join(words)),) if spelled_out else words


def bare(text: str) -> str:
    """A text of symbols without spaces, skin colours, variation selectors and other invisible characters."""
    invisible = ("Cf", "Mn", "Sk", "Zs", "Po", "Cc")
    return "".join(sign for sign in text if unicodedata.category(sign) not in invisible and sign not in _SIGNS_OF_SEX)


def _without_towers(text: str) -> str:
    """The text with at most a few marks on each letter: a tower of thousands takes its square in time to put in order."""
    if text.isascii():
        return text
    kept, height = [], 0
    for character in text:
        height = height + 1 if unicodedata.combining(character) else 0
        if height <= _MOST_MARKS:
            kept.append(character)
    return "".join(kept)


def _unmasked(word: str) -> str:
    """A word with what its signs look like, if it holds nothing but signs in disguise and Latin letters, one letter at least."""
    if word.isascii() and word.isalpha():
        return word
    table = _lookalikes()
    fits = all(sign in table or (sign.isascii() and sign.isalpha()) for sign in word)
    return "".join(table.get(sign, sign) for sign in word) if fits and not word.isdigit() else word


@functools.cache
def _lookalikes() -> dict[str, str]:
    row = keyword_file().row("lookalikes")
    table = {sign: letter for letter in row.table for sign in row.text(letter)}
    row.finish()
    return table


def _keep(character: str) -> str:
    """The character if it tells words apart, a space for what stands between words, nothing for what only decorates."""
    if character.isascii():
        return character if character.isalnum() else "" if character in "'`" else " "
    accent = "\u0300" <= character <= "\u036f" or "\u064b" <= character <= "\u065f"
    variation = "\ufe00" <= character <= "\ufe0f"
    category = unicodedata.category(character)
    if accent or variation or category in ("Cf", "Sk") or character in "\u2019\u2018\u02bc\u00b4":
        return ""
    return character if category[0] in "LMN" else " "
