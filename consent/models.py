"""Addresses, what was agreed about them, and the proof: an append-only ledger with the state it implies beside it."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Case, Value, When
from django.db.models.functions import Right

from consent.list_models import StopList, StopListEntry
from consent.request_models import WAYS, StopRequest, WordSet
from core.fields import MomentOfChange, MomentOfCreation, StoredColumn
from core.ids import new_id
from core.tenancy import TenantForeignKey, TenantModel

__all__ = [
    "CHANNELS", "KINDS", "PER", "TIERS", "WAYS", "Attachment", "ConsentEvent", "ConsentState", "DecisionRecord", "EvidenceAnchor",
    "EvidenceLeaves", "EvidenceUse", "PlatformSuppression", "Point", "Preference", "PreferencePage", "Purpose", "RuleSet",
    "StopList", "StopListEntry", "StopRequest", "Suppression", "WordSet", "Wording",
]  # fmt: skip

CHANNELS = [("sms", "SMS"), ("whatsapp", "WhatsApp"), ("voice", "Voice"), ("email", "Email")]
KINDS = [("phone", "Phone"), ("email", "Email"), ("whatsapp", "WhatsApp id")]
TIERS = [
    ("transactional", "Transactional"),
    ("informational", "Informational"),
    ("marketing", "Marketing"),
    ("ai_call", "AI call"),
]
PER = [("week", "a week"), ("month", "a month")]


class Purpose(TenantModel):
    """What an organisation writes about: people say yes to a purpose, never to everything."""

    key = models.SlugField(max_length=40)
    name = models.CharField(max_length=80)
    tier = models.CharField(max_length=16, choices=TIERS)
    description = models.CharField(max_length=300, blank=True)
    #: whether people may say yes to it on their preference page; a yes they gave elsewhere stands there all the same
    is_offered = models.BooleanField(default=True)
    #: the channels, joined by spaces, on which a yes counts once it is confirmed, wherever the person is; rules may ask for more
    confirmed_on = models.CharField(max_length=40, blank=True, default="", db_default="")
    #: the channels, joined by spaces, on which people get a receipt of what they agreed to
    receipts_on = models.CharField(max_length=40, blank=True, default="", db_default="")
    #: what of this purpose is sent counts for no limit of the organisation's own, and waits for none; the law's hold
    is_outside_limits = models.BooleanField(default=False, db_default=False)
    #: an agreement to it ends after so many months without use; empty, or more than the policy says, means as the policy says
    expiry_months = models.PositiveSmallIntegerField(null=True, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)
    created_at = MomentOfCreation()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organization", "key"], name="purpose_key_once"),
            models.CheckConstraint(
                condition=models.Q(expiry_months=None) | models.Q(expiry_months__gte=1), name="purpose_expiry_positive"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def confirmed_channels(self) -> list[str]:
        """The channels on which a yes counts once it is confirmed, wherever the person is."""
        return self.confirmed_on.split()

    @property
    def receipt_channels(self) -> list[str]:
        """The channels on which people get a receipt of what they agreed to."""
        return self.receipts_on.split()


class Wording(TenantModel):
    """One version of the words people agree to. Append-only: a change is the next version.

    `most_messages` and `per` are the frequency these words promise, as a number; both are empty where they promise none.
    """

    purpose = TenantForeignKey(Purpose, on_delete=models.PROTECT, related_name="wordings")
    channel = models.CharField(max_length=8, choices=CHANNELS)
    language = models.CharField(max_length=12, default="en")
    version = models.PositiveIntegerField()
    text = models.TextField(max_length=2000)
    most_messages = models.PositiveSmallIntegerField(null=True)
    per = models.CharField(max_length=5, choices=PER, blank=True)
    created_at = MomentOfCreation()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "purpose", "channel", "language", "version"], name="wording_version_once"
            ),
            models.CheckConstraint(
                condition=models.Q(most_messages=None, per="")
                | models.Q(most_messages__gte=1, per__in=["week", "month"]),
                name="wording_promise_whole",
            ),
        ]

    @property
    def promise(self) -> str:
        """How often at most they promise to write, "at most 4 a month"; empty where they promise no number."""
        return f"at most {self.most_messages} {self.get_per_display()}" if self.most_messages else ""

    def __str__(self) -> str:
        return f"version {self.version}"


class Point(TenantModel):
    """One address: found by its keyed digest, opened only to send or to show to somebody who may see it.

    `zones` are the candidate IANA zones, sorted, joined by spaces; empty means unknown. `region` is "CC" or "CC-SUB".
    """

    kind = models.CharField(max_length=8, choices=KINDS)
    digest = models.BinaryField(max_length=16)
    #: the same address under the platform's own key, to compare with its list and with nothing else
    platform_digest = models.BinaryField(max_length=16)
    address_sealed = models.BinaryField()
    hint = models.CharField(max_length=40)
    #: the last digits of a number, as its hint shows them. A column, since row-level security keeps `right()` from any index
    ending = StoredColumn(
        expression=Case(When(kind="phone", then=Right("hint", 4)), default=Value("")),
        output_field=models.CharField(max_length=4),
    )
    region = models.CharField(max_length=8, blank=True)
    zones = models.CharField(max_length=400, blank=True)
    number_type = models.CharField(max_length=20, blank=True)
    created_at = MomentOfCreation()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["organization", "kind", "digest"], name="point_once")]
        # used by: search by the last digits of a number
        indexes = [
            models.Index(fields=["organization", "ending"], name="point_by_ending", condition=models.Q(kind="phone"))
        ]


class ConsentEvent(TenantModel):
    """One fact about consent, for ever: who said what, to which words, how, where, when. Append-only.

    `channel` or `purpose` empty means all of them. `evidence_sealed` holds the proof as encrypted JSON.
    """

    point = TenantForeignKey(Point, on_delete=models.PROTECT, related_name="+")
    purpose = TenantForeignKey(Purpose, on_delete=models.PROTECT, null=True, related_name="+")
    channel = models.CharField(max_length=8, blank=True)
    status = models.CharField(max_length=10)
    source = models.CharField(max_length=40)
    wording = TenantForeignKey(Wording, on_delete=models.PROTECT, null=True, related_name="+")
    evidence_sealed = models.BinaryField(null=True)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    actor_kind = models.CharField(max_length=10)
    actor_id = models.UUIDField(null=True)
    origin = models.CharField(max_length=20, blank=True)
    origin_id = models.UUIDField(null=True)

    class Meta(TenantModel.Meta):
        indexes = [
            # used by: the person's history, the evidence page, the ledger's projection
            models.Index(fields=["organization", "point", "recorded_at"], name="event_by_point"),
            # used by: applications that ask for what is new
            BrinIndex(fields=["recorded_at"], name="event_by_record", autosummarize=True),
        ]


class ConsentState(TenantModel):
    """What the ledger implies now for one address, purpose and channel. The row the gate locks before a message leaves."""

    point = TenantForeignKey(Point, on_delete=models.PROTECT, related_name="+")
    purpose = TenantForeignKey(Purpose, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=8, choices=CHANNELS)
    status = models.CharField(max_length=10)
    event = TenantForeignKey(ConsentEvent, on_delete=models.PROTECT, related_name="+")
    #: when what holds was said: of an agreement its own date, however late it came to us; of a no, and of what waits to be
    #: confirmed, when we learned of it
    changed_at = models.DateTimeField()
    #: when they last used what they agreed to, by a reply, a click or an order about this purpose; it grows old from then
    engaged_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organization", "point", "purpose", "channel"], name="consent_state_once")
        ]
        # used by: who is asked to confirm
        indexes = [
            models.Index(
                fields=["organization", "changed_at"], name="state_waiting", condition=models.Q(status="pending")
            )
        ]


class Suppression(TenantModel):
    """An address that must not be reached: on one channel or (empty) on all. Lifted rows stay, with the moment."""

    point = TenantForeignKey(Point, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=8, blank=True)
    kind = models.CharField(max_length=12)
    source = models.CharField(max_length=40)
    event = TenantForeignKey(ConsentEvent, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    lifted_at = models.DateTimeField(null=True)
    #: what took it back: the person's newer yes, their START, or somebody's judgement that it was no stop
    lifted_event = TenantForeignKey(ConsentEvent, on_delete=models.PROTECT, null=True, related_name="+")
    #: when one of the columns the API tells last changed; a trigger keeps it
    changed_at = MomentOfChange()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "point", "channel", "kind"],
                condition=models.Q(lifted_at__isnull=True),
                name="one_live_suppression",
            )
        ]
        # used by: the ledger, which asks about lifted stops as well
        indexes = [models.Index(fields=["organization", "point"], name="suppression_by_point")]


class Preference(TenantModel):
    """How somebody wants to be written to at one address, as their last word in the ledger says. Empty means as it is.

    `hours_from` and `hours_until` are minutes since midnight in `hours_zone`; either all three are set or none.
    """

    point = TenantForeignKey(Point, on_delete=models.PROTECT, related_name="+")
    weekly_cap = models.PositiveSmallIntegerField(null=True)
    hours_from = models.PositiveSmallIntegerField(null=True)
    hours_until = models.PositiveSmallIntegerField(null=True)
    hours_zone = models.CharField(max_length=64, blank=True)
    language = models.CharField(max_length=12, blank=True)
    event = TenantForeignKey(ConsentEvent, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organization", "point"], name="preference_once"),
            models.CheckConstraint(
                condition=models.Q(hours_from=None, hours_until=None, hours_zone="")
                | models.Q(hours_from__lt=models.F("hours_until"), hours_until__lte=1440) & ~models.Q(hours_zone=""),
                name="preference_hours_whole",
            ),
        ]


class PreferencePage(TenantModel):
    """What an organisation says on the page where people choose; one row, or none while nothing was changed.

    `links_from`: links made before this moment only stop everything.
    """

    intros = models.JSONField(default=dict)
    links_from = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["organization"], name="preference_page_once")]


class PlatformSuppression(models.Model):
    """What nobody on the platform may reach: an address, known only by a digest under the platform's own key, a domain, or a
    beginning of numbers; whose list it is from, its source with its date, and when it ends.
    """

    digest = models.BinaryField(max_length=16, primary_key=True)
    reason = models.CharField(max_length=200)
    #: address, domain or prefix; a domain and a prefix stand in `pattern`
    form = models.CharField(max_length=8, default="address", db_default="address")
    pattern = models.CharField(max_length=100, default="", db_default="", blank=True)
    #: abuse, litigator, minor, reassigned or fraud
    kind = models.CharField(max_length=16, default="abuse", db_default="abuse")
    source = models.CharField(max_length=200, default="", db_default="", blank=True)
    source_on = models.DateField(null=True)
    expires_at = models.DateTimeField(null=True)
    created_at = MomentOfCreation()

    class Meta:
        # used by: the gate, before it is asked about anybody
        indexes = [
            models.Index(fields=["form"], condition=~models.Q(form="address"), name="platform_pattern"),
        ]


class RuleSet(models.Model):
    """One version of the rulebook as it was shipped, word for word: decisions stay readable after the rules have changed.

    The platform's, not an organisation's; append-only, and written by the owner of the tables alone, after each migration.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    version = models.CharField(max_length=40, unique=True)
    #: the text of each rule file by its name
    texts = models.JSONField()
    kept_at = MomentOfCreation()

    def __str__(self) -> str:
        return self.version


