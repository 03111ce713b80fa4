"""What goes in and out of the API of messaging."""

from typing import Any

from rest_framework import serializers

from consent.api.fields import LONGEST_ADDRESS, ReasonOut
from consent.api.shapes import CHANNEL_WORDS
from core.api import ChangedQuery, Given, Moment, ProblemDetail
from messaging.states import STATES

MOST_ADDRESSES = 500
#: characters of one message; what a channel takes may be far less
LONGEST_TEXT = 10_000


class SenderOut(serializers.Serializer[Any]):
    """What people see a message come from. `state`: ready, paused, slowed, or its carrier's account does not work."""

    id = serializers.UUIDField()
    channel = serializers.ChoiceField(choices=CHANNEL_WORDS)
    address = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    provider = serializers.CharField()
    state = serializers.ChoiceField(choices=["ready", "paused", "slowed", "disconnected"])
    rate_per_second = serializers.IntegerField()
    practice = serializers.BooleanField(
        help_text="By the practice carrier: it reaches nobody, and a test key may use it."
    )
    updated_at = Moment(source="changed_at")


class DecisionIn(Given):
    """May we send? Everybody is asked about for one sender and one purpose."""

    addresses = serializers.ListField(
        child=serializers.CharField(max_length=LONGEST_ADDRESS), min_length=1, max_length=MOST_ADDRESSES
    )
    channel = serializers.ChoiceField(choices=CHANNEL_WORDS)
    purpose = serializers.CharField(max_length=40, help_text="Its key or its id.")
    sender = serializers.UUIDField()


class DecisionOut(serializers.Serializer[Any]):
    """The answer for one address. `invalid` was not judged: `errors` says why. `evidence_id` proves the agreement."""

    index = serializers.IntegerField(help_text="Its place in `addresses`.")
    outcome = serializers.ChoiceField(choices=["allowed", "denied", "deferred", "invalid"])
    reason = ReasonOut(allow_null=True)
    until = Moment(
        allow_null=True,
        help_text="When it leaves by itself, for deferred; when it may be allowed, for a limit that refuses.",
    )
    evidence_id = serializers.UUIDField(allow_null=True)
    decision_id = serializers.UUIDField(allow_null=True)
    errors = ProblemDetail(many=True)  # type: ignore[assignment]


class DecisionsOut(serializers.Serializer[Any]):
    """Answers in the order of the addresses, under which rules, at which moment."""

    rules_version = serializers.CharField()
    decided_at = Moment()
    data = DecisionOut(many=True)  # type: ignore[assignment]


class SenderQuery(ChangedQuery):
    """Which senders."""

    channel = serializers.ChoiceField(required=False, choices=CHANNEL_WORDS)


class MessageQuery(ChangedQuery):
    """Which messages."""

    run = serializers.UUIDField(required=False)
    state = serializers.ChoiceField(required=False, choices=list(STATES))
    channel = serializers.ChoiceField(required=False, choices=CHANNEL_WORDS)
    sender = serializers.UUIDField(required=False)
    since = Moment(required=False, help_text="Made at that moment or later.")


class MessageOut(serializers.Serializer[Any]):
    """One message, without its text. `state` is exact, `status` the words people read."""

    id = serializers.UUIDField()
    run_id = serializers.UUIDField(allow_null=True)
    channel = serializers.CharField()
    state = serializers.ChoiceField(choices=list(STATES))
    status = serializers.CharField()
    reason = serializers.CharField(allow_blank=True, help_text="Why it was not sent, or the carrier's code.")
    address = serializers.CharField(
        help_text="What was sent as `to`; masked for a key without the scope see_addresses."
    )
    sender_id = serializers.UUIDField()
    purpose_id = serializers.UUIDField()
    parts = serializers.IntegerField()
    provider_message_id = serializers.CharField(allow_blank=True)
    created_at = Moment()
    sent_at = Moment(allow_null=True)
    delivered_at = Moment(allow_null=True)
    updated_at = Moment(source="changed_at")


