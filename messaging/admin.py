"""What operators do about registrations: one more button on an organisation."""

from accounts.admin import DEEDS, Deed
from messaging.actions.registrations import confirm_registrations

DEEDS["confirm-registrations"] = Deed(
    "Confirm registrations",
    "Everything it has marked as approved is shown as confirmed by us, until something about it changes. Look at the "
    "registrars' words first; your reason says where you saw them.",
    lambda actor, told: confirm_registrations(actor=actor, note=told["reason"]),
    lambda organization: organization.state != "closed",
)
