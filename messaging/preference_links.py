"""The link to the page where somebody chooses what they get: whose address it is, and when the link was made, sealed by a mark.

It stands in no stored text: a text that asks for it holds `PLACE`, as long as a real link, until the message leaves. So whoever
reads our records cannot choose in somebody's name. No address, no name and no secret stands in it.
"""

import base64
import binascii
import dataclasses
import datetime
import hmac
import struct
import uuid
from typing import Final

from django.conf import settings

from core import clock, vault

#: After so many days a link only stops everything: whoever kept an old message can still do that, and nobody chooses by it.
#: Source: 15 U.S.C. 7704(a)(4)(A) wants 30 days, CASL section 11(2) 60; stopping is never taken away.
LINK_DAYS: Final = 400
_MARK_BYTES: Final = 12
_MADE: Final = struct.Struct(">I")
_SHORT: Final = 16 + 16 + _MADE.size + _MARK_BYTES
_WITH_MESSAGE: Final = _SHORT + 16
_LETTERS: Final = 64


@dataclasses.dataclass(frozen=True, slots=True)
class PreferenceLink:
    """What a genuine link says. `address_digest` finds the address as `consent.Point.digest` does."""

    organization_id: uuid.UUID
    address_digest: bytes
    made_at: datetime.datetime
    message_id: uuid.UUID | None = None

    @property
    def only_stops(self) -> bool:
        """Whether it is too old for anything but stopping."""
        return clock.now() - self.made_at > datetime.timedelta(days=LINK_DAYS)


def place() -> str:
    """What stands in a text until it leaves: as long as a link, so that parts and prices are the same."""
    return _page("your-preference-page".ljust(_LETTERS, "-"))


def preference_url(organization_id: uuid.UUID, digest: bytes, message_id: uuid.UUID | None = None) -> str:
    """The address at which whoever owns the address of this digest chooses what they get."""
    content = (
        organization_id.bytes
        + bytes(digest)
        + _MADE.pack(int(clock.now().timestamp()))
        + (message_id.bytes if message_id else b"")
    )
    return _page(base64.urlsafe_b64encode(content + _mark(organization_id, content)).decode().rstrip("="))


def read_preference_token(token: str) -> PreferenceLink | None:
    """What a token says, or None when we did not make it: changed, cut short, or of an organisation that is gone."""
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    if len(raw) not in (_SHORT, _WITH_MESSAGE) or base64.urlsafe_b64encode(raw).decode().rstrip("=") != token:
        return None
    content, mark = raw[:-_MARK_BYTES], raw[-_MARK_BYTES:]
    organization_id = uuid.UUID(bytes=content[:16])
    try:
        expected = _mark(organization_id, content)
    except vault.CannotOpen:
        return None
    if not hmac.compare_digest(mark, expected):
        return None
    made_at = datetime.datetime.fromtimestamp(_MADE.unpack(content[32:36])[0], datetime.UTC)
    message_id = uuid.UUID(bytes=content[36:]) if len(raw) == _WITH_MESSAGE else None
    return PreferenceLink(organization_id, content[16:32], made_at, message_id)


def _page(token: str) -> str:
    return f"{settings.PUBLIC_URL.rstrip('/')}/p/{token}"


def _mark(organization_id: uuid.UUID, content: bytes) -> bytes:
    return vault.digest(organization_id, "preference-link", content.hex())[:_MARK_BYTES]
