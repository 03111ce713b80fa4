"""Why somebody is left out: every block code with its words for people, its weight and when it may change.

Codes are stored for ever with the message they stopped. `family` is the coarse code of the send gate's steps (G1 … G11),
so reports can count by it; `code` says it exactly.
"""

import dataclasses
from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

Severity = Literal["never", "fix", "wait"]
Retry = Literal["never", "new_consent", "after_fix", "later"]


@dataclasses.dataclass(frozen=True, slots=True)
class Reason:
    """One block code.

    `label` at most a few words; `sentence` one sentence for a business user that ends with the remedy. `severity`: never is
    the person's will or the law, fix is something we or the organisation can repair, wait passes by itself.
    """

    code: str
    family: str
    label: str
    sentence: str
    severity: Severity
    retry: Retry

    @property
    def permanent(self) -> bool:
        """Nothing the organisation does will change it."""
        return self.retry == "never"

    @property
    def deferrable(self) -> bool:
        """It passes by itself: the same message may be tried again later."""
        return self.retry == "later"


class UnknownReason(KeyError):
    """A block code that the table does not list."""

    def __str__(self) -> str:
        return str(self.args[0])


def reason(code: str) -> Reason:
    """The words for a block code. Errors: UnknownReason names the code; add it to the table before storing it."""
    if code not in REASONS:
        raise UnknownReason(f"reason: {code!r} is not a block code; the table in consent/reasons.py lists them all")
    return REASONS[code]


