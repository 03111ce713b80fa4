"""The address at the end of every mail: who it is for, sealed by a mark that only we can make.

It names organisation, address and message by ids that tell nobody anything, and works as long as the organisation's key
lives: also when the campaign is long gone. No mail address, no name and no secret stands in it.
"""

import dataclasses
import uuid

from django.conf import settings

from core import vault
from core.email import EmailAddress, parse_email
from messaging.signed_links import SignedLink

_LINK = SignedLink("unsubscribe-link", lengths=(16 + 16,), mark_length=16)


@dataclasses.dataclass(frozen=True, slots=True)
class UnsubscribeLink:
    """What a genuine link says. `address_digest` finds the address as `consent.Point.digest` does."""

    organization_id: uuid.UUID
    address_digest: bytes
    message_id: uuid.UUID


def unsubscribe_url(organization_id: uuid.UUID, address: str, message_id: uuid.UUID) -> str:
    """The address one mail is unsubscribed at. Errors: ValueError when the mail goes to no mail address."""
    token = _LINK.token(organization_id, mailbox_digest(organization_id, address) + message_id.bytes)
    return f"{settings.PUBLIC_URL.rstrip('/')}/u/{token}"


def mailbox_digest(organization_id: uuid.UUID, address: str) -> bytes:
    """The digest a mailbox is found by. Errors: ValueError for what is no mail address."""
    read = parse_email(address)
    if not isinstance(read, EmailAddress):
        raise ValueError("a link in a mail needs the mail address the mail goes to")
    return vault.digest(organization_id, "email", read.key)


def read_token(token: str) -> UnsubscribeLink | None:
    """What a token says, or None when we did not make it: changed, cut short, or of an organisation that is gone."""
    read = _LINK.read(token)
    if read is None:
        return None
    organization_id, said = read
    return UnsubscribeLink(organization_id, said[:16], uuid.UUID(bytes=said[16:]))
