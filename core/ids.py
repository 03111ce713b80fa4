"""Ids: one UUIDv7 inside and outside, made by the application so that encryption can bind to it before the insert."""

import datetime
import hashlib
import secrets
import uuid

import uuid_utils.compat


def new_id() -> uuid.UUID:
    """Make a new id: UUIDv7, sortable by time.

    Source: measured on a prototype, November 2026: 0.7 us here, 4–5 us in the server.
    """
    return uuid_utils.compat.uuid7()


def earliest_id(moment: datetime.datetime) -> uuid.UUID:
    """An id that is not above any made since a moment, for reading a time from the index of ids.

    An hour is taken off, for clocks that differ and rows whose id was made before their moment.
    """
    milliseconds = max(0, int(moment.timestamp() * 1000) - 3_600_000)
    return uuid.UUID(int=milliseconds << 80)


def new_secret(size: int = 32) -> str:
    """Make an unguessable token for a link, an invitation or a key. `size` in random bytes."""
    return secrets.token_urlsafe(size)


def secret_digest(secret: str) -> bytes:
    """What we store of a secret: SHA-256, 32 bytes. The secrets are random, so a fast digest is enough."""
    return hashlib.sha256(secret.encode()).digest()
