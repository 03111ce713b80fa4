"""Telnyx's webhook signature: Ed25519 over the time and the raw body.

Docs: https://developers.telnyx.com/docs/messaging/messages/receiving-webhooks, read 23 November 2026; the test vector was
      made with the official library (telnyx 4.189.0).

The signature covers the time, so an old webhook is refused here; a young one that comes twice is known by its event key.
It does not cover our address: what the address says is believed only with our own mark (see callbacks.py).
"""

import base64
import binascii
import time
from collections.abc import Sequence
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from messaging.providers.protocol import BadSignature, Misconfigured, WebhookRequest

TIMESTAMP_HEADER: Final = "telnyx-timestamp"
SIGNATURE_HEADER: Final = "telnyx-signature-ed25519"
TOLERANCE_SECONDS: Final = 300
_KEY_BYTES: Final = 32
_SIGNATURE_BYTES: Final = 64
_LONGEST_TIMESTAMP: Final = 12


def public_key(text: str) -> Ed25519PublicKey:
    """An account's public key, as the portal shows it: base64 of 32 bytes. Errors: Misconfigured when it is not that."""
    raw = _decoded(text)
    if len(raw) != _KEY_BYTES:
        raise Misconfigured(
            "public_key is not a Telnyx public key: copy it from Keys & Credentials in the Telnyx portal"
        )
    return Ed25519PublicKey.from_public_bytes(raw)


def require_signature(request: WebhookRequest, keys: Sequence[Ed25519PublicKey]) -> None:
    """Check that one of these keys signed this body within the last five minutes.

    Errors: BadSignature; the request must not be used. The signature is checked before the time is believed.
    """
    stamp = request.header(TIMESTAMP_HEADER)
    signature = _decoded(request.header(SIGNATURE_HEADER))
    if len(signature) != _SIGNATURE_BYTES:
        raise BadSignature("there is no signature of 64 bytes")
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= _LONGEST_TIMESTAMP):
        raise BadSignature("the signature's time is no number")
    signed = stamp.encode() + b"|" + request.body
    matches = [_signed_by(key, signature, signed) for key in keys]
    if not any(matches):
        raise BadSignature("the signature does not match")
    if abs(time.time() - int(stamp)) > TOLERANCE_SECONDS:
        raise BadSignature("the signature is too old, or from a clock that runs ahead")


def _signed_by(key: Ed25519PublicKey, signature: bytes, signed: bytes) -> bool:
    try:
        key.verify(signature, signed)
    except InvalidSignature:
        return False
    return True


def _decoded(text: str) -> bytes:
    """Strict base64; empty for anything else, so that one signature has one spelling."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
    return raw if base64.b64encode(raw).decode() == text else b""
