"""Twilio's webhook signature, for messages and calls alike.

Docs: https://www.twilio.com/docs/usage/security#validating-requests, read 23 November 2026; agrees with the official
      library (twilio 9.13.0) except where that one is more trusting: a JSON body without its hash is refused here.

The signature covers the exact URL and every posted field. It has no time, so a repeated webhook is recognised by its
event key, not here.
"""

import base64
import hashlib
import hmac
import urllib.parse
from collections.abc import Iterable, Sequence
from typing import Final

from messaging.providers.http import form_pairs
from messaging.providers.protocol import BadSignature, WebhookRequest

SIGNATURE_HEADER: Final = "X-Twilio-Signature"
SETTINGS_HEADER: Final = "X-Twilio-Webhooks-Signature-Settings"
_FORM: Final = "application/x-www-form-urlencoded"
_PORTS: Final = {"https": 443, "http": 80, "wss": 443, "ws": 80}

Fields = Sequence[tuple[str, str]]


def require_signature(request: WebhookRequest, tokens: Sequence[str], shared_keys: Sequence[str] = ()) -> Fields:
    """Check a webhook against every secret that may have signed it, and return the form fields the signature covers.

    Shape:  `tokens` are auth tokens (two while they are rotated); `shared_keys` sign with SHA-256.
    Errors: BadSignature; the request must not be used. All candidates are always compared, in constant time each.
    """
    given = request.header(SIGNATURE_HEADER).encode("utf-8", "surrogatepass")
    algorithm, secrets = _signing(request, tokens, shared_keys)
    fields = _signed_fields(request)
    matches = [
        hmac.compare_digest(signature(secret, url, fields, algorithm).encode(), given)
        for secret in secrets
        for url in _spellings(request.url)
    ]
    _require_any(matches)
    return fields


def _require_any(matches: Iterable[bool]) -> None:
    if not any(matches):
        raise BadSignature("the signature does not match")


def signature(secret: str, url: str, fields: Fields = (), algorithm: str = "sha1") -> str:
    """The signature Twilio would send: base64 of an HMAC over the URL and the sorted fields, repeated values once."""
    said = url + "".join(name + value for name, value in sorted(set(fields)))
    return base64.b64encode(hmac.digest(secret.encode(), said.encode("utf-8", "surrogatepass"), algorithm)).decode()


def _signing(request: WebhookRequest, tokens: Sequence[str], shared_keys: Sequence[str]) -> tuple[str, Sequence[str]]:
    """Which algorithm and secrets the request claims; without the settings header, SHA-1 with the auth tokens."""
    settings = dict(part.strip().partition("=")[::2] for part in request.header(SETTINGS_HEADER).split(",") if part)
    algorithm = settings.get("algorithm", "HMAC_SHA1").upper()
    if algorithm == "HMAC_SHA256":
        return "sha256", shared_keys
    if algorithm == "HMAC_SHA1":
        return "sha1", tokens
    raise BadSignature("the signature algorithm is not known")


def _signed_fields(request: WebhookRequest) -> Fields:
    """A form's fields; none for an empty body, and none for JSON, whose hash the signed URL must carry instead."""
    if not request.body:
        return ()
    kind = request.header("Content-Type").partition(";")[0].strip().lower()
    if kind == _FORM and request.method == "POST":
        return form_pairs(request.body)
    if kind == "application/json":
        _require_body_hash(request)
        return ()
    raise BadSignature("the body is neither a form nor JSON")


def _require_body_hash(request: WebhookRequest) -> None:
    given = request.query.get("bodySHA256", [])
    expected = hashlib.sha256(request.body).hexdigest()
    if len(given) != 1 or not hmac.compare_digest(given[0].encode(), expected.encode()):
        raise BadSignature("the body does not match its hash")


def _spellings(url: str) -> tuple[str, ...]:
    """The URL as called, without its port, and with the usual port: Twilio is not consistent about it."""
    parts = urllib.parse.urlsplit(url)
    host, colon, port = parts.netloc.rpartition(":")
    bare = host if colon and port.isdigit() else parts.netloc
    usual = parts.netloc if bare != parts.netloc else f"{bare}:{_PORTS.get(parts.scheme, 80)}"
    return tuple(dict.fromkeys(_with_host(url, parts.netloc, host) for host in (parts.netloc, bare, usual)))


def _with_host(url: str, old: str, new: str) -> str:
    return url.replace(f"//{old}", f"//{new}", 1)
