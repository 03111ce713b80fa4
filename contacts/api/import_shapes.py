"""What goes in and out of the API of imports."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.choices import countries
from consent.api.fields import Known
from consent.api.shapes import CHANNEL_WORDS
from contacts.actions.imports import SUPPRESSIONS
from contacts.contracts import sheet_row
from contacts.models import ImportJob, ImportRow
from contacts.reasons import reason_words
from contacts.selectors.imports import import_counts, shown_import
from contacts.states import ConsentNote, ImportKind, ImportState, Outcome
from core.api import ChangedQuery, Given, Moment, PageQuery

#: what a file of addresses not to be reached is read for; its other columns are left out
SUPPRESSION_FIELDS = ("phone", "whatsapp", "email", "country")
#: what can be declared about one kind of file alone
_OF_PEOPLE = (
    "purpose", "channels", "consent_source", "consent_at", "consent_wording", "date_order", "days_in_utc", "list",
    "new_list",
)  # fmt: skip
_OF_SUPPRESSIONS = ("suppression", "channel")


class ImportQuery(ChangedQuery):
    """Which imports."""

    state = serializers.ChoiceField(required=False, choices=ImportState.values)
    kind = serializers.ChoiceField(required=False, choices=ImportKind.values)
    since = Moment(required=False, help_text="Begun at that moment or later.")


class RowQuery(PageQuery):
    """Which rows of an import."""

    outcome = serializers.ChoiceField(required=False, choices=Outcome.values)
    reason = serializers.CharField(required=False, max_length=81, help_text="A `reason` of `reasons`.")


@extend_schema_field({"type": "string", "format": "binary"})
class _Upload(serializers.FileField):
    """A file, part of a body of multipart/form-data."""


class ImportUploadIn(Given):
    """A file and what it holds."""

    file = _Upload(help_text="CSV or XLSX, at most 50 MB and a million rows. The first row names the columns.")
    kind = serializers.ChoiceField(
        choices=ImportKind.values,
        default=ImportKind.PEOPLE.value,
        help_text="people; or suppressions, addresses that must not be reached.",
    )


class ImportColumnIn(Given):
    """What one column fills, where the guess is wrong."""

    position = serializers.IntegerField(min_value=0, max_value=199)
    field = serializers.CharField(
        max_length=60,
        allow_blank=True,
        help_text="Such as phone, consent:sms or custom:shoe_size; empty leaves it out.",
    )


class DeclarationIn(Given):
    """What is declared about a file, and answered for. Columns that are not named stay as they were guessed.

    Of a file of people: purpose to new_list. Of addresses that must not be reached: suppression and channel.
    """

    attested = serializers.BooleanField(
        help_text="True: we may hold these addresses, and what is declared here is true. Somebody answers for it."
    )
    columns = ImportColumnIn(many=True, required=False, max_length=200)  # type: ignore[call-arg]
    default_country = Known(countries, help_text="For numbers without a country code; the organisation's if not said.")
    purpose = serializers.CharField(required=False, max_length=40, help_text="What they agreed to: its key or its id.")
    channels = serializers.ListField(
        child=serializers.ChoiceField(choices=CHANNEL_WORDS),
        required=False,
        max_length=len(CHANNEL_WORDS),
        help_text="What everybody in the file agreed to; only for a file whose rows do not say yes or no.",
    )
    consent_source = serializers.CharField(
        required=False, max_length=200, allow_blank=True, help_text="Where they agreed, for rows that do not say it."
    )
    consent_at = Moment(required=False, help_text="When, for rows that do not say it. A yes counts with both alone.")
    consent_wording = serializers.CharField(required=False, max_length=2_000, allow_blank=True)
    date_order = serializers.ChoiceField(
        required=False, choices=["day_first", "month_first"], help_text="How 02/03/2024 is read; refused if not said."
    )
    days_in_utc = serializers.BooleanField(
        required=False, help_text="Dates without a time are days of UTC; only where nobody has set a time zone."
    )
    list = serializers.UUIDField(required=False, help_text="Puts everybody of the file on this list.")
    new_list = serializers.CharField(required=False, max_length=80, help_text="The same, on a list of this name.")
    remember_as = serializers.CharField(
        required=False, max_length=80, help_text="Keeps the columns under this name for files with the same ones."
    )
    suppression = serializers.ChoiceField(required=False, choices=[*SUPPRESSIONS])
    channel = serializers.ChoiceField(required=False, choices=["all", *CHANNEL_WORDS])

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Errors: ValidationError for what says nothing about a file of this kind, and for two lists."""
        people = self.context["kind"] == ImportKind.PEOPLE
        foreign = [name for name in (_OF_SUPPRESSIONS if people else _OF_PEOPLE) if name in attrs]
        if foreign:
            words = f"It says nothing about a file of {self.context['kind']}. Leave it out."
            raise serializers.ValidationError({name: [words] for name in foreign})
        if not people and "suppression" not in attrs:
            raise serializers.ValidationError({"suppression": ["Say why these addresses must not be reached."]})
        if "list" in attrs and "new_list" in attrs:
            raise serializers.ValidationError({"new_list": ["Name one list: send `list` or `new_list`."]})
        return attrs

    def validate_columns(self, columns: Any) -> Any:
        """Errors: ValidationError for a field that a file of this kind is not read for, by place."""
        if self.context["kind"] == ImportKind.SUPPRESSIONS:
            wrong: Any = {
                place: {"field": [f"Write one of {', '.join(SUPPRESSION_FIELDS)}, or leave it empty."]}
                for place, column in enumerate(columns)
                if column["field"] not in ("", *SUPPRESSION_FIELDS)
            }
            if wrong:
                raise serializers.ValidationError(wrong)
        return columns


