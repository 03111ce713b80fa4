"""What a second person said about a text that nobody may send alone."""

import datetime
from typing import Final

from django.db import models

from core.tenancy import TenantModel

OVERRIDE_STATES: Final = ("asked", "approved", "declined")


class TextOverride(TenantModel):
    """A text some rule of content stops, and the word of a second person about it (C24). It speaks for that very text alone.

    asked ──▶ approved | declined.   Another text has another fingerprint; a rule that changed since, or one nobody was asked
    about, is not covered. `findings` holds what was found: rule, since when it holds, its label, the words.
    """

    channel = models.CharField(max_length=8)
    tier = models.CharField(max_length=16)
    #: the text as it was written, with its variables
    text = models.TextField()
    fingerprint = models.BinaryField(max_length=32)
    findings = models.JSONField(default=list)
    rules_version = models.CharField(max_length=40)
    #: why it should be sent all the same
    why = models.CharField(max_length=500)
    state = models.CharField(max_length=8, default="asked")
    asked_by = models.UUIDField(null=True)
    asked_at = models.DateTimeField()
    #: who else had a hand in the text: none of them may allow it
    written_by = models.UUIDField(null=True)
    decided_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=500, blank=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "channel", "tier", "fingerprint"],
                condition=models.Q(state="asked"),
                name="text_override_asked_once",
            ),
            models.CheckConstraint(
                condition=models.Q(state="asked", decided_by__isnull=True)
                | models.Q(state__in=["approved", "declined"], decided_by__isnull=False),
                name="text_override_decided_by_somebody",
            ),
        ]
        indexes = [
            # used by: whether a text was allowed
            models.Index(fields=["organization", "fingerprint"], name="text_override_by_text")
        ]

    def __str__(self) -> str:
        return f"{self.channel} text"

    @property
    def changed_at(self) -> datetime.datetime:
        """When it changed last: it is asked about, and decided once."""
        return self.decided_at or self.asked_at
