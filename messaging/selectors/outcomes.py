"""What became of one message, in words and with what to do about it."""

import dataclasses
from collections.abc import Mapping
from typing import Final

from consent.reasons import REASONS
from messaging.models import Message
from messaging.providers.registry import meaning_of
from messaging.states import RANKS

Badge = Mapping[str, object]

_DELIVERED, _FAILED, _READ = RANKS["delivered"], RANKS["failed"], RANKS["read"]
#: state → label, tone, icon, whether more is about to happen
_BADGES: Final[Mapping[str, tuple[str, str, str, bool]]] = {
    "held": ("Waiting", "note", "clock", True),
    "ready": ("Waiting", "note", "clock", True),
    "claimed": ("Sending", "note", "", True),
    "attempting": ("Sending", "note", "", True),
    "accepted": ("Sent", "note", "check", True),
    "uncertain": ("Unclear", "wait", "clock", True),
    "rejected": ("Failed", "no", "x", False),
    "suppressed": ("Not sent", "no", "hand", False),
    "cancelled": ("Stopped", "plain", "stop", False),
    "expired": ("Ran out of time", "plain", "clock", False),
    "quarantined": ("Held back", "wait", "alert", False),
}
#: what the link to a message's reasons is called
GOT: Final = "Why they got it"
NOT_GOT: Final = "Why they did not get it"
MAY_GET: Final = "Why they may get it"
#: why a message ended where neither a rule nor a carrier is the reason
_OWN: Final[Mapping[str, tuple[str, str]]] = {
    "gave_up": ("The carrier would not take it.", "We tried until its time was over; write again later."),
    "expired": ("Its time to be sent ran out.", "Write again when it may leave."),
    "cancelled": ("It was stopped before it left.", ""),
    "no_evidence": ("The proof of their agreement is gone.", "Record their agreement again, with its proof."),
    "worker_died": (
        "The line dropped after it may have left.",
        "We do not send twice; the carrier's receipt will tell.",
    ),
}


@dataclasses.dataclass(frozen=True, slots=True)
class Fate:
    """What became of a message: a badge, and where it did not go well why and what to do.

    Shape: `settled` - nothing more comes; `left` - the carrier took it, and has not said that it failed.
    """

    badge: Badge
    words: str = ""
    remedy: str = ""
    code: str = ""
    left: bool = False

    @property
    def settled(self) -> bool:
        """Whether nothing more is expected to happen to it."""
        return not self.badge["live"]

    @property
    def lacks_agreement(self) -> bool:
        """Whether it stopped for want of an agreement with its proof, which is recorded at the address."""
        return self.code in REASONS and REASONS[self.code].family == "no_consent"

    @property
    def asked(self) -> str:
        """What the link to its reasons is called: nobody got what failed, was refused or still waits."""
        return GOT if self.left else NOT_GOT if self.settled else MAY_GET


def fate_of(message: Message) -> Fate:
    """What became of a message; its sender's account must be loaded. No query."""
    badge, left = _badge(message), has_left(message)
    if message.delivery_rank >= _DELIVERED or not message.reason:
        return Fate(badge, left=left)
    return Fate(badge, *code_words(message.reason, _carrier(message)), message.reason, left)


def has_left(message: Message) -> bool:
    """Whether the carrier took it and has not said that it failed."""
    arrived = message.delivery_rank >= _DELIVERED
    return arrived or (message.state == "accepted" and message.delivery_rank < _FAILED)


def code_words(code: str, carrier: str) -> tuple[str, str]:
    """A code a message ended with as (what happened, what to do): ours, the gate's, or the carrier's."""
    if code in _OWN:
        return _OWN[code]
    if code in REASONS:
        return f"{REASONS[code].label}.", REASONS[code].sentence
    meaning = meaning_of(carrier, code)
    if meaning is not None:
        return meaning.meaning, meaning.remedy
    return f"The carrier's reason {code}.", ""


def _badge(message: Message) -> Badge:
    label, tone, icon, live = _BADGES[message.state]
    rank = message.delivery_rank
    if rank >= _DELIVERED:
        label, tone, icon, live = ("Read" if rank >= _READ else "Delivered"), "yes", "double-check", False
    elif rank >= _FAILED:
        label, tone, icon, live = _BADGES["rejected"]
    return {"label": label, "tone": tone, "icon": icon, "live": live}


def _carrier(message: Message) -> str:
    return str(message.sender.account.provider)
