"""The link to the page where somebody chooses what they get: whose address it is, and when the link was made, sealed by a mark.

It stands in no stored text: a text that asks for it holds `PLACE`, as long as a real link, until the message leaves. So whoever
reads our records cannot choose in somebody's name. No address, no name and no secret stands in it.
"""

import dataclasses
import datetime
import struct
import uuid
from typing import Final

from django.conf import settings

from core import clock
from messaging.signed_links import SignedLink

#: After so many days a link only stops everything: whoever kept an old message can still do that, and nobody chooses by it.
#: Source: 15 U.S.C. 7704(a)(4)(A) wants 30 days, CASL section 11(2) 60; stopping is never taken away.
LINK_DAYS: Final = 400
_MADE: Final = struct.Struct(">I")
_SHORT: Final = 16 + _MADE.size
#: a shorter mark, for a link that is paid for by the letter in a text message
_LINK: Final = SignedLink("preference-link", lengths=(_SHORT, _SHORT + 16), mark_length=12)
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
    said = bytes(digest) + _MADE.pack(int(clock.now().timestamp())) + (message_id.bytes if message_id else b"")
    return _page(_LINK.token(organization_id, said))


def read_preference_token(token: str) -> PreferenceLink | None:
    """What a token says, or None when we did not make it: changed, cut short, or of an organisation that is gone."""
    read = _LINK.read(token)
    if read is None:
        return None
    organization_id, said = read
    made_at = datetime.datetime.fromtimestamp(_MADE.unpack(said[16:_SHORT])[0], datetime.UTC)
    message_id = uuid.UUID(bytes=said[_SHORT:]) if said[_SHORT:] else None
    return PreferenceLink(organization_id, said[:16], made_at, message_id)


def _page(token: str) -> str:
    return f"{settings.PUBLIC_URL.rstrip('/')}/p/{token}"
