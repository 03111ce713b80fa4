"""The rules over the API: what they say, and what the gate would have answered on a day. Nothing is sent or written."""

import datetime
import zoneinfo
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.doors import api
from accounts.models import Organization
from consent.models import CHANNELS, TIERS
from consent.rulebook import rulebook
from consent.selectors.rule_answers import Question, answer_question
from consent.selectors.rule_sets import rules_of
from consent.selectors.rules import KIND_LABELS, all_places, rule_rows
from consent.states import STATUS_LABELS, SUPPRESSION_LABELS
from core import clock
from core.api import Given, PageQuery, answers, page_of, read, whole


class RuleOut(serializers.Serializer[Any]):
    """One version of one rule. `says` is for people; several versions of a rule have the same id."""

    id = serializers.CharField()
    kind = serializers.ChoiceField(source="kind_key", choices=[key for key, _ in KIND_LABELS])
    says = serializers.CharField()
    places = serializers.ListField(child=serializers.CharField())
    channels = serializers.ListField(child=serializers.CharField())
    tiers = serializers.ListField(child=serializers.CharField())
    valid_from = serializers.DateField()
    valid_until = serializers.DateField(allow_null=True)
    in_force = serializers.SerializerMethodField()
    statute = serializers.CharField(source="source.statute")
    url = serializers.CharField(source="source.url")
    read_on = serializers.DateField(source="source.read_on")
    standing = serializers.ChoiceField(source="source.standing", choices=["statute", "secondary", "policy"])
    verified = serializers.BooleanField(source="source.verified")
    note = serializers.CharField(source="source.note", allow_blank=True)

    def get_in_force(self, row: Any) -> bool:
        """Whether this version holds today."""
        return bool(row.state == "now")


class RuleQuery(PageQuery):
    """Which rules are asked for."""

    kind = serializers.ChoiceField(required=False, choices=[key for key, _ in KIND_LABELS])
    place = serializers.CharField(required=False, max_length=6, help_text="US-FL a part of a country, DE a country.")


class QuestionIn(Given):
    """Somebody in a place, and a message at an hour of their own clock."""

    place = serializers.CharField(max_length=6, help_text="US-FL a part of a country, DE a country.")
    zone = serializers.CharField(
        required=False, default="", max_length=64, allow_blank=True,
        help_text="Their time zone, such as America/New_York; without it every clock of the place counts.",
    )  # fmt: skip
    channel = serializers.ChoiceField(choices=CHANNELS)
    tier = serializers.ChoiceField(choices=TIERS)
    day = serializers.DateField(help_text="From 1992 to 2099.")
    hour = serializers.TimeField()
    consent = serializers.ChoiceField(choices=list(STATUS_LABELS), default="granted")
    suppression = serializers.ChoiceField(choices=list(SUPPRESSION_LABELS), default="", allow_blank=True)
    had = serializers.IntegerField(default=0, min_value=0, max_value=1000)
    minor = serializers.BooleanField(default=False)
    rules_version = serializers.CharField(required=False, default="", max_length=40, allow_blank=True)

    def validate_day(self, day: datetime.date) -> datetime.date:
        """A day the rules can be asked about."""
        if not 1992 <= day.year <= 2099:
            raise serializers.ValidationError("Ask about a day between 1992 and 2099.")
        return day

    def validate_place(self, place: str) -> str:
        """A country, or a part that rules tell apart."""
        if place not in dict(all_places()):
            raise serializers.ValidationError("There is no such place. Write it like US-FL or DE.")
        return place

    def validate_zone(self, zone: str) -> str:
        """A zone of the time zone database."""
        if zone and zone not in zoneinfo.available_timezones():
            raise serializers.ValidationError("There is no such time zone. Write it like America/New_York.")
        return zone

    def validate_rules_version(self, version: str) -> str:
        """A version that is kept and can be asked."""
        if version and rules_of(version) is None:
            raise serializers.ValidationError("This version is not kept, or cannot be asked any more. Leave it out.")
        return version


class RuleAsked(serializers.Serializer[Any]):
    """One rule the gate looked at; its version is the id with its first day."""

    id = serializers.CharField()
    valid_from = serializers.DateField()
    says = serializers.CharField()
    verified = serializers.BooleanField()
    decided = serializers.BooleanField(source="objects")


class AnswerOut(serializers.Serializer[Any]):
    """What the gate says. `until` is when to ask again; `must_say` what such a message has to say."""

    outcome = serializers.ChoiceField(choices=["allowed", "denied", "deferred"])
    reason = serializers.CharField(allow_blank=True)
    label = serializers.CharField(allow_blank=True)  # type: ignore[assignment]
    until = serializers.DateTimeField(allow_null=True)
    rules_version = serializers.CharField()
    rules = RuleAsked(many=True)
    must_say = RuleAsked(source="says", many=True)


@extend_schema(operation_id="list_rules", tags=["consent"], parameters=[RuleQuery], responses=answers(page_of(RuleOut)))
@api("see_contacts")
@api_view(["GET"])
def rules(request: Request) -> Response:
    """The rules in force, over and adopted for the future, each with its source. One page, unless `limit` is sent."""
    asked = read(RuleQuery, request.query_params)
    rows = rule_rows(clock.now().date(), kind=asked.get("kind", ""), place=asked.get("place", ""))
    return whole(
        request, RuleOut(rows, many=True).data, key=lambda row: f"{row['id']} {row['valid_from']}", query=RuleQuery
    )


@extend_schema(operation_id="ask_rules", tags=["consent"], request=QuestionIn, responses=answers(AnswerOut))
@api("see_contacts")
@api_view(["POST"])
def questions(request: Request) -> Response:
    """Would this have been allowed? The gate itself answers, under the rules in force on that day."""
    told = read(QuestionIn, request.data)
    version = told.pop("rules_version")
    book = (rules_of(version) if version else None) or rulebook()
    day, hour = told.pop("day"), told.pop("hour")
    moment = datetime.datetime.combine(day, hour)
    question = Question(**told, moment=moment, reading_zone=Organization.objects.current().time_zone)
    return Response(AnswerOut(answer_question(question, book)).data)
