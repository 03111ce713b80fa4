"""What was erased: certificates, without anything about the person."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from core.tenancy import TenantModel


class Erasure(TenantModel):
    """One person who was erased: when, by whom, what went and what stays. Only ids that name nobody any more.

    `next_at` is set until everything that has to be read to be found, and whatever was on its way when it happened, has been
    looked for again; then `finished_at` is.
    """

    contact_id = models.UUIDField()
    #: addresses that were emptied, and those that somebody else has too
    point_ids = ArrayField(models.UUIDField(), default=list)
    shared_ids = ArrayField(models.UUIDField(), default=list)
    actor_kind = models.CharField(max_length=10)
    actor_id = models.UUIDField(null=True)
    #: what went, as [what, how, rows]
    done = models.JSONField(default=list)
    #: what stays, as [what, rows, why, until]
    kept = models.JSONField(default=list)
    erased_at = models.DateTimeField()
    next_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["organization", "contact_id"], name="erasure_once")]
        indexes = [
            # used by: the sweeper
            models.Index(fields=["next_at"], name="erasure_due", condition=models.Q(next_at__isnull=False)),
            # used by: the page of certificates
            models.Index(fields=["organization", "-erased_at"], name="erasure_by_age"),
        ]
