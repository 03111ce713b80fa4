"""The gate, asked once more when somebody has answered: while it rang they may have said stop, or their hours have ended."""

import uuid

from messaging.actions.receiving import is_stopped
from messaging.facts import context_for, decide_distinct, fetch_facts
from messaging.models import Call, Sender
from messaging.states import NOTICE_ORIGINS


def may_speak(call: Call) -> bool:
    """Whether anything may be said in this call, by the facts of this moment.

    Effects: the first time, a record of the decision, noted on the call; what ends a call that goes on later is a stop alone.
    """
    if call.decision is None:
        call.decision_id = _decide(call)
        call.save(update_fields=["decision"])
    assert call.decision is not None, "a decision was just kept"
    return call.decision.outcome == "allowed" and not is_stopped(call.message.point_id, "voice")


def _decide(call: Call) -> uuid.UUID:
    """The record of the gate's decision: asked as the lane asks, and the call itself counts for no cap."""
    message = call.message
    context = context_for(
        sender=Sender.objects.select_related("account").get(id=message.sender_id),
        purpose=message.purpose,
        version_id=message.template_version_id,
        notice=NOTICE_ORIGINS.get(message.origin, ""),
        besides=message.id,
    )
    _, raw = fetch_facts(context, [message.id])[message.id]
    return decide_distinct(context, [raw])[raw].record_id
