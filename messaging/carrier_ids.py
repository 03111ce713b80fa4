"""Ids of carriers that tell who somebody is, and what stands for one once that person is erased.

Of WhatsApp's ids (`wamid.` and base64) the letters behind the dot hold the number of the person, for whoever decodes them:
`HBgLMTU1NTAxMDAxMjMV` is a few bytes around `15550100123`.
"""

from typing import Final

from core import vault
from core.tenancy import require_organization_id

#: how an id that tells a number begins, and what stands before the mark of one
TELLING: Final = "wamid."
_MARK: Final = "erased:"


def mark_of(text: str) -> str:
    """The keyed mark of an id, or of an event's key that holds one; anything that tells nobody stays as it is."""
    if not text.startswith(TELLING):
        return text
    return _MARK + vault.digest(require_organization_id(), "carrier_id", text).hex()


def kept_as(text: str) -> tuple[str, ...]:
    """How an id may stand in a row: as it came, or as its mark."""
    return tuple(dict.fromkeys((text, mark_of(text))))
