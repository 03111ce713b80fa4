"""Where carriers call: verify the raw bytes, keep the event, apply it, answer. Nothing here trusts anything before that."""

import dataclasses
import logging
import uuid

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts.doors import webhook
from core import vault
from core.tenancy import tenant_context
from messaging.actions.inbox import apply_receipts, keep_event
from messaging.actions.receiving import receive_inbound
from messaging.contracts import Inbound, Receipt
from messaging.lanes import open_credentials
from messaging.models import ProviderAccount
from messaging.providers.protocol import AnswersWebhooks, BadSignature, Provider, ProviderError, WebhookRequest
from messaging.providers.registry import provider

logger = logging.getLogger(__name__)
LARGEST_BYTES = 256_000


@dataclasses.dataclass(frozen=True, slots=True)
class _Caller:
    """Who a webhook claims to come from: whose account, by the token in the address."""

    organization_id: uuid.UUID
    account_id: uuid.UUID


@webhook
@csrf_exempt
@require_POST
def status(request: HttpRequest, name: str, token: str, attempt_id: uuid.UUID) -> HttpResponse:
    """News about a message we sent."""
    return _take(request, name, token)


@webhook
@csrf_exempt
@require_POST
def inbound(request: HttpRequest, name: str, token: str) -> HttpResponse:
    """A message from a person."""
    return _take(request, name, token)


def _take(request: HttpRequest, name: str, token: str) -> HttpResponse:
    """403 for everything that is not proven, without saying why; 503 when we cannot keep it, so that it comes again."""
    if int(request.headers.get("Content-Length") or 0) > LARGEST_BYTES:
        return HttpResponse(status=413)
    body = request.body
    try:
        caller = _caller(token)
        if caller is None:
            return HttpResponse(status=403)
        with tenant_context(caller.organization_id):
            return _apply(request, name, caller, body)
    except (BadSignature, ProviderError, vault.CannotOpen):
        return HttpResponse(status=403)
    except DatabaseError as error:
        logger.exception("a webhook could not be kept", extra={"reason": type(error).__name__})
        return HttpResponse(status=503)


def _apply(request: HttpRequest, name: str, caller: _Caller, body: bytes) -> HttpResponse:
    account = ProviderAccount.objects.get(id=caller.account_id)
    carrier = provider(account.provider, open_credentials(account), account.base_url)
    if account.provider != name:
        return HttpResponse(status=403)
    asked = WebhookRequest(
        method=request.method or "",
        url=settings.WEBHOOK_URL + request.get_full_path(),
        headers=tuple(request.headers.items()),
        body=body,
    )
    carrier.verify(asked)
    replies: list[str] = []
    for event in carrier.parse(asked):
        row = keep_event(account=account, event=event, body=body)
        if row is None:
            continue
        if isinstance(event, Receipt):
            apply_receipts(account=account, carrier=carrier, rows=[row])
        elif isinstance(event, Inbound):
            heard = receive_inbound(account=account, inbound=event)
            replies += heard.replies if heard else ()
        else:
            logger.warning("a carrier sent something unknown", extra={"provider": name, "event_id": row.id})
    return _answer(carrier, replies)


def _answer(carrier: Provider, replies: list[str]) -> HttpResponse:
    if not isinstance(carrier, AnswersWebhooks):
        return HttpResponse(status=200)
    answer = carrier.answer(replies)
    return HttpResponse(answer.body, status=answer.status, content_type=answer.content_type)


def _caller(token: str) -> _Caller | None:
    with connection.cursor() as cursor:
        cursor.execute("select organization_id, account_id from app_org_of_provider_account(%s)", [token])
        row = cursor.fetchone()
    return _Caller(*row) if row else None