class LetterIn(Given):
    """What to tell whom."""

    to = serializers.CharField(max_length=LONGEST_ADDRESS)
    sender = serializers.UUIDField()
    purpose = serializers.CharField(max_length=40, help_text="Its key or its id.")
    text = serializers.CharField(
        required=False,
        default="",
        allow_blank=True,
        max_length=LONGEST_TEXT,
        trim_whitespace=False,
        help_text="What they read or hear; nothing beside a WhatsApp template.",
    )
    content = serializers.DictField(
        required=False,
        default=dict,
        help_text="What the channel needs beside the text: subject and preheader for email; language, phone and machine for "
        "voice; template (its id) and values (by slot) for whatsapp, where no conversation is open.",
    )


class MessageIn(LetterIn):
    """A message to one person. With `dry_run` nothing is sent: the answer says what would become of it."""

    dry_run = serializers.BooleanField(default=False)


class PermissionOut(serializers.Serializer[Any]):
    """What the gate says. `evidence_id` proves the agreement."""

    outcome = serializers.ChoiceField(choices=["allowed", "denied", "deferred"])
    reason = ReasonOut(allow_null=True)
    until = Moment(
        allow_null=True,
        help_text="When it leaves by itself, for deferred; when it may be allowed, for a limit that refuses.",
    )
    evidence_id = serializers.UUIDField(allow_null=True)
    decision_id = serializers.UUIDField()


class NoticeOut(serializers.Serializer[Any]):
    """What the check of a campaign would ask to look at: it forbids nothing."""

    label = serializers.CharField()  # type: ignore[assignment]
    remedy = serializers.CharField()


class SentOut(serializers.Serializer[Any]):
    """What was decided and what would be read; `message` is null when nothing was sent because it was a dry run."""

    dry_run = serializers.BooleanField()
    decision = PermissionOut()
    text = serializers.CharField()
    parts = serializers.IntegerField()
    added = serializers.ListField(
        child=serializers.CharField(), help_text="Lines put into the text because law or carriers there want them."
    )
    notices = NoticeOut(many=True, help_text="Such as a text of offers that does not say how to stop.")
    message = MessageOut(allow_null=True)


class AttemptOut(serializers.Serializer[Any]):
    """One try to hand it over: with which proof, by which decision, and what came of it (empty: not known yet)."""

    id = serializers.UUIDField()
    number = serializers.IntegerField()
    evidence_id = serializers.UUIDField(source="consent_event_id")
    decision_id = serializers.UUIDField()
    intent_at = Moment()
    outcome = serializers.CharField(allow_blank=True)
    outcome_at = Moment(allow_null=True)
    code = serializers.CharField(allow_blank=True)


class MessageEventOut(serializers.Serializer[Any]):
    """One thing we learnt about it."""

    kind = serializers.CharField()
    code = serializers.CharField(allow_blank=True)
    occurred_at = Moment()


class MessageDetailOut(MessageOut):
    """One message with every try and everything we learnt, oldest first."""

    attempts = AttemptOut(many=True)
    events = MessageEventOut(many=True)


class InboundQuery(ChangedQuery):
    """Which of what people wrote."""

    channel = serializers.ChoiceField(required=False, choices=CHANNEL_WORDS)
    kind = serializers.ChoiceField(required=False, choices=["stop", "start", "help", "doubt", "text"])
    run = serializers.UUIDField(required=False)
    waiting = serializers.BooleanField(required=False, default=None, allow_null=True, help_text="Not dealt with yet.")
    since = Moment(required=False, help_text="Received at that moment or later.")


class InboundOut(serializers.Serializer[Any]):
    """What somebody wrote. `kind` is stop, start, help, doubt (it may be a stop and counts as one) or text."""

    id = serializers.UUIDField()
    channel = serializers.CharField()
    kind = serializers.CharField()
    verdict = serializers.CharField(allow_blank=True)
    text = serializers.CharField(allow_blank=True)
    address = serializers.CharField(help_text="Masked for a key without the scope see_addresses.")
    contact_ids = serializers.ListField(child=serializers.UUIDField())
    run_id = serializers.UUIDField(allow_null=True)
    message_id = serializers.UUIDField(allow_null=True)
    received_at = Moment()
    handled_at = Moment(allow_null=True)
    updated_at = Moment(source="changed_at")
