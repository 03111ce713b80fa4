"""Addresses, what was agreed about them, and the proof: an append-only ledger with the state it implies beside it."""

from django.db import models
from django.db.models import Case, Value, When
from django.db.models.functions import Right

from core.fields import MomentOfCreation, StoredColumn
from core.tenancy import TenantForeignKey, TenantModel

CHANNELS = [("sms", "SMS"), ("whatsapp", "WhatsApp"), ("voice", "Voice"), ("email", "Email")]
KINDS = [("phone", "Phone"), ("email", "Email"), ("whatsapp", "WhatsApp id")]
TIERS = [
    ("transactional", "Transactional"),
    ("informational", "Informational"),
    ("marketing", "Marketing"),
    ("ai_call", "AI call"),
]


class Purpose(TenantModel):
    """What an organisation writes about: people say yes to a purpose, never to everything."""

    key = models.SlugField(max_length=40)
    name = models.CharField(max_length=80)
    tier = models.CharField(max_length=16, choices=TIERS)
    description = models.CharField(max_length=300, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)
    created_at = MomentOfCreation()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["organization", "key"], name="purpose_key_once")]

    def __str__(self) -> str:
        return self.name


class Wording(TenantModel):
    """One version of the words people agree to. Append-only: a change is the next version."""

    purpose = TenantForeignKey(Purpose, on_delete=models.PROTECT, related_name="wordings")
    channel = models.CharField(max_length=8, choices=CHANNELS)
    language = models.CharField(max_length=12, default="en")
    version = models.PositiveIntegerField()
    text = models.TextField(max_length=2000)
    created_at = MomentOfCreation()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "purpose", "channel", "language", "version"], name="wording_version_once"
            )
        ]

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
        # used by: the person's history, the evidence page, the ledger's projection
        indexes = [models.Index(fields=["organization", "point", "recorded_at"], name="event_by_point")]


class ConsentState(TenantModel):
    """What the ledger implies now for one address, purpose and channel. The row the gate locks before a message leaves."""

    point = TenantForeignKey(Point, on_delete=models.PROTECT, related_name="+")
    purpose = TenantForeignKey(Purpose, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=8, choices=CHANNELS)
    status = models.CharField(max_length=10)
    event = TenantForeignKey(ConsentEvent, on_delete=models.PROTECT, related_name="+")
    #: when what holds was said: of an agreement its own date, however late it came to us; of a no when we learned of it
    changed_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organization", "point", "purpose", "channel"], name="consent_state_once")
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


class PlatformSuppression(models.Model):
    """An address nobody on the platform may reach, known only by a digest under the platform's own key."""

    digest = models.BinaryField(max_length=16, primary_key=True)
    reason = models.CharField(max_length=200)
    created_at = MomentOfCreation()


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
