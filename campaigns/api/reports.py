"""The reports of consent for applications: the compliance report, and whose agreements end. The same numbers as the pages."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.doors import api
from campaigns.selectors.compliance import DAYS, USUAL, compliance_report
from campaigns.selectors.ending import endings
from consent.api.shapes import CHANNEL_WORDS
from core import clock
from core.api import FieldsQuery, answer, answers, read


class ReportQuery(FieldsQuery):
    """How many days back."""

    days = serializers.ChoiceField(required=False, default=USUAL, choices=list(DAYS))


class SourceOut(serializers.Serializer[Any]):
    """What came from one source in the time."""

    label = serializers.CharField()  # type: ignore[assignment]
    agreed = serializers.IntegerField()
    claimed = serializers.IntegerField()
    stopped = serializers.IntegerField()


class PurposeStandOut(serializers.Serializer[Any]):
    """How one purpose stands now on one channel. `ending`: within 90 days; `ended`: too old to be used."""

    purpose = serializers.CharField()
    channel = serializers.CharField(help_text="In words, as the page says it.")
    agreed = serializers.IntegerField()
    claimed = serializers.IntegerField()
    ending = serializers.IntegerField()
    ended = serializers.IntegerField()


class EffectOut(serializers.Serializer[Any]):
    """One reason, and how many it left out: in plans, and at the last moment."""

    code = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    planned = serializers.IntegerField()
    at_sending = serializers.IntegerField()


class EffectsOut(serializers.Serializer[Any]):
    """What rules did. `deferred`: people whose message waited for their hours."""

    campaigns = serializers.IntegerField()
    people = serializers.IntegerField()
    left_out = serializers.IntegerField()
    deferred = serializers.IntegerField()
    reasons = EffectOut(source="lines", many=True)


class StopTimesOut(serializers.Serializer[Any]):
    """How fast stops were heard: seconds from the moment the carrier tells to our record, null where none told."""

    in_messages = serializers.IntegerField()
    told = serializers.IntegerField()
    median = serializers.FloatField(allow_null=True)
    p99 = serializers.FloatField(allow_null=True)
    worst = serializers.FloatField(allow_null=True)
    by_hand = serializers.IntegerField()
    open = serializers.IntegerField()
    overdue = serializers.IntegerField()


class PracticeOut(serializers.Serializer[Any]):
    """A promise of frequency beside practice. `most`: to one person within the time promised; `over`: people above it."""

    purpose_id = serializers.UUIDField()
    channel = serializers.ChoiceField(choices=CHANNEL_WORDS)
    promise = serializers.CharField(allow_blank=True)
    people = serializers.IntegerField()
    most = serializers.IntegerField()
    over = serializers.IntegerField()


class ComplianceOut(serializers.Serializer[Any]):
    """The compliance report. Proof coverage is `agreed` of `all`."""

    days = serializers.IntegerField()
    gained = serializers.IntegerField()
    lost = serializers.IntegerField()
    agreed = serializers.IntegerField()
    all = serializers.IntegerField()
    ending = serializers.IntegerField()
    sources = SourceOut(many=True)
    purposes = PurposeStandOut(many=True)
    rules = EffectsOut(source="effects")
    stops = StopTimesOut()
    frequency = PracticeOut(source="practice", many=True)


class EndingLineOut(serializers.Serializer[Any]):
    """Agreements from one source, and how many of them end within 30, 60 and 90 days."""

    source = serializers.CharField()  # type: ignore[assignment]
    holds = serializers.IntegerField()
    in_30 = serializers.IntegerField()
    in_60 = serializers.IntegerField()
    in_90 = serializers.IntegerField()


class EndingOut(serializers.Serializer[Any]):
    """One purpose on one channel. `asked` and `answered` are of this period; `campaign_id`: a prepared question."""

    purpose_id = serializers.UUIDField()
    channel = serializers.ChoiceField(choices=CHANNEL_WORDS)
    reachable = serializers.IntegerField()
    asked = serializers.IntegerField()
    answered = serializers.IntegerField()
    campaign_id = serializers.UUIDField(source="draft", allow_null=True)
    sources = EndingLineOut(source="lines", many=True)


class EndingsOut(serializers.Serializer[Any]):
    """Every purpose and channel on which agreements end within 90 days, the most first."""

    data = EndingOut(many=True)  # type: ignore[assignment]
    reckoned_on = serializers.DateField()


@extend_schema(
    operation_id="get_compliance_report",
    tags=["reports"],
    parameters=[ReportQuery],
    responses=answers(ComplianceOut),
)
@api("see_campaigns")
@api_view(["GET"])
def compliance(request: Request) -> Response:
    """How consent grew, what rules did, how fast stops were heard, and whether promises are kept."""
    asked = read(ReportQuery, request.query_params)
    return answer(request, ComplianceOut(compliance_report(int(asked["days"]))).data)


@extend_schema(operation_id="list_endings", tags=["reports"], parameters=[FieldsQuery], responses=answers(EndingsOut))
@api("see_campaigns")
@api_view(["GET"])
def ending(request: Request) -> Response:
    """Whose agreements end by age within 30, 60 and 90 days, by purpose, channel and source."""
    return answer(request, EndingsOut({"data": endings(), "reckoned_on": clock.now().date()}).data)
