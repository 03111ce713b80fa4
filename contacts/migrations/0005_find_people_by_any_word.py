"""People are found by any word of their name, without case and accents: each word is a row that a trigger writes."""

import uuid
from typing import Any

import django.db.models.deletion
from django.db import migrations, models

import core.ids
import core.tenancy
from contacts.spelling import plain_name
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
_BATCH = 2_000
_LONGEST = 241


def spell_names(_: Any, editor: Any) -> None:
    """Write every name as a search spells it now, by the same function that reads what somebody searches for."""
    last = uuid.UUID(int=0)
    with editor.connection.cursor() as cursor:
        while True:
            cursor.execute(
                "select id, first_name, last_name from contacts_contact where id > %s order by id limit %s",
                [last, _BATCH],
            )
            rows = cursor.fetchall()
            if not rows:
                return
            last = rows[-1][0]
            names = [plain_name(f"{first} {family}")[:_LONGEST] for _, first, family in rows]
            cursor.execute(
                "update contacts_contact c set search_name = spelt.name"
                " from unnest(%s::uuid[], %s::text[]) as spelt(id, name)"
                " where c.id = spelt.id and c.search_name <> spelt.name",
                [[row[0] for row in rows], names],
            )


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
        # the owner of the table sees no rows while its policy binds the owner too
        migrations.RunSQL("alter table contacts_contact no force row level security", migrations.RunSQL.noop),
        migrations.RunPython(spell_names, migrations.RunPython.noop),
        migrations.RunSQL(
            [
                f"insert into {_COLUMNS} {_WORDS.format(source='contacts_contact')}",
                "alter table contacts_contact force row level security",
            ],
            migrations.RunSQL.noop,
        ),
        secure("contacts_nameword"),
        compose_keys(("contacts_nameword", "contact_id", "contacts_contact")),
        migrations.RunSQL([_KEEP, *_TRIGGERS], "drop function contacts_keep_words() cascade"),
    ]
