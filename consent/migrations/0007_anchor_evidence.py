"""Evidence is anchored day by day, carries attachments, and remembers when it was last relied on."""

from django.db import migrations, models
from django.db.models.deletion import PROTECT

import core.ids
import core.tenancy
from core.tenant_sql import append_only, compose_keys, resolver_function, secure


def table(name: str, *fields: tuple[str, models.Field]) -> migrations.CreateModel:
    key = models.UUIDField(default=core.ids.new_id, editable=False, primary_key=True, serialize=False)
    organization = models.ForeignKey(
        db_constraint=False,
        db_index=False,
        default=core.tenancy.require_organization_id,
        editable=False,
        on_delete=PROTECT,
        related_name="+",
        to="accounts.organization",
    )
    columns = [("id", key), *fields, ("organization", organization)]
    return migrations.CreateModel(
        name=name, fields=columns, options={"abstract": False, "base_manager_name": "objects"}
    )


def once(model: str, name: str, *fields: str, **more: models.Q) -> migrations.AddConstraint:
    constraint = models.UniqueConstraint(fields=("organization", *fields), name=name, **more)
    return migrations.AddConstraint(model_name=model, constraint=constraint)


# Whole days of UTC are anchored, two hours after they have ended: no task runs that long, so nothing that began on that day
# is still on its way into the ledger. The bound is the first id (UUIDv7) of the day that has not ended.
HORIZON = """
create function app_anchor_horizon() returns uuid language sql stable
set search_path = pg_catalog, public as $body$
  select (lpad(to_hex((extract(epoch from date_trunc('day', (clock_timestamp() - interval '2 hours') at time zone 'UTC')
    at time zone 'UTC') * 1000)::bigint), 12, '0') || '00000000000000000000')::uuid
$body$
"""

# the API's two steps: a file waits without an event, then one agreement takes it, and from then on nothing moves any more
ATTACH_ONCE = """
create function consent_attach_once() returns trigger language plpgsql
set search_path = pg_catalog, public as $body$
begin
  if old.event_id is not null or new.event_id is null or (old.id, old.organization_id, old.kind, old.size, old.sha256,
     old.created_at) is distinct from (new.id, new.organization_id, new.kind, new.size, new.sha256, new.created_at)
     or old.content_sealed is distinct from new.content_sealed then
    raise exception 'consent_attachment is append-only' using errcode = '42501';
  end if;
  return new;
end $body$;
create trigger attach_once before update on consent_attachment for each row execute function consent_attach_once();
"""


class Migration(migrations.Migration):
    dependencies = [("consent", "0006_keep_rule_sets")]
    operations = [
        table(
            "Attachment",
            ("kind", models.CharField(max_length=20)),
            ("size", models.PositiveIntegerField()),
            ("sha256", models.BinaryField(max_length=32)),
            ("content_sealed", models.BinaryField()),
            ("created_at", models.DateTimeField()),
            (
                "event",
                core.tenancy.TenantForeignKey(
                    null=True, on_delete=PROTECT, related_name="+", to="consent.consentevent"
                ),
            ),
        ),
        table(
            "EvidenceAnchor",
            ("number", models.PositiveIntegerField()),
            ("at", models.DateTimeField()),
            ("previous", models.BinaryField(max_length=32)),
            ("through_id", models.UUIDField()),
            ("count", models.PositiveIntegerField()),
            ("root", models.BinaryField(max_length=32)),
            ("key_id", models.CharField(max_length=16)),
            ("signature", models.BinaryField(max_length=64)),
        ),
        table(
            "EvidenceLeaves",
            ("place", models.PositiveIntegerField()),
            ("through_id", models.UUIDField()),
            ("root", models.BinaryField(max_length=32)),
            ("leaves", models.BinaryField()),
            (
                "anchor",
                core.tenancy.TenantForeignKey(on_delete=PROTECT, related_name="parts", to="consent.evidenceanchor"),
            ),
        ),
        table("EvidenceUse", ("evidence_id", models.UUIDField()), ("last_used_at", models.DateTimeField())),
        once("attachment", "one_attachment", "event", condition=models.Q(("event__isnull", False))),
        once("evidenceanchor", "anchor_number_once", "number"),
        once("evidenceleaves", "leaves_once", "anchor", "place"),
        once("evidenceuse", "evidence_use_once", "evidence_id"),
        secure("consent_attachment", "consent_evidenceanchor", "consent_evidenceleaves", "consent_evidenceuse"),
        compose_keys(
            ("consent_attachment", "event_id", "consent_consentevent"),
            ("consent_evidenceleaves", "anchor_id", "consent_evidenceanchor"),
        ),
        append_only("consent_evidenceanchor", "consent_evidenceleaves"),
        migrations.RunSQL(
            ATTACH_ONCE, "drop trigger attach_once on consent_attachment; drop function consent_attach_once()"
        ),
        migrations.RunSQL(HORIZON, "drop function app_anchor_horizon()"),
        resolver_function(
            "app_orgs_to_anchor()",
            "table (organization_id uuid)",
            "select o.id from accounts_organization o where exists (select 1 from consent_consentevent e"
            " where e.organization_id = o.id and e.id < app_anchor_horizon() and e.id > coalesce((select a.through_id"
            " from consent_evidenceanchor a where a.organization_id = o.id order by a.number desc limit 1),"
            " '00000000-0000-0000-0000-000000000000'))",
            [
                ("accounts_organization", "id"),
                ("consent_consentevent", "organization_id, id"),
                ("consent_evidenceanchor", "organization_id, number, through_id"),
            ],
        ),
    ]
