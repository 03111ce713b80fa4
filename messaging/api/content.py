"""What an application sends as `content`, beside the text of a message: what a channel takes, how refusals name it."""

import contextlib
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from rest_framework import serializers

from accounts.contracts import Refused

#: what each channel takes beside the text, with what it cannot do without
PARTS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "sms": (),
        "whatsapp": ("template", "values", "buttons", "footer"),
        "email": ("subject", "preheader"),
        "voice": ("language", "phone", "machine", "audio"),
    }
)
NEEDED: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {"email": ("subject",), "voice": ("language", "phone", "machine")}
)


def demand_parts(channel: str, content: Mapping[str, Any]) -> None:
    """Errors: ValidationError that names everything the channel needs beside the text and did not get, all at once."""
    missing = [name for name in NEEDED.get(channel, ()) if content.get(name) in (None, "")]
    if missing:
        raise serializers.ValidationError({"content": {name: ["This field is required."] for name in missing}})


@contextlib.contextmanager
def named_as_sent(channel: str, content: Mapping[str, Any], text: str) -> Iterator[None]:
    """Give refusals the names of what was sent: `text` is where the words stood, and parts stand in `content`."""
    try:
        yield
    except Refused as refusal:
        name_as_sent(refusal, channel, content, text)
        raise


def name_as_sent(refusal: Refused, channel: str, content: Mapping[str, Any], text: str) -> None:
    """Give one refusal the name of what was sent, as `named_as_sent` does."""
    refusal.field = _as_sent(refusal.field, channel, content, text)


def _as_sent(field: str, channel: str, content: Mapping[str, Any], text: str) -> str:
    if field in ("body", "text"):
        return text
    if field.startswith("value_"):
        return f"content.values.{field.removeprefix('value_')}"
    first = field.partition(".")[0]
    return f"content.{field}" if field and (first in content or first in PARTS[channel]) else field


@contextlib.contextmanager
def named_in_template(field: str, sent: str) -> Iterator[None]:
    """Give refusals of a form's field the name it has in what was sent."""
    try:
        yield
    except Refused as refusal:
        if refusal.field == field:
            refusal.field = sent
        raise
