"""Refusals that programs tell apart: the code of each, and when it comes. What has none is `unfit` or `refused`.

What the gate refuses has the code of its reason; those stand in `consent/reasons.py`. Codes stay as they are for ever.
"""

from collections.abc import Mapping
from typing import Final

CODES: Final[Mapping[str, str]] = {
    "approval_declined": "The second person said no to this launch.",
    "approval_needed": "A second person has to approve this launch, and nobody has asked them.",
    "approval_pending": "The second person has not answered yet.",
    "approved_by_you": "Who approved a launch does not launch it too.",
    "carrier_unavailable": "The network on the other side does not answer, or not clearly.",
    "confirmation_differs": "The confirmed number is not the number of people the last check allows.",
    "credentials_refused": "The network does not accept the account's credentials.",
    "external_id_taken": "Somebody else has this external id.",
    "identifiers_conflict": "The external id and the addresses are not those of one person.",
    "issuer_unknown": "A second person had to approve this, and nobody knows who made the key that wants to launch it.",
    "launched_already": "The campaign was launched; it can be neither changed, checked nor launched again.",
    "legal_name_missing": "Calls begin with the organisation's legal name, and there is none in the settings.",
    "list_ended": "The list has ended, and takes nobody any more.",
    "name_taken": "There is one of this name already.",
    "nobody_allowed": "The last check leaves nobody who may get it.",
    "not_checked": "The campaign was changed after its last check, or was never checked.",
    "not_paused": "Only a paused run goes on.",
    "override_decided": "A second person has decided about this text already.",
    "override_yours": "Who wrote a text or asked about it does not allow it too.",
    "postal_address_missing": "Mail carries the organisation's postal address, and there is none in the settings.",
    "practice_only": "A test key works with the practice carrier alone, and erases nobody.",
    "purpose_archived": "The purpose is no longer in use.",
    "register_entry": "A register that the law wants asked is not given up, and who stands on it is not taken off.",
    "removed_before": "It was removed already.",
    "run_state": "The run is not in a state in which this can be done.",
    "template_exists": "There is a template of this name in this language.",
    "template_fixed": "The template is with the network, or approved, and cannot be changed or handed over now.",
    "template_use_fixed": "What an approved template is for stays as it was.",
    "text_not_registered": "The sender is registered where texts are compared, and this text is none of those registered.",
    "time_passed": "The launch is planned for a moment that has passed.",
    "time_too_far": "The launch is planned more than a year ahead.",
    "too_late_to_undo": "Messages are leaving; the run can still be paused or cancelled.",
    "twice_in_request": "The person stands in the request twice; the first one counts.",
    "units_missing": "The balance does not cover what the launch costs at least.",
    "words_allowed": "Nothing in the text needs a second person.",
    "words_barred": "Carriers there do not take what the text says or where its link leads.",
    "words_need_second_person": "A second person has to allow this very text before it is sent, and nobody has.",
}
