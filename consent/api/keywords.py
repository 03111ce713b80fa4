"""Keywords and answers over the API: which hold, or held on a day, and what a text would do. Nothing is sent or written."""

import datetime
import zoneinfo
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.choices import countries
from accounts.doors import api
from accounts.models import Organization
from consent.request_forms import LANGUAGES
from consent.selectors.keyword_pages import keyword_rows, tried
from consent.selectors.word_sets import sets_in_force
from core.api import Given, PageQuery, answers, page_of, read, whole


class WordsOut(serializers.Serializer[Any]):
    """Whole messages by what they ask for."""

    stop = serializers.ListField(child=serializers.CharField())
    start = serializers.ListField(child=serializers.CharField())
    help = serializers.ListField(child=serializers.CharField())


class KeywordsOut(serializers.Serializer[Any]):
    """The words of one language, in one country or (empty) everywhere. `version` is null where ours are in force."""

    language = serializers.CharField()
    country = serializers.CharField(allow_blank=True)
    words = WordsOut()
    help_text = serializers.CharField(help_text="What HELP is answered, with its places to fill in.")  # type: ignore[assignment]
    version = serializers.IntegerField(source="own.number", allow_null=True, default=None)
    read_by_native_speaker = serializers.BooleanField(source="is_read")


class KeywordsQuery(PageQuery):
    """Which words are asked for."""

    on = serializers.DateField(required=False, help_text="The words in force at the end of this day; without it, now.")


class ReadingIn(Given):
    """A text somebody may write, and what is known of them."""

    text = serializers.CharField(max_length=1600)
    language = serializers.ChoiceField(choices=LANGUAGES, required=False, default="", allow_blank=True)
    country = serializers.ChoiceField(choices=countries(), required=False, default="", allow_blank=True)


class ReadingOut(serializers.Serializer[Any]):
    """What would come of it. `answer` is empty where nothing would be answered."""

    outcome = serializers.ChoiceField(choices=["certain", "likely", "start", "help", "not"])
    rule = serializers.CharField(allow_blank=True)
    does = serializers.CharField()
    answer = serializers.CharField(allow_blank=True)
    language = serializers.CharField()


@extend_schema(
    operation_id="list_keywords", tags=["consent"], parameters=[KeywordsQuery], responses=answers(page_of(KeywordsOut))
)
@api("see_contacts")
@api_view(["GET"])
def keywords(request: Request) -> Response:
    """The keywords and answers in force, ours and the organisation's own. One page, unless `limit` is sent."""
    day = read(KeywordsQuery, request.query_params).get("on")
    rows = keyword_rows(sets_in_force(_end_of(day) if day else None))
    return whole(
        request,
        KeywordsOut(rows, many=True).data,
        key=lambda row: f"{row['language']} {row['country']}",
        query=KeywordsQuery,
    )


@extend_schema(operation_id="read_text", tags=["consent"], request=ReadingIn, responses=answers(ReadingOut))
@api("see_contacts")
@api_view(["POST"])
def readings(request: Request) -> Response:
    """What would this text do? The very matcher reads it. A text is posted, so that no log has it; nothing is kept."""
    return Response(ReadingOut(tried(**read(ReadingIn, request.data))).data)


def _end_of(day: datetime.date) -> datetime.datetime:
    zone = zoneinfo.ZoneInfo(Organization.objects.current().time_zone)
    return datetime.datetime.combine(day, datetime.time.max, zone)
