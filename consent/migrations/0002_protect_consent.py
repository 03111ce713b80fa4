"""Walls around the rows of consent; the ledger, the wordings and the decisions only grow."""

from django.db import migrations

from core.tenant_sql import append_only, compose_keys, secure

#: the platform's own list is read by the gate and written by operators alone
PLATFORM_LIST = "revoke insert, update, delete on consent_platformsuppression from app_web"


class Migration(migrations.Migration):
    dependencies = [("consent", "0001_make_consent"), ("accounts", "0002_protect_accounts")]
    operations = [
        secure(
            "consent_purpose",
            "consent_wording",
            "consent_point",
            "consent_consentevent",
            "consent_consentstate",
            "consent_suppression",
            "consent_decisionrecord",
        ),
        compose_keys(
            ("consent_wording", "purpose_id", "consent_purpose"),
            ("consent_consentevent", "point_id", "consent_point"),
            ("consent_consentevent", "purpose_id", "consent_purpose"),
            ("consent_consentevent", "wording_id", "consent_wording"),
            ("consent_consentstate", "point_id", "consent_point"),
            ("consent_consentstate", "purpose_id", "consent_purpose"),
            ("consent_consentstate", "event_id", "consent_consentevent"),
            ("consent_suppression", "point_id", "consent_point"),
            ("consent_suppression", "event_id", "consent_consentevent"),
            ("consent_suppression", "lifted_event_id", "consent_consentevent"),
        ),
        append_only("consent_consentevent", "consent_wording", "consent_decisionrecord"),
        migrations.RunSQL(PLATFORM_LIST, migrations.RunSQL.noop),
    ]
