"""Files for the heads of templates about to be written."""

from typing import Any, Final

from django.http import HttpRequest
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import actor_of
from accounts.doors import api
from core.api import answers
from core.tenancy import tenant_context
from messaging.actions.template_files import keep_template_file
from messaging.api.content import named_in_template
from messaging.channels.whatsapp_rules import whatsapp_rules

_TYPES: Final = [name for kind in whatsapp_rules().media.values() for name in kind.types]
_LARGEST: Final = max(kind.most_bytes for kind in whatsapp_rules().media.values())


class TemplateFileOut(serializers.Serializer[Any]):
    """A file that waits a day for the template that shows it."""

    id = serializers.UUIDField(help_text="Goes into `head.file` of the template or of a card.")
    kind = serializers.ChoiceField(choices=list(whatsapp_rules().media))
    content_type = serializers.CharField()
    size = serializers.IntegerField()


@extend_schema(
    operation_id="upload_template_file",
    tags=["templates"],
    request=dict.fromkeys(_TYPES, OpenApiTypes.BINARY),
    responses=answers(TemplateFileOut, 201),
)
@api("author_campaigns", own_transactions=True)
@api_view(["POST"])
def template_files(request: Request) -> Response:
    """Upload a picture, a film or a document, then name its id at the head of a template or a card.

    The body is the file itself. What it is decides its content, not its name or type.
    """
    whole: HttpRequest = request._request
    content = whole.read(_LARGEST + 1)  # it arrives before the transaction begins
    organization_id = whole.organization_id  # type: ignore[attr-defined]
    with tenant_context(organization_id), named_in_template("header_file", "file"):
        row = keep_template_file(actor=actor_of(request), raw=content)
    return Response(TemplateFileOut(row).data, status=201)
