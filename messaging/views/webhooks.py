"""Where carriers call: verify the raw bytes, keep the event, apply it, answer. Nothing here trusts anything before that."""

import dataclasses
import functools
import logging
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from accounts.doors import webhook
from core import vault
from core.tenancy import tenant_context
from messaging.actions.call_news import follow_call, understood
from messaging.actions.confirming import confirmed_by_carrier
from messaging.actions.inbox import apply_receipts, keep_event
from messaging.actions.receiving import means_start, receive_inbound
from messaging.actions.templates import heed_news
from messaging.contracts import Inbound, Receipt
from messaging.lanes import open_credentials
from messaging.models import ProviderAccount, ProviderEvent
from messaging.providers.call_message import CallReceipt
from messaging.providers.protocol import (
    AnswersHandshake,
    AnswersWebhooks,
    BadSignature,
    ConfirmsInbound,
    Provider,
    ProviderError,
    WebhookAnswer,
    WebhookRequest,
)
from messaging.providers.registry import PROVIDERS, provider
from messaging.providers.template_messages import TemplateNews

logger = logging.getLogger(__name__)
#: what is done with a webhook once its account and its carrier are known
Work = Callable[[ProviderAccount, Provider, WebhookRequest], HttpResponse]


@dataclasses.dataclass(frozen=True, slots=True)
class _Caller:
    """Who a webhook claims to come from: whose account, by the token in the address."""

    organization_id: uuid.UUID
    account_id: uuid.UUID


class _MustAsk(Exception):
    """Before this webhook is heeded its carrier has to be asked about some messages, outside the transaction."""

    def __init__(self, account: ProviderAccount, credentials: Mapping[str, str], starts: Sequence[Inbound]) -> None:
        super().__init__("ask the carrier first")
        self.account, self.credentials, self.starts = account, credentials, starts


@webhook
@csrf_exempt
@require_POST
def status(request: HttpRequest, name: str, token: str, attempt_id: uuid.UUID) -> HttpResponse:
    """News about a message we sent."""
    return take(request, name, token, _apply)


@webhook
@csrf_exempt
@require_http_methods(["GET", "POST"])
def inbound(request: HttpRequest, name: str, token: str) -> HttpResponse:
    """The one address of an account: messages from people, and the news of carriers that know no other address.

    Some carriers ask it to prove itself first, by a GET.
    """
    return take(request, name, token, _ask_first)


def take(request: HttpRequest, name: str, token: str, work: Work) -> HttpResponse:
    """403 for everything that is not proven, without saying why; 503 when we cannot keep it, so that it comes again."""
    if name not in PROVIDERS:
        return HttpResponse(status=403)
    body = request.read(PROVIDERS[name].capabilities.webhook_bytes + 1)
    if len(body) > PROVIDERS[name].capabilities.webhook_bytes:
        return HttpResponse(status=413)
    try:
        caller = _caller(token)
        if caller is None:
            return HttpResponse(status=403)
        try:
            with tenant_context(caller.organization_id):
                return _heed(request, name, caller, body, work)
        except _MustAsk as asked:
            confirmed = confirmed_by_carrier(name, asked.credentials, asked.account.base_url, asked.starts)
        with tenant_context(caller.organization_id):
            return _heed(request, name, caller, body, functools.partial(_apply, confirmed=confirmed))
    except (BadSignature, ProviderError, vault.CannotOpen):
        return HttpResponse(status=403)
    except DatabaseError as error:
        logger.exception("a webhook could not be kept", extra={"reason": type(error).__name__})
        return HttpResponse(status=503)


def _heed(request: HttpRequest, name: str, caller: _Caller, body: bytes, work: Work) -> HttpResponse:
    account = ProviderAccount.objects.get(id=caller.account_id)
    if account.provider != name:
        return HttpResponse(status=403)
    carrier = provider(account.provider, open_credentials(account), account.base_url)
    asked = WebhookRequest(
        method=request.method or "",
        url=settings.WEBHOOK_URL + request.get_full_path(),
        headers=tuple(request.headers.items()),
        body=body,
    )
    if asked.method == "POST":
        return work(account, carrier, asked)
    return response_of(carrier.handshake(asked)) if isinstance(carrier, AnswersHandshake) else HttpResponse(status=405)


def _ask_first(account: ProviderAccount, carrier: Provider, asked: WebhookRequest) -> HttpResponse:
    """What `_apply` does, once the carrier was asked about every START in it. Errors: _MustAsk, and nothing was written."""
    if isinstance(carrier, ConfirmsInbound):
        starts = [event for event in _read(carrier, asked) if isinstance(event, Inbound) and means_start(event)]
        if starts:
            raise _MustAsk(account, open_credentials(account), starts)
    return _apply(account, carrier, asked)


def _read(carrier: Provider, asked: WebhookRequest) -> Sequence[Any]:
    """What the webhook tells. Errors: BadSignature, before a word of it is read."""
    carrier.verify(asked)
    return carrier.parse(asked)


def _apply(
    account: ProviderAccount, carrier: Provider, asked: WebhookRequest, confirmed: frozenset[str] = frozenset()
) -> HttpResponse:
    replies: list[str] = []
    receipts: list[ProviderEvent] = []
    calls: list[CallReceipt] = []
    told = _read(carrier, asked)
    for read in told:
        event = understood(account, read) if isinstance(read, CallReceipt) else read
        row = keep_event(account=account, event=event, body=asked.body if len(told) == 1 else None)
        if row is None:
            continue
        if isinstance(event, Receipt):
            receipts.append(row)
            calls += [event] if isinstance(event, CallReceipt) else []
        elif isinstance(event, Inbound):
            heard = receive_inbound(account=account, inbound=event, confirmed=event.provider_message_id in confirmed)
            replies += heard.replies if heard else ()
        elif isinstance(event, TemplateNews) and heed_news(account=account, news=event):
            continue
        else:
            logger.warning("a carrier sent something unknown", extra={"provider": carrier.name, "event_id": row.id})
    apply_receipts(account=account, rows=receipts)
    for call in calls:
        follow_call(account=account, news=call)
    return _answer(carrier, replies)


def _answer(carrier: Provider, replies: list[str]) -> HttpResponse:
    if not isinstance(carrier, AnswersWebhooks):
        return HttpResponse(status=200)
    return response_of(carrier.answer(replies))


def response_of(answer: WebhookAnswer) -> HttpResponse:
    """A carrier's own form of answer, as ours."""
    return HttpResponse(answer.body, status=answer.status, content_type=answer.content_type)


def _caller(token: str) -> _Caller | None:
    with connection.cursor() as cursor:
        cursor.execute("select organization_id, account_id from app_org_of_provider_account(%s)", [token])
        row = cursor.fetchone()
    return _Caller(*row) if row else None
