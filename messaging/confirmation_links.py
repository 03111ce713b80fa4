"""The links of notices about an agreement: where somebody confirms it, and where they read what they agreed to.

They name the event and nothing else. Like the link to the preference page they stand in no stored text: a text that asks for
one holds a place as long as the link, until the message leaves. So nobody who reads our records confirms in somebody's name.
"""

import uuid
from typing import Final

from django.conf import settings

from core.tenancy import require_organization_id
from messaging.signed_links import SignedLink

_LENGTHS: Final = (16,)
_CONFIRM: Final = SignedLink("confirmation-link", lengths=_LENGTHS, mark_length=16)
_RECEIPT: Final = SignedLink("receipt-link", lengths=_LENGTHS, mark_length=16)
#: letters of a token: organisation, event and mark, 48 bytes
_LETTERS: Final = 64
#: by the notice that carries it: the first part of its path, the words of its place, and its kind of token
_LINKS: Final = {"confirm": ("y", "your-confirmation-page", _CONFIRM), "receipt": ("r", "your-receipt-page", _RECEIPT)}


def notice_place(notice: str) -> str:
    """What stands in a text until it leaves: as long as the link, so that parts and prices are the same."""
    path, words, _ = _LINKS[notice]
    return _page(path, words.ljust(_LETTERS, "-"))


def notice_url(notice: str, event_id: uuid.UUID) -> str:
    """The address at which the person of an event confirms it, or reads it."""
    path, _, link = _LINKS[notice]
    return _page(path, link.token(require_organization_id(), event_id.bytes))


def read_notice_token(notice: str, token: str) -> tuple[uuid.UUID, uuid.UUID] | None:
    """The organisation and the event a token names, or None when we did not make it for this use."""
    read = _LINKS[notice][2].read(token)
    return (read[0], uuid.UUID(bytes=read[1])) if read is not None else None


def _page(path: str, token: str) -> str:
    return f"{settings.PUBLIC_URL.rstrip('/')}/{path}/{token}"
