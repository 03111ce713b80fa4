"""People are found by any word of their name, without case and accents: each word is a row that a trigger writes.

The words of people who are there already are written by 0007, in pieces, so that nobody waits for all of them.
"""

import django.db.models.deletion
from django.db import migrations, models

import core.ids
import core.tenancy
from core.tenant_sql import compose_keys, secure

_WORDS = """
select distinct on (made.id, parts.word) uuidv7(), made.organization_id, made.id, parts.word
  from {source} made cross join lateral string_to_table(made.search_name, ' ') parts(word) where parts.word <> ''
"""
_COLUMNS = "contacts_nameword (id, organization_id, contact_id, word)"
_KEEP = f"""
create function contacts_keep_words() returns trigger language plpgsql as $body$
begin
  if tg_op = 'UPDATE' then
    delete from contacts_nameword gone using former join fresh on fresh.id = former.id
     where gone.organization_id = former.organization_id and gone.contact_id = former.id
       and fresh.search_name <> former.search_name;
    insert into {_COLUMNS}
    {_WORDS.format(source="(select f.* from fresh f join former o on o.id = f.id and o.search_name <> f.search_name)")};
  else
    insert into {_COLUMNS} {_WORDS.format(source="fresh")};
  end if;
  return null;
end $body$
"""
_TRIGGERS = [
    "create trigger keep_words after insert on contacts_contact referencing new table as fresh"
    " for each statement execute function contacts_keep_words()",
    "create trigger keep_changed_words after update on contacts_contact referencing old table as former new table as fresh"
    " for each statement execute function contacts_keep_words()",
]


class Migration(migrations.Migration):
    dependencies = [("contacts", "0004_find_people_by_their_last_change")]
    operations = [
        migrations.CreateModel(
            name="NameWord",
            fields=[
                ("id", models.UUIDField(default=core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("word", models.CharField(db_collation="C", max_length=241)),
                (
                    "contact",
                    core.tenancy.TenantForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="contacts.contact"
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        default=core.tenancy.require_organization_id,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.organization",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [models.Index(fields=["organization", "word", "contact"], name="name_by_word")],
                "constraints": [
                    models.UniqueConstraint(fields=("organization", "contact", "word"), name="name_word_once")
                ],
            },
        ),
        secure("contacts_nameword"),
        compose_keys(("contacts_nameword", "contact_id", "contacts_contact")),
        migrations.RunSQL([_KEEP, *_TRIGGERS], "drop function contacts_keep_words() cascade"),
    ]
