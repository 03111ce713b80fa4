"""What was read in the books of carriers, and where they and ours differ."""

from typing import Final

from django.db import models

from core.tenancy import TenantForeignKey, TenantModel

#: open: nobody has put it right; recorded: our ledger has it now; agreed_since: the person agreed again after the carrier began
#: to keep them out, so only the carrier can open it; gone: the carrier serves the address again
DRIFT_STATES: Final = ("open", "recorded", "agreed_since", "gone")


class CarrierBook(TenantModel):
    """How far the books of one account were read, and what that brought. One row for each account that has books."""

    account = TenantForeignKey("messaging.ProviderAccount", on_delete=models.PROTECT, related_name="+")
    #: messages of people were read up to here; null before the first reading
    inbound_until = models.DateTimeField(null=True)
    inbound_read_at = models.DateTimeField(null=True)
    #: how many messages no webhook had brought, of all readings, and when the last was found
    missed = models.PositiveIntegerField(default=0)
    missed_at = models.DateTimeField(null=True)
    #: when the carrier's list of kept out addresses was read whole, and how many were on it
    kept_out_read_at = models.DateTimeField(null=True)
    kept_out = models.PositiveIntegerField(default=0)
    #: of those, how many were no addresses we can read
    unreadable = models.PositiveIntegerField(default=0)
    #: addresses that said stop here and that the carrier would still serve; our gate keeps them out
    only_ours = models.PositiveIntegerField(default=0)
    #: why the last reading failed; empty when it did not
    problem = models.CharField(max_length=120, blank=True)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["organization", "account"], name="carrier_book_once")]


class CarrierDrift(TenantModel):
    """An address that a carrier keeps out and we did not."""

    account = TenantForeignKey("messaging.ProviderAccount", on_delete=models.PROTECT, related_name="+")
    point = TenantForeignKey("consent.Point", on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=8)
    because = models.CharField(max_length=12)
    #: what the carrier calls it
    word = models.CharField(max_length=40, blank=True)
    by_person = models.BooleanField(default=True)
    since = models.DateTimeField(null=True)
    #: messages we made for the address after the carrier began to keep it out
    leaked = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=12, default="open")
    found_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organization", "account", "point"], name="carrier_drift_once"),
            models.CheckConstraint(condition=models.Q(state__in=DRIFT_STATES), name="carrier_drift_state_known"),
        ]
