"""The address a network fetches a template's picture, film or document from, sealed by a mark that only we can make.

It names the organisation and the file by ids that tell nobody anything, and the day it ends. The same day gives the same
address for everybody, so that a network fetches a file once for many people.
"""

import dataclasses
import struct
import uuid
from typing import Final

from django.conf import settings

from core import clock
from messaging.signed_links import SignedLink

_ENDS: Final = struct.Struct(">Q")
_DAY: Final = 86_400
#: whole days a link is good for after the day it was made; a network that was asked to deliver fetches within minutes
_DAYS: Final = 2
_LINK: Final = SignedLink("template-file-link", lengths=(16 + _ENDS.size,), mark_length=16)


@dataclasses.dataclass(frozen=True, slots=True)
class TemplateFileLink:
    """What a genuine link that has not ended says."""

    organization_id: uuid.UUID
    file_id: uuid.UUID


def template_file_url(organization_id: uuid.UUID, file_id: str) -> str:
    """The address a file is fetched from until the day after tomorrow."""
    ends = (int(clock.now().timestamp()) // _DAY + _DAYS) * _DAY
    token = _LINK.token(organization_id, uuid.UUID(file_id).bytes + _ENDS.pack(ends))
    return f"{settings.WEBHOOK_URL.rstrip('/')}/webhooks/template-file/{token}"


def read_token(token: str) -> TemplateFileLink | None:
    """What a token says, or None when we did not make it, it has ended, or its organisation is gone."""
    read = _LINK.read(token)
    if read is None:
        return None
    organization_id, said = read
    if _ENDS.unpack(said[16:])[0] < clock.now().timestamp():
        return None
    return TemplateFileLink(organization_id, uuid.UUID(bytes=said[:16]))
