"""Until PostgreSQL has counted, it looks people up by their id and by their address, not by everybody of an organisation."""

from django.db import migrations

from core.tenant_sql import expect_few_organizations


class Migration(migrations.Migration):
    dependencies = [("contacts", "0007_write_words_of_names_in_pieces"), ("consent", "0002_protect_consent")]
    operations = [
        expect_few_organizations(
            "consent_point",
            "consent_consentevent",
            "consent_consentstate",
            "consent_suppression",
            "contacts_contact",
            "contacts_contactpoint",
            "contacts_contacttag",
            "contacts_listmember",
            "contacts_nameword",
            "contacts_importrow",
        )
    ]
