"""How a text travels by SMS: its alphabet, how many parts it costs, and which characters make it dearer.

Units:  a GSM-7 unit is a septet (7 bits), a UCS-2 unit a UTF-16 code unit (16 bits); parts are what carriers bill.
Source: 3GPP TS 23.038 section 6.2.1 (alphabet and extension table) and TS 23.040 section 9.2.3.24.1 (joined parts lose
        7 septets or 3 code units to their header); the basic set compared with GOV.UK Notify's, 23 November 2026.
"""

import dataclasses
import re
import unicodedata
from typing import Final, Literal

Encoding = Literal["GSM-7", "UCS-2"]

BASIC: Final = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
#: sent as an escape and a second septet, which may not be parted
EXTENSION: Final = "\f^{}\\[~]|€"

_SINGLE: Final[dict[Encoding, int]] = {"GSM-7": 160, "UCS-2": 70}
_JOINED: Final[dict[Encoding, int]] = {"GSM-7": 153, "UCS-2": 67}
_ONLY_BASIC: Final = re.compile(f"[{re.escape(BASIC)}]*")
_ONLY_GSM: Final = re.compile(f"[{re.escape(BASIC + EXTENSION)}]*")
_NOT_GSM: Final = re.compile(f"[^{re.escape(BASIC + EXTENSION)}]")
_DOUBLE: Final[dict[Encoding, re.Pattern[str]]] = {
    "GSM-7": re.compile(f"[{re.escape(EXTENSION)}]"),
    "UCS-2": re.compile("[\U00010000-\U0010ffff]"),
}

#: look-alikes inside GSM-7, offered to the writer and never applied unasked
REPLACEMENTS: Final[dict[str, str]] = {
    "\u2018": "'",
    "\u2019": "'",
    "\u201c": '"',
    "\u201d": '"',
    "\u2013": "-",
    "\u2014": "-",
    "\u2026": "...",
    "\u00a0": " ",
    "\u202f": " ",
    "\u2009": " ",
    "`": "'",
    "\t": " ",
}
_REPLACE: Final = str.maketrans(REPLACEMENTS)


@dataclasses.dataclass(frozen=True, slots=True)
class Segments:
    """What a text costs. `parts` is 0 for an empty text, which must not be sent."""

    encoding: Encoding
    units: int
    parts: int


@dataclasses.dataclass(frozen=True, slots=True)
class Forcing:
    """A character that makes the whole text UCS-2, its Unicode name, and its look-alike in GSM-7 (empty: none)."""

    character: str
    name: str
    replacement: str


def count_segments(text: str) -> Segments:
    """Count the parts of one rendered text, exactly as the phone network will cut it."""
    if _ONLY_BASIC.fullmatch(text):
        return Segments("GSM-7", len(text), _parts_without_pairs(len(text), "GSM-7"))
    encoding: Encoding = "GSM-7" if _ONLY_GSM.fullmatch(text) else "UCS-2"
    doubles = len(_DOUBLE[encoding].findall(text))
    units = len(text) + doubles
    if units <= _SINGLE[encoding] or not doubles:
        return Segments(encoding, units, _parts_without_pairs(units, encoding))
    return Segments(encoding, units, _packed(text, encoding))


def forcing_characters(text: str) -> tuple[Forcing, ...]:
    """The distinct characters that force UCS-2, in order of first appearance; empty when the text is GSM-7."""
    return tuple(
        Forcing(found, unicodedata.name(found, f"U+{ord(found):04X}"), REPLACEMENTS.get(found, ""))
        for found in dict.fromkeys(_NOT_GSM.findall(text))
    )


def with_look_alikes(text: str) -> str:
    """The text with typographic quotes, dashes, dots and spaces replaced by their GSM-7 look-alikes."""
    return text.translate(_REPLACE)


def _parts_without_pairs(units: int, encoding: Encoding) -> int:
    if units <= _SINGLE[encoding]:
        return 1 if units else 0
    return -(-units // _JOINED[encoding])


def _packed(text: str, encoding: Encoding) -> int:
    """Fill part after part: an escaped or surrogate pair moves whole into the next part when one unit is left."""
    double, room = _DOUBLE[encoding], _JOINED[encoding]
    parts, used = 1, 0
    for character in text:
        size = 2 if double.match(character) else 1
        if used + size > room:
            parts, used = parts + 1, 0
        used += size
    return parts
