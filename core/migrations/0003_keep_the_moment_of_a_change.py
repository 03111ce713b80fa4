"""One function keeps `changed_at` wherever a table has a trigger that calls it."""

from django.db import migrations

KEEP = """
create function app_keep_changed_at() returns trigger language plpgsql set search_path = pg_catalog, public as $body$
begin
  new.changed_at := app_now();
  return new;
end $body$;
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0002_let_a_session_stand_apart")]
    operations = [migrations.RunSQL(KEEP, "drop function app_keep_changed_at()")]
