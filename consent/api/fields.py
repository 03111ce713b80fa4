"""What the API's inputs about addresses and purposes have in common, here and in the apps above."""

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Q
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import Organization
from consent.models import Purpose
from consent.reasons import Reason
from core.api import Given, Moment, read
from core.api_input import refuse_unfit
from core.email import EmailAddress, parse_email
from core.phone import PhoneNumber, parse_phone

LONGEST_ADDRESS = 254
#: what a caller calls one of many things
LONGEST_REFERENCE = 100
NOT_AN_ADDRESS = "This is neither a number with its country code nor an email address."


class Known(serializers.CharField):
    """A word of a long list that a library knows; empty for not known."""

    def __init__(self, known: Callable[[], Sequence[tuple[str, str]]], **options: Any) -> None:
        self.known = known
        super().__init__(**{"required": False, "allow_blank": True, "max_length": 64} | options)

    def to_internal_value(self, data: Any) -> str:
        """Errors: ValidationError for a word of no list."""
        text: str = super().to_internal_value(data)
        if text and text not in dict(self.known()):
            raise serializers.ValidationError("This is not one we know.")
        return text


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
    found = purposes_named([text]).get(text)
    if found is None:
        raise serializers.ValidationError({"purpose": ["There is no such purpose."]})
    return found


def purposes_named(texts: Iterable[str]) -> dict[str, Purpose]:
    """Purposes in use by their keys or ids, by what each was called; those there are not are left out. One query."""
    wanted = {text: _as_id(text) for text in texts}
    by_id, by_key = Q(id__in=[each for each in wanted.values() if each]), Q(key__in=[*wanted])
    rows = list(Purpose.objects.filter(by_id | by_key, archived_at=None))
    ids, keys = {row.id: row for row in rows}, {row.key: row for row in rows}
    found = {text: keys.get(text) if wanted[text] is None else ids.get(wanted[text]) for text in wanted}
    return {text: row for text, row in found.items() if row is not None}


def _as_id(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def read_item(shape: type[Given], item: Any, **context: Any) -> dict[str, Any] | serializers.ValidationError:
    """One of many things that came in, in its shape; or what is wrong with it, as it would be told of it alone."""
    try:
        refuse_unfit(item)
        return read(shape, item, **context)
    except serializers.ValidationError as error:
        return error


def reference_of(item: Any) -> str:
    """What the caller calls one of many things, as far as it can be told again."""
    named = item.get("reference", "") if isinstance(item, Mapping) else ""
    fit = isinstance(named, str) and len(named) <= LONGEST_REFERENCE and named.isprintable()
    return named if fit else ""
