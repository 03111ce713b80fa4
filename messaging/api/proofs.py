"""The proof of one person's consent, for applications."""

import uuid

from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import api_view
from rest_framework.request import Request

from accounts.api import actor_of
from accounts.doors import api
from contacts.access import access_contact
from core.api import answers
from messaging.actions.proving import make_proof_of


@extend_schema(
    operation_id="get_consent_proof",
    tags=["consent"],
    responses=answers(OpenApiTypes.BINARY, (200, "application/zip")),
)
@api("see_addresses")
@api_view(["GET"])
def proof(request: Request, contact_id: uuid.UUID) -> FileResponse:
    """Everything held about a person's consent: a signed zip that `verify.py` checks without us.

    It takes seeing addresses and downloading (scope export_contacts), as the button on the person's page does. Each one made
    is a line of the audit trail. What messages said is in it for keys that may read replies.
    """
    actor = actor_of(request)
    made = make_proof_of(actor=actor, contact=access_contact(actor, contact_id, "see_addresses"))
    return FileResponse(made.file, content_type="application/zip")
