"""Other spellings of one phone line: what a carrier calls a number need not be what its owner wrote into a form."""

import functools
import pathlib
import re
import tomllib

from core.phone import PhoneNumber, parse_phone

_TABLE = pathlib.Path(__file__).parent / "data" / "phone_spellings.toml"


def other_spellings(e164: str) -> tuple[PhoneNumber, ...]:
    """The numbers in use that reach the same handset as this one, without itself; mostly none.

    Shape:  "+" and digits, in use or not: carriers write numbers that no plan holds any more.
    Source: core/data/phone_spellings.toml.
    """
    found: dict[str, PhoneNumber] = {}
    for written, same_line in _table():
        match = written.fullmatch(e164)
        number = parse_phone(match.expand(same_line)) if match else None
        if isinstance(number, PhoneNumber) and number.e164 != e164:
            found[number.e164] = number
    return tuple(found.values())


@functools.cache
def _table() -> tuple[tuple[re.Pattern[str], str], ...]:
    rows = tomllib.loads(_TABLE.read_text("utf-8"))["spelling"]
    return tuple((re.compile(row["written"], re.ASCII), row["same_line"]) for row in rows)
