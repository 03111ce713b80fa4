"""A recording that no text names may go; one that a text names stays as it was uploaded."""

from django.db import migrations

from core.tenant_sql import resolver_function

_TABLE = "messaging_announcementaudio"
_KEEP_NAMED = """
create function messaging_keep_named_recordings() returns trigger language plpgsql as $body$
begin
  if exists (select from messaging_templateversion v
             where v.organization_id = old.organization_id and v.parts ->> 'audio' = old.id::text) then
    raise exception 'a text names this recording' using errcode = '42501';
  end if;
  return old;
end $body$
"""


class Migration(migrations.Migration):
    dependencies = [("messaging", "0013_remember_last_use")]
    operations = [
        migrations.RunSQL(
            [
                f"drop trigger append_only on {_TABLE}",
                f"create trigger never_changed before update on {_TABLE}"
                " for each row execute function app_refuse_change()",
                _KEEP_NAMED,
                f"create trigger keep_named before delete on {_TABLE}"
                " for each row execute function messaging_keep_named_recordings()",
                f"grant delete on {_TABLE} to app_web",
            ],
            [
                f"revoke delete on {_TABLE} from app_web",
                f"drop trigger keep_named on {_TABLE}",
                "drop function messaging_keep_named_recordings()",
                f"drop trigger never_changed on {_TABLE}",
                f"create trigger append_only before update or delete on {_TABLE}"
                " for each row execute function app_refuse_change()",
            ],
        ),
        resolver_function(
            "app_orgs_with_old_recordings()",
            "table (organization_id uuid)",
            f"select distinct a.organization_id from {_TABLE} a where a.created_at < app_now() - interval '1 day'"
            " and not exists (select from messaging_templateversion v"
            " where v.organization_id = a.organization_id and v.parts ->> 'audio' = a.id::text)",
            [(_TABLE, "id, organization_id, created_at"), ("messaging_templateversion", "organization_id, parts")],
        ),
    ]
