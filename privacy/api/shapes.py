"""The JSON of erasing."""

from typing import Any

from rest_framework import serializers

from core.api import Given


class EraseIn(Given):
    """Whether to say only what would happen."""

    dry_run = serializers.BooleanField(
        default=False, help_text="True: nothing is erased, the answer says what would be."
    )


class GoingOut(serializers.Serializer[Any]):
    """Rows of one kind that go."""

    what = serializers.CharField()
    how = serializers.ChoiceField(["deleted", "emptied"])
    rows = serializers.IntegerField()


class StayingOut(serializers.Serializer[Any]):
    """Rows of one kind that stay."""

    what = serializers.CharField()
    rows = serializers.IntegerField()
    why = serializers.CharField(help_text="The law or the need by which it stays.")
    until = serializers.CharField()


class ErasureOut(serializers.Serializer[Any]):
    """What erasing somebody did, or would do. Nothing in it is about the person."""

    id = serializers.UUIDField(allow_null=True, help_text="Of the certificate; null in a dry run.")
    contact_id = serializers.UUIDField()
    dry_run = serializers.BooleanField()
    erased_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(
        allow_null=True, help_text="When what must be read to be found, and what was on its way, had been looked for."
    )
    addresses = serializers.IntegerField(help_text="Addresses of theirs that are emptied and closed.")
    shared = serializers.IntegerField(help_text="Addresses somebody else has too: they stay, and are closed.")
    going = GoingOut(many=True)
    staying = StayingOut(many=True)
