"""Walls around the rows of contacts, and the one question the sweeper may ask across organisations."""

from django.db import migrations

from core.tenant_sql import compose_keys, resolver_function, secure


class Migration(migrations.Migration):
    dependencies = [("contacts", "0001_make_contacts"), ("consent", "0002_protect_consent")]
    operations = [
        secure(
            "contacts_contact",
            "contacts_contactpoint",
            "contacts_list",
            "contacts_listmember",
            "contacts_tag",
            "contacts_contacttag",
            "contacts_note",
            "contacts_customfield",
            "contacts_importjob",
            "contacts_importrow",
            "contacts_savedmapping",
        ),
        compose_keys(
            ("contacts_contactpoint", "contact_id", "contacts_contact"),
            ("contacts_contactpoint", "point_id", "consent_point"),
            ("contacts_listmember", "list_id", "contacts_list"),
            ("contacts_listmember", "contact_id", "contacts_contact"),
            ("contacts_contacttag", "contact_id", "contacts_contact"),
            ("contacts_contacttag", "tag_id", "contacts_tag"),
            ("contacts_note", "contact_id", "contacts_contact"),
            ("contacts_importjob", "list_id", "contacts_list"),
            ("contacts_importrow", "job_id", "contacts_importjob"),
        ),
        resolver_function(
            "app_due_imports()",
            "table (organization_id uuid, job_id uuid)",
            "select organization_id, id from contacts_importjob"
            " where next_at is not null and next_at <= app_now() order by next_at limit 500",
            [("contacts_importjob", "organization_id, id, next_at")],
        ),
    ]
