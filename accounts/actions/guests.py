"""Verbs on the trial's circle: the addresses a trial organisation may reach (A14)."""

from accounts.actions.audit import record_audit
from accounts.contracts import Actor, Refused
from accounts.models import AuditEvent, Guest, Organization
from accounts.states import OrganizationState
from core import vault
from core.email import EmailAddress
from core.ids import new_id
from core.phone import PhoneNumber
from core.tenancy import require_organization_id

MOST_GUESTS = 10
#: enough for every domain people have: a longer one is cut at its end
HINT_CHARACTERS = 120


def add_guest(*, actor: Actor, label: str, address: PhoneNumber | EmailAddress) -> Guest:
    """Put one address into the trial's circle. Adding it again changes what the one that is there is called.

    Errors: Refused when the circle is full, or so many were ever added during the trial.
    """
    actor.require("change_settings")
    organization_id = require_organization_id()
    kind, value = ("phone", address.e164) if isinstance(address, PhoneNumber) else ("email", address.key)
    digest = vault.digest(organization_id, kind, value)
    known = Guest.objects.filter(kind=kind, digest=digest).first()
    if known:
        return _renamed(actor, known, label.strip())
    _demand_room()
    if Guest.objects.count() >= MOST_GUESTS:
        raise Refused(f"A trial has at most {MOST_GUESTS} guests.", field="address", remedy="Remove one first.")
    guest_id = new_id()
    guest = Guest.objects.create(
        id=guest_id,
        kind=kind,
        label=label.strip(),
        digest=digest,
        address_sealed=vault.seal(organization_id, "accounts_guest", "address_sealed", guest_id, value),
        hint=_hint(kind, value),
    )
    record_audit(actor=actor, action="guest.added", on=("guest", guest_id), data={"kind": kind})
    return guest


def _renamed(actor: Actor, guest: Guest, label: str) -> Guest:
    if guest.label != label:
        guest.label = label
        guest.save(update_fields=["label"])
        record_audit(actor=actor, action="guest.renamed", on=("guest", guest.id))
    return guest


def _demand_room() -> None:
    """During the trial removed guests count too: whoever changes them for others reaches people without end.

    The audit trail counts them, because nobody can take a row out of it.
    """
    organization = Organization.objects.select_for_update().get()  # two who add at once wait for each other
    if organization.state == OrganizationState.LIVE or Guest.objects.count() >= MOST_GUESTS:
        return
    if AuditEvent.objects.filter(action="guest.added").count() >= MOST_GUESTS:
        raise Refused(
            f"A trial reaches {MOST_GUESTS} guests, the removed ones among them.",
            field="address",
            remedy="Ask for the review: a live organisation may change its guests.",
        )


def remove_guest(*, actor: Actor, guest: Guest) -> None:
    """Take one address out of the trial's circle."""
    actor.require("change_settings")
    guest_id = guest.id
    guest.delete()
    record_audit(actor=actor, action="guest.removed", on=("guest", guest_id))


def _hint(kind: str, value: str) -> str:
    if kind == "phone":
        return f"… {value[-4:]}"
    name, _, domain = value.partition("@")
    return f"{name[:1]}…@{domain}"[:HINT_CHARACTERS]
