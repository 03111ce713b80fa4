"""What goes in and out of the API of campaigns."""

from typing import Any, Final

from rest_framework import serializers

from campaigns.selectors.campaigns import STATES
from campaigns.states import RUN_MOVES
from consent.api.shapes import CHANNEL_WORDS
from contacts.api.shapes import MOST_LISTS
from core.api import ChangedQuery, Given, Moment
from messaging.content_rules import SOURCE_CHARACTERS

ARRIVAL_HELP: Final = "Null where the carrier does not report what arrived; `delivered_note` says so."
NOTE_HELP: Final = "Why `delivered` is null; empty where it is a number."


class CampaignQuery(ChangedQuery):
    """Which campaigns."""

    state = serializers.ChoiceField(required=False, choices=list(STATES))
    channel = serializers.ChoiceField(required=False, choices=CHANNEL_WORDS)
    sender = serializers.UUIDField(required=False)
    since = Moment(required=False, help_text="Written at that moment or later.")


class CampaignIn(Given):
    """A whole draft. Its channel is chosen when it is made, and stays."""

    name = serializers.CharField(max_length=80)
    channel = serializers.ChoiceField(choices=CHANNEL_WORDS)
    purpose = serializers.CharField(max_length=40, help_text="Its key or its id.")
    sender = serializers.UUIDField()
    body = serializers.CharField(max_length=SOURCE_CHARACTERS, trim_whitespace=False, help_text="With its variables.")
    content = serializers.DictField(
        required=False, default=dict, help_text="What the channel needs beside the text, such as an email's subject."
    )
    included = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=MOST_LISTS)
    excluded = serializers.ListField(child=serializers.UUIDField(), required=False, default=list, max_length=MOST_LISTS)


class CampaignOut(serializers.Serializer[Any]):
    """One campaign with the numbers of the run that speaks for it: null while nobody has checked or launched it."""

    id = serializers.UUIDField(source="campaign.id")
    name = serializers.CharField(source="campaign.name")
    channel = serializers.ChoiceField(source="campaign.channel", choices=CHANNEL_WORDS)
    state = serializers.ChoiceField(source="campaign.state", choices=list(STATES))
    purpose_id = serializers.UUIDField(source="campaign.purpose_id")
    sender_id = serializers.UUIDField(source="campaign.sender_id")
    scheduled_at = Moment(source="campaign.scheduled_at", allow_null=True)
    created_at = Moment(source="campaign.created_at")
    updated_at = Moment(
        source="campaign.changed_at", help_text="Of what was written and its state, not of its numbers."
    )
    asked = serializers.IntegerField(allow_null=True)
    gets = serializers.IntegerField(allow_null=True)
    sent = serializers.IntegerField(source="tally.sent")
    delivered = serializers.IntegerField(allow_null=True, help_text=ARRIVAL_HELP)
    delivered_note = serializers.CharField(allow_blank=True, help_text=NOTE_HELP)
    parts = serializers.IntegerField(source="tally.parts")


class LaunchedOut(serializers.Serializer[Any]):
    """One launch of a campaign."""

    id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=list(RUN_MOVES))
    created_at = Moment()


class CampaignDetailOut(CampaignOut):
    """One campaign in full: what it says, to whom, and its launches, newest first."""

    body = serializers.CharField()
    content = serializers.DictField(help_text="What the channel needs beside the text, such as an email's subject.")
    version = serializers.IntegerField()
    included = serializers.ListField(child=serializers.UUIDField())
    excluded = serializers.ListField(child=serializers.UUIDField())
    runs = LaunchedOut(many=True)


class CountedOut(serializers.Serializer[Any]):
    """One reason and how many people it concerns."""

    code = serializers.CharField(allow_blank=True)
    label = serializers.CharField()  # type: ignore[assignment]
    remedy = serializers.CharField(source="sentence", allow_blank=True)
    people = serializers.IntegerField()


class QuoteLineOut(serializers.Serializer[Any]):
    """One country of a quote; empty where an address tells none. `price` is for one part."""

    country = serializers.CharField(allow_blank=True)
    people = serializers.IntegerField()
    least_parts = serializers.IntegerField()
    most_parts = serializers.IntegerField()
    price = serializers.IntegerField(help_text="Thousandths of a unit.")
    price_version = serializers.CharField()


