"""Verbs on an organisation: open, change, stop, suspend, review."""

import uuid
from typing import Any

from accounts.actions.audit import record_audit
from accounts.actions.members import add_member
from accounts.contracts import Actor, Refused
from accounts.documents import current_documents
from accounts.models import Agreement, Organization, OrganizationKey, User
from accounts.names import refuse_control
from accounts.roles import Role
from accounts.selectors import organizations_of
from accounts.states import OrganizationState, can_move
from core import clock, vault
from core.ids import new_id
from core.jobs import enqueue
from core.tenancy import require_organization_id, tenant_context

#: organisations of which one person may be an owner: an agency's, not a spammer's
MOST_ORGANIZATIONS = 10
#: settings of one line
_NAMES = ("name", "legal_name", "place", "postal_address", "support_contact")
#: what `change_settings` may change; anything else is another verb's business
SETTINGS = [
    "name",
    "legal_name",
    "place",
    "postal_address",
    "time_zone",
    "default_country",
    "default_language",
    "currency",
    "message_cap",
    "message_cap_days",
    "message_cap_waits",
    "approval_above_people",
    "approval_above_units",
    "support_contact",
    "use_case",
    "consent_page_url",
]


def open_organization(*, actor: Actor, owner: User, name: str, **settings: str) -> uuid.UUID:
    """Open an organisation in trial, with its vault keys and its first owner; answer its id.

    Effects: organisation, two keys, one membership, one acceptance per current document, audit row; one transaction.
    Errors:  Refused when the person owns too many already, or the name is not one line.
    """
    refuse_control(name, field="name")
    organization_id = new_id()
    with tenant_context(organization_id):
        _demand_few(owner)
        Organization.objects.create(id=organization_id, name=name.strip(), **settings)
        for purpose in ("data", "digest"):
            key = vault.new_wrapped_key(organization_id, 1, purpose)
            OrganizationKey.objects.create(version=1, purpose=purpose, wrapped=key.wrapped, kek_id=key.kek_id)
        add_member(user=owner, role=Role.OWNER)
        accept_documents(actor=actor, user=owner)
        record_audit(actor=actor, action="organization.opened", on=("organization", organization_id))
    return organization_id


def _demand_few(owner: User) -> None:
    User.objects.select_for_update().get(id=owner.id)  # two that open at once wait for each other
    if sum(each.role == Role.OWNER for each in organizations_of(owner.id)) >= MOST_ORGANIZATIONS:
        raise Refused(
            f"One person has at most {MOST_ORGANIZATIONS} organisations.", field="name", remedy="Use one of yours."
        )


def accept_documents(*, actor: Actor, user: User) -> None:
    """Record that a person accepts the current version of every document (A20, A21). Accepting twice changes nothing."""
    fresh = [
        Agreement.objects.get_or_create(
            document=document.name,
            version=document.version,
            user=user,
            defaults={"accepted_at": clock.now(), "address": actor.address},
        )[1]
        for document in current_documents()
    ]
    if any(fresh):
        versions = {document.name: document.version for document in current_documents()}
        record_audit(actor=actor, action="documents.accepted", on=("user", user.id), data=versions)


def change_settings(*, actor: Actor, **changes: Any) -> Organization:
    """Change the organisation's settings; the audit row says which, with before and after.

    Errors: Refused when a name is not one line.
    """
    actor.require("change_settings")
    unknown = set(changes) - set(SETTINGS)
    if unknown:
        raise ValueError(f"not settings: {sorted(unknown)}")
    for name in _NAMES:
        refuse_control(changes.get(name, ""), field=name)
    organization = Organization.objects.select_for_update().get()
    before = {name: getattr(organization, name) for name in changes}
    changed = {name: [before[name], value] for name, value in changes.items() if before[name] != value}
    if not changed:
        return organization
    for name, (_, value) in changed.items():
        setattr(organization, name, value)
    organization.save(update_fields=list(changed))
    record_audit(actor=actor, action="settings.changed", on=("organization", organization.id), data=changed)
    return organization


def stop_sending(*, actor: Actor) -> None:
    """The emergency stop (E25): from this commit on the gate refuses every message of the organisation."""
    actor.require("stop_sending")
    stopped = Organization.objects.filter(sending_stopped_at__isnull=True).update(sending_stopped_at=clock.now())
    if stopped:
        record_audit(actor=actor, action="sending.stopped", on=("organization", require_organization_id()))


