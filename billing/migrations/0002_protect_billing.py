"""Walls around units; the ledger is append-only, and its trigger alone writes the balances."""

from django.db import migrations

from core.tenant_sql import append_only, owned_by_resolver, secure

KEEP = """
create function billing_keep_balances() returns trigger language plpgsql security definer
set search_path = pg_catalog, public as $body$
begin
  insert into billing_balance (id, organization_id, account, amount)
  select uuidv7(), moved.organization_id, moved.account, 0
    from (select distinct organization_id, unnest(array[debit, credit]) as account from fresh) moved
   order by 2, 3
  on conflict (organization_id, account) do nothing;
  update billing_balance b set amount = b.amount + moved.amount
    from (select organization_id, account, sum(amount) as amount
            from (select organization_id, credit as account, amount from fresh
                  union all select organization_id, debit, -amount from fresh) each_side
           group by organization_id, account) moved
   where b.organization_id = moved.organization_id and b.account = moved.account;
  return null;
end $body$;

create function billing_hold_available() returns bigint language plpgsql volatile security definer
set search_path = pg_catalog, public as $body$
declare
  held bigint;
begin
  select amount into held from billing_balance
   where organization_id = app_org() and account = 'available' for update;
  return coalesce(held, 0);
end $body$;
"""

TRIGGER = """
grant select, insert, update on billing_balance to app_resolver;
revoke insert, update, delete on billing_balance from app_web;
create trigger keep_balances after insert on billing_ledgerentry referencing new table as fresh
  for each statement execute function billing_keep_balances();
alter table billing_ledgerentry add constraint entry_kind_moves_so check ((kind, debit, credit) in (
  ('top_up', 'outside', 'available'), ('bonus', 'gift', 'available'), ('reserve', 'available', 'reserved'),
  ('settle', 'reserved', 'spent'), ('release', 'reserved', 'available'), ('refund', 'spent', 'available'),
  ('adjustment_in', 'outside', 'available'), ('adjustment_out', 'available', 'outside')));
"""


class Migration(migrations.Migration):
    dependencies = [("billing", "0001_make_billing"), ("accounts", "0005_protect_api_requests")]
    operations = [
        migrations.RunSQL(
            KEEP, "drop function billing_keep_balances() cascade; drop function billing_hold_available()"
        ),
        migrations.RunSQL(owned_by_resolver("billing_keep_balances()"), migrations.RunSQL.noop),
        migrations.RunSQL(owned_by_resolver("billing_hold_available()"), migrations.RunSQL.noop),
        migrations.RunSQL(TRIGGER, "drop trigger keep_balances on billing_ledgerentry"),
        secure("billing_ledgerentry", "billing_balance", "billing_price"),
        append_only("billing_ledgerentry"),
    ]
