"""Sound files: plain samples, frames of MP3, and what stands around them in real files."""

import io
import wave


def wav(seconds: float = 2.0, *, rate: int = 8000, channels: int = 1, width: int = 2) -> bytes:
    """Silence with a click at its beginning, as a WAV file."""
    written = io.BytesIO()
    with wave.open(written, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(rate)
        samples = bytearray(int(seconds * rate) * channels * width)
        samples[:4] = b"\x01\x02\x03\x04"
        file.writeframes(bytes(samples))
    return written.getvalue()


def mp3(frames: int = 100, *, head: bytes = b"\xff\xf3\x40\xc0", length: int = 144) -> bytes:
    """Frames of MP3: MPEG 2, layer III, 32 kilobits and 22,050 samples a second (104 bytes each) unless told."""
    length = 104 if head == b"\xff\xf3\x40\xc0" else length
    return (head + b"\x55" * (length - 4)) * frames


def id3(title: bytes = b"Anna in the studio") -> bytes:
    """The tag at the beginning of many MP3 files, with a name in it."""
    frame = b"TIT2" + (len(title) + 1).to_bytes(4, "big") + b"\0\0" + b"\0" + title
    return b"ID3\x04\0\0" + bytes((0, 0, len(frame) >> 7, len(frame) & 0x7F)) + frame
