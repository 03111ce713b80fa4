"""What goes in and out of the API of consent."""

from typing import Any

from rest_framework import serializers

from accounts.choices import countries
from consent.api.fields import LONGEST_REFERENCE, AddressField, Known, ProtectionOut, ReasonOut
from consent.api.reporting import REPORTED
from consent.models import CHANNELS, PER, TIERS
from consent.rule_files import ENGAGEMENTS
from consent.states import EVENT_LABELS, SOURCES, STATUS_LABELS, SUPPRESSION_LABELS
from core.api import ChangedQuery, Given, ItemProblemOut, Moment

#: agreements of one request: as many as messages of a batch and addresses of a decision
MOST_CONSENTS = 500
CHANNEL_WORDS = [channel for channel, _ in CHANNELS]
_SOURCES = [(source, SOURCES[source].label) for source in REPORTED]


class WordingOut(serializers.Serializer[Any]):
    """One version of the words people agree to."""

    id = serializers.UUIDField()
    channel = serializers.ChoiceField(choices=CHANNEL_WORDS)
    language = serializers.CharField()
    version = serializers.IntegerField()
    text = serializers.CharField()
    most_messages = serializers.IntegerField(
        allow_null=True, help_text="How many messages they promise at most; null where they name no number."
    )
    per = serializers.ChoiceField(choices=[word for word, _ in PER], allow_blank=True, help_text="In which time.")


class PurposeOut(serializers.Serializer[Any]):
    """What people can say yes to."""

    id = serializers.UUIDField(source="purpose.id")
    key = serializers.CharField(source="purpose.key")
    name = serializers.CharField(source="purpose.name")
    tier = serializers.ChoiceField(source="purpose.tier", choices=[tier for tier, _ in TIERS])
    description = serializers.CharField(source="purpose.description", allow_blank=True)
    confirmed_on = serializers.ListField(
        child=serializers.ChoiceField(choices=CHANNEL_WORDS),
        source="purpose.confirmed_channels",
        help_text="Channels on which a yes waits to be confirmed, wherever the person is; rules may ask for more.",
    )
    receipts_on = serializers.ListField(
        child=serializers.ChoiceField(choices=CHANNEL_WORDS),
        source="purpose.receipt_channels",
        help_text="Channels on which people get a receipt of what they agreed to.",
    )
    wordings = WordingOut(many=True)


class EvidenceIn(Given):
    """What proves an agreement. At least a page, a form, a note or an attachment, so that somebody can find it again."""

    page = serializers.CharField(required=False, max_length=500)
    form = serializers.CharField(required=False, max_length=200)
    ip = serializers.IPAddressField(required=False)
    user_agent = serializers.CharField(required=False, max_length=400)
    language = serializers.CharField(required=False, max_length=12)
    note = serializers.CharField(required=False, max_length=500)
    attachment = serializers.UUIDField(required=False, help_text="The id of a file uploaded within the last day.")


class ConfirmationIn(Given):
    """A confirmation the application asked for and got, from the very address: then none is asked for here."""

    confirmed_at = Moment()
    method = serializers.CharField(max_length=100, help_text="Such as: link in a mail, answer to a text.")
    note = serializers.CharField(
        required=False, max_length=500, help_text="What shows it: the words, the id of the message, the IP address."
    )


class ConsentIn(Given):
    """An agreement somebody gave in front of an application."""

    address = AddressField()
    channel = serializers.ChoiceField(choices=CHANNEL_WORDS)
    purpose = serializers.CharField(max_length=40, help_text="Its key or its id.")
    source = serializers.ChoiceField(choices=_SOURCES)  # type: ignore[assignment]
    wording = serializers.UUIDField(help_text="The words that were shown, as the list of purposes has them.")
    occurred_at = Moment()
    evidence = EvidenceIn()
    confirmation = ConfirmationIn(required=False)
    country = Known(
        countries,
        help_text="Where the person lives, for a mailbox, which tells no place; your organisation's if not said.",
    )


class ConsentOut(serializers.Serializer[Any]):
    """What became of the report. `event_id` is the event that holds now; a report that is kept out makes none.

    `pending`: taken, and nothing is sent to the person but the request to confirm it, until they have.
    """

    outcome = serializers.ChoiceField(choices=["taken", "pending", "unchanged", "kept_out"])
    event_id = serializers.UUIDField(allow_null=True)
    reason = ReasonOut(allow_null=True)


class ConsentItemIn(ConsentIn):
    """One agreement of many. `reference` is yours and comes back with its result."""

    reference = serializers.CharField(required=False, default="", allow_blank=True, max_length=LONGEST_REFERENCE)


class ConsentBatchIn(Given):
    """Many agreements, each with its own proof."""

    consents = ConsentItemIn(many=True, min_length=1, max_length=MOST_CONSENTS)  # type: ignore[call-arg]


class ConsentEnvelopeIn(Given):
    """The same, not read yet: each is read by itself, so that a bad one is refused alone."""

    consents = serializers.ListField(child=serializers.JSONField(), min_length=1, max_length=MOST_CONSENTS)


class ConsentResultOut(serializers.Serializer[Any]):
    """What became of one report."""

    index = serializers.IntegerField(help_text="Its place in `consents`.")
    reference = serializers.CharField(allow_blank=True)
    outcome = serializers.ChoiceField(choices=["taken", "pending", "unchanged", "kept_out", "refused"])
    event_id = serializers.UUIDField(allow_null=True)
    reason = ReasonOut(allow_null=True, help_text="Why it was kept out.")
    problem = ItemProblemOut(allow_null=True, help_text="Why it was refused.")


