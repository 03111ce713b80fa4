"""Walls around the rows of campaigns, and the one question the sweeper may ask across organisations."""

from django.db import migrations

from core.tenant_sql import compose_keys, resolver_function, secure


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0001_make_campaigns"), ("messaging", "0002_protect_messaging")]
    operations = [
        secure("campaigns_campaign", "campaigns_campaignlist", "campaigns_run", "campaigns_recipient"),
        compose_keys(
            ("campaigns_campaign", "purpose_id", "consent_purpose"),
            ("campaigns_campaign", "sender_id", "messaging_sender"),
            ("campaigns_campaign", "template_id", "messaging_template"),
            ("campaigns_campaignlist", "campaign_id", "campaigns_campaign"),
            ("campaigns_campaignlist", "list_id", "contacts_list"),
            ("campaigns_run", "campaign_id", "campaigns_campaign"),
            ("campaigns_run", "template_version_id", "messaging_templateversion"),
            ("campaigns_run", "purpose_id", "consent_purpose"),
            ("campaigns_run", "sender_id", "messaging_sender"),
            ("campaigns_recipient", "run_id", "campaigns_run"),
        ),
        resolver_function(
            "app_due_runs()",
            "table (organization_id uuid, run_id uuid)",
            "select organization_id, id from campaigns_run"
            " where next_at is not null and next_at <= app_now() order by next_at limit 500",
            [("campaigns_run", "organization_id, id, next_at")],
        ),
    ]