class QuoteOut(serializers.Serializer[Any]):
    """What it would cost now, in thousandths of a unit. `least` and `most` differ where people's values decide how many
    parts their text has. A launch is refused while `enough` is false. Through the practice carrier it is `free`.
    """

    free = serializers.BooleanField()
    least = serializers.IntegerField()
    most = serializers.IntegerField()
    enough = serializers.BooleanField()
    lines = QuoteLineOut(many=True)


class AddedLineOut(serializers.Serializer[Any]):
    """A line that is put into the text: its words, and the law or the carriers' rule that wants it."""

    words = serializers.CharField()
    places = serializers.CharField()
    says = serializers.CharField()
    when = serializers.CharField(allow_blank=True, help_text="In which texts, where not in each.")
    statute = serializers.CharField()
    url = serializers.CharField()


class CheckOut(serializers.Serializer[Any]):
    """Who would get it and who would not. `fresh`: a launch accepts it. While `state` is planning the counts still grow."""

    run_id = serializers.UUIDField(source="run.id")
    state = serializers.ChoiceField(source="run.state", choices=["planning", "simulated"])
    fresh = serializers.BooleanField()
    rules_version = serializers.CharField(source="run.rules_version", allow_blank=True)
    created_at = Moment(source="run.created_at")
    audience = serializers.IntegerField()
    asked = serializers.IntegerField()
    gets = serializers.IntegerField()
    left_out = serializers.IntegerField()
    quote = QuoteOut(allow_null=True, help_text="Null while the check is being made.")
    reasons = CountedOut(many=True)
    added_lines = AddedLineOut(
        many=True, help_text="By country and language of those who get it, counted in the quote."
    )
    over_promise = serializers.IntegerField(
        allow_null=True,
        help_text="How many would get more than the words they agreed to promise; null where those name no number.",
    )


class LaunchIn(Given):
    """The number of people the last check named, and when to begin: null for now."""

    confirmed = serializers.IntegerField(min_value=0, max_value=2_000_000_000)
    at = Moment(required=False, allow_null=True, default=None)


class PeopleOut(serializers.Serializer[Any]):
    """How many people stand where; together they are everybody who was asked for."""

    delivered = serializers.IntegerField(allow_null=True, help_text=ARRIVAL_HELP)
    on_way = serializers.IntegerField()
    unclear = serializers.IntegerField(help_text="Nobody knows whether it arrived; it is not sent twice.")
    failed = serializers.IntegerField()
    refused = serializers.IntegerField(help_text="The gate said no at the door.")
    held = serializers.IntegerField()
    expired = serializers.IntegerField()
    stopped = serializers.IntegerField()
    waiting = serializers.IntegerField()
    left_out = serializers.IntegerField()


class AnswersOut(serializers.Serializer[Any]):
    """How many people answered."""

    replied = serializers.IntegerField()
    opted_out = serializers.IntegerField()


class UsedOut(serializers.Serializer[Any]):
    """What its messages came to, in thousandths of a unit: charged, held for those whose end is open, given back."""

    charged = serializers.IntegerField()
    held = serializers.IntegerField()
    given_back = serializers.IntegerField()


class RunOut(serializers.Serializer[Any]):
    """The report of one launch. `breath_until`: until then it can be undone and nothing leaves."""

    id = serializers.UUIDField(source="run.id")
    campaign_id = serializers.UUIDField(source="run.campaign_id")
    state = serializers.ChoiceField(source="run.state", choices=list(RUN_MOVES))
    planned_for = Moment(source="run.planned_for")
    breath_until = Moment(source="run.breath_until", allow_null=True)
    started_at = Moment(source="run.started_at", allow_null=True)
    finished_at = Moment(source="run.finished_at", allow_null=True)
    planned = serializers.IntegerField()
    allowed = serializers.IntegerField()
    sent = serializers.IntegerField()
    segments = serializers.IntegerField()
    people = PeopleOut()
    delivered_note = serializers.CharField(allow_blank=True, help_text=NOTE_HELP)
    answers = AnswersOut()
    used = UsedOut()
    left_out = CountedOut(many=True)
    troubles = CountedOut(many=True, help_text="What went wrong after the launch.")
