"""Cells as words: cleaned text, names without decoration, and words compared whatever their case and accents."""

import functools
import pathlib
import re
import tomllib
import unicodedata
import zoneinfo
from typing import Final

import rphonenumbers
from babel import Locale

_SPELLINGS = pathlib.Path(__file__).parent / "data" / "spellings.toml"
#: joiners that Persian, Urdu and Indic words are spelled with; kept between letters, dropped elsewhere
_JOINERS = "\u200c\u200d"
_CACHE_SIZE = 16_384
#: marks above and below Latin, Greek and Cyrillic letters; those of other scripts are letters of their own
_ACCENTS: Final = re.compile("[\u0300-\u036f]")
#: written inside a word: O'Brien is one word, and so is a Persian one with a joiner
_INSIDE: Final = re.compile("['’‘ʼ`´\u200c\u200d]")
#: letters with a stroke and pairs written as one, which Unicode does not take apart
_STROKES: Final = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"})


def fold(text: str) -> str:
    """The text reduced to what matters when words are compared: no case, accents, punctuation or spaces."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in plain if letter.isalnum() or unicodedata.category(letter) == "So")


def plain_name(text: str) -> str:
    """A name as it is searched: "José  O'Brien-Łukasz" is "jose obrien lukasz", words with one space between them."""
    words = text.lower().split()
    bare = " ".join(words)
    return bare if bare.isascii() and "".join(words).isalnum() else _plain_name(bare)


@functools.lru_cache(maxsize=_CACHE_SIZE)
def _plain_name(text: str) -> str:
    bare = _ACCENTS.sub("", unicodedata.normalize("NFKD", _INSIDE.sub("", text).casefold())).translate(_STROKES)
    words = "".join(" " if unicodedata.category(letter)[0] in "PZ" else letter for letter in bare).split()
    return unicodedata.normalize("NFC", " ".join(words))


def clean_text(text: str) -> str:
    """Text without control characters, direction marks and doubled spaces, in NFC; emoji and all scripts stay."""
    if text.isascii() and text.isprintable():
        bare = text.strip()
        return " ".join(bare.split()) if "  " in bare else bare
    return _clean_text(text)


@functools.lru_cache(maxsize=_CACHE_SIZE)
def _clean_text(text: str) -> str:
    kept = []
    for place, letter in enumerate(text):
        category = unicodedata.category(letter)
        if letter.isspace():
            kept.append(" ")
        elif letter in _JOINERS:
            kept.append(letter if _joins(text, place) else "")
        elif category not in {"Cc", "Cf", "Cs", "Co", "Cn"}:
            kept.append(letter)
    return unicodedata.normalize("NFC", " ".join("".join(kept).split()))


def _joins(text: str, place: int) -> bool:
    """Does a joiner stand between two letters or marks, or inside an emoji?"""
    around = text[max(0, place - 1) : place], text[place + 1 : place + 2]
    return all(letter and unicodedata.category(letter)[0] in "LMS" for letter in around)


def clean_name(text: str) -> str:
    """A name as it may stand in a greeting: `clean_text` without emoji, which would double the price of a text message.

    A name that is nothing but emoji stays as it is.
    """
    bare = clean_text(text)
    return bare if bare.isascii() else _without_emoji(bare)


@functools.lru_cache(maxsize=_CACHE_SIZE)
def _without_emoji(bare: str) -> str:
    kept = "".join(letter for letter in bare if not _is_decoration(letter))
    return " ".join(kept.split()) or bare


def _is_decoration(letter: str) -> bool:
    return unicodedata.category(letter) == "So" or 0x1F3FB <= ord(letter) <= 0x1F3FF or 0xFE00 <= ord(letter) <= 0xFE0F


@functools.lru_cache(maxsize=_CACHE_SIZE)
def country_code(text: str) -> str:
    """The ISO alpha-2 code of a country written as code or name; "" when unknown."""
    code = text.strip().upper()
    if code in rphonenumbers.SUPPORTED_REGIONS:
        return code
    return _names("countries").get(fold(text), "")


@functools.lru_cache(maxsize=_CACHE_SIZE)
def language_code(text: str) -> str:
    """The language as "pt" or "pt-BR" from a code or a name; "" when unknown."""
    language, _, region = text.strip().replace("_", "-").partition("-")
    if language.lower() in _language_codes():
        if not region:
            return language.lower()
        return f"{language.lower()}-{region.upper()}" if len(region) == 2 and region.isalpha() else ""
    return _names("languages").get(fold(text), "")


@functools.lru_cache(maxsize=_CACHE_SIZE)
def time_zone_name(text: str) -> str:
    """The IANA name of a time zone whatever its case; "" when unknown."""
    return _zones().get(text.strip().replace(" ", "_").lower(), "")


@functools.cache
def _zones() -> dict[str, str]:
    return {name.lower(): name for name in zoneinfo.available_timezones()}


@functools.cache
def _language_codes() -> frozenset[str]:
    """Every two-letter code of a language. Source: Unicode CLDR, which names languages by ISO 639-1 where it has a code."""
    return frozenset(code for code in map(str, Locale("en").languages) if len(code) == 2)


@functools.cache
def _names(kind: str) -> dict[str, str]:
    table = tomllib.loads(_SPELLINGS.read_text(encoding="utf-8"))[kind]
    return {fold(name): code for code, names in table.items() for name in names}
