"""What the API's inputs about addresses and purposes have in common, here and in the apps above."""

import uuid
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import Organization
from consent.models import Purpose
from consent.reasons import Reason
from core.api import Moment
from core.email import EmailAddress, parse_email
from core.phone import PhoneNumber, parse_phone

LONGEST_ADDRESS = 254
NOT_AN_ADDRESS = "This is neither a number with its country code nor an email address."


@extend_schema_field({"type": "string", "minLength": 1, "maxLength": LONGEST_ADDRESS})
class AddressField(serializers.Field[Any, Any, Any, Any]):
    """A phone number or an email address. The serializer's context holds the `country` of numbers without a code."""

    def to_internal_value(self, data: Any) -> PhoneNumber | EmailAddress:
        """Errors: ValidationError for what is neither, without repeating it."""
        text = serializers.CharField(max_length=LONGEST_ADDRESS).run_validation(data)
        found = parse_address(text, self.context.get("country", ""))
        if found is None:
            raise serializers.ValidationError(NOT_AN_ADDRESS)
        return found


class ReasonOut(serializers.Serializer[Any]):
    """Why not: a stable code, words for people, and what can be done."""

    code = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    remedy = serializers.CharField(source="sentence", help_text="One sentence that ends with what to do.")
    severity = serializers.ChoiceField(choices=["never", "fix", "wait"])
    retry = serializers.ChoiceField(choices=["never", "new_consent", "after_fix", "later"])


class ProtectionOut(serializers.Serializer[Any]):
    """Why an address is not to be reached, on one channel or (empty) on all."""

    kind = serializers.CharField()
    channel = serializers.CharField(allow_blank=True)
    since = Moment(source="created_at")
    until = Moment(source="expires_at", allow_null=True)
    event_id = serializers.UUIDField(allow_null=True)


def told_reason(reason: Reason | None) -> Any:
    """A reason as JSON; None stays None."""
    return ReasonOut(reason).data if reason is not None else None


def home_country() -> str:
    """Where numbers without a country code are taken to be. One query."""
    return Organization.objects.current().default_country


def parse_address(text: str, country: str) -> PhoneNumber | EmailAddress | None:
    """An address as a value; None for what is none."""
    value = parse_email(text) if "@" in text else parse_phone(text, country)
    return value if isinstance(value, EmailAddress | PhoneNumber) else None


def purpose_named(text: str) -> Purpose:
    """A purpose in use by its key or its id. One query. Errors: ValidationError on the field `purpose`."""
    rows = Purpose.objects.filter(archived_at=None)
    try:
        rows = rows.filter(id=uuid.UUID(text))
    except ValueError:
        rows = rows.filter(key=text)
    found = rows.first()
    if found is None:
        raise serializers.ValidationError({"purpose": ["There is no such purpose."]})
    return found
