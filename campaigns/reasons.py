"""Why somebody did not get it: the gate's reasons, the few that only a plan knows, and what became of messages."""

from collections.abc import Mapping

from consent.reasons import REASONS, Reason, UnknownReason, reason
from messaging.providers.registry import meaning_of
from messaging.states import WAITING_FOR_TEMPLATE, WAITING_FOR_UNITS

_OF_THE_PLAN = {
    row.code: row
    for row in (
        Reason(
            "excluded",
            "audience",
            "On a list you left out",
            "They are on a list this campaign excludes; take the list off the exclusions to include them.",
            "fix",
            "after_fix",
        ),
        Reason(
            "same_address",
            "audience",
            "Shares an address with somebody above",
            "Two people share this address and one of them gets it already; nobody is written to twice.",
            "never",
            "never",
        ),
        Reason(
            "not_ending",
            "audience",
            "Their agreement does not end soon",
            "Nobody is asked again before it is time; their agreement holds as it is.",
            "never",
            "later",
        ),
        Reason(
            "asked_already",
            "audience",
            "Asked again lately",
            "One question for each agreement: who was asked is asked again only in the next period.",
            "never",
            "later",
        ),
        Reason(
            "missing_value",
            "content",
            "A word in the text has no value for them",
            "The text asks for something this contact does not have; fill it in or give the text a default.",
            "fix",
            "after_fix",
        ),
    )
}
#: why a message ended, where no rule of consent is the reason: words and what to do
_OF_MESSAGES: Mapping[str, tuple[str, str]] = {
    "gave_up": ("The carrier would not take it", "We tried until its time was over; write to them in a new campaign."),
    "expired": ("Its time to be sent ran out", "It waited for a day; write to them in a new campaign."),
    "cancelled": ("The campaign was stopped", "Nothing left for them; copy the campaign to write to them."),
    "no_evidence": ("The proof of their agreement is gone", "Record their agreement again, with its proof."),
    WAITING_FOR_UNITS: (
        "There are no units for it",
        "It waits, and leaves by itself within a minute when there are more.",
    ),
    WAITING_FOR_TEMPLATE: (
        "WhatsApp holds the template back",
        "It waits until WhatsApp lets it be used again, and leaves by itself if that is within its time.",
    ),
    "worker_died": ("The line dropped after it left", "We do not send twice; the carrier's receipt will tell."),
}


def explain(code: str) -> Reason:
    """The words for a reason. Errors: UnknownReason for a code nobody has written down."""
    return _OF_THE_PLAN.get(code) or reason(code)


def lacks_agreement(code: str) -> bool:
    """Whether somebody is left out for want of an agreement with its proof, which is recorded at their address."""
    return code in REASONS and REASONS[code].family == "no_consent"


def words_of(code: str, carrier: str = "", *, outcome: str = "left_out") -> tuple[str, str]:
    """What happened and what to do, for the code a recipient or a message ended with; an unlisted one stands for itself.

    Shape: a recipient that was left out, or refused at the door, has a reason of the gate; any other a reason of its message.
    """
    ours = _OF_MESSAGES.get(code)
    if ours is not None and outcome not in ("left_out", "refused"):
        return ours
    try:
        found = explain(code)
    except UnknownReason:
        meaning = meaning_of(carrier, code)
        if meaning is not None:
            return meaning.meaning.rstrip("."), ""
        return ours or (f"The carrier's reason {code}" if code else "No reason was given", "")
    return found.label, found.sentence
