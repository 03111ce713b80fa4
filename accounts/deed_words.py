"""Words for what the audit trail stores as codes: every deed the code writes down, and the data beside it."""

import re
from collections.abc import Mapping
from typing import Any, Final

from accounts.roles import PERMISSIONS, Role
from accounts.states import OrganizationState

DEEDS: Final[Mapping[str, str]] = {
    "api_key.issued": "API key made",
    "api_key.revoked": "API key revoked",
    "approval.approved": "Launch approved",
    "approval.asked": "Approval of a launch asked for",
    "approval.declined": "Launch declined",
    "campaign.asking_prepared": "Question whether people still agree prepared",
    "campaign.checked": "Campaign checked",
    "campaign.copied": "Campaign copied",
    "campaign.deleted": "Campaign deleted",
    "campaign.launch_held": "Launch held: it would reach more people than confirmed",
    "campaign.launch_undone": "Launch taken back",
    "campaign.launched": "Campaign launched",
    "campaign.saved": "Campaign saved",
    "campaign.tested": "Test sent to the guests",
    "carrier.connected": "Carrier connected",
    "consent.anchored": "Evidence of a day anchored",
    "consent.recorded": "Consent written down",
    "contact.address_added": "Address added to a person",
    "contact.address_removed": "Address taken off a person",
    "contact.changed": "Person changed",
    "contact.created": "Person added",
    "contact.erased": "Person erased",
    "contact.opted_out": "Stop written down",
    "contact.tagged": "Person tagged",
    "contact.untagged": "Tag taken off a person",
    "documents.accepted": "Documents accepted",
    "email.confirmed": "Email address confirmed",
    "engagement.reported": "Use of an agreement reported by an application",
    "evidence.forgotten": "Evidence past its time removed",
    "field.opened": "Field of their own added",
    "frequency.exceeded": "More written than promised",
    "frequency.kept_again": "Promise of frequency kept again",
    "guest.added": "Guest added",
    "guest.removed": "Guest removed",
    "guest.renamed": "Guest called something else",
    "import.cancelled": "Import cancelled",
    "import.declared": "Origin of a file declared",
    "import.failed": "Import failed",
    "import.finished": "Import finished",
    "import.received": "File received",
    "import.started": "Import started",
    "invitation.cancelled": "Invitation withdrawn",
    "invitation.resent": "Invitation sent again",
    "keywords.saved": "Keywords and answers changed",
    "keys.data_key_begun": "New data key begun",
    "keys.rewrapped": "Data keys wrapped anew",
    "keys.signing_key_begun": "New key for signing proofs begun",
    "limits.changed": "Purposes outside the limit of messages changed",
    "list.created": "List made",
    "list.people_added": "People put on a list",
    "list.people_removed": "People taken off a list",
    "list.renamed": "List renamed",
    "login.ended": "Signed out",
    "login.succeeded": "Signed in",
    "member.invited": "Somebody invited",
    "member.joined": "Member joined",
    "member.removed": "Member removed",
    "member.role_changed": "Role changed",
    "message.written": "Message to one person",
    "note.removed": "Note removed",
    "note.written": "Note written",
    "operator.made": "Operator made",
    "organization.opened": "Organisation opened",
    "organization.reinstated": "Suspension lifted",
    "organization.suspended": "Organisation suspended",
    "organization.went_live": "Trial ended",
    "password.changed": "Password changed",
    "password.reset": "Password set anew by email",
    "platform_list.added": "Entries put on the platform's list",
    "platform_list.ended": "Entry of the platform's list ended",
    "preferences.links_ended": "Links to the preference page ended",
    "preferences.page_saved": "Preference page changed",
    "proof.made": "Proof of consent made",
    "purpose.expiry_set": "Months until agreements to a purpose end changed",
    "purpose.opened": "Purpose opened",
    "purpose.confirmation": "Which agreements wait to be confirmed changed",
    "purpose.receipts": "Who gets a receipt changed",
    "recording.kept": "Recording uploaded",
    "reply.judged": "Reply judged",
    "review.declined": "Review declined",
    "review.requested": "Review asked for",
    "role.changed": "Role changed in what it may do",
    "role.made": "Role made",
    "role.removed": "Role removed",
    "run.cancelled": "Campaign stopped",
    "run.exported": "People of a campaign downloaded",
    "run.paused": "Campaign paused",
    "run.resumed": "Campaign goes on",
    "second_factor.added": "Second factor added",
    "second_factor.removed": "Second factor removed",
    "second_factor.reset": "Recovery codes made anew",
    "registration.added": "Registration written down",
    "registration.changed": "Registration changed",
    "registration.confirmed": "Registration confirmed by an operator",
    "sender.added": "Sender added",
    "sender.paused": "Sender paused",
    "sender.resumed": "Sender goes on",
    "sending.resumed": "All sending resumed",
    "sending.stopped": "All sending stopped",
    "settings.changed": "Settings changed",
    "stop_list.ended": "List of whom not to reach given up",
    "stop_list.entries_added": "Entries put on a list of whom not to reach",
    "stop_list.entry_removed": "Entry taken off a list of whom not to reach",
    "stop_list.exported": "List of whom not to reach downloaded",
    "stop_list.opened": "List of whom not to reach begun",
    "stop_list.renewed": "Register renewed",
    "stop_request.decided": "Request to stop decided",
    "stop_request.denied": "Request to stop called a mistake by a first person",
    "stop_request.entered": "Request to stop entered",
    "stop_request.given": "Request to stop given to somebody",
    "template.change_dropped": "Change of a WhatsApp template dropped",
    "template.deleted": "WhatsApp template deleted",
    "template.file_kept": "File for a WhatsApp template uploaded",
    "template.reported": "News of a WhatsApp template",
    "template.submitted": "WhatsApp template submitted",
    "template.synced": "WhatsApp templates brought in",
    "template.used_for": "Use of a WhatsApp template said",
    "template.written": "WhatsApp template written",
    "text.allowed": "Text allowed by a second person",
    "text.declined": "Text declined by a second person",
    "text.override_asked": "Second person asked about a text",
    "text.saved": "Text saved",
    "price.agreed": "A price agreed",
    "units.adjustment_in": "Units added by a correction",
    "units.adjustment_out": "Units taken by a correction",
    "units.bonus": "Units given",
    "units.refund": "Units given back",
    "units.top_up": "Units added",
    "wording.published": "Words of consent published",
}

