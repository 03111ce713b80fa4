"""Texts a second person has to allow: ask, and read what was said. Only people on the page decide."""

import uuid
from typing import Any

from django.db.models.functions import Coalesce
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import actor_of
from accounts.doors import api
from consent.api.fields import purpose_named
from consent.api.shapes import CHANNEL_WORDS
from core.api import ChangedQuery, FieldsQuery, Given, Moment, answer, answers, changed_since, page, page_of, read
from messaging.access import access_override
from messaging.actions.overriding import ask_override
from messaging.api.shapes import LONGEST_TEXT
from messaging.models import TextOverride
from messaging.text_override_model import OVERRIDE_STATES


class OverrideIn(Given):
    """A text somebody shall allow: as it will be sent, its variables in it, for which purpose and to which countries."""

    channel = serializers.ChoiceField(choices=CHANNEL_WORDS)
    purpose = serializers.CharField(max_length=40, help_text="Its key or its id.")
    text = serializers.CharField(max_length=LONGEST_TEXT, trim_whitespace=False)
    countries = serializers.ListField(
        child=serializers.RegexField(r"^[A-Z]{2}$"), max_length=250, help_text="ISO 3166, two letters."
    )
    why = serializers.CharField(max_length=500, help_text="Why it should be sent all the same.")


class OverrideQuery(ChangedQuery):
    """Which requests."""

    state = serializers.ChoiceField(required=False, choices=list(OVERRIDE_STATES))


class FoundOut(serializers.Serializer[Any]):
    """What one rule found in it."""

    rule = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    why = serializers.CharField()
    found = serializers.ListField(child=serializers.CharField())


class OverrideOut(serializers.Serializer[Any]):
    """A text and the word of a second person about it. It speaks for that very text on that channel, for that tier."""

    id = serializers.UUIDField()
    channel = serializers.ChoiceField(choices=CHANNEL_WORDS)
    tier = serializers.CharField()
    text = serializers.CharField()
    findings = FoundOut(many=True)
    rules_version = serializers.CharField()
    why = serializers.CharField()
    state = serializers.ChoiceField(choices=list(OVERRIDE_STATES))
    asked_by = serializers.UUIDField(allow_null=True)
    asked_at = Moment()
    decided_by = serializers.UUIDField(allow_null=True)
    decided_at = Moment(allow_null=True)
    note = serializers.CharField(allow_blank=True)
    updated_at = Moment(source="changed_at")


@extend_schema(
    methods=["GET"],
    operation_id="list_text_overrides",
    tags=["sending"],
    parameters=[OverrideQuery],
    responses=answers(page_of(OverrideOut)),
)
@extend_schema(
    methods=["POST"],
    operation_id="ask_text_override",
    tags=["sending"],
    request=OverrideIn,
    responses=answers(OverrideOut, 201),
)
@api("see_campaigns")
@api_view(["GET", "POST"])
def overrides(request: Request) -> Response:
    """Texts a second person was asked about, newest first; or ask about one (scope author_campaigns). A person decides, on the
    page."""
    if request.method == "POST":
        told = read(OverrideIn, request.data)
        purpose = purpose_named(told["purpose"])
        same = {name: told[name] for name in ("text", "channel", "why")}
        asked = ask_override(actor=actor_of(request), tier=purpose.tier, places=told["countries"], **same)
        return Response(OverrideOut(asked).data, status=201)
    query = read(OverrideQuery, request.query_params)
    rows = changed_since(TextOverride.objects.annotate(moment=Coalesce("decided_at", "asked_at")), query, "moment")
    if "state" in query:
        rows = rows.filter(state=query["state"])
    return page(request, rows, lambda found: OverrideOut(found, many=True).data)


@extend_schema(
    operation_id="get_text_override", tags=["sending"], parameters=[FieldsQuery], responses=answers(OverrideOut)
)
@api("see_campaigns")
@api_view(["GET"])
def override(request: Request, text_override_id: uuid.UUID) -> Response:
    """One text and what was said about it."""
    return answer(request, OverrideOut(access_override(actor_of(request), text_override_id)).data)