class DecisionRecord(TenantModel):
    """One decision of the gate about one distinct set of facts (C32): everybody with these facts points here.

    No constraint makes it unique: who inserts a key that another transaction has inserted and not committed waits for it, and
    a lane shall wait for no other. Two that decide the same for the first time at once leave two equal rows, both true.
    """

    digest = models.BinaryField(max_length=32)
    facts = models.JSONField()
    outcome = models.CharField(max_length=8)
    reason = models.CharField(max_length=40, blank=True)
    until = models.DateTimeField(null=True)
    rules_version = models.CharField(max_length=40)
    decided_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        # used by: decide_distinct, which looks before it keeps
        indexes = [models.Index(fields=["organization", "digest"], name="decision_by_digest")]


class Attachment(TenantModel):
    """What was filed with an agreement: the scan of a signed paper, the recording of a call. Sealed, and never exchanged.

    `event` is empty from the upload until the agreement is recorded; what no agreement took is removed after a day.
    """

    event = TenantForeignKey(ConsentEvent, on_delete=models.PROTECT, null=True, related_name="+")
    #: what its own first bytes say it is
    kind = models.CharField(max_length=20)
    size = models.PositiveIntegerField()
    #: of the file itself; the evidence of the event names it too, so no other file takes its place
    sha256 = models.BinaryField(max_length=32)
    content_sealed = models.BinaryField()
    created_at = MomentOfCreation()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "event"], condition=models.Q(event__isnull=False), name="one_attachment"
            )
        ]
        indexes = [
            models.Index(
                fields=["organization", "created_at"], condition=models.Q(event__isnull=True), name="attachment_waiting"
            )
        ]


