"""Hearing a recording on a page, before anybody is called."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from accounts.doors import member
from messaging.access import access_audio
from messaging.actions.announcing import open_audio
from messaging.views.sounds import sound_response


@member("see_campaigns")
@require_safe
def hear(request: HttpRequest, announcement_audio_id: uuid.UUID) -> HttpResponse:
    """A recording of the organisation, as sound."""
    audio = access_audio(request.actor, announcement_audio_id)  # type: ignore[attr-defined]
    return sound_response(request, open_audio(audio), audio.content_type)
