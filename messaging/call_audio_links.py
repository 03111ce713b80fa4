"""The address a carrier fetches a recording from while a call goes on, sealed by a mark that only we can make.

It names the organisation and one try of a call by ids that tell nobody anything, and the moment it ends. Which recording is
played is not in it: that stands in the call's message, so no address leads to any other sound.
"""

import base64
import binascii
import dataclasses
import datetime
import hmac
import struct
import uuid

from django.conf import settings

from core import clock, vault

_ENDS = struct.Struct(">Q")
_MARK_BYTES = 16
_ALL_BYTES = 16 + 16 + _ENDS.size + _MARK_BYTES


@dataclasses.dataclass(frozen=True, slots=True)
class CallAudioLink:
    """What a genuine link that has not ended says."""

    organization_id: uuid.UUID
    attempt_id: uuid.UUID


def call_audio_url(organization_id: uuid.UUID, attempt_id: uuid.UUID, lives: datetime.timedelta) -> str:
    """The address the recording of one call is fetched from, for so long."""
    ends = int((clock.now() + lives).timestamp())
    content = organization_id.bytes + attempt_id.bytes + _ENDS.pack(ends)
    token = base64.urlsafe_b64encode(content + _mark(organization_id, content)).decode().rstrip("=")
    return f"{settings.WEBHOOK_URL.rstrip('/')}/webhooks/recording/{token}"


def read_token(token: str) -> CallAudioLink | None:
    """What a token says, or None when we did not make it, it has ended, or its organisation is gone."""
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    if len(raw) != _ALL_BYTES or base64.urlsafe_b64encode(raw).decode().rstrip("=") != token:
        return None
    content, mark = raw[:-_MARK_BYTES], raw[-_MARK_BYTES:]
    organization_id = uuid.UUID(bytes=content[:16])
    try:
        expected = _mark(organization_id, content)
    except vault.CannotOpen:
        return None
    if not hmac.compare_digest(mark, expected) or _ENDS.unpack(content[32:])[0] < clock.now().timestamp():
        return None
    return CallAudioLink(organization_id, uuid.UUID(bytes=content[16:32]))


def _mark(organization_id: uuid.UUID, content: bytes) -> bytes:
    return vault.digest(organization_id, "call-audio-link", content.hex())
