"""What goes in and out of the API of contacts."""

import re
from typing import Any

from rest_framework import serializers

from accounts.choices import countries, languages, time_zones
from consent.api.fields import AddressField, Known
from contacts.actions.people import MOST_ADDRESSES
from contacts.models import ContactPoint
from core.api import ChangedQuery, Given, ItemProblemOut, Moment, PageQuery
from core.email import EmailAddress

LABELS = [label for label, _ in ContactPoint._meta.get_field("label").choices or ()]
_EXTERNAL_ID = r"^[A-Za-z0-9][A-Za-z0-9._:/-]*\Z"
_KEY = re.compile(r"[A-Za-z0-9_-]{1,40}")
MOST_LISTS = 50
#: measured 25 November 2026: 200 new people with two addresses each take about two seconds, and their locks as long
MOST_UPSERTS = 200
LONGEST_REFERENCE = 100


class ListOut(serializers.Serializer[Any]):
    """A list and how many people are on it."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    people = serializers.IntegerField()
    created_at = Moment()
    updated_at = Moment(source="changed_at", help_text="Of its name, not of who is on it.")


class ListQuery(ChangedQuery):
    """Which lists."""

    name = serializers.CharField(required=False, max_length=80)


class PointOut(serializers.Serializer[Any]):
    """One address of a person. Masked, such as +1 … 0100, for a key without the scope see_addresses."""

    id = serializers.UUIDField()
    label = serializers.ChoiceField(choices=LABELS)  # type: ignore[assignment]
    value = serializers.CharField()


class ContactOut(serializers.Serializer[Any]):
    """One person. Being here does not mean that anybody may write to them: ask decisions/ for that."""

    id = serializers.UUIDField()
    external_id = serializers.CharField(allow_blank=True)
    first_name = serializers.CharField(allow_blank=True)
    last_name = serializers.CharField(allow_blank=True)
    language = serializers.CharField(allow_blank=True)
    country = serializers.CharField(allow_blank=True)
    city = serializers.CharField(allow_blank=True)
    time_zone = serializers.CharField(allow_blank=True)
    is_minor = serializers.BooleanField()
    custom = serializers.DictField(help_text="The organisation's own fields by key.")
    points = PointOut(many=True)
    lists = serializers.ListField(child=serializers.UUIDField())
    tags = serializers.ListField(child=serializers.CharField())
    created_at = Moment()
    updated_at = Moment()


class ContactQuery(PageQuery):
    """Which people."""

    list = serializers.UUIDField(required=False)
    tag = serializers.UUIDField(required=False)
    external_id = serializers.CharField(required=False, max_length=80)
    updated_since = Moment(required=False, help_text="Whose own fields changed at that moment or later.")


class _Custom(serializers.DictField):
    """The organisation's own fields by key: text, numbers, yes or no; null takes a value away. Read as people type them."""

    child = serializers.JSONField(allow_null=True)

    def to_internal_value(self, data: Any) -> dict[str, str]:
        """Errors: ValidationError by key."""
        values = super().to_internal_value(data)
        wrong = {
            str(key)[:60]: ["Give text, a number, true, false or null."]
            for key, value in values.items()
            if not _KEY.fullmatch(str(key)) or not isinstance(value, str | int | float | None) or "\0" in str(value)
        }
        if wrong:
            raise serializers.ValidationError(wrong)
        return {key: _typed(value) for key, value in values.items()}


def _typed(value: Any) -> str:
    if value is None:
        return ""
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


class DetailsIn(Given):
    """What may be changed about a person; what is not sent stays as it is."""

    external_id = serializers.RegexField(
        _EXTERNAL_ID,
        required=False,
        allow_blank=True,
        max_length=80,
        error_messages={
            "invalid": "Use letters, digits and . _ : / - alone; no address, because those are kept under seal."
        },
        help_text="What your own program calls them: letters, digits and . _ : / -",
    )
    first_name = serializers.CharField(required=False, allow_blank=True, max_length=120)
    last_name = serializers.CharField(required=False, allow_blank=True, max_length=120)
    city = serializers.CharField(required=False, allow_blank=True, max_length=80)
    country = Known(countries, help_text="Two letters of ISO 3166, such as US.")
    language = Known(languages, help_text="A code such as en.")
    time_zone = Known(time_zones, help_text="A name such as America/Chicago.")
    is_minor = serializers.BooleanField(required=False)
    custom = _Custom(required=False)


class PointIn(Given):
    """One address and what people call it."""

    label = serializers.ChoiceField(choices=LABELS)  # type: ignore[assignment]
    value = AddressField()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Errors: ValidationError where a mailbox is called a phone, or the other way round."""
        if (attrs["label"] == "email") != isinstance(attrs["value"], EmailAddress):
            raise serializers.ValidationError({"label": ["This is not what the address is."]})
        return attrs


class ContactIn(DetailsIn):
    """A new person."""

    points = PointIn(many=True, required=False, max_length=MOST_ADDRESSES)  # type: ignore[call-arg]
    lists = serializers.ListField(child=serializers.UUIDField(), required=False, max_length=MOST_LISTS)


class UpsertIn(ContactIn):
    """A person as your own program has them, with an external id, or an address, or both."""


class ItemIn(UpsertIn):
    """The same, one of many. `reference` is yours and comes back with its result."""

    reference = serializers.CharField(required=False, default="", allow_blank=True, max_length=LONGEST_REFERENCE)


class UpsertsIn(Given):
    """Many people."""

    contacts = ItemIn(many=True, min_length=1, max_length=MOST_UPSERTS)  # type: ignore[call-arg]


class UpsertsEnvelopeIn(Given):
    """The same, its people not read yet: each is read by itself, so that a bad one is refused alone."""

    contacts = serializers.ListField(child=serializers.JSONField(), min_length=1, max_length=MOST_UPSERTS)


class UpsertedOut(serializers.Serializer[Any]):
    """What became of one."""

    index = serializers.IntegerField(help_text="Its place in `contacts`.")
    reference = serializers.CharField(allow_blank=True)
    status = serializers.ChoiceField(choices=["created", "changed", "unchanged", "refused"])
    contact_id = serializers.UUIDField(allow_null=True)
    problem = ItemProblemOut(allow_null=True)


class UpsertsOut(serializers.Serializer[Any]):
    """How many were taken and refused, and the result of each in the order of the request."""

    accepted = serializers.IntegerField()
    refused = serializers.IntegerField()
    results = UpsertedOut(many=True)
