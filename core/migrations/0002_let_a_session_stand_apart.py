"""A session may see a business time of its own, where the clock may move at all: a history can be made while others work."""

from django.db import migrations

_APART = """moved_by + case when movable
    then coalesce(nullif(current_setting('app.clock_apart', true), '')::interval, interval '0') else interval '0' end"""
_OFFSET = f"""
create or replace function app_clock_offset() returns interval language sql stable security definer
set search_path = pg_catalog, public as $body$ select {_APART} from core_clock $body$
"""
_NOW = f"""
create or replace function app_now() returns timestamptz language sql stable security definer
set search_path = pg_catalog, public as $body$ select clock_timestamp() + {_APART} from core_clock $body$
"""
_OFFSET_BEFORE = """
create or replace function app_clock_offset() returns interval language sql stable security definer
set search_path = pg_catalog, public as $body$ select moved_by from core_clock $body$
"""
_NOW_BEFORE = """
create or replace function app_now() returns timestamptz language sql stable security definer
set search_path = pg_catalog, public as $body$ select clock_timestamp() + moved_by from core_clock $body$
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0001_add_sql_functions")]
    operations = [
        # the functions belong to the resolver role, so only in its name may they be replaced
        migrations.RunSQL(
            ["set role app_resolver", _OFFSET, _NOW, "reset role"],
            ["set role app_resolver", _NOW_BEFORE, _OFFSET_BEFORE, "reset role"],
        ),
    ]