_ACTORS: Final = {
    "system": "The product",
    "key": "An application",
    "operator": "An operator",
    "user": "Somebody who left",
}
#: deeds whose lists are what was before and what is now
_CHANGES: Final = ("settings.changed", "member.role_changed", "organization.")
_VALUES: Final[Mapping[str, str]] = {
    **PERMISSIONS,
    **{str(role): role.label for role in Role},
    **{str(state): state.label for state in OrganizationState},
    "sms": "SMS",
    "whatsapp": "WhatsApp",
    "voice": "Voice",
    "granted": "agreed",
    "pending": "waits to be confirmed",
    "unproven": "claimed, without proof",
    "taken": "written down",
    "not_stop": "no stop",
}
#: an id says nothing to a reader; the row keeps it, the page leaves it out
_ID: Final = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")


def deed_words(action: str) -> str:
    """A deed in words; one that no table knows, as it is spelled."""
    return DEEDS.get(action, re.sub(r"[._]", " ", action).capitalize())


def deeds_named(text: str) -> list[str]:
    """The deeds whose words contain this text."""
    return [action for action, words in DEEDS.items() if text.casefold() in words.casefold()]


def actor_words(kind: str) -> str:
    """Who acts when it is no member whose name is known."""
    return _ACTORS.get(kind, kind.capitalize())


def data_words(action: str, data: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What a deed was about as (label, words), ids left out."""
    said = ((key, _value(value, action.startswith(_CHANGES))) for key, value in data.items() if not _is_id(value))
    return [(key.replace("_", " "), words) for key, words in said if words]


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and _ID.fullmatch(value) is not None


def _value(value: Any, changed: bool = False) -> str:
    if isinstance(value, (list, tuple)):
        words = [_value(each) for each in value]
        if changed and len(words) == 2:
            return f"{words[0] or 'nothing'} → {words[1] or 'nothing'}"
        return ", ".join(filter(None, words)) or "none"
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (int, float)):
        return f"{value:,}"
    return _VALUES.get(str(value), str(value))
