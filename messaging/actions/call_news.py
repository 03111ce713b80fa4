"""What carriers report about calls: how each ended, and the next try after a busy line or no answer.

What is reported twice, or in another order, changes nothing: an outcome is written once, and a further try has its number once.
"""

import dataclasses
import datetime
import uuid
from typing import Final

from django.db.models import Q

from core import clock, vault
from core.ids import new_id
from core.tenancy import require_organization_id
from messaging.actions.calling import locked_call
from messaging.channels.voice_rules import call_rules
from messaging.models import Call, Message, MessageEvent, ProviderAccount, SendAttempt, SendGate
from messaging.providers.call_message import CallReceipt
from messaging.states import ORIGIN_AGAIN, RANKS

#: what a report may change of a call
_TOLD: Final = ("rang_at", "answered_at", "answered_by", "verdict", "outcome", "ended_at", "seconds", "hung_up")
_ANSWERED: Final = {"human": "human", "machine": "machine", "fax": "fax"}


def understood(account: ProviderAccount, news: CallReceipt) -> CallReceipt:
    """The same news with what we know of the call: an end does not always say who had answered.

    A machine is no delivery, and neither is a call in which nothing could be said any more.
    """
    if news.status != "delivered" or news.attempt_id is None:
        return news
    withheld = Q(decision__isnull=False) & ~Q(decision__outcome="allowed")
    unheard = withheld if news.answered_by else withheld | Q(answered_by__in=["machine", "fax"])
    attempts = SendAttempt.objects.filter(id=news.attempt_id, account=account)
    met = Call.objects.filter(unheard, message_id__in=attempts.values("message_id")).exists()
    return dataclasses.replace(news, status="sent") if met else news


def follow_call(*, account: ProviderAccount, news: CallReceipt) -> None:
    """Write what a report says about a call; after a busy line or no answer, plan the next try.

    Effects: times and the outcome, each once. A further try is a message of its own, due later: it goes through the lane,
             and the gate decides about it as about any other. The first message shows the best of all tries.
    """
    call = locked_call(account, news.attempt_id)
    if call is None:
        return
    now = clock.now()
    call.rang_at = call.rang_at or (now if news.raw_status == "ringing" else None)
    call.answered_at = call.answered_at or (now if news.raw_status == "in-progress" else None)
    call.answered_by = call.answered_by or news.answered_by
    call.verdict = call.verdict or news.verdict
    ended = bool(news.end) and not call.outcome
    if ended:
        call.outcome, call.ended_at, call.seconds = _outcome(call, news), now, news.seconds
        call.hung_up = _hung_up(call, news)
    call.save(update_fields=[*_TOLD])
    if ended and call.number > 1:
        _raise_first(call, news)
    if ended and call.outcome in call_rules().again_after:
        _try_again(call)


def _hung_up(call: Call, news: CallReceipt) -> str:
    """Who ended it: we did where our last answer listened for nothing more, or the time of a call was over; else they did."""
    if news.end != "answered" or call.hung_up:
        return call.hung_up if news.end == "answered" else ""
    return "us" if (news.seconds or 0) >= call_rules().most_seconds else "them"


def _outcome(call: Call, news: CallReceipt) -> str:
    """How it ended. A pressed key was pressed by a person, whatever the carrier took them for."""
    if news.end != "answered":
        return news.end
    if call.decision is not None and call.decision.outcome != "allowed":
        return "withheld"
    return "human" if call.keys else _ANSWERED.get(call.answered_by, "unclear")


def _raise_first(call: Call, news: CallReceipt) -> None:
    """Let the recipient's own message show the best of its tries."""
    rank, delivered = RANKS[news.status], news.status == "delivered"
    first = Message.objects.select_for_update().get(id=call.first_id)
    if rank < first.delivery_rank:
        return
    first.delivery_rank, first.reason = rank, "" if delivered else news.code
    first.delivered_at = first.delivered_at or (clock.now() if delivered else None)
    first.save(update_fields=["delivery_rank", "reason", "delivered_at"])
    MessageEvent.objects.create(
        id=new_id(), message_id=first.id, kind=news.status, rank=rank, code=news.code, occurred_at=clock.now()
    )


def _try_again(call: Call) -> None:
    """One more message to the same person, due later; none past the window, when there were enough, or when its run is over."""
    rules, ended_at = call_rules(), call.ended_at or clock.now()
    due = ended_at + datetime.timedelta(minutes=rules.again_minutes)
    number, former = call.number + 1, call.message
    if number > rules.most_tries or due >= former.expires_at or _is_over(former):
        return
    message_id = new_id()
    Message.objects.create(
        id=message_id,
        channel=former.channel,
        origin=ORIGIN_AGAIN,
        origin_id=former.origin_id,
        point_id=former.point_id,
        sender_id=former.sender_id,
        purpose_id=former.purpose_id,
        template_version_id=former.template_version_id,
        body_sealed=_sealed_for(message_id, former, "body_sealed"),
        parts_sealed=_sealed_for(message_id, former, "parts_sealed"),
        units=former.units,
        next_at=due,
        expires_at=former.expires_at,
        created_at=ended_at,
    )
    Call.objects.create(message_id=message_id, first_id=call.first_id, number=number)


def _is_over(message: Message) -> bool:
    """Whether what wanted a message was cancelled or is finished. Its gate is held, so that neither happens in this moment."""
    gates = SendGate.objects.filter(origin_id=message.origin_id).select_for_update()
    return any(gate.state in ("cancelled", "closed") for gate in gates)


def _sealed_for(message_id: uuid.UUID, former: Message, column: str) -> bytes | None:
    """The same words sealed for another row: a seal opens in its own row alone."""
    sealed = getattr(former, column)
    if sealed is None:
        return None
    organization_id = require_organization_id()
    text = vault.unseal_text(organization_id, "messaging_message", column, former.id, sealed)
    return vault.seal(organization_id, "messaging_message", column, message_id, text)
