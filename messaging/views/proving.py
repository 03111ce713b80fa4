"""The button on a person's page that makes the proof of what they agreed to."""

import uuid

from django.http import FileResponse, HttpRequest
from django.views.decorators.http import require_POST

from accounts.doors import member
from contacts.access import access_contact
from core import clock
from messaging.actions.proving import make_proof_of


@member("export_contacts")
@require_POST
def take_proof(request: HttpRequest, contact_id: uuid.UUID) -> FileResponse:
    """Everything held about a person's consent as a signed zip, written down in the audit trail."""
    actor = request.actor  # type: ignore[attr-defined]
    contact = access_contact(actor, contact_id, "see_addresses")
    made = make_proof_of(actor=actor, contact=contact)
    name = f"proof-of-consent-{clock.now():%Y-%m-%d}.zip"
    return FileResponse(made.file, as_attachment=True, filename=name, content_type="application/zip")