class ImportColumnOut(serializers.Serializer[Any]):
    """One column of the file, and what it fills. Look again where `confidence` is below 0.7."""

    position = serializers.IntegerField()
    header = serializers.CharField(allow_blank=True)
    field = serializers.CharField(allow_blank=True)
    confidence = serializers.FloatField()


class ImportSaidOut(serializers.Serializer[Any]):
    """Rows by what they say of consent and what becomes of it. `kept_out`: they said stop, and stay out.
    `pending`: their yes counts once they have confirmed it from that address.
    """

    kept_out = serializers.IntegerField()
    withdrawn = serializers.IntegerField()
    granted = serializers.IntegerField()
    pending = serializers.IntegerField()
    unproven = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    nothing = serializers.IntegerField()


class ImportReasonOut(serializers.Serializer[Any]):
    """A reason for which rows were refused, or (`refuses` false) cells were not taken."""

    reason = serializers.CharField(source="key")
    words = serializers.CharField()
    rows = serializers.IntegerField()
    refuses = serializers.BooleanField()


class ImportCountsOut(serializers.Serializer[Any]):
    """Rows by what becomes of them; the five add up to `rows`. Of the check, until the import itself begins."""

    rows = serializers.IntegerField()
    created = serializers.IntegerField()
    updated = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    duplicates = serializers.IntegerField()
    rejected = serializers.IntegerField()
    said = ImportSaidOut()
    reasons = ImportReasonOut(many=True)


class ImportProgressOut(serializers.Serializer[Any]):
    """How far it is. `rows_expected` is an estimate until the file was read once."""

    rows_done = serializers.IntegerField()
    rows_expected = serializers.IntegerField()


class ImportTroubleOut(serializers.Serializer[Any]):
    """Why the whole file could not be read, and what helps."""

    code = serializers.CharField()
    words = serializers.CharField()


class ImportOut(serializers.Serializer[Any]):
    """One file on its way in: uploaded, checking, checked, running, finished; or failed, or cancelled."""

    id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=ImportState.values)
    kind = serializers.ChoiceField(choices=ImportKind.values)
    file_name = serializers.CharField()
    size_bytes = serializers.IntegerField()
    list = serializers.UUIDField(allow_null=True)
    columns = ImportColumnOut(many=True)
    progress = ImportProgressOut()
    counts = ImportCountsOut()
    problem = ImportTroubleOut(allow_null=True)
    created_at = Moment()
    started_at = Moment(allow_null=True)
    finished_at = Moment(allow_null=True)
    updated_at = Moment(source="changed_at")


class ImportRowOut(serializers.Serializer[Any]):
    """What became of one row. `row` is the number a spreadsheet shows beside it; `reason` is empty where all was taken."""

    row = serializers.IntegerField()
    outcome = serializers.ChoiceField(choices=Outcome.values)
    reason = serializers.CharField(allow_blank=True)
    words = serializers.CharField(allow_blank=True)
    remedy = serializers.CharField(allow_blank=True)
    column = serializers.CharField(allow_blank=True)
    consent = serializers.ChoiceField(choices=ConsentNote.values, allow_blank=True)
    contact_id = serializers.UUIDField(allow_null=True)


def tell_import(job: ImportJob) -> dict[str, Any]:
    """An import as its shape wants it. No query."""
    same = ("id", "state", "kind", "file_name", "size_bytes", "created_at", "started_at", "finished_at", "changed_at")
    trouble = {"code": job.problem_code, "words": job.problem_text} if job.problem_code else None
    return {name: getattr(job, name) for name in same} | {
        "list": job.list_id,
        "columns": job.mapping,
        "progress": {"rows_done": job.rows_done, "rows_expected": shown_import(job).expected},
        "counts": import_counts(job),
        "problem": trouble,
    }


def tell_row(row: ImportRow) -> dict[str, Any]:
    """A row as its shape wants it."""
    words, remedy = reason_words(row.code, row.cause) if row.code else ("", "")
    told = {name: getattr(row, name) for name in ("outcome", "column", "contact_id")}
    reason = f"{row.code}.{row.cause}" if row.code else ""
    told |= {"row": sheet_row(row.number), "consent": row.consent_note, "reason": reason}
    return told | {"words": words, "remedy": remedy}
