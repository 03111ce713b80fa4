"""Whether a message says itself how one stops more of them: asked by the check of a campaign and by a letter to one person."""

import dataclasses
from collections.abc import Mapping
from typing import Any, Final

from messaging.content import has_opt_out_hint

#: channels whose texts have to say it themselves; mail and calls bring their own way
_SAYS_STOP: Final = ("sms", "whatsapp")
LABEL: Final = "Says how to stop"


@dataclasses.dataclass(frozen=True, slots=True)
class StopWords:
    """What was found. `words` say it to whoever wrote the message; where something is `missing` they end with the remedy."""

    words: str
    missing: bool = False


def stop_words(channel: str, tier: str, body: str, parts: Mapping[str, Any]) -> StopWords:
    """Say whether a message of this channel and purpose tells its reader how to stop."""
    if channel not in _SAYS_STOP:
        return StopWords("This channel brings its own way to stop.")
    if has_opt_out_hint(body):
        return StopWords("The text says how to stop.")
    if tier == "transactional":
        return StopWords("Not asked of this purpose; STOP works all the same.")
    if "template" in parts:
        return StopWords("Choose a template that says it, such as “Reply STOP to opt out”.", missing=True)
    return StopWords("Add a line such as “Reply STOP to opt out”.", missing=True)
