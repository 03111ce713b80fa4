"""Files for agreements about to be reported, and receipts to hand to people."""

import uuid
from typing import Any

from django.http import HttpRequest
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import actor_of
from accounts.doors import api
from consent.access import access_event
from consent.actions.attachments import keep_upload
from consent.selectors.attachments import KINDS, LARGEST_BYTES
from consent.selectors.receipt_record import receipt_record
from core.api import answers
from core.tenancy import tenant_context


class AttachmentOut(serializers.Serializer[Any]):
    """A file that waits a day for the agreement it belongs to."""

    id = serializers.UUIDField(help_text="Goes into `evidence.attachment` of the report.")
    kind = serializers.ChoiceField(choices=list(KINDS))
    size = serializers.IntegerField()
    sha256 = serializers.CharField()


@extend_schema(
    operation_id="upload_attachment",
    tags=["consent"],
    request=dict.fromkeys(KINDS, OpenApiTypes.BINARY),
    responses=answers(AttachmentOut, 201),
)
@api("change_consent", own_transactions=True)
@api_view(["POST"])
def attachments(request: Request) -> Response:
    """Upload the scan or the recording of an agreement, at most 5 MB, then name its id when you report the agreement.

    The body is the file itself. What it is decides its content, not its name or type.
    """
    whole: HttpRequest = request._request
    content = whole.read(LARGEST_BYTES + 1)  # it arrives before the transaction begins
    with tenant_context(whole.organization_id):  # type: ignore[attr-defined]
        row = keep_upload(actor=actor_of(request), content=content)
    told = {"id": row.id, "kind": row.kind, "size": row.size, "sha256": bytes(row.sha256).hex()}
    return Response(AttachmentOut(told).data, status=201)


@extend_schema(operation_id="get_consent_receipt", tags=["consent"], responses=answers(OpenApiTypes.OBJECT))
@api("see_addresses")
@api_view(["GET"])
def receipt(request: Request, event_id: uuid.UUID) -> Response:
    """One event as a receipt for the person, in the fields of ISO/IEC TS 27560 as far as they are known."""
    return Response(receipt_record(actor_of(request), access_event(actor_of(request), event_id)))
