"""The mark a carrier puts on its webhooks, so that the receiver knows who called.

Source: Twilio documentation, "Security: validating requests are coming from Twilio"; read 2026-11-23.
"""

import base64
import hmac
from collections.abc import Iterable


def sign(token: str, url: str, fields: Iterable[tuple[str, str]]) -> str:
    """HMAC-SHA1 over the exact URL and the sorted fields; a repeated name counts its distinct values, sorted."""
    pairs = sorted(set(fields))
    data = url + "".join(name + value for name, value in pairs)
    return base64.b64encode(hmac.digest(token.encode(), data.encode(), "sha1")).decode()
