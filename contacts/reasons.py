"""Why a row or a cell was not taken, in words, and what to do about it."""

import functools
import pathlib
import tomllib

_TABLE = pathlib.Path(__file__).parent / "data" / "reasons.toml"


def reason_words(code: str, cause: str, column: str = "") -> tuple[str, str]:
    """The reason and the remedy, with the column named when one is to blame.

    Errors: KeyError for a pair the table does not hold; a test keeps it complete.
    """
    entry = reasons()[f"{code}.{cause}"]
    reason = f"{column}: {entry['reason']}" if column else entry["reason"]
    return reason, entry["remedy"]


@functools.cache
def reasons() -> dict[str, dict[str, str]]:
    """All reasons by "code.cause"."""
    return tomllib.loads(_TABLE.read_text(encoding="utf-8"))
