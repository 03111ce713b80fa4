"""What may be played in a call: an MP3 or WAV file, known by what is in it and never by its name.

Only the sound is taken over: titles, pictures and whatever else a file carries stay behind.
Source: ISO/IEC 11172-3 and 13818-3 for the frames of MP3, https://id3.org/id3v2.4.0-structure for what stands around them;
        formats the carrier plays: https://www.twilio.com/docs/voice/twiml/play, read 25 November 2026.
"""

import dataclasses
import io
import math
import wave
from typing import Final

from accounts.contracts import Refused
from messaging.channels.voice_rules import call_rules

#: what is said of a file that has to be made anew
_ANEW: Final = "Export it again as MP3, or as WAV with 16 bits a sample."
_FEWEST_FRAMES: Final = 4
#: kilobits a second by the index in a frame's head: MPEG 1, then MPEG 2 and 2.5; both of layer III
_BIT_RATES: Final = {
    3: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
#: samples a second by the version in a frame's head: 3 is MPEG 1, 2 is MPEG 2, 0 is MPEG 2.5
_SAMPLE_RATES: Final = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}


@dataclasses.dataclass(frozen=True, slots=True)
class Sound:
    """Sound that can be played. Units: `seconds` rounded up."""

    content_type: str
    seconds: int
    raw: bytes = dataclasses.field(repr=False)


def read_sound(raw: bytes) -> Sound:
    """The sound of an uploaded file.

    Errors: Refused, on the field `recording`, for a file that is too large or too long, no MP3 or WAV, or damaged.
    """
    limits = call_rules().recording
    refuse_size(len(raw))
    sound = _wav(raw) if raw[:4] == b"RIFF" and raw[8:12] == b"WAVE" else _mp3(raw)
    if sound.seconds > limits.most_seconds:
        minutes = f"{limits.most_seconds // 60} minutes"
        raise _refused(f"The recording is longer than {minutes}.", f"Shorten it to {minutes}: nobody listens longer.")
    return sound


def refuse_size(size: int) -> None:
    """Errors: Refused for a file that is too large to be read at all, or empty."""
    most = call_rules().recording.most_bytes
    if size > most:
        remedy = "Save it as MP3, or as WAV with one channel and 8,000 samples a second."
        raise _refused(f"The recording is larger than {most // 1_000_000} MB.", remedy)
    if not size:
        raise _refused("The recording is empty.", "Choose another file.")


def _refused(problem: str, remedy: str) -> Refused:
    return Refused(problem, field="recording", remedy=remedy)


def _wav(raw: bytes) -> Sound:
    """Plain samples, written anew with nothing beside them."""
    try:
        with wave.open(io.BytesIO(raw)) as read:
            channels, width, rate = read.getnchannels(), read.getsampwidth(), read.getframerate()
            samples = read.readframes(read.getnframes())
    except (wave.Error, EOFError, ValueError, RuntimeError):
        raise _refused("This WAV file is damaged, or compressed.", _ANEW) from None
    if channels not in (1, 2) or width not in (1, 2) or not 8000 <= rate <= 48000:
        raise _refused("This WAV file has samples that no phone plays.", _ANEW)
    seconds = math.ceil(len(samples) / (channels * width * rate))
    if not seconds:
        raise _refused("There is no sound in this file.", "Choose another file.")
    kept = io.BytesIO()
    with wave.open(kept, "wb") as written:
        written.setnchannels(channels)
        written.setsampwidth(width)
        written.setframerate(rate)
        written.writeframes(samples)
    return Sound("audio/wav", seconds, kept.getvalue())


@dataclasses.dataclass(frozen=True, slots=True)
class _Frame:
    """The head of one frame of MP3. Units: `length` bytes with the head, `samples` of one channel."""

    version: int
    rate: int
    samples: int
    length: int


def _mp3(raw: bytes) -> Sound:
    """Frames from the first to the last, all of one kind; of what may stand around them nothing is kept."""
    begin, end = _after_tag(raw), _before_tags(raw)
    place, count, seconds = begin, 0, 0.0
    first = _frame(raw, begin)
    while place < end and first is not None:
        frame = _frame(raw, place)
        if frame is None or (frame.version, frame.rate) != (first.version, first.rate):
            break
        if place + frame.length > end:  # many recorders cut the last frame short
            end = place
            break
        place, count, seconds = place + frame.length, count + 1, seconds + frame.samples / frame.rate
    if count < _FEWEST_FRAMES:
        raise _refused("This is no MP3 and no WAV file.", "Choose a recording saved as MP3 or WAV.")
    if place < end and raw[place:end].strip(b"\0"):
        raise _refused("This MP3 file is damaged.", _ANEW)
    return Sound("audio/mpeg", math.ceil(seconds), raw[begin:place])


def _after_tag(raw: bytes) -> int:
    """Where the sound begins: after the ID3 tag, whose length is written with seven bits a byte."""
    if raw[:3] != b"ID3" or len(raw) < 10:
        return 0
    size = sum((byte & 0x7F) << shift for byte, shift in zip(raw[6:10], (21, 14, 7, 0), strict=True))
    begin = size + (20 if raw[5] & 0x10 else 10)
    while begin < len(raw) and raw[begin] == 0:
        begin += 1
    return begin


def _before_tags(raw: bytes) -> int:
    """Where the sound ends: before an old ID3 tag and before an APE tag."""
    end = len(raw)
    if raw[-128:-125] == b"TAG":
        end -= 128
    foot = raw[max(0, end - 32) : end]
    if foot[:8] == b"APETAGEX":
        end -= int.from_bytes(foot[12:16], "little") + (32 if int.from_bytes(foot[20:24], "little") >> 31 else 0)
    return max(0, end)


def _frame(raw: bytes, place: int) -> _Frame | None:
    """The frame whose head stands here; None for anything else, also for layers I and II and free bit rates."""
    head = raw[place : place + 4]
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return None
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    rate_index, sampling = head[2] >> 4, head[2] >> 2 & 3
    if version == 1 or layer != 1 or rate_index in (0, 15) or sampling == 3:
        return None
    samples = 1152 if version == 3 else 576
    rate = _SAMPLE_RATES[version][sampling]
    bits = _BIT_RATES[3 if version == 3 else 2][rate_index] * 1000
    return _Frame(version, rate, samples, samples // 8 * bits // rate + (head[2] >> 1 & 1))
