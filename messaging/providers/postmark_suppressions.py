"""Postmark's list of addresses a stream does not serve, read."""

import datetime
from collections.abc import Mapping
from typing import Any, Final

from messaging.providers.books import KeptOut, KeptOutBecause
from messaging.providers.protocol import Unavailable

#: their reasons in our words
_REASONS: Final[dict[str, KeptOutBecause]] = {
    "HardBounce": "bounced",
    "SpamComplaint": "complaint",
    "ManualSuppression": "opted_out",
}
#: who put it there; all but the person are people of the account or of Postmark
_PERSON: Final = "Recipient"


def kept_out_of(dump: Mapping[str, Any]) -> tuple[KeptOut, ...]:
    """Every entry of the list. Errors: Unavailable when one cannot be read: it must not look free."""
    entries = dump.get("Suppressions")
    if not isinstance(entries, list):
        raise Unavailable("the list of suppressions cannot be read")
    return tuple(map(_entry, entries))


def _entry(entry: object) -> KeptOut:
    """One entry; a reason nobody told us of counts as a no, because that keeps the address out."""
    if not isinstance(entry, dict) or not isinstance(entry.get("EmailAddress"), str) or not entry["EmailAddress"]:
        raise Unavailable("the list of suppressions has an entry without its address")
    reason = str(entry.get("SuppressionReason", ""))
    because = _REASONS.get(reason, "opted_out")
    word = reason.encode(errors="replace").decode()[:40]
    return KeptOut("email", entry["EmailAddress"], because, _moment(entry), word, entry.get("Origin") == _PERSON)


def _moment(entry: Mapping[str, Any]) -> datetime.datetime | None:
    try:
        found = datetime.datetime.fromisoformat(str(entry.get("CreatedAt", "")))
    except ValueError:
        return None
    return found if found.tzinfo else None
