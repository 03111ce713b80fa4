"""People choose how often and when they are written to; an organisation says what its preference page offers."""

import django.db.models.deletion
from django.db import migrations, models

import core.ids
import core.tenancy
from core.tenant_sql import compose_keys, secure


def organization() -> tuple[str, models.Field]:
    return (
        "organization",
        models.ForeignKey(
            db_constraint=False,
            db_index=False,
            default=core.tenancy.require_organization_id,
            editable=False,
            on_delete=django.db.models.deletion.PROTECT,
            related_name="+",
            to="accounts.organization",
        ),
    )


def pointing_to(model: str) -> models.Field:
    return core.tenancy.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=model)


def row_id() -> tuple[str, models.Field]:
    return (
        "id",
        models.UUIDField(default=core.ids.new_id, editable=False, primary_key=True, serialize=False),
    )


class Migration(migrations.Migration):
    dependencies = [("consent", "0004_find_numbers_by_their_end")]
    operations = [
        migrations.AddField(model_name="purpose", name="is_offered", field=models.BooleanField(default=True)),
        migrations.CreateModel(
            name="PreferencePage",
            fields=[
                row_id(),
                ("intros", models.JSONField(default=dict)),
                ("links_from", models.DateTimeField(null=True)),
                organization(),
            ],
            options={"abstract": False, "base_manager_name": "objects"},
        ),
        migrations.CreateModel(
            name="Preference",
            fields=[
                row_id(),
                ("weekly_cap", models.PositiveSmallIntegerField(null=True)),
                ("hours_from", models.PositiveSmallIntegerField(null=True)),
                ("hours_until", models.PositiveSmallIntegerField(null=True)),
                ("hours_zone", models.CharField(blank=True, max_length=64)),
                ("language", models.CharField(blank=True, max_length=12)),
                ("changed_at", models.DateTimeField()),
                ("event", pointing_to("consent.consentevent")),
                organization(),
                ("point", pointing_to("consent.point")),
            ],
            options={"abstract": False, "base_manager_name": "objects"},
        ),
        migrations.AddConstraint(
            model_name="preferencepage",
            constraint=models.UniqueConstraint(fields=("organization",), name="preference_page_once"),
        ),
        migrations.AddConstraint(
            model_name="preference",
            constraint=models.UniqueConstraint(fields=("organization", "point"), name="preference_once"),
        ),
        migrations.AddConstraint(
            model_name="preference",
            constraint=models.CheckConstraint(
                condition=models.Q(("hours_from", None), ("hours_until", None), ("hours_zone", ""))
                | (
                    models.Q(("hours_from__lt", models.F("hours_until")), ("hours_until__lte", 1440))
                    & models.Q(("hours_zone", ""), _negated=True)
                ),
                name="preference_hours_whole",
            ),
        ),
        secure("consent_preference", "consent_preferencepage"),
        compose_keys(
            ("consent_preference", "point_id", "consent_point"),
            ("consent_preference", "event_id", "consent_consentevent"),
        ),
    ]
