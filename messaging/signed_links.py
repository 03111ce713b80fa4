"""Tokens in links that only we can make: what they say, and the start of a mark over it by the organisation's own key.

What they say begins with the organisation's id. Each use has a word of its own, so no token of one use opens another. A token
is no secret of ours: it names ids and digests that tell nobody anything.
"""

import base64
import binascii
import dataclasses
import hmac
import uuid

from core import vault


@dataclasses.dataclass(frozen=True, slots=True)
class SignedLink:
    """One use of tokens: its word, how long what it says may be without the organisation's id, and its mark. In bytes.

    None of these may change while tokens of the use are out: they would open nothing any more.
    """

    use: str
    lengths: tuple[int, ...]
    mark_length: int

    def token(self, organization_id: uuid.UUID, said: bytes) -> str:
        """The token that says this."""
        content = organization_id.bytes + said
        return _letters(content + self._mark(organization_id, content))

    def read(self, token: str) -> tuple[uuid.UUID, bytes] | None:
        """The organisation and what was said; None when we did not make it: changed, cut short, or its organisation gone."""
        try:
            raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            return None
        # the letters of a token could be spelled in several ways, of which one is ours
        if len(raw) - 16 - self.mark_length not in self.lengths or _letters(raw) != token:
            return None
        content, mark = raw[: -self.mark_length], raw[-self.mark_length :]
        organization_id = uuid.UUID(bytes=content[:16])
        try:
            expected = self._mark(organization_id, content)
        except vault.CannotOpen:
            return None
        return (organization_id, content[16:]) if hmac.compare_digest(mark, expected) else None

    def _mark(self, organization_id: uuid.UUID, content: bytes) -> bytes:
        return vault.digest(organization_id, self.use, content.hex())[: self.mark_length]


def _letters(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
