"""What was noticed about promises of frequency: a programme that writes more often than people were told."""

from django.db import models

from consent.models import CHANNELS
from core.tenancy import TenantForeignKey, TenantModel


class FrequencyAlert(TenantModel):
    """A purpose writes to somebody on a channel more often than the words they agreed to promise.

    open ──▶ over (`ended_at`), once nobody is above their promise any more. One open alert for a purpose and channel.
    """

    purpose = TenantForeignKey("consent.Purpose", on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=8, choices=CHANNELS)
    #: how many people were above their promise at the last comparison, and the most at any
    people = models.PositiveIntegerField()
    most_people = models.PositiveIntegerField()
    #: the most messages that one of them got within the time of their promise
    most_messages = models.PositiveIntegerField()
    began_at = models.DateTimeField()
    compared_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "purpose", "channel"],
                condition=models.Q(ended_at__isnull=True),
                name="one_open_frequency_alert",
            )
        ]
