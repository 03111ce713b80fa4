"""The address a carrier fetches a recording from while a call goes on, sealed by a mark that only we can make.

It names the organisation and one try of a call by ids that tell nobody anything, and the moment it ends. Which recording is
played is not in it: that stands in the call's message, so no address leads to any other sound.
"""

import dataclasses
import datetime
import struct
import uuid

from django.conf import settings

from core import clock
from messaging.signed_links import SignedLink

_ENDS = struct.Struct(">Q")
_LINK = SignedLink("call-audio-link", lengths=(16 + _ENDS.size,), mark_length=16)


@dataclasses.dataclass(frozen=True, slots=True)
class CallAudioLink:
    """What a genuine link that has not ended says."""

    organization_id: uuid.UUID
    attempt_id: uuid.UUID


def call_audio_url(organization_id: uuid.UUID, attempt_id: uuid.UUID, lives: datetime.timedelta) -> str:
    """The address the recording of one call is fetched from, for so long."""
    ends = int((clock.now() + lives).timestamp())
    token = _LINK.token(organization_id, attempt_id.bytes + _ENDS.pack(ends))
    return f"{settings.WEBHOOK_URL.rstrip('/')}/webhooks/recording/{token}"


def read_token(token: str) -> CallAudioLink | None:
    """What a token says, or None when we did not make it, it has ended, or its organisation is gone."""
    read = _LINK.read(token)
    if read is None:
        return None
    organization_id, said = read
    if _ENDS.unpack(said[16:])[0] < clock.now().timestamp():
        return None
    return CallAudioLink(organization_id, uuid.UUID(bytes=said[:16]))
