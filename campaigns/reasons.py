"""Why somebody of the audience is left out: the gate's reasons, and the few that only a plan knows."""

from consent.reasons import Reason, reason

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
            "missing_value",
            "content",
            "A word in the text has no value for them",
            "The text asks for something this contact does not have; fill it in or give the text a default.",
            "fix",
            "after_fix",
        ),
    )
}


def explain(code: str) -> Reason:
    """The words for a reason. Errors: UnknownReason for a code nobody has written down."""
    return _OF_THE_PLAN.get(code) or reason(code)
