"""What the gate said when a call was answered, and the outcome of one that was not allowed any more."""

import django.db.models.deletion
from django.db import migrations, models

import core.tenancy
from core.tenant_sql import compose_keys

OUTCOMES = ["", "human", "unclear", "machine", "fax", "withheld", "busy", "no_answer", "failed", "cancelled"]


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0011_keep_recordings_to_play"),
        ("consent", "0001_make_consent"),
    ]
    operations = [
        migrations.AddField(
            "call",
            "decision",
            core.tenancy.TenantForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="consent.decisionrecord",
            ),
        ),
        migrations.RemoveConstraint("call", "call_outcome_known"),
        migrations.AddConstraint(
            "call", models.CheckConstraint(condition=models.Q(outcome__in=OUTCOMES), name="call_outcome_known")
        ),
        compose_keys(("messaging_call", "decision_id", "consent_decisionrecord")),
    ]
