"""The ledger of units, the balances and sums it keeps, an organisation's own prices, and the prices that were quoted."""

from django.db import models

from billing.states import KINDS
from core.tenancy import TenantModel


class LedgerEntry(TenantModel):
    """One movement of units between two accounts. Append-only.

    `reference` is what it was for: the attempt of a message; a kind of entry happens once for each reference.
    """

    kind = models.CharField(max_length=16, choices=[(kind, kind) for kind in KINDS])
    #: thousandths of a unit, always positive
    amount = models.BigIntegerField()
    debit = models.CharField(max_length=10)
    credit = models.CharField(max_length=10)
    reference = models.UUIDField(null=True)
    message_id = models.UUIDField(null=True)
    #: the message's channel, and whatever wanted it sent: a run
    channel = models.CharField(max_length=8, blank=True)
    origin_id = models.UUIDField(null=True)
    price_version = models.CharField(max_length=60, blank=True)
    actor_kind = models.CharField(max_length=10)
    actor_id = models.UUIDField(null=True)
    note = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="entry_amount_is_positive"),
            models.UniqueConstraint(
                fields=["organization", "reference", "kind"],
                condition=models.Q(reference__isnull=False),
                name="entry_once_for_each_reference",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "-id"], name="entry_by_age"),  # used by: the statement
            models.Index(fields=["organization", "message_id"], name="entry_by_message"),  # used by: why it cost that
        ]


class Balance(TenantModel):
    """What each account of an organisation holds: the sum of its entries. Written by the ledger's trigger alone."""

    account = models.CharField(max_length=10)
    amount = models.BigIntegerField(default=0)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organization", "account"], name="balance_once"),
            models.CheckConstraint(
                condition=models.Q(account__in=["outside", "gift"]) | models.Q(amount__gte=0),
                name="nothing_is_spent_twice",
            ),
        ]


class Usage(TenantModel):
    """What the entries of one day, channel, origin and kind come to. Written by the ledger's trigger alone.

    A report of a million messages reads a few of these rows. Days are those of UTC.
    """

    day = models.DateField()
    channel = models.CharField(max_length=8, blank=True)
    origin_id = models.UUIDField(null=True)
    kind = models.CharField(max_length=16)
    amount = models.BigIntegerField(default=0)
    entries = models.BigIntegerField(default=0)

    class Meta(TenantModel.Meta):
        constraints = [
            # also used by: usage by day
            models.UniqueConstraint(
                fields=["organization", "day", "channel", "origin_id", "kind"],
                nulls_distinct=False,
                name="usage_once",
            )
        ]
        indexes = [
            # used by: the report of a run
            models.Index(
                fields=["organization", "origin_id"],
                name="usage_by_origin",
                condition=models.Q(origin_id__isnull=False),
            )
        ]


class PriceQuote(TenantModel):
    """The prices that were quoted for one origin, such as a run, when it was launched. Append-only: it is charged so.

    `lines` holds [country, thousandths of a unit for each part, version of the price] for every line that can be needed; an
    empty country is every other one.
    """

    origin_id = models.UUIDField()
    channel = models.CharField(max_length=8)
    category = models.CharField(max_length=20, blank=True)
    lines = models.JSONField(default=list)
    quoted_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [
            # also used by: holding units for messages of an origin
            models.UniqueConstraint(fields=["organization", "origin_id"], name="price_quote_once")
        ]


class Price(TenantModel):
    """A price agreed with one organisation, from a day on; it goes before the price book. Append-only: a later one ends it."""

    channel = models.CharField(max_length=8)
    category = models.CharField(max_length=20, blank=True)
    country = models.CharField(max_length=2, blank=True)
    #: thousandths of a unit for each part
    amount = models.PositiveIntegerField()
    valid_from = models.DateField()
    #: where it comes from: the contract, the letter
    reason = models.CharField(max_length=200)
    agreed_by = models.UUIDField(null=True)
    agreed_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "channel", "category", "country", "valid_from"], name="price_once_a_day"
            )
        ]
