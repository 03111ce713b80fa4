"""What goes in and out of the API for many messages at once."""

from typing import Any

from rest_framework import serializers

from consent.api.fields import LONGEST_REFERENCE
from core.api import Given, ItemProblemOut
from messaging.api.shapes import LetterIn, MessageOut, NoticeOut, PermissionOut

#: letters of one batch: as many as `decisions` judges, about a second of work, and well within the largest body
MOST_LETTERS = 500


class BatchLetterIn(LetterIn):
    """One message of a batch. `reference` is yours and comes back with its result."""

    reference = serializers.CharField(required=False, default="", allow_blank=True, max_length=LONGEST_REFERENCE)


class BatchIn(Given):
    """Many messages, each to one person in its own words. With `dry_run` nothing is sent, and the answer tells everything."""

    messages = BatchLetterIn(many=True, min_length=1, max_length=MOST_LETTERS)  # type: ignore[call-arg]
    dry_run = serializers.BooleanField(default=False)


class BatchEnvelopeIn(Given):
    """The same, its messages not read yet: each is read by itself, so that a bad one is refused alone."""

    messages = serializers.ListField(child=serializers.JSONField(), min_length=1, max_length=MOST_LETTERS)
    dry_run = serializers.BooleanField(default=False)


class BatchResultOut(serializers.Serializer[Any]):
    """What became of one message. `decision` is null where the gate was never asked; `text` is told by dry runs alone."""

    index = serializers.IntegerField(help_text="Its place in `messages`.")
    reference = serializers.CharField(allow_blank=True)
    status = serializers.ChoiceField(choices=["accepted", "refused"])
    message_id = serializers.UUIDField(allow_null=True)
    decision = PermissionOut(allow_null=True)
    text = serializers.CharField(allow_null=True)
    parts = serializers.IntegerField(allow_null=True)
    added = serializers.ListField(child=serializers.CharField())
    notices = NoticeOut(many=True)
    message = MessageOut(allow_null=True)
    problem = ItemProblemOut(allow_null=True)


class BatchOut(serializers.Serializer[Any]):
    """How many were accepted and refused, and the result of each in the order of the request."""

    dry_run = serializers.BooleanField()
    accepted = serializers.IntegerField()
    refused = serializers.IntegerField()
    results = BatchResultOut(many=True)
