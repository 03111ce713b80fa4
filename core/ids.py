"""Ids: one UUIDv7 inside and outside, made by the application so that encryption can bind to it before the insert."""

import hashlib
import secrets
import uuid

import uuid_utils.compat


def new_id() -> uuid.UUID:
    """Make a new id: UUIDv7, sortable by time.

    Source: measured on a prototype, November 2026: 0.7 us here, 4–5 us in the server.
    """
    return uuid_utils.compat.uuid7()


def new_secret(size: int = 32) -> str:
    """Make an unguessable token for a link, an invitation or a key. `size` in random bytes."""
    return secrets.token_urlsafe(size)


def secret_digest(secret: str) -> bytes:
    """What we store of a secret: SHA-256, 32 bytes. The secrets are random, so a fast digest is enough."""
    return hashlib.sha256(secret.encode()).digest()
