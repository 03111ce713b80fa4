"""Operators are made by the operators' own database role, and begin their second factor with a code.

The role of pages and workers may write to people, since everybody changes their own; it may not say who is an operator.
"""

from django.db import migrations, models

_GUARD = """
create function accounts_guard_operators() returns trigger language plpgsql as $body$
declare
  was boolean := false;
begin
  if tg_op = 'UPDATE' then
    was := old.is_staff;
  end if;
  if current_user = 'app_web' and new.is_staff is distinct from was then
    raise exception 'only the operator role makes or unmakes operators' using errcode = '42501';
  end if;
  return new;
end $body$;
"""
_TRIGGER = (
    "create trigger guard_operators before insert or update on accounts_user"
    " for each row execute function accounts_guard_operators()"
)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0008_bound_api_keys")]
    operations = [
        migrations.AddField("user", "enrolment_digest", models.BinaryField(max_length=32, null=True)),
        migrations.AddField("user", "enrolment_until", models.DateTimeField(null=True)),
        migrations.RunSQL(_GUARD, "drop function accounts_guard_operators()"),
        migrations.RunSQL(_TRIGGER, "drop trigger guard_operators on accounts_user"),
    ]
