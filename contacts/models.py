"""People, the addresses that reach them, lists, tags, notes, custom fields, and the imports they came by."""

from django.db import models

from consent.models import Point
from core.fields import MomentOfChange, MomentOfCreation
from core.tenancy import TenantForeignKey, TenantModel


class Contact(TenantModel):
    """A person an organisation knows. No address is its key; two people may share one."""

    first_name = models.CharField(max_length=120, blank=True)
    last_name = models.CharField(max_length=120, blank=True)
    #: without case and accents; its words are in NameWord
    search_name = models.CharField(max_length=241, blank=True, db_collation="C")
    language = models.CharField(max_length=12, blank=True)
    country = models.CharField(max_length=2, blank=True)
    city = models.CharField(max_length=80, blank=True)
    time_zone = models.CharField(max_length=64, blank=True)
    is_minor = models.BooleanField(default=False)
    #: what another program calls them; never an address, whose place is under seal
    external_id = models.CharField(max_length=80, blank=True, default="", db_default="", db_collation="C")
    #: custom fields by key
    fields = models.JSONField(default=dict, blank=True)
    created_at = MomentOfCreation()
    updated_at = models.DateTimeField(auto_now=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "external_id"],
                name="contact_external_id_once",
                condition=~models.Q(external_id=""),
            )
        ]
        indexes = [
            # used by: the list of contacts, newest first
            models.Index(fields=["organization", "-created_at", "-id"], name="contact_by_age"),
            # used by: the API's people changed since a moment
            models.Index(fields=["organization", "updated_at"], name="contact_by_change"),
            # used by: the order of people found by a name
            models.Index(fields=["organization", "search_name"], name="contact_by_name"),
        ]

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}".strip() or "Nameless"


class NameWord(TenantModel):
    """One word of a person's name, for finding them by any of them. Written by the trigger on contacts alone.

    Rows and not an index over an array: its operators may not be asked before row-level security has spoken, comparing two
    texts may.
    """

    contact = TenantForeignKey(Contact, on_delete=models.CASCADE, related_name="+")
    word = models.CharField(max_length=241, db_collation="C")

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["organization", "contact", "word"], name="name_word_once")]
        # used by: search by the beginning of any word of a name
        indexes = [models.Index(fields=["organization", "word", "contact"], name="name_by_word")]


class ContactPoint(TenantModel):
    """Which address reaches whom, and what people call it."""

    contact = TenantForeignKey(Contact, on_delete=models.CASCADE, related_name="links")
    point = TenantForeignKey(Point, on_delete=models.PROTECT, related_name="+")
    label = models.CharField(max_length=10, choices=[("phone", "Phone"), ("whatsapp", "WhatsApp"), ("email", "Email")])
    created_at = MomentOfCreation()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organization", "contact", "point", "label"], name="contact_point_once")
        ]
        # used by: whose address is this (import, replies, STOP)
        indexes = [models.Index(fields=["organization", "point"], name="contact_by_point")]


class List(TenantModel):
    """A static list of people."""

    name = models.CharField(max_length=80)
    created_at = MomentOfCreation()
    #: when one of the columns the API tells last changed; a trigger keeps it
    changed_at = MomentOfChange()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["organization", "name"], name="list_name_once")]

    def __str__(self) -> str:
        return self.name


class ListMember(TenantModel):
    """Somebody on a list."""

    list = TenantForeignKey(List, on_delete=models.CASCADE, related_name="members")
    contact = TenantForeignKey(Contact, on_delete=models.CASCADE, related_name="+")
    added_at = MomentOfCreation()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["organization", "list", "contact"], name="list_member_once")]
        # used by: the lists of one person
        indexes = [models.Index(fields=["organization", "contact"], name="list_by_contact")]


class Tag(TenantModel):
    """A word put on people."""

    name = models.CharField(max_length=40)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["organization", "name"], name="tag_name_once")]

    def __str__(self) -> str:
        return self.name


