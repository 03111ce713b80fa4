"""What is registered about senders at carriers and registers of countries."""

from typing import Final

from django.db import models

from core.fields import MomentOfChange, MomentOfCreation
from core.tenancy import TenantForeignKey, TenantModel

STATES: Final = ("draft", "submitted", "approved", "rejected", "suspended")


class Registration(TenantModel):
    """One record of a register: a brand, a campaign, a sender id, a header, a text; for one country.

    draft ──▶ submitted ──▶ approved ⇄ suspended      submitted ──▶ rejected ──▶ submitted.   It has expired once
    `valid_until` has passed; nothing is written for that. `kind` and `category` are those of registrations.toml. Without a
    sender it holds for every sender of the organisation.
    """

    kind = models.CharField(max_length=20)
    country = models.CharField(max_length=2)
    sender = TenantForeignKey("messaging.Sender", on_delete=models.PROTECT, null=True, related_name="registrations")
    #: what the registrar calls it
    number = models.CharField(max_length=60, blank=True)
    category = models.CharField(max_length=14, blank=True)
    #: the registered text, its places written as {#var#}
    text = models.TextField(blank=True)
    state = models.CharField(max_length=10, default="draft")
    #: why it was rejected or suspended
    reason = models.CharField(max_length=300, blank=True)
    #: the first and the last day on which it holds
    valid_from = models.DateField(null=True)
    valid_until = models.DateField(null=True)
    #: where the registrar's word can be seen: a link, a ticket, a letter
    evidence = models.CharField(max_length=500, blank=True)
    #: an operator has seen the registrar's word
    confirmed_at = models.DateTimeField(null=True)
    created_at = MomentOfCreation()
    updated_at = models.DateTimeField(auto_now=True)
    #: when one of the columns the API tells last changed; a trigger keeps it
    changed_at = MomentOfChange()

    class Meta(TenantModel.Meta):
        constraints = [models.CheckConstraint(condition=models.Q(state__in=STATES), name="registration_state_known")]
        indexes = [
            # used by: the gate's facts, and the page of registrations
            models.Index(fields=["organization", "country", "kind"], name="registration_by_country")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.country}"