def resume_sending(*, actor: Actor) -> None:
    """Let messages leave again after an emergency stop."""
    actor.require("resume_sending")
    resumed = Organization.objects.filter(sending_stopped_at__isnull=False).update(sending_stopped_at=None)
    if resumed:
        record_audit(actor=actor, action="sending.resumed", on=("organization", require_organization_id()))


def request_review(*, actor: Actor) -> None:
    """Ask the operators to end the trial.

    Errors: Refused while the use case or the consent page is missing.
    """
    actor.require("change_settings")
    organization = Organization.objects.select_for_update().get()
    if organization.state != OrganizationState.TRIAL:
        raise Refused("Only an organisation in trial can ask for a review.")
    if not organization.legal_name or not organization.use_case:
        raise Refused(
            "The review needs your legal name and what you will send.",
            field="use_case",
            remedy="Fill in both and ask again.",
        )
    organization.review_requested_at = clock.now()
    organization.save(update_fields=["review_requested_at"])
    record_audit(actor=actor, action="review.requested", on=("organization", organization.id))


def go_live(*, actor: Actor, note: str) -> None:
    """An operator ends the trial (A15). Effects: its owners are mailed, by a task."""
    _move(
        actor=actor,
        state=OrganizationState.LIVE,
        action="organization.went_live",
        review_note=note.strip(),
        review_requested_at=None,
    )
    enqueue("accounts.mail_review_answer", organization_id=require_organization_id())


def decline_review(*, actor: Actor, note: str) -> None:
    """An operator answers a review with no: the trial goes on, and the organisation reads why.

    Effects: the note stands in the settings, where the review can be asked for again; its owners are mailed, by a task.
    Errors:  Refused without a note, or when nobody asked.
    """
    _demand_operator(actor)
    if not note.strip():
        remedy = "Say what is missing; the organisation reads it."
        raise Refused("A declined review needs a reason.", field="reason", remedy=remedy)
    organization = Organization.objects.select_for_update().get()
    if organization.state != OrganizationState.TRIAL or organization.review_requested_at is None:
        raise Refused("Nobody waits for a review here.")
    organization.review_requested_at, organization.review_note = None, note.strip()
    organization.save(update_fields=["review_requested_at", "review_note"])
    enqueue("accounts.mail_review_answer", organization_id=organization.id)
    record_audit(actor=actor, action="review.declined", on=("organization", organization.id))


def suspend_organization(*, actor: Actor, reason: str) -> None:
    """An operator suspends the organisation (A16): nothing of it is sent from this commit on.

    Errors: Refused without a reason, or where the state does not allow it.
    """
    if not reason.strip():
        raise Refused(
            "A suspension needs a reason.", field="reason", remedy="Say what happened; the organisation reads it."
        )
    organization = Organization.objects.select_for_update().get()
    _move(
        actor=actor,
        state=OrganizationState.SUSPENDED,
        action="organization.suspended",
        suspended_at=clock.now(),
        suspended_reason=reason.strip(),
        state_before_suspension=organization.state,
    )


def reinstate_organization(*, actor: Actor) -> None:
    """An operator lifts a suspension; the organisation is what it was before."""
    organization = Organization.objects.select_for_update().get()
    if organization.state != OrganizationState.SUSPENDED:
        raise Refused("This organisation is not suspended.")
    before = OrganizationState(organization.state_before_suspension or OrganizationState.TRIAL)
    _move(actor=actor, state=before, action="organization.reinstated", suspended_at=None, suspended_reason="")


def _demand_operator(actor: Actor) -> None:
    if actor.kind != "operator":
        raise Refused("Only an operator of the platform may do this.")


def _move(*, actor: Actor, state: OrganizationState, action: str, **fields: Any) -> None:
    _demand_operator(actor)
    organization = Organization.objects.select_for_update().get()
    if not can_move(organization.state, state):
        raise Refused(f"An organisation that is {organization.state} cannot become {state}.")
    before, organization.state = organization.state, state
    for name, value in fields.items():
        setattr(organization, name, value)
    organization.save(update_fields=["state", *fields])
    record_audit(actor=actor, action=action, on=("organization", organization.id), data={"state": [before, str(state)]})
