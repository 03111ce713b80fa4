"""Files at the heads of templates: sealed, each once, never changed, gone when no template names them; and appeals."""

import django.db.models.deletion
from django.db import migrations, models

import core.ids
import core.tenancy
from core.tenant_sql import secure

_TABLE = "messaging_templatefile"
_STATES = ["draft", "submitted", "appealed", "approved", "rejected", "paused", "disabled", "gone"]
_KEEP_NAMED = """
create function messaging_keep_named_files() returns trigger language plpgsql as $body$
begin
  if exists (select from messaging_providertemplate t
             where t.organization_id = old.organization_id and t.state <> 'gone'
               and t.content::text like '%' || old.id::text || '%') then
    raise exception 'a template names this file' using errcode = '42501';
  end if;
  return old;
end $body$
"""


class Migration(migrations.Migration):
    dependencies = [("messaging", "0014_forget_recordings"), ("accounts", "0001_make_accounts")]
    operations = [
        migrations.CreateModel(
            name="TemplateFile",
            fields=[
                ("id", models.UUIDField(default=core.ids.new_id, editable=False, primary_key=True, serialize=False)),
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
                ("kind", models.CharField(max_length=10)),
                ("content_type", models.CharField(max_length=20)),
                ("digest", models.CharField(max_length=64)),
                ("size", models.PositiveIntegerField()),
                ("content_sealed", models.BinaryField()),
                ("created_by", models.UUIDField(null=True)),
                ("created_at", models.DateTimeField()),
            ],
            options={"abstract": False, "base_manager_name": "objects"},
        ),
        migrations.AddConstraint(
            "templatefile", models.UniqueConstraint(fields=["organization", "digest"], name="template_file_once")
        ),
        secure(_TABLE),
        migrations.RunSQL(
            [
                f"create trigger never_changed before update on {_TABLE}"
                " for each row execute function app_refuse_change()",
                _KEEP_NAMED,
                f"create trigger keep_named before delete on {_TABLE}"
                " for each row execute function messaging_keep_named_files()",
            ],
            [
                f"drop trigger keep_named on {_TABLE}",
                "drop function messaging_keep_named_files()",
                f"drop trigger never_changed on {_TABLE}",
            ],
        ),
        migrations.RemoveConstraint("providertemplate", "provider_template_state_known"),
        migrations.AddConstraint(
            "providertemplate",
            models.CheckConstraint(condition=models.Q(state__in=_STATES), name="provider_template_state_known"),
        ),
    ]
