"""Sound that calls play: fetched as the carrier fetches it, by a plain GET, and measured by its own bytes."""

import dataclasses
import hashlib
import struct

#: what the carrier plays of what it is given; https://www.twilio.com/docs/voice/twiml/play, read 25 November 2026
PLAYABLE = frozenset({"audio/mpeg", "audio/wav", "audio/wave", "audio/x-wav"})
#: bytes a second of MP3 whose rate nobody has looked up: 64 kilobits
_USUAL_BYTES = 8000


@dataclasses.dataclass(frozen=True, slots=True)
class Sound:
    """What one Play fetched. `http` is 0 when nobody answered; `problem` says why it cannot be played."""

    url: str
    http: int
    content_type: str = ""
    raw: bytes = dataclasses.field(default=b"", repr=False)

    @property
    def problem(self) -> str:
        """Empty when it can be played."""
        if self.http != 200:
            return "the recording could not be fetched (error 11200)"
        if self.content_type not in PLAYABLE or not self.raw:
            return "what was fetched is no sound the carrier plays (error 12300)"
        return ""

    @property
    def digest(self) -> str:
        """The SHA-256 of the sound."""
        return hashlib.sha256(self.raw).hexdigest()

    @property
    def words(self) -> str:
        """What a log says of it."""
        return f"plays {len(self.raw):,} bytes of {self.content_type}" if not self.problem else "plays nothing"

    @property
    def seconds(self) -> float:
        """How long it is, about; WAV says its bytes a second in its head."""
        if self.problem:
            return 0.0
        if self.raw[:4] == b"RIFF" and len(self.raw) >= 32:
            return len(self.raw) / max(1, struct.unpack_from("<I", self.raw, 28)[0])
        return len(self.raw) / _USUAL_BYTES
