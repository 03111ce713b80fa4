"""Rows about pleas to stop and the words they come in: an organisation's own keywords and answers, and what people must judge."""

from django.db import models

from core.fields import MomentOfCreation
from core.tenancy import TenantForeignKey, TenantModel

WAYS = [
    ("letter", "By post"),
    ("phone_call", "In a phone call"),
    ("office_form", "By a form or in person, at the office"),
    ("other_mail", "By email to the office"),
    ("reply", "In a message to us"),
]


class WordSet(TenantModel):
    """One version of an organisation's own keywords and answers, for one language in one country. Append-only.

    The highest number of a country and language is in force. `country` empty means every country without a set of its own.
    Lists hold the whole-message words as they were typed; empty texts mean our own.
    """

    country = models.CharField(max_length=2, blank=True)
    language = models.CharField(max_length=12)
    number = models.PositiveIntegerField()
    stop_words = models.JSONField(default=list)
    start_words = models.JSONField(default=list)
    help_words = models.JSONField(default=list)
    stop_reply = models.CharField(max_length=480, blank=True)
    start_reply = models.CharField(max_length=480, blank=True)
    help_reply = models.CharField(max_length=480, blank=True)
    frequency = models.CharField(max_length=160, blank=True)
    #: of the words the version is based on: which of ours it added to or took from
    rules_version = models.CharField(max_length=40)
    created_by = models.UUIDField(null=True)
    created_at = MomentOfCreation()

    class Meta(TenantModel.Meta):
        app_label = "consent"
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "country", "language", "number"], name="word_set_version_once"
            )
        ]

    def __str__(self) -> str:
        return f"version {self.number}"


class StopRequest(TenantModel):
    """A plea to stop that no machine read, or was sure of: on a clock until a person has decided about it.

    The address is protected the moment it is entered; `event` is that stop. `requested_at` is when they asked, `due_at` the
    end of the last day by law. `verdict` is stop, not_stop, or restarted where they said START themselves since.
    Written by the team, it is no stop only where two of them say so: `denial_by` first, then `decided_by`.
    """

    point = TenantForeignKey("consent.Point", on_delete=models.PROTECT, related_name="+")
    way = models.CharField(max_length=12, choices=WAYS)
    channel = models.CharField(max_length=8, blank=True)
    #: the place whose law sets the deadline, and that rule
    place = models.CharField(max_length=40, blank=True)
    rule = models.CharField(max_length=40)
    #: no foreign key: evidence goes in its own time, what was decided stays
    event_id = models.UUIDField(null=True)
    #: the message that may be a stop, for those that came in one
    inbound_id = models.UUIDField(null=True)
    owner_id = models.UUIDField(null=True)
    requested_at = models.DateTimeField()
    suppressed_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField()
    #: when its owner is mailed, and when everybody who may decide is, while nobody has decided
    remind_at = models.DateTimeField()
    escalate_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True)
    escalated_at = models.DateTimeField(null=True)
    #: when everybody was told that the day is over
    overdue_told_at = models.DateTimeField(null=True)
    #: who says that it was no stop, and since when; their reason is sealed below
    denial_by = models.UUIDField(null=True)
    denial_at = models.DateTimeField(null=True)
    verdict = models.CharField(max_length=10, blank=True)
    reason_sealed = models.BinaryField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.UUIDField(null=True)
    created_by = models.UUIDField(null=True)
    created_at = MomentOfCreation()

    class Meta(TenantModel.Meta):
        app_label = "consent"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(verdict="", decided_at=None)
                | models.Q(verdict__in=["stop", "not_stop", "restarted"], decided_at__isnull=False),
                name="stop_request_decided_whole",
            ),
            models.CheckConstraint(
                condition=~models.Q(verdict="not_stop")
                | models.Q(denial_by=None)
                | ~models.Q(decided_by=models.F("denial_by")),
                name="stop_request_denied_by_two",
            ),
            # a message is judged once
            models.UniqueConstraint(
                fields=["organization", "inbound_id"],
                condition=models.Q(inbound_id__isnull=False),
                name="stop_request_of_message_once",
            ),
        ]
        indexes = [
            # used by: the queue, the number on the home page, and the clock that reminds
            models.Index(
                fields=["organization", "due_at"], condition=models.Q(decided_at__isnull=True), name="stop_request_open"
            ),
            # used by: an address's requests, when a word of the person settles them
            models.Index(fields=["organization", "point"], name="stop_request_by_point"),
        ]
