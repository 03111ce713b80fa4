"""That somebody was asked whether they still want what they agreed to, and what they answered."""

from django.db import models

from core.tenancy import TenantForeignKey, TenantModel


class PermissionAsk(TenantModel):
    """One question, in one message, before an agreement ends: may we go on? (C20)

    asked ──▶ answered (`answered_at`, with the new agreement).   Silence is no answer: then the agreement ends by itself.
    """

    message = TenantForeignKey("messaging.Message", on_delete=models.PROTECT, related_name="+")
    point = TenantForeignKey("consent.Point", on_delete=models.PROTECT, related_name="+")
    purpose = TenantForeignKey("consent.Purpose", on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=8)
    #: the words in force when it was asked, which a yes agrees to
    wording = TenantForeignKey("consent.Wording", on_delete=models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    event = TenantForeignKey("consent.ConsentEvent", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organization", "message"], name="permission_ask_once"),
            models.CheckConstraint(
                condition=models.Q(answered_at=None, event=None)
                | models.Q(answered_at__isnull=False, event__isnull=False),
                name="permission_ask_answered_whole",
            ),
        ]
        # used by: who was asked lately, and "which question is this an answer to"
        indexes = [models.Index(fields=["organization", "point", "-asked_at"], name="permission_ask_by_point")]
