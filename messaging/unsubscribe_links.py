"""The address at the end of every mail: who it is for, sealed by a mark that only we can make.

It names organisation, address and message by ids that tell nobody anything, and works as long as the organisation's key
lives: also when the campaign is long gone. No mail address, no name and no secret stands in it.
"""

import base64
import binascii
import dataclasses
import hmac
import uuid

from django.conf import settings

from core import vault
from core.email import EmailAddress, parse_email

_MARK_BYTES = 16
_ALL_BYTES = 4 * 16


@dataclasses.dataclass(frozen=True, slots=True)
class UnsubscribeLink:
    """What a genuine link says. `address_digest` finds the address as `consent.Point.digest` does."""

    organization_id: uuid.UUID
    address_digest: bytes
    message_id: uuid.UUID


def unsubscribe_url(organization_id: uuid.UUID, address: str, message_id: uuid.UUID) -> str:
    """The address one mail is unsubscribed at. Errors: ValueError when the mail goes to no mail address."""
    content = organization_id.bytes + mailbox_digest(organization_id, address) + message_id.bytes
    token = base64.urlsafe_b64encode(content + _mark(organization_id, content)).decode().rstrip("=")
    return f"{settings.PUBLIC_URL.rstrip('/')}/u/{token}"


def mailbox_digest(organization_id: uuid.UUID, address: str) -> bytes:
    """The digest a mailbox is found by. Errors: ValueError for what is no mail address."""
    read = parse_email(address)
    if not isinstance(read, EmailAddress):
        raise ValueError("a link in a mail needs the mail address the mail goes to")
    return vault.digest(organization_id, "email", read.key)


def read_token(token: str) -> UnsubscribeLink | None:
    """What a token says, or None when we did not make it: changed, cut short, or of an organisation that is gone."""
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
    if not hmac.compare_digest(mark, expected):
        return None
    return UnsubscribeLink(organization_id, content[16:32], uuid.UUID(bytes=content[32:48]))


def _mark(organization_id: uuid.UUID, content: bytes) -> bytes:
    return vault.digest(organization_id, "unsubscribe-link", content.hex())
