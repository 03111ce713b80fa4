"""Numbers are found by the four digits that a masked number shows."""

from django.db import migrations, models
from django.db.models import Case, Value, When
from django.db.models.functions import Right


class Migration(migrations.Migration):
    dependencies = [("consent", "0003_let_nobody_wait_for_a_decision")]
    operations = [
        migrations.AddField(
            model_name="point",
            name="ending",
            field=models.GeneratedField(
                db_persist=True,
                expression=Case(When(kind="phone", then=Right("hint", 4)), default=Value("")),
                output_field=models.CharField(max_length=4),
            ),
        ),
        migrations.AddIndex(
            model_name="point",
            index=models.Index(
                condition=models.Q(("kind", "phone")), fields=["organization", "ending"], name="point_by_ending"
            ),
        ),
    ]
