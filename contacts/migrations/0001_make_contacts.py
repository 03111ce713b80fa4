"""People, lists, tags, notes, custom fields and imports."""

import django.db.models.deletion
from django.db import migrations, models

import core.ids
import core.tenancy


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_make_accounts"),
        ("consent", "0001_make_consent"),
    ]

    operations = [
        migrations.CreateModel(
            name="Contact",
            fields=[
                ("id", models.UUIDField(default=core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("first_name", models.CharField(blank=True, max_length=120)),
                ("last_name", models.CharField(blank=True, max_length=120)),
                ("search_name", models.CharField(blank=True, db_collation="C", max_length=241)),
                ("language", models.CharField(blank=True, max_length=12)),
                ("country", models.CharField(blank=True, max_length=2)),
                ("city", models.CharField(blank=True, max_length=80)),
                ("time_zone", models.CharField(blank=True, max_length=64)),
                ("is_minor", models.BooleanField(default=False)),
                ("fields", models.JSONField(blank=True, default=dict)),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
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
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="ContactPoint",
            fields=[
                ("id", models.UUIDField(default=core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                (
                    "label",
                    models.CharField(
                        choices=[("phone", "Phone"), ("whatsapp", "WhatsApp"), ("email", "Email")], max_length=10
                    ),
                ),
                ("created_at", models.DateTimeField()),
                (
                    "contact",
                    core.tenancy.TenantForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="links", to="contacts.contact"
                    ),
                ),
                (
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
                ),
                (
                    "point",
                    core.tenancy.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="consent.point"
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="CustomField",
            fields=[
                ("id", models.UUIDField(default=core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("key", models.SlugField(max_length=40)),
                ("label", models.CharField(max_length=80)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("text", "Text"),
                            ("number", "Number"),
                            ("date", "Date"),
                            ("boolean", "Yes or no"),
                            ("choice", "Choice"),
                        ],
                        max_length=8,
                    ),
                ),
                ("choices", models.JSONField(blank=True, default=list)),
                (
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
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="ImportJob",
            fields=[
                ("id", models.UUIDField(default=core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("state", models.CharField(default="uploaded", max_length=10)),
                ("kind", models.CharField(default="people", max_length=12)),
                ("file_name", models.CharField(max_length=200)),
                ("file_path", models.CharField(max_length=300)),
                ("file_digest", models.BinaryField(max_length=32)),
                ("size_bytes", models.BigIntegerField()),
                ("headers", models.JSONField(default=list)),
                ("mapping", models.JSONField(default=list)),
                ("declared", models.JSONField(default=dict)),
                ("row_estimate", models.PositiveIntegerField(default=0)),
                ("rows_done", models.PositiveIntegerField(default=0)),
                ("checked_counts", models.JSONField(default=dict)),
                ("counts", models.JSONField(default=dict)),
                ("problem_code", models.CharField(blank=True, max_length=40)),
                ("problem_text", models.CharField(blank=True, max_length=300)),
                ("created_by", models.UUIDField(null=True)),
                ("created_at", models.DateTimeField()),
                ("started_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                ("next_at", models.DateTimeField(null=True)),
                (
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
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="ImportRow",
            fields=[
                ("id", models.UUIDField(default=core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("number", models.PositiveIntegerField()),
                ("outcome", models.CharField(max_length=10)),
                ("code", models.CharField(blank=True, max_length=40)),
                ("cause", models.CharField(blank=True, max_length=40)),
                ("column", models.CharField(blank=True, max_length=80)),
                ("consent_note", models.CharField(blank=True, max_length=20)),
                ("contact_id", models.UUIDField(null=True)),
                ("cells_sealed", models.BinaryField(null=True)),
                ("former_sealed", models.BinaryField(null=True)),
                (
                    "job",
                    core.tenancy.TenantForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="rows", to="contacts.importjob"
                    ),
                ),
                (
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
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="List",
            fields=[
                ("id", models.UUIDField(default=core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=80)),
                ("created_at", models.DateTimeField()),
                (
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
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.AddField(
            model_name="importjob",
            name="list",
            field=core.tenancy.TenantForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="contacts.list"
            ),
        ),
        migrations.CreateModel(
            name="ListMember",
            fields=[
                ("id", models.UUIDField(default=core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("added_at", models.DateTimeField()),
                (
                    "contact",
                    core.tenancy.TenantForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="contacts.contact"
                    ),
                ),
                (
                    "list",
                    core.tenancy.TenantForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="members", to="contacts.list"
                    ),
                ),
                (
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
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="Note",
            fields=[
                ("id", models.UUIDField(default=core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("body_sealed", models.BinaryField()),
                ("author_id", models.UUIDField(null=True)),
                ("created_at", models.DateTimeField()),
                (
                    "contact",
                    core.tenancy.TenantForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="notes", to="contacts.contact"
                    ),
                ),
                (
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
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="SavedMapping",
            fields=[
                ("id", models.UUIDField(default=core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=80)),
                ("headers_digest", models.BinaryField(max_length=32)),
                ("mapping", models.JSONField()),
                ("declared", models.JSONField(default=dict)),
                ("created_at", models.DateTimeField()),
                (
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
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="Tag",
            fields=[
                ("id", models.UUIDField(default=core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=40)),
                (
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
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="ContactTag",
            fields=[
                ("id", models.UUIDField(default=core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                (
                    "contact",
                    core.tenancy.TenantForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="tags", to="contacts.contact"
                    ),
                ),
                (
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
                ),
                (
                    "tag",
                    core.tenancy.TenantForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="contacts.tag"
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(fields=["organization", "-created_at", "-id"], name="contact_by_age"),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(fields=["organization", "search_name"], name="contact_by_name"),
        ),
        migrations.AddIndex(
            model_name="contactpoint",
            index=models.Index(fields=["organization", "point"], name="contact_by_point"),
        ),
        migrations.AddConstraint(
            model_name="contactpoint",
            constraint=models.UniqueConstraint(
                fields=("organization", "contact", "point", "label"), name="contact_point_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="customfield",
            constraint=models.UniqueConstraint(fields=("organization", "key"), name="custom_field_once"),
        ),
        migrations.AddConstraint(
            model_name="importrow",
            constraint=models.UniqueConstraint(fields=("organization", "job", "number"), name="import_row_once"),
        ),
        migrations.AddConstraint(
            model_name="list",
            constraint=models.UniqueConstraint(fields=("organization", "name"), name="list_name_once"),
        ),
        migrations.AddIndex(
            model_name="importjob",
            index=models.Index(fields=["organization", "-created_at"], name="import_by_age"),
        ),
        migrations.AddIndex(
            model_name="importjob",
            index=models.Index(condition=models.Q(("next_at__isnull", False)), fields=["next_at"], name="import_due"),
        ),
        migrations.AddIndex(
            model_name="listmember",
            index=models.Index(fields=["organization", "contact"], name="list_by_contact"),
        ),
        migrations.AddConstraint(
            model_name="listmember",
            constraint=models.UniqueConstraint(fields=("organization", "list", "contact"), name="list_member_once"),
        ),
        migrations.AddConstraint(
            model_name="savedmapping",
            constraint=models.UniqueConstraint(fields=("organization", "headers_digest"), name="mapping_once"),
        ),
        migrations.AddConstraint(
            model_name="tag",
            constraint=models.UniqueConstraint(fields=("organization", "name"), name="tag_name_once"),
        ),
        migrations.AddConstraint(
            model_name="contacttag",
            constraint=models.UniqueConstraint(fields=("organization", "contact", "tag"), name="contact_tag_once"),
        ),
    ]
