"""Phone numbers: one spelling (E.164) for what people write in a thousand ways, or a plain reason why not.

Reading is strict where a guess could reach the wrong person: letters, extensions, two numbers in one cell and numbers
that a spreadsheet rounded are refused, never repaired.
"""

import dataclasses
import re
from typing import Literal

import phonenumbers
import rphonenumbers

from core.problem import Problem

PhoneKind = Literal["mobile", "fixed", "either", "toll_free", "premium", "voip", "other"]

#: libphonenumber's number types in our words; `either` is a plan (as in North America) that does not tell them apart
_KINDS: dict[int, PhoneKind] = {0: "fixed", 1: "mobile", 2: "either", 3: "toll_free", 4: "premium", 6: "voip"}
#: the kinds that take a text: mobile, or of a plan that does not tell mobile from fixed
TEXTABLE_KINDS = frozenset({"mobile", "either"})
KIND_NUMBERS: dict[str, int] = {"other": 99, **{kind: number for number, kind in _KINDS.items()}}
_UNKNOWN_TYPE = 99
#: E.164 allows 15 digits; three times that leaves room for any honest punctuation
_LONGEST_TEXT = 60

#: spaces, dashes, dots, brackets, invisible marks and apostrophes say nothing in a number
_SILENT = (
    " \t\r\n\f\v\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
    "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63\uff0d.\uff0e()\uff08\uff09[]"
    "\u00ad\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e"
    "\u2060\u2061\u2062\u2063\u2064\u2066\u2067\u2068\u2069\ufeff\0"
    "'\u2018\u2019`\u00b4"
)
#: where each script's digit zero stands; the nine after it follow in order
_ZEROES = (
    0x660,
    0x6F0,
    0x7C0,
    0x966,
    0x9E6,
    0xA66,
    0xAE6,
    0xB66,
    0xBE6,
    0xC66,
    0xCE6,
    0xD66,
    0xE50,
    0xED0,
    0x17E0,
    0xFF10,
)
_PLAIN: dict[int, str] = (
    dict.fromkeys(map(ord, _SILENT), "")
    | {zero + digit: str(digit) for zero in _ZEROES for digit in range(10)}
    | {0xFF0B: "+", 0xFE62: "+", 0xFF0F: "/", 0xFF1B: ";", 0xFF0C: ","}
)
_E164 = re.compile(r"\+[0-9]{7,15}")
_SPREADSHEET = re.compile(r"\+?\d+(?:[.,]\d+)?[eE]\+?\d{1,3}")
_WHOLE_FLOAT = re.compile(r"\+?\d{7,}\.0+")
_EXTENSION = re.compile(
    r"(?:;ext=|,,+|[;,]?\s*\b(?:extension|extn|ext|x|anexo|ramal)|#)[.:\s]*\d{1,7}\s*$", re.IGNORECASE
)
_TWO = re.compile(r"\d{6,}(?:[/;,|&\n]|or|and|\+)+\d{6,}", re.IGNORECASE)


@dataclasses.dataclass(frozen=True, slots=True, repr=False)
class PhoneNumber:
    """A valid phone number.

    `e164` is "+" and up to 15 digits, the only identity. `country` is ISO 3166 alpha-2, or "" for a number of no
    country (+800). `kind` says what answers.
    """

    e164: str
    country: str
    kind: PhoneKind
    calling_code: int

    def __repr__(self) -> str:
        return f"PhoneNumber({self.country or 'no country'}, {self.kind}, ending {self.e164[-2:]})"

    @property
    def may_receive_sms(self) -> bool:
        """Can a text message reach it: a mobile number, or one whose plan does not tell mobile from fixed."""
        return self.kind in TEXTABLE_KINDS


