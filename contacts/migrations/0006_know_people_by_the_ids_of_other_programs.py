"""Other programs call people by ids of their own, each once in an organisation; whoever has none has the empty one."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("contacts", "0005_find_people_by_any_word")]
    operations = [
        migrations.AddField(
            model_name="contact",
            name="external_id",
            field=models.CharField(blank=True, db_collation="C", db_default="", default="", max_length=80),
        ),
        migrations.AddConstraint(
            model_name="contact",
            constraint=models.UniqueConstraint(
                fields=["organization", "external_id"],
                name="contact_external_id_once",
                condition=~models.Q(external_id=""),
            ),
        ),
    ]
