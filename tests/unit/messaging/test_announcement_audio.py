"""What may be played in a call is known by what is in a file; only the sound of it is taken over."""

import io
import wave

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.contracts import Refused
from messaging.channels.announcement_audio import read_sound
from messaging.channels.voice_rules import call_rules
from tests.factories.sounds import id3, mp3, wav


def refusal(raw: bytes) -> str:
    with pytest.raises(Refused) as refused:
        read_sound(raw)
    assert refused.value.field == "recording"
    assert refused.value.remedy
    return str(refused.value)


@pytest.mark.parametrize(("channels", "width", "rate"), [(1, 2, 8000), (2, 2, 44100), (1, 1, 11025)])
def test_plain_samples_are_taken_with_their_length(channels: int, width: int, rate: int) -> None:
    sound = read_sound(wav(2.4, rate=rate, channels=channels, width=width))

    with wave.open(io.BytesIO(sound.raw)) as kept:
        assert (kept.getnchannels(), kept.getsampwidth(), kept.getframerate()) == (channels, width, rate)
        assert kept.getnframes() == int(2.4 * rate)
    assert (sound.content_type, sound.seconds) == ("audio/wav", 3)


def test_frames_of_mp3_are_counted_one_by_one() -> None:
    sound = read_sound(mp3(100))

    # 100 frames of 576 samples at 22,050 a second are 2.6 seconds
    assert (sound.content_type, sound.seconds, sound.raw) == ("audio/mpeg", 3, mp3(100))


@pytest.mark.parametrize(
    ("head", "length", "seconds"),
    [(b"\xff\xfb\x90\xc0", 417, 3), (b"\xff\xe3\x40\xc0", 208, 6)],
    ids=["MPEG 1, 128 kilobits, 44,100", "MPEG 2.5, 32 kilobits, 11,025"],
)
def test_every_version_of_mp3_has_its_own_lengths(head: bytes, length: int, seconds: int) -> None:
    assert read_sound(mp3(100, head=head, length=length)).seconds == seconds


def test_names_and_pictures_around_the_sound_are_left_behind() -> None:
    ape = b"APETAGEX" + (2000).to_bytes(4, "little") + (32).to_bytes(4, "little") + bytes(16)
    end = b"TAG" + b"Anna".ljust(125, b"\0")
    extra = b"LIST" + (12).to_bytes(4, "little") + b"INFOIART" + b"Anna"
    plain = wav()
    tagged = plain[:4] + (len(plain) + len(extra) - 8).to_bytes(4, "little") + plain[8:] + extra

    for raw in (id3() + mp3(10), mp3(10) + end, id3() + mp3(10) + ape + end, mp3(10) + mp3(1)[:50]):
        assert read_sound(raw).raw == mp3(10)
    assert read_sound(tagged).raw == plain


@pytest.mark.parametrize(
    "raw",
    [
        b"MZ" + bytes(5000),
        b"\x89PNG\r\n\x1a\n" + bytes(500),
        b"<html>" * 100,
        b"OggS" + bytes(900),
        b"\xff\xfb",
        mp3(3),
    ],
    ids=["a program", "a picture", "a page", "another kind of sound", "two bytes", "three frames"],
)
def test_what_is_no_sound_is_refused_whatever_it_is_called(raw: bytes) -> None:
    assert refusal(raw).startswith("This is no MP3 and no WAV file.")


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (b"", "The recording is empty."),
        (mp3(10) + b"<script>alert(1)</script>" * 20 + mp3(10), "This MP3 file is damaged."),
        (mp3(10) + mp3(10, head=b"\xff\xfb\x90\xc0", length=417), "This MP3 file is damaged."),
        (wav()[:30], "This WAV file is damaged, or compressed."),
        (wav().replace(b"\x01\x00\x01\x00", b"\x07\x00\x01\x00", 1), "This WAV file is damaged, or compressed."),
        (wav(width=4), "This WAV file has samples that no phone plays."),
        (wav(rate=96000), "This WAV file has samples that no phone plays."),
        (wav(0)[:44], "There is no sound in this file."),
        (mp3(181 * 39), "The recording is longer than 3 minutes."),
        (wav(200, rate=8000), "The recording is longer than 3 minutes."),
        (bytes(5_000_001), "The recording is larger than 5 MB."),
    ],
)
def test_what_cannot_be_played_is_refused_with_the_remedy(raw: bytes, problem: str) -> None:
    assert refusal(raw).startswith(problem)


def test_the_longest_and_the_largest_are_taken() -> None:
    limits = call_rules().recording

    assert read_sound(wav(limits.most_seconds)).seconds == limits.most_seconds


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400), st.sampled_from([b"", b"ID3", b"RIFF\0\0\0\0WAVE", wav(0.01), id3(), mp3(6)]))
def test_any_bytes_are_read_or_refused_and_nothing_else(raw: bytes, begin: bytes) -> None:
    try:
        seconds = read_sound(begin + raw).seconds
    except Refused:
        return

    assert seconds >= 1