class ContactTag(TenantModel):
    """A tag on a person."""

    contact = TenantForeignKey(Contact, on_delete=models.CASCADE, related_name="tags")
    tag = TenantForeignKey(Tag, on_delete=models.CASCADE, related_name="+")

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["organization", "contact", "tag"], name="contact_tag_once")]


class Note(TenantModel):
    """What somebody of the team wrote about a person, encrypted."""

    contact = TenantForeignKey(Contact, on_delete=models.CASCADE, related_name="notes")
    body_sealed = models.BinaryField()
    author_id = models.UUIDField(null=True)
    created_at = MomentOfCreation()


class CustomField(TenantModel):
    """One more thing an organisation keeps about people: its key in `Contact.fields`, and its type."""

    key = models.SlugField(max_length=40)
    label = models.CharField(max_length=80)
    kind = models.CharField(
        max_length=8,
        choices=[
            ("text", "Text"),
            ("number", "Number"),
            ("date", "Date"),
            ("boolean", "Yes or no"),
            ("choice", "Choice"),
        ],
    )
    choices = models.JSONField(default=list, blank=True)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["organization", "key"], name="custom_field_once")]

    def __str__(self) -> str:
        return self.label


class ImportJob(TenantModel):
    """One file on its way in.

    uploaded ──▶ checking ──▶ checked ──▶ running ──▶ finished        any of them ──▶ failed | cancelled
    `kind` people: contacts with or without evidence; suppressions: addresses that must not be reached.
    `next_at` is set while there is work to do, and nobody holds it; of an open file it is when it is given up.
    """

    state = models.CharField(max_length=10, default="uploaded")
    kind = models.CharField(max_length=12, default="people")
    file_name = models.CharField(max_length=200)
    file_path = models.CharField(max_length=300)
    file_digest = models.BinaryField(max_length=32)
    size_bytes = models.BigIntegerField()
    headers = models.JSONField(default=list)
    mapping = models.JSONField(default=list)
    declared = models.JSONField(default=dict)
    list = TenantForeignKey(List, on_delete=models.PROTECT, null=True, related_name="+")
    row_estimate = models.PositiveIntegerField(default=0)
    rows_done = models.PositiveIntegerField(default=0)
    #: counts by outcome and by reason: of the dry run, then of the import itself
    checked_counts = models.JSONField(default=dict)
    counts = models.JSONField(default=dict)
    problem_code = models.CharField(max_length=40, blank=True)
    problem_text = models.CharField(max_length=300, blank=True)
    created_by = models.UUIDField(null=True)
    created_at = MomentOfCreation()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField(null=True)
    #: when one of the columns the API tells last changed; a trigger keeps it
    changed_at = MomentOfChange()

    class Meta(TenantModel.Meta):
        # used by: the page of imports; the sweeper
        indexes = [
            models.Index(fields=["organization", "-created_at"], name="import_by_age"),
            models.Index(fields=["next_at"], name="import_due", condition=models.Q(next_at__isnull=False)),
        ]


class ImportRow(TenantModel):
    """What became of one row. `former_sealed` holds what the row changed, as it was before, so that undo is possible."""

    job = TenantForeignKey(ImportJob, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()
    outcome = models.CharField(max_length=10)
    code = models.CharField(max_length=40, blank=True)
    cause = models.CharField(max_length=40, blank=True)
    column = models.CharField(max_length=80, blank=True)
    #: what the row said about consent and what was made of it: granted, unproven, withdrawn, kept_out, mixed words
    consent_note = models.CharField(max_length=20, blank=True)
    contact_id = models.UUIDField(null=True)
    cells_sealed = models.BinaryField(null=True)
    former_sealed = models.BinaryField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["organization", "job", "number"], name="import_row_once")]


class SavedMapping(TenantModel):
    """A mapping to use again for files with the same columns."""

    name = models.CharField(max_length=80)
    headers_digest = models.BinaryField(max_length=32)
    mapping = models.JSONField()
    declared = models.JSONField(default=dict)
    created_at = MomentOfCreation()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["organization", "headers_digest"], name="mapping_once")]
