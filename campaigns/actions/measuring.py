"""Measuring a check: how many parts its messages have, country by country, without making every one of them.

SQL puts people together who must come out alike: same country, same number of letters in what the text says about them, same
alphabet. Two of each group are rendered; where even these differ the measure is a range.
"""

import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection
from psycopg.sql import SQL, Composable, Identifier, Placeholder

from campaigns.models import Run
from campaigns.personal_values import values_of
from contacts.models import Contact
from messaging.channels.protocol import MessageChannel
from messaging.channels.registry import channel
from messaging.content import precompile
from messaging.content_rules import ContentError
from messaging.segments import BASIC

_COLUMNS = ("first_name", "last_name", "city", "country", "language")
#: one number for every length is exact; lengths of texts that decide for themselves are put together by tens
_COARSE = 10

# Two people of each group: the first and the last by id. Everything personal stays in the database but theirs. A text that says
# the same to everybody needs no look at people at all.
_PEOPLE = SQL("join contacts_contact c on c.organization_id = r.organization_id and c.id = r.contact_id")
_NOBODY = SQL("")
_GROUPS = """
select country, count(*), min(contact_id::text), max(contact_id::text)
from (
  select split_part(point.region, '-', 1) as country, r.contact_id, {said} as said
  from campaigns_recipient r
  join consent_point point on point.organization_id = r.organization_id and point.id = r.point_id
  {people}
  where r.organization_id = %(organization)s and r.run_id = %(run)s and r.outcome = 'allowed'
) people
group by country, char_length(said) / %(step)s, translate(said, %(basic)s, '') = ''
"""


def measure_run(run: Run) -> None:
    """Count the parts of a planned run: for each country its people, and the least and the most parts they can come to.

    Effects: the run's `parts_by_country`. One statement for the groups and one for their people, however many there are.
    """
    kind = channel(run.sender.channel)
    names = _variables(run, kind)
    groups = _groups(run, names)
    people = Contact.objects.in_bulk({contact_id for _, _, first, last in groups for contact_id in (first, last)})
    found: dict[str, list[int]] = {}
    for country, count, first, last in groups:
        parts = [_parts(run, kind, people.get(each)) for each in {first, last}]
        line = found.setdefault(country, [0, 0, 0])
        for place, more in enumerate((1, min(parts), max(parts))):
            line[place] += count * more
    run.parts_by_country = found
    run.save(update_fields=["parts_by_country"])


def _variables(run: Run, kind: MessageChannel) -> frozenset[str]:
    texts = kind.texts(run.template_version).values()
    return frozenset(name for text in texts for name in precompile(text).variables)


def _groups(run: Run, names: Iterable[str]) -> list[tuple[Any, ...]]:
    said, columns = _said(sorted(names))
    parameters: dict[str, Any] = columns | {"organization": run.organization_id, "run": run.id, "basic": BASIC}
    parameters["step"] = 1 if "{%" not in run.template_version.body else _COARSE
    with connection.cursor() as cursor:
        cursor.execute(SQL(_GROUPS).format(said=said, people=_PEOPLE if names else _NOBODY), parameters)
        return [(country, count, *map(uuid.UUID, pair)) for country, count, *pair in cursor.fetchall()]


def _said(names: Sequence[str]) -> tuple[Composable, dict[str, str]]:
    """SQL for all that the text says about somebody, and its parameters. Columns are ours, keys of fields are values."""
    terms: list[Composable] = [SQL("''")]
    parameters: dict[str, str] = {}
    for place, name in enumerate(names):
        last = name.rpartition(".")[2]
        if name.startswith("contact.fields."):
            parameters[f"field_{place}"] = last
            terms.append(SQL("coalesce(c.fields ->> {}, '')").format(Placeholder(f"field_{place}")))
        elif last in _COLUMNS:
            terms.append(SQL("c.{}").format(Identifier(last)))
        else:
            terms.append(SQL("c.first_name || c.last_name || c.city || c.fields::text"))
    return SQL(" || ").join(terms), parameters


def _parts(run: Run, kind: MessageChannel, contact: Contact | None) -> int:
    """The parts of one person's message; 1 for somebody who is gone since, or whose text cannot be made any more."""
    if contact is None:
        return 1
    try:
        return kind.units_of(kind.render(run.template_version, values_of(contact)))
    except ContentError:
        return 1