_ROWS = (
    Reason(
        "rules_changed",
        "undecided",
        "The rules changed",
        "The rules changed after this was prepared; run the check again.",
        "fix",
        "after_fix",
    ),
    Reason(
        "undecidable",
        "undecided",
        "Could not be judged",
        "The request holds a value that no rule knows, so nothing was sent; tell support.",
        "fix",
        "after_fix",
    ),
    Reason(
        "organization_suspended",
        "sender_unregistered",
        "Your organisation is suspended",
        "Sending is suspended for your organisation; contact support to learn why and lift it.",
        "fix",
        "after_fix",
    ),
    Reason(
        "organization_closed",
        "sender_unregistered",
        "Your organisation is closed",
        "The account was closed, so nothing leaves any more; open a new one to send.",
        "never",
        "never",
    ),
    Reason(
        "sending_stopped",
        "sender_unregistered",
        "All sending is stopped",
        "Somebody pressed Stop all sending; an owner can start it again from the same place.",
        "fix",
        "after_fix",
    ),
    Reason(
        "no_address",
        "bad_address",
        "No address on this channel",
        "We hold no address for this channel; add one or choose another channel.",
        "fix",
        "after_fix",
    ),
    Reason(
        "bad_address",
        "bad_address",
        "The address cannot work",
        "The number or mailbox is not one that can receive this; correct it in the contact.",
        "fix",
        "after_fix",
    ),
    Reason(
        "platform_suppressed",
        "opted_out",
        "Blocked on the whole platform",
        "This address may not be written to by anybody here; remove it from the audience.",
        "never",
        "never",
    ),
    Reason(
        "erased",
        "opted_out",
        "Asked us to forget them",
        "They were erased on request and only a keyed mark remains; they can come back by their own act alone.",
        "never",
        "never",
    ),
    Reason(
        "opted_out",
        "opted_out",
        "They said stop",
        "They opted out on this channel; only they can change it, by START or a new form.",
        "never",
        "never",
    ),
    Reason(
        "complaint",
        "opted_out",
        "They complained",
        "They marked a message as spam or blocked the sender; do not write to them again.",
        "never",
        "never",
    ),
    Reason(
        "bounced",
        "bad_address",
        "Messages do not reach them",
        "Earlier messages failed for good; ask for a new address on another channel.",
        "fix",
        "after_fix",
    ),
    Reason(
        "person_paused",
        "opted_out",
        "They asked for a pause",
        "They paused everything but what they are waiting for; try again when the pause has ended.",
        "wait",
        "later",
    ),
    Reason(
        "dnc",
        "dnc",
        "On a do-not-call register",
        "A register forbids offers to this number; only a new written agreement with you lifts it.",
        "never",
        "new_consent",
    ),
    Reason(
        "on_a_list",
        "dnc",
        "On a list that must not be reached",
        "A list of your organisation or a register names this address; see Consent, Lists for which, and what may lift it.",
        "never",
        "after_fix",
    ),
    Reason(
        "register_stale",
        "dnc",
        "A register was not asked lately",
        "A register of their country must be compared before this may go; upload its current data under Consent, Lists.",
        "fix",
        "after_fix",
    ),
    Reason(
        "withdrawn",
        "no_consent",
        "They withdrew their agreement",
        "They said no to this purpose; only their own new agreement changes it.",
        "never",
        "new_consent",
    ),
    Reason(
        "expired",
        "no_consent",
        "Their agreement is too old",
        "It has not been used for too long; ask them again on a form or in a conversation they start.",
        "fix",
        "new_consent",
    ),
    Reason(
        "unproven",
        "no_consent",
        "No proof of their agreement",
        "Somebody claimed they agreed, without proof of when and how; record the proof on the address's page, or ask them.",
        "fix",
        "new_consent",
    ),
    Reason(
        "unconfirmed",
        "no_consent",
        "They have not confirmed yet",
        "They were asked to confirm and have not answered; wait for their yes.",
        "wait",
        "new_consent",
    ),
    Reason(
        "nothing_to_confirm",
        "no_consent",
        "There is nothing left to confirm",
        "They have confirmed it already, or agreed anew, so no request to confirm was sent; nothing has to be done.",
        "never",
        "never",
    ),
    Reason(
        "no_consent",
        "no_consent",
        "They never agreed to this",
        "There is no agreement for this purpose on this channel; ask them by a form before you write.",
        "fix",
        "new_consent",
    ),
    Reason(
        "minor",
        "minor",
        "Under age",
        "They are known to be under eighteen; report it to privacy and remove their data.",
        "never",
        "never",
    ),
    Reason(
        "trial_circle",
        "sender_unregistered",
        "Not on your guest list",
        "During the trial only your team and your guests are reached; add them to the guests, or ask for the review.",
        "fix",
        "after_fix",
    ),
    Reason(
        "sender_unregistered",
        "sender_unregistered",
        "The sender is not ready",
        "The sender is not registered for this channel and country; finish its registration.",
        "fix",
        "after_fix",
    ),
    Reason(
        "sender_not_taken",
        "sender_unregistered",
        "Such a sender is not taken there",
        "Carriers of that country deliver nothing from this kind of sender; choose a number registered there.",
        "fix",
        "after_fix",
    ),
    Reason(
        "registration_missing",
        "sender_unregistered",
        "Not registered for that country",
        "That country wants this sender registered first; see under Registrations what is missing or not approved.",
        "fix",
        "after_fix",
    ),
    Reason(
        "registration_expired",
        "sender_unregistered",
        "The registration has expired",
        "An approval that this country asks for has run out; renew it and enter the new date under Registrations.",
        "fix",
        "after_fix",
    ),
    Reason(
        "text_unregistered",
        "content",
        "This text is not registered",
        "That country takes registered texts only; write it word for word as registered, or register this one.",
        "fix",
        "after_fix",
    ),
    Reason(
        "channel_barred",
        "content",
        "Not possible on this channel",
        "The law or the carrier forbids this kind of message on this channel there; choose another channel.",
        "fix",
        "after_fix",
    ),
    Reason(
        "content",
        "content",
        "The content is not ready",
        "A required line or an approval is missing; open the template to see which, and complete it.",
        "fix",
        "after_fix",
    ),
    Reason(
        "line_missing",
        "content",
        "A line that must be there is missing",
        "There, each such message says who writes or how to stop, and this one does not; the check says which line to add.",
        "fix",
        "after_fix",
    ),
    Reason(
        "cap_unknown",
        "freq_cap",
        "The legal limit was not counted",
        "The law limits messages to this place and nobody counted them; set a cap for the programme.",
        "fix",
        "after_fix",
    ),
    Reason(
        "freq_cap",
        "freq_cap",
        "They have had enough for now",
        "They reached the limit of messages for this period; try again when it has passed.",
        "wait",
        "later",
    ),
    Reason(
        "own_frequency",
        "freq_cap",
        "As many as they want this week",
        "They chose how many a week at most, and had them; try again in a few days.",
        "wait",
        "later",
    ),
    Reason(
        "place_unknown",
        "quiet_hours",
        "We do not know where they are",
        "Without a country nobody can say when it is night there; add the country to the contact.",
        "fix",
        "after_fix",
    ),
    Reason(
        "no_opening",
        "quiet_hours",
        "No hour is open",
        "Your hours, the law's and their own have no moment in common; widen your own, or choose another channel.",
        "fix",
        "after_fix",
    ),
    Reason(
        "quiet_hours",
        "quiet_hours",
        "It is quiet time there",
        "It is outside the permitted hours where they may be; it waits until those open.",
        "wait",
        "later",
    ),
    Reason(
        "own_hours",
        "quiet_hours",
        "It is not one of their hours",
        "They chose the hours in which you may write; it waits until those open.",
        "wait",
        "later",
    ),
    Reason(
        "wa_window",
        "wa_window",
        "The conversation window is closed",
        "They last wrote more than 24 hours ago; use an approved template instead.",
        "fix",
        "after_fix",
    ),
    Reason(
        "no_units",
        "no_units",
        "Not enough balance",
        "The balance does not cover this message; buy units and it goes on.",
        "fix",
        "later",
    ),
    Reason(
        "throttled",
        "throttled",
        "Waiting for the carrier's pace",
        "The carrier's rate is used up for the moment; it goes on by itself, there is nothing to do.",
        "wait",
        "later",
    ),
)

REASONS: Mapping[str, Reason] = MappingProxyType({row.code: row for row in _ROWS})
