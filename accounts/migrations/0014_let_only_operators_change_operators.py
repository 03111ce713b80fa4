"""How operators sign in is changed by the operators' own database role alone.

The role of pages and workers keeps what signing in on the members' host needs of it: the moment of the last log-in, of a second
factor's last use, and which recovery codes are used up. Names and themes of operators it may change as anybody's.
"""

from django.db import migrations

_GUARD_PEOPLE = """
create or replace function accounts_guard_operators() returns trigger language plpgsql as $body$
begin
  if current_user <> 'app_web' then
    return case when tg_op = 'DELETE' then old else new end;
  end if;
  if tg_op = 'DELETE' then
    if old.is_staff then
      raise exception 'only the operator role removes operators' using errcode = '42501';
    end if;
    return old;
  end if;
  if new.is_staff is distinct from (tg_op = 'UPDATE' and old.is_staff) then
    raise exception 'only the operator role makes or unmakes operators' using errcode = '42501';
  end if;
  if new.is_staff and (new.id, new.password, new.email, new.is_active, new.enrolment_digest, new.enrolment_until)
      is distinct from (old.id, old.password, old.email, old.is_active, old.enrolment_digest, old.enrolment_until) then
    raise exception 'only the operator role changes how operators sign in' using errcode = '42501';
  end if;
  return new;
end $body$;
drop trigger guard_operators on accounts_user;
create trigger guard_operators before insert or update or delete on accounts_user
  for each row execute function accounts_guard_operators();
"""
_FORMER_GUARD = """
create or replace function accounts_guard_operators() returns trigger language plpgsql as $body$
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
drop trigger guard_operators on accounts_user;
create trigger guard_operators before insert or update on accounts_user
  for each row execute function accounts_guard_operators();
"""
_GUARD_CREDENTIALS = """
create function accounts_guard_credentials() returns trigger language plpgsql as $body$
begin
  if current_user = 'app_web' and exists (
    select from accounts_user u where u.is_staff
      and (tg_op <> 'INSERT' and u.id = old.user_id or tg_op <> 'DELETE' and u.id = new.user_id)
  ) then
    raise exception 'only the operator role changes how operators sign in' using errcode = '42501';
  end if;
  return case when tg_op = 'DELETE' then old else new end;
end $body$;

create function accounts_uses_up_codes(old_data jsonb, new_data jsonb) returns boolean language sql immutable as $body$
  select old_data - 'used_mask' = new_data - 'used_mask'
    and (old_data ->> 'used_mask')::bigint | (new_data ->> 'used_mask')::bigint = (new_data ->> 'used_mask')::bigint
$body$;

create trigger guard_operators before insert or update or delete on account_emailaddress
  for each row execute function accounts_guard_credentials();
create trigger guard_operators before insert or delete on mfa_authenticator
  for each row execute function accounts_guard_credentials();
create trigger guard_operators_factors before update on mfa_authenticator for each row
  when ((new.id, new.user_id, new.type, new.created_at) is distinct from (old.id, old.user_id, old.type, old.created_at)
    or new.data is distinct from old.data
       and not (new.type = 'recovery_codes' and coalesce(accounts_uses_up_codes(old.data, new.data), false)))
  execute function accounts_guard_credentials();
"""
_NO_GUARD = """
drop trigger guard_operators on account_emailaddress;
drop trigger guard_operators on mfa_authenticator;
drop trigger guard_operators_factors on mfa_authenticator;
drop function accounts_guard_credentials();
drop function accounts_uses_up_codes(jsonb, jsonb);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0013_say_who_issued_keys"),
        ("account", "0009_emailaddress_unique_primary_email"),
        ("mfa", "0003_authenticator_type_uniq"),
    ]
    operations = [
        migrations.RunSQL(_GUARD_PEOPLE, _FORMER_GUARD),
        migrations.RunSQL(_GUARD_CREDENTIALS, _NO_GUARD),
    ]
