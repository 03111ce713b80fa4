"""Roles and what each may do, as data (A5). A permission is a verb phrase; doors and actions ask for one by name."""

from collections.abc import Iterable, Mapping

from django.db import models


class Role(models.TextChoices):
    """The eight roles every organisation has."""

    OWNER = "owner", "Owner"
    ADMIN = "admin", "Admin"
    CAMPAIGN_MANAGER = "campaign_manager", "Campaign manager"
    AGENT = "agent", "Agent"
    COMPLIANCE = "compliance", "Compliance"
    FINANCE = "finance", "Finance"
    DEVELOPER = "developer", "Developer"
    VIEWER = "viewer", "Viewer"


#: what each role is for, shown beside the choice
ROLE_HINTS = {
    Role.OWNER: "Everything, including closing the account.",
    Role.ADMIN: "Everything except the owners themselves.",
    Role.CAMPAIGN_MANAGER: "Contacts, lists, campaigns and sending.",
    Role.AGENT: "Reads and answers replies.",
    Role.COMPLIANCE: "Consent, evidence, opt-outs and the audit trail.",
    Role.FINANCE: "Reports and costs.",
    Role.DEVELOPER: "API keys and senders.",
    Role.VIEWER: "Looks, changes nothing, sees no numbers.",
}

PERMISSIONS = {
    "see_campaigns": "see campaigns and reports",
    "see_contacts": "see contacts and lists",
    "see_addresses": "see whole phone numbers and addresses",
    "change_contacts": "add, import and change contacts",
    "export_contacts": "download contacts and reports",
    "erase_people": "erase people for good",
    "change_consent": "record consent and opt-outs",
    "author_campaigns": "write campaigns",
    "send_campaigns": "launch, pause and cancel campaigns",
    "approve_campaigns": "approve campaigns that somebody else wants to launch",
    "see_replies": "read replies",
    "message_people": "answer people and message one of them",
    "change_senders": "connect carriers and senders",
    "change_team": "invite people and change roles",
    "change_settings": "change the organisation's settings",
    "change_keys": "make and revoke API keys",
    "see_units": "see units, prices and what was spent",
    "see_audit": "read the audit trail",
    "stop_sending": "stop all sending",
    "resume_sending": "start sending again",
}

#: what somebody needs as well to use a right at all: who approves, writes or launches campaigns sees them
IMPLIED: Mapping[str, tuple[str, ...]] = {
    "author_campaigns": ("see_campaigns",),
    "send_campaigns": ("see_campaigns",),
    "approve_campaigns": ("see_campaigns",),
    "see_addresses": ("see_contacts",),
    "change_contacts": ("see_contacts",),
    "export_contacts": ("see_contacts",),
    "erase_people": ("see_contacts",),
    "change_consent": ("see_contacts",),
    "message_people": ("see_replies",),
}


def with_implied(rights: Iterable[str]) -> frozenset[str]:
    """These rights, and those without which they are of no use."""
    given = frozenset(rights)
    return given | {more for right in given for more in IMPLIED.get(right, ())}


#: the role of a member whose rights the organisation chose one by one (A6); its rights are in the database
CUSTOM = "custom"


def granted(role: str, own: Iterable[str]) -> frozenset[str]:
    """What a role may do; `own` are the rights of one that the organisation made itself."""
    return GRANTS.get(role) or with_implied(frozenset(own) & PERMISSIONS.keys())


#: what belongs together on the page where a role is made
RIGHTS_BY_SUBJECT: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Campaigns", ("see_campaigns", "author_campaigns", "send_campaigns", "approve_campaigns")),
    ("People", ("see_contacts", "see_addresses", "change_contacts", "export_contacts", "erase_people")),
    ("Consent and replies", ("change_consent", "see_replies", "message_people", "see_audit")),
    ("Sending", ("change_senders", "stop_sending", "resume_sending")),
    ("Organisation", ("change_team", "change_settings", "change_keys", "see_units")),
)

_EVERYTHING = frozenset(PERMISSIONS)
GRANTS: dict[str, frozenset[str]] = {
    Role.OWNER: _EVERYTHING,
    Role.ADMIN: _EVERYTHING,
    Role.CAMPAIGN_MANAGER: frozenset(
        [
            "see_campaigns",
            "see_contacts",
            "see_addresses",
            "change_contacts",
            "export_contacts",
            "change_consent",
            "author_campaigns",
            "send_campaigns",
            "see_replies",
            "message_people",
            "see_units",
            "stop_sending",
        ]
    ),
    Role.AGENT: frozenset(
        [
            "see_campaigns",
            "see_contacts",
            "see_addresses",
            "change_consent",
            "see_replies",
            "message_people",
            "stop_sending",
        ]
    ),
    Role.COMPLIANCE: frozenset(
        [
            "see_campaigns",
            "see_contacts",
            "see_addresses",
            "export_contacts",
            "erase_people",
            "change_consent",
            "see_replies",
            "approve_campaigns",
            "see_audit",
            "stop_sending",
            "resume_sending",
        ]
    ),
    Role.FINANCE: frozenset(["see_campaigns", "see_units"]),
    Role.DEVELOPER: frozenset(["see_campaigns", "see_contacts", "change_senders", "change_keys", "stop_sending"]),
    Role.VIEWER: frozenset(["see_campaigns", "see_contacts"]),
}

#: what an API key may be allowed to do; each scope is a permission
API_SCOPES = (
    "see_campaigns",
    "see_contacts",
    "see_addresses",
    "change_contacts",
    "export_contacts",
    "erase_people",
    "change_consent",
    "author_campaigns",
    "send_campaigns",
    "see_replies",
    "message_people",
    "change_settings",
    "see_units",
)