class ConsentBatchOut(serializers.Serializer[Any]):
    """How many came to what, and the result of each in the order of the request."""

    taken = serializers.IntegerField()
    pending = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    kept_out = serializers.IntegerField()
    refused = serializers.IntegerField()
    results = ConsentResultOut(many=True)


class SearchIn(Given):
    """Whose consent."""

    address = AddressField()


class StateOut(serializers.Serializer[Any]):
    """One purpose on one channel."""

    purpose_id = serializers.UUIDField(source="purpose.id")
    purpose = serializers.CharField(source="purpose.key")
    channel = serializers.ChoiceField(choices=CHANNEL_WORDS)
    status = serializers.ChoiceField(choices=list(STATUS_LABELS))
    event_id = serializers.UUIDField(allow_null=True)
    changed_at = Moment(allow_null=True)


class StandingOut(serializers.Serializer[Any]):
    """How an address stands."""

    known = serializers.BooleanField()
    states = StateOut(many=True)
    protections = ProtectionOut(many=True)


class EngagementIn(Given):
    """Something a person did about what they agreed to."""

    address = AddressField()
    channel = serializers.ChoiceField(choices=CHANNEL_WORDS)
    purpose = serializers.CharField(max_length=40, help_text="Its key or its id.")
    kind = serializers.ChoiceField(choices=list(ENGAGEMENTS))
    occurred_at = Moment()


class EngagementOut(serializers.Serializer[Any]):
    """What it came to. `ends_at` is when the agreement ends unless it is used again; null where none holds."""

    kept = serializers.BooleanField(help_text="Whether the agreement is kept longer than before.")
    ends_at = Moment(allow_null=True)


class StopIn(Given):
    """A plea to stop."""

    address = AddressField()
    channel = serializers.ChoiceField(choices=["all", *CHANNEL_WORDS])
    note = serializers.CharField(required=False, allow_blank=True, default="", max_length=500)
    heard_by = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=120, help_text="Who of your team heard or read it."
    )
    heard_at = Moment(required=False, allow_null=True, default=None, help_text="When they asked; without it, now.")


class StopOut(serializers.Serializer[Any]):
    """The event that stops."""

    event_id = serializers.UUIDField()
    channel = serializers.ChoiceField(choices=["all", *CHANNEL_WORDS])
    recorded_at = Moment()


class EventOut(serializers.Serializer[Any]):
    """One fact of the ledger. `purpose_id` null and `channel` empty mean all of them."""

    id = serializers.UUIDField(source="event.id")
    number = serializers.CharField(source="slip.number")
    status = serializers.CharField(source="event.status")
    source = serializers.CharField(source="event.source")  # type: ignore[assignment]
    purpose_id = serializers.UUIDField(source="event.purpose_id", allow_null=True)
    channel = serializers.CharField(source="event.channel", allow_blank=True)
    address = serializers.CharField(source="slip.address")
    standing = serializers.CharField(source="slip.standing.label")
    words = serializers.CharField(source="slip.words", allow_blank=True)
    words_source = serializers.CharField(source="slip.words_source", allow_blank=True)
    place = serializers.CharField(source="slip.where", allow_blank=True)
    sender = serializers.CharField(source="slip.sender", allow_blank=True)
    note = serializers.CharField(source="slip.note", allow_blank=True)
    occurred_at = Moment(source="event.occurred_at")
    recorded_at = Moment(source="event.recorded_at")
    recorded_by = serializers.CharField(source="slip.recorded_by")


_ADDRESS_HELP = "Masked for a key without the scope see_addresses."
_EVERYWHERE = "Empty for every channel."


class EventQuery(ChangedQuery):
    """Which facts of the ledger. A fact never changes: `updated_since` asks for those recorded since."""

    channel = serializers.ChoiceField(required=False, choices=CHANNEL_WORDS)
    purpose = serializers.UUIDField(required=False)
    status = serializers.ChoiceField(required=False, choices=list(EVENT_LABELS))


class EventRowOut(serializers.Serializer[Any]):
    """One fact of the ledger; `consents/events/{id}/` tells its proof. Without a purpose or a channel it is about all."""

    id = serializers.UUIDField()
    address = serializers.CharField(help_text=_ADDRESS_HELP)
    purpose_id = serializers.UUIDField(allow_null=True)
    channel = serializers.CharField(allow_blank=True, help_text=_EVERYWHERE)
    status = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]
    occurred_at = Moment()
    recorded_at = Moment()


class StopQuery(ChangedQuery):
    """Which protections."""

    channel = serializers.ChoiceField(required=False, choices=CHANNEL_WORDS)
    kind = serializers.ChoiceField(required=False, choices=[kind for kind in SUPPRESSION_LABELS if kind])
    holds = serializers.BooleanField(
        required=False, default=None, allow_null=True, help_text="Still holding now: neither lifted nor run out."
    )


class StopRowOut(serializers.Serializer[Any]):
    """One address that must not be reached, or one that might be again: then `lifted_at` says since when."""

    id = serializers.UUIDField()
    address = serializers.CharField(help_text=_ADDRESS_HELP)
    channel = serializers.CharField(allow_blank=True, help_text=_EVERYWHERE)
    kind = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]
    event_id = serializers.UUIDField(allow_null=True)
    created_at = Moment()
    expires_at = Moment(allow_null=True)
    lifted_at = Moment(allow_null=True)
    updated_at = Moment(source="changed_at")
