"""Where a carrier asks what to say in a call, believed like any webhook, and where it gets the recording that is played."""

import urllib.parse
import uuid

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from accounts.doors import webhook
from core import vault
from core.tenancy import tenant_context
from messaging.actions.call_stops import hear_words, press_key
from messaging.actions.calling import next_turn, played_in
from messaging.actions.inbox import keep_event
from messaging.call_audio_links import read_token
from messaging.models import ProviderAccount
from messaging.providers.call_message import SpeaksInCalls
from messaging.providers.protocol import Provider, WebhookRequest
from messaging.views.sounds import sound_response
from messaging.views.webhooks import response_of, take


@webhook
@csrf_exempt
@require_POST
def voice(request: HttpRequest, name: str, token: str, attempt_id: uuid.UUID) -> HttpResponse:
    """Somebody has answered, pressed a key or said something: what is said now."""
    return take(request, name, token, _speak)


@webhook
@require_safe
def recording(request: HttpRequest, token: str) -> HttpResponse:
    """What is played in a call that goes on; the mark in the address is the proof. 404 for everything else."""
    link = read_token(token)
    if link is None:
        return HttpResponse(status=404)
    try:
        with tenant_context(link.organization_id):
            played = played_in(link)
    except vault.CannotOpen:
        played = None
    if played is None:
        return HttpResponse(status=404)
    audio, raw = played
    return sound_response(request, raw, audio.content_type)


def _speak(account: ProviderAccount, carrier: Provider, asked: WebhookRequest) -> HttpResponse:
    """A stop by key or word is in the ledger before anything is answered; what is told twice is kept once."""
    carrier.verify(asked)
    if not isinstance(carrier, SpeaksInCalls):
        return HttpResponse(status=403)
    asks, turn = carrier.read_question(asked), _turn(asked)
    if asks.key and keep_event(account=account, event=asks, body=asked.body) is not None:
        press_key(account=account, asks=asks)
    meant = hear_words(account=account, asks=asks, body=asked.body) if asks.said else "not"
    said = next_turn(account=account, asks=asks, keys_url=_keys_url(asked, turn + 1), turn=turn, meant=meant)
    return HttpResponse(status=403) if said is None else response_of(carrier.say(said))


def _turn(asked: WebhookRequest) -> int:
    """How many keys and sayings were heard before in this call, as our own address says it."""
    said = asked.query.get("turn", ["0"])[0]
    return int(said) if said.isascii() and said.isdigit() and len(said) < 3 else 0


def _keys_url(asked: WebhookRequest, turn: int) -> str:
    """The address a key or words are reported to: the one that was called, with the next turn."""
    parts = urllib.parse.urlsplit(asked.url)
    query = {name: values[-1] for name, values in asked.query.items()} | {"turn": str(turn)}
    return urllib.parse.urlunsplit(parts._replace(query=urllib.parse.urlencode(query)))
