"""What became of a recipient, as data: exactly one outcome for each, so that the parts of a report add up to its whole.

A recipient that was given to messaging has its message's outcome, any other one its own. The same table counts, filters
and labels, so a number and the people behind it cannot disagree.
"""

import dataclasses
from typing import Final

from django.db.models import Case, CharField, Q, Value, When

from messaging.models import ProviderAccount
from messaging.providers.registry import PROVIDERS
from messaging.selectors.calls import tries_in_hand
from messaging.selectors.replies import STOPS
from messaging.states import RANKS

_FAILED, _DELIVERED = RANKS["failed"], RANKS["delivered"]


@dataclasses.dataclass(frozen=True, slots=True)
class Outcome:
    """One thing that can have become of a recipient. `fill` colours its part of a bar."""

    key: str
    label: str
    tone: str
    icon: str
    fill: str
    hint: str = ""

    @property
    def badge(self) -> dict[str, str]:
        """As a badge."""
        return {"label": self.label, "tone": self.tone, "icon": self.icon}


#: in the order a report shows them
OUTCOMES: Final[tuple[Outcome, ...]] = (
    Outcome("delivered", "Delivered", "yes", "double-check", "yes", "arrived on the phone"),
    Outcome("on_way", "On the way", "note", "send", "note", "the carrier has it"),
    Outcome("unclear", "Unclear", "wait", "clock", "wait", "not sent twice"),
    Outcome("failed", "Failed", "no", "x", "no", "the carrier says why"),
    Outcome("refused", "Refused", "plain", "hand", "plain", "at the door"),
    Outcome("held", "Held back", "wait", "alert", "wait", "needs a look"),
    Outcome("expired", "Ran out of time", "plain", "clock", "plain", "not sent in time"),
    Outcome("stopped", "Stopped", "plain", "stop", "plain", "by somebody here"),
    Outcome("waiting", "Waiting", "note", "clock", "d0", "not sent yet"),
    Outcome("left_out", "Left out", "plain", "hand", "d0", "with the reason"),
)
#: somebody a check would send to: a check sends nothing, so nothing waits. It is no outcome of a run and is never counted
WOULD_GET: Final = Outcome("would_get", "Would get it", "yes", "check", "yes", "nothing is sent by a check")
#: what a carrier took that never says what arrived: no receipt is waited for
HANDED_OVER: Final = Outcome("on_way", "Handed over", "note", "send", "note", "the carrier took it; it tells no more")
#: what is said where a number of those who got it would stand, and the carrier does not report what arrived
NOT_REPORTED: Final = "Not reported: this carrier does not say what arrived, only what it refused."
BY_KEY: Final = {outcome.key: outcome for outcome in OUTCOMES}


def tells_arrival(account: ProviderAccount) -> bool:
    """Whether the carrier of an account reports what arrived; where it does not, nobody may count it as none."""
    return PROVIDERS[account.provider].capabilities.receipts


def outcome_by(account: ProviderAccount, key: str) -> Outcome:
    """An outcome as it is called for messages of an account."""
    return HANDED_OVER if key == HANDED_OVER.key and not tells_arrival(account) else BY_KEY[key]


_OF_MESSAGE: Final[tuple[tuple[str, Q], ...]] = (
    ("delivered", Q(delivery_rank__gte=_DELIVERED)),
    ("failed", Q(state="rejected") | Q(delivery_rank__gte=_FAILED)),
    ("unclear", Q(state="uncertain")),
    ("refused", Q(state="suppressed")),
    ("held", Q(state="quarantined")),
    ("expired", Q(state="expired")),
    ("stopped", Q(state="cancelled")),
    ("on_way", Q(state__in=["accepted", "attempting"])),
)


def _case(rows: tuple[tuple[str, Q], ...], otherwise: str) -> Case:
    whens = [When(condition, then=Value(key)) for key, condition in rows]
    return Case(*whens, default=Value(otherwise), output_field=CharField())


def message_outcome(channel: str = "") -> Case:
    """The outcome of a message, as an expression on Message; nobody whom a further call is still to reach has failed."""
    if channel != "voice":
        return _case(_OF_MESSAGE, "waiting")
    delivered, *others = _OF_MESSAGE
    again = ("waiting", Q(tries_in_hand(ringing=False))), ("on_way", Q(tries_in_hand(ringing=True)))
    return _case((delivered, *again, *others), "waiting")


def plan_outcome() -> Case:
    """The outcome of a recipient that was not given to messaging, as an expression on Recipient."""
    return _case((("left_out", Q(outcome="left_out")), ("waiting", Q(due_at__isnull=False))), "stopped")


def answer_kind() -> Case:
    """Whether an answer was a wish to stop or something else, as an expression on InboundMessage; counted beside outcomes."""
    return _case((("opted_out", STOPS),), "replied")


#: answers as views of a report: key → label
ANSWERS: Final = {"replied": "Replied", "opted_out": "Opted out"}
