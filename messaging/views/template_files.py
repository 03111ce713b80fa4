"""The pictures, films and documents of templates: on our pages, and for the network that delivers them."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from accounts.doors import member, webhook
from core import vault
from core.tenancy import tenant_context
from messaging.access import access_template_file
from messaging.actions.template_files import open_template_file
from messaging.models import TemplateFile
from messaging.template_file_links import read_token
from messaging.views.sounds import sound_response

_KEPT = "private, max-age=600"


@member("see_campaigns")
@require_safe
def show(request: HttpRequest, template_file_id: uuid.UUID) -> HttpResponse:
    """A file of the organisation, for a preview."""
    file = access_template_file(request.actor, template_file_id)  # type: ignore[attr-defined]
    return _response(request, file)


@webhook
@require_safe
def fetch(request: HttpRequest, token: str) -> HttpResponse:
    """What a template shows, for the network that is about to deliver it; the mark in the address is the proof.

    404 for everything else.
    """
    link = read_token(token)
    if link is None:
        return HttpResponse(status=404)
    try:
        with tenant_context(link.organization_id):
            file = TemplateFile.objects.filter(id=link.file_id).first()
            if file is None:
                return HttpResponse(status=404)
            answer = _response(request, file)
    except vault.CannotOpen:
        return HttpResponse(status=404)
    answer["Cache-Control"] = _KEPT  # the network delivers one file to many people
    return answer


def _response(request: HttpRequest, file: TemplateFile) -> HttpResponse:
    """The file as what it was found to be; a document is never opened as a page of ours."""
    answer = sound_response(request, open_template_file(file), file.content_type)
    if file.kind == "document":
        answer["Content-Disposition"] = 'attachment; filename="document.pdf"'
    return answer
