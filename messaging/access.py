"""Fetching one thing of messaging for someone. Absent and not yours are the same 404."""

import uuid
from typing import cast

from accounts.access import found
from accounts.contracts import Actor
from messaging.models import InboundMessage, Sender


def access_sender(actor: Actor, sender_id: uuid.UUID) -> Sender:
    """A sender of the actor's organisation, for somebody who may change senders."""
    actor.require("change_senders")
    return cast(Sender, found(Sender.objects.all(), sender_id))


def access_reply(actor: Actor, reply_id: uuid.UUID) -> InboundMessage:
    """What somebody wrote to the actor's organisation, for somebody who may read replies."""
    actor.require("see_replies")
    return cast(InboundMessage, found(InboundMessage.objects.all(), reply_id))
