"""How Meta signs its webhooks, and how it asks an address to prove itself before it uses it.

Docs: https://developers.facebook.com/docs/graph-api/webhooks/getting-started, read 23 November 2026 (copies of December
      2025 to March 2026).

The signature covers the raw bytes and nothing else: neither the address nor a time. So a repeated webhook is known by its
event keys, and one that was meant for another account by the account it names (see whatsapp_cloud_webhooks.py).
"""

import hmac
import re
from collections.abc import Sequence
from typing import Final

from messaging.providers.protocol import BadSignature, WebhookAnswer, WebhookRequest

SIGNATURE_HEADER: Final = "X-Hub-Signature-256"
_SIGNATURE: Final = re.compile(r"sha256=[0-9a-f]{64}")
_CHALLENGE: Final = re.compile(r"[A-Za-z0-9_-]{1,128}")


def require_signature(request: WebhookRequest, secrets: Sequence[str]) -> None:
    """Check a webhook's raw body against every app secret that may have signed it (two during a rotation).

    Errors: BadSignature; the request must not be used. All secrets are always compared, in constant time each.
    """
    given = request.header(SIGNATURE_HEADER)
    if request.method != "POST" or not _SIGNATURE.fullmatch(given):
        raise BadSignature("there is no signature of Meta's form")
    matches = [hmac.compare_digest(signature(secret, request.body), given) for secret in secrets]
    if not any(matches):
        raise BadSignature("the signature does not match")


def signature(secret: str, body: bytes) -> str:
    """The signature Meta would send for these bytes."""
    return "sha256=" + hmac.digest(secret.encode(), body, "sha256").hex()


def answer_handshake(request: WebhookRequest, verify_token: str) -> WebhookAnswer:
    """Give back the challenge, bare, to whoever knows the verify token.

    Errors: BadSignature when the token is another, none is set, or the question is not the documented one.
    """
    mode, token, challenge = (_only(request, f"hub.{name}") for name in ("mode", "verify_token", "challenge"))
    known = hmac.compare_digest(token.encode("utf-8", "surrogatepass"), verify_token.encode())
    if request.method != "GET" or mode != "subscribe" or not verify_token or not known:
        raise BadSignature("the verify token does not match")
    if not _CHALLENGE.fullmatch(challenge):
        raise BadSignature("the challenge is not of a form we repeat")
    return WebhookAnswer(200, "text/plain", challenge.encode())


def _only(request: WebhookRequest, name: str) -> str:
    """A parameter's value, empty when it is missing or was sent more than once."""
    found = request.query.get(name, [])
    return found[0] if len(found) == 1 else ""
