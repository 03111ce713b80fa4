"""Files that wait to be brought in get the day on which they are given up: a week after they came."""

from django.db import migrations

# the owner of the table sees no rows while its policy binds the owner too
_SET = [
    "alter table contacts_importjob no force row level security",
    "update contacts_importjob set next_at = created_at + interval '7 days'"
    " where state in ('uploaded', 'checked') and next_at is null",
    "alter table contacts_importjob force row level security",
]


class Migration(migrations.Migration):
    dependencies = [("contacts", "0002_protect_contacts")]
    operations = [migrations.RunSQL(_SET, migrations.RunSQL.noop)]
