"""The address a provider reports to: it names our attempt, and a mark proves that we wrote it.

The mark matters because a tenant may bring an account of its own: the provider's signature then only proves that the
tenant's account called, not that the attempt in the address is one of that account.
"""

import base64
import dataclasses
import hashlib
import hmac
import re
import urllib.parse
import uuid
from typing import Final

from messaging.providers.protocol import BadSignature

_MARK_BYTES: Final = 16
_ACCOUNT_KEY: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclasses.dataclass(frozen=True, slots=True)
class Callback:
    """What a callback address says: whose account, which attempt."""

    account_key: str
    attempt_id: uuid.UUID


def callback_url(base: str, account_key: str, attempt_id: uuid.UUID, secret: bytes) -> str:
    """The address for one attempt: `<base>/<account key>/<attempt id>?k=<mark>`.

    Shape:  `base` without a closing slash; `account_key` of letters, digits, - and _, 64 at most.
    Errors: ValueError when one of them cannot stand in a URL, or the secret is shorter than 16 bytes.
    """
    if not _ACCOUNT_KEY.fullmatch(account_key):
        raise ValueError("account_key must be 1 to 64 letters, digits, - or _")
    return f"{base.rstrip('/')}/{account_key}/{attempt_id}?k={_mark(account_key, attempt_id, secret)}"


def read_callback(url: str, secret: bytes) -> Callback:
    """Read a callback's address, whole or from its path on. Errors: BadSignature when we did not write it."""
    parts = urllib.parse.urlsplit(url)
    marks = urllib.parse.parse_qs(parts.query).get("k", [])
    account_key, _, attempt = parts.path.rpartition("/")
    account_key = account_key.rpartition("/")[2]
    try:
        attempt_id = uuid.UUID(attempt)
    except ValueError:
        raise BadSignature("the callback address names no attempt") from None
    expected = _mark(account_key, attempt_id, secret)
    if len(marks) != 1 or not hmac.compare_digest(marks[0].encode(), expected.encode()):
        raise BadSignature("the callback address was not written by us")
    return Callback(account_key, attempt_id)


def attempt_of(url: str, secret: bytes) -> uuid.UUID | None:
    """The attempt a callback's address proves, or None when there is no secret to check it with or it proves none."""
    try:
        return read_callback(url, secret).attempt_id if secret else None
    except BadSignature:
        return None


def _mark(account_key: str, attempt_id: uuid.UUID, secret: bytes) -> str:
    if len(secret) < _MARK_BYTES:
        raise ValueError("the callback secret must have at least 16 bytes")
    digest = hmac.digest(secret, f"callback|{account_key}|{attempt_id}".encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest[:_MARK_BYTES]).decode().rstrip("=")
