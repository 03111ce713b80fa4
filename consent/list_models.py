"""Rows about lists of addresses that must not be reached: an organisation's own, litigators, registers of countries."""

from django.db import models

from core.tenancy import TenantForeignKey, TenantModel


class StopList(TenantModel):
    """One list, or one edition of a register: whose it is, where its data comes from and of which day.

    open ─▶ ended. A newer edition of a register ends the one before. `source_on` empty: nothing was loaded yet, so the
    register is on record as one that must be asked, and is stale. `country` empty: of no country.
    """

    kind = models.CharField(max_length=16)
    name = models.CharField(max_length=80)
    country = models.CharField(max_length=2, blank=True)
    source = models.CharField(max_length=200)
    source_on = models.DateField(null=True)
    #: from when on its entries no longer count; empty: for good
    expires_at = models.DateTimeField(null=True)
    created_by = models.UUIDField(null=True)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        app_label = "consent"
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "name"], condition=models.Q(ended_at__isnull=True), name="stop_list_name_once"
            )
        ]

    def __str__(self) -> str:
        return self.name


class StopListEntry(TenantModel):
    """One address, domain or beginning of numbers on a list. Removed rows stay, with who removed them and why.

    An address is known by its keyed digest alone, as in `Point`; `point` leads to the address where the organisation entered
    it itself. A domain and a beginning stand in `pattern`: too many people share them to tell one.
    """

    list = TenantForeignKey(StopList, on_delete=models.PROTECT, related_name="entries")
    #: a kind of address, or domain, or prefix
    form = models.CharField(max_length=8)
    digest = models.BinaryField(max_length=16)
    pattern = models.CharField(max_length=100, blank=True)
    point = TenantForeignKey("consent.Point", on_delete=models.PROTECT, null=True, related_name="+")
    channel = models.CharField(max_length=8, blank=True)
    reason_sealed = models.BinaryField(null=True)
    expires_at = models.DateTimeField(null=True)
    created_by = models.UUIDField(null=True)
    created_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)
    removed_by = models.UUIDField(null=True)
    removal_sealed = models.BinaryField(null=True)

    class Meta(TenantModel.Meta):
        app_label = "consent"
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "list", "form", "digest", "channel"],
                condition=models.Q(removed_at__isnull=True),
                name="stop_list_entry_once",
            ),
            models.CheckConstraint(
                condition=models.Q(form__in=["domain", "prefix"], point=None) & ~models.Q(pattern="")
                | models.Q(form__in=["phone", "email", "whatsapp"], pattern=""),
                name="stop_list_entry_whole",
            ),
        ]
        indexes = [
            # used by: the gate, for everybody it is asked about while the organisation has a list
            models.Index(
                fields=["organization", "digest"],
                condition=models.Q(removed_at__isnull=True),
                name="stop_list_entry_by_digest",
            ),
            # used by: the gate, before it is asked about anybody
            models.Index(
                fields=["organization"],
                condition=models.Q(removed_at__isnull=True, form__in=["domain", "prefix"]),
                name="stop_list_pattern",
            ),
            # used by: the page of a list, and whether a list holds anything
            models.Index(
                fields=["organization", "list", "id"],
                condition=models.Q(removed_at__isnull=True),
                name="stop_list_entry_by_list",
            ),
        ]