def parse_phone(text: str, default_country: str = "") -> PhoneNumber | Problem:
    """Read one phone number as people write it.

    Shape:  text of any script's digits; `default_country` ISO alpha-2 for numbers without a country code, "" for none.
            A leading 00 is read as +.
    Errors: returned, not raised: Problem bad_phone (empty, too_long, letters, extension, two_numbers, no_country_code,
            unknown_country_code, no_area_code, too_short, too_many_digits, not_in_use, ambiguous: valid with
            and without its country code, not_a_number) or spreadsheet_number (rounded).
    Source: libphonenumber by its Rust port; a refusal is asked again of the reference library, whose word counts.
    """
    if len(text) > _LONGEST_TEXT:
        return Problem("bad_phone", "too_long")
    plain = text.translate(_PLAIN)
    if not (plain.isdigit() or plain[:1] == "+" and plain[1:].isdigit()) or _WHOLE_FLOAT.fullmatch(text):
        plain = _unwrapped(text)
    if not plain or plain[0] not in "+0123456789":
        return _refusal(text, plain)
    if plain[:2] == "00":
        plain = "+" + plain[2:]
    if plain[0] != "+" and not default_country and plain.isdigit():
        return Problem("bad_phone", "no_country_code")
    if not plain[1:].isdigit() or not plain.isascii():
        return _refusal(text, plain)
    found = _valid(rphonenumbers, plain, default_country) or _second_opinion(plain, default_country)
    if plain[0] != "+" and isinstance(found, PhoneNumber) and plain.startswith(str(found.calling_code)):
        other = _valid(rphonenumbers, "+" + plain, "")
        return Problem("bad_phone", "ambiguous") if other and other != found else found
    return found


def digits_of(text: str) -> str:
    """The digits of a number or a part of one as people write it, in whatever script; "" when it holds anything else."""
    plain = text.strip().translate(_PLAIN).strip("\u2026")
    return plain if plain.isdigit() and plain.isascii() else ""


def grouped_phone(text: str) -> str:
    """A whole E.164 number in the groups its country writes it in, "+1 402 560 0001"; masks and all else as they are."""
    if not _E164.fullmatch(text):
        return text
    try:
        number = phonenumbers.parse(text)
    except phonenumbers.NumberParseException:
        return text
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL).replace("-", " ")


def _unwrapped(text: str) -> str:
    """The number inside `tel:`, or a whole number a tool wrote with decimals ("14155552671.0"); else the plain text."""
    bare = text.strip(_SILENT)
    for prefix in ("tel:", "whatsapp:", "callto:", "sms:"):
        if bare[: len(prefix)].lower() == prefix:
            bare = bare[len(prefix) :]
    if _WHOLE_FLOAT.fullmatch(bare):
        bare = bare.partition(".")[0]
    return bare.translate(_PLAIN)


def _valid(library: object, plain: str, default_country: str) -> PhoneNumber | None:
    """The number when this library finds it valid; a type other than unknown is what valid means there."""
    try:
        number = library.parse(plain, None if plain[0] == "+" else default_country)  # type: ignore[attr-defined]
    except library.NumberParseException:  # type: ignore[attr-defined]
        return None
    kind = library.number_type(number)  # type: ignore[attr-defined]
    if kind == _UNKNOWN_TYPE:
        return None
    country = library.region_code_for_number(number)  # type: ignore[attr-defined]
    e164 = library.format_number(number, 0)  # type: ignore[attr-defined]
    return PhoneNumber(e164, "" if country == "001" else country, _KINDS.get(kind, "other"), number.country_code)


def _second_opinion(plain: str, default_country: str) -> PhoneNumber | Problem:
    """Ask the reference library, and let it say why not."""
    accepted = _valid(phonenumbers, plain, default_country)
    if accepted:
        return accepted
    try:
        number = phonenumbers.parse(plain, None if plain[0] == "+" else default_country)
    except phonenumbers.NumberParseException as error:
        return Problem("bad_phone", _PARSE_CAUSES.get(error.error_type, "not_a_number"))
    return Problem("bad_phone", _LENGTH_CAUSES.get(phonenumbers.is_possible_number_with_reason(number), "not_in_use"))


_PARSE_CAUSES = {0: "unknown_country_code", 2: "too_short", 3: "too_short", 4: "too_many_digits"}
_LENGTH_CAUSES = {1: "unknown_country_code", 2: "too_short", 3: "too_many_digits", 4: "no_area_code"}


def _refusal(text: str, plain: str) -> Problem:
    """Why text that is not one run of digits cannot be a number."""
    if not plain:
        return Problem("bad_phone", "empty")
    if _SPREADSHEET.fullmatch("".join(text.split()).lstrip("'")):
        return Problem("spreadsheet_number", "rounded")
    if _EXTENSION.search(text):
        return Problem("bad_phone", "extension")
    if plain.count("+") > 1 or _TWO.search(plain):
        return Problem("bad_phone", "two_numbers")
    if any(letter.isalpha() for letter in plain):
        return Problem("bad_phone", "letters")
    return Problem("bad_phone", "not_a_number")