class EvidenceAnchor(TenantModel):
    """One hash over all events since the anchor before, signed by the platform: what it covers was not changed since.

    It covers the events after the former anchor's `through_id` up to its own, in the order of ids. Append-only.
    """

    number = models.PositiveIntegerField()
    at = models.DateTimeField()
    #: the digest of the anchor before; empty for the first
    previous = models.BinaryField(max_length=32)
    through_id = models.UUIDField()
    count = models.PositiveIntegerField()
    root = models.BinaryField(max_length=32)
    key_id = models.CharField(max_length=16)
    signature = models.BinaryField(max_length=64)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["organization", "number"], name="anchor_number_once")]


class EvidenceLeaves(TenantModel):
    """A part of what is under an anchor: the hashes of up to 1,024 events one after the other, 32 bytes each. Append-only.

    They outlive the events, so what is still there can be proven when older events have gone.
    """

    anchor = TenantForeignKey(EvidenceAnchor, on_delete=models.PROTECT, related_name="parts")
    place = models.PositiveIntegerField()
    through_id = models.UUIDField()
    root = models.BinaryField(max_length=32)
    leaves = models.BinaryField()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["organization", "anchor", "place"], name="leaves_once")]


class EvidenceUse(TenantModel):
    """When an event or a decision was last relied on, written by a trigger when the record of the message goes.

    While that record is there it speaks for itself, so a message costs nothing here. It only ever moves on.
    """

    evidence_id = models.UUIDField()
    last_used_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["organization", "evidence_id"], name="evidence_use_once")]
