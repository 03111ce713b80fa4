"""Who made each API key. For keys that are older than this the audit trail knows it; where it does not, nobody does."""

from django.db import migrations, models

FROM_THE_AUDIT_TRAIL = [
    "alter table accounts_apikey no force row level security",
    "alter table accounts_auditevent no force row level security",
    "update accounts_apikey key set issued_by = deed.actor_id from accounts_auditevent deed"
    " where deed.organization_id = key.organization_id and deed.action = 'api_key.issued' and deed.object_id = key.id"
    " and deed.actor_kind = 'user'",
    "alter table accounts_apikey force row level security",
    "alter table accounts_auditevent force row level security",
]


class Migration(migrations.Migration):
    dependencies = [("accounts", "0012_publish_signing_keys")]
    operations = [
        migrations.AddField("apikey", "issued_by", models.UUIDField(null=True)),
        migrations.RunSQL(FROM_THE_AUDIT_TRAIL, migrations.RunSQL.noop),
    ]
