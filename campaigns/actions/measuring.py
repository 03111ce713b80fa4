"""Measuring a check: how many parts its messages have, country by country, without making every one of them.

SQL puts people together who must come out alike: same country, same number of letters in what the text says about them, same
alphabet, and where places have lines added to it the same lines. Two of each group are rendered; where even these differ the
measure is a range.
"""

import dataclasses
import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection
from psycopg.sql import SQL, Composable, Identifier, Placeholder

from campaigns.models import Run
from campaigns.personal_values import values_of
from campaigns.selectors.quotes import prices_of
from contacts.models import Contact
from core import clock
from messaging.channels.protocol import MessageChannel
from messaging.channels.registry import channel
from messaging.content import precompile
from messaging.content_rules import ContentError
from messaging.line_book import LineBook, Reader, line_book
from messaging.segments import BASIC
from messaging.selectors.line_readers import month_of

_COLUMNS = ("first_name", "last_name", "city", "country", "language")
#: one number for every length is exact; lengths of texts that decide for themselves are put together by tens
_COARSE = 10

# Two people of each group: the first and the last by id. Everything personal stays in the database but theirs. A text that says
# the same to everybody needs no look at people at all.
_PEOPLE = SQL("join contacts_contact c on c.organization_id = r.organization_id and c.id = r.contact_id")
_NOBODY = SQL("")
_GROUPS = """
select country, count(*), min(contact_id::text), max(contact_id::text) {reader}
from (
  select split_part(point.region, '-', 1) as country, r.contact_id, {said} as said {read}
  from campaigns_recipient r
  join consent_point point on point.organization_id = r.organization_id and point.id = r.point_id
  {people}
  {had}
  where r.organization_id = %(organization)s and r.run_id = %(run)s and r.outcome = 'allowed'
) people
group by country, char_length(said) / %(step)s, translate(said, %(basic)s, '') = '' {reader}
"""
# What the lines in a text depend on, as `line_readers` reads it for one person: their place, their language, earlier texts.
_READER = SQL(", place, language, ever, this_month")
_READ = SQL(
    ", coalesce(nullif({region}, ''), c.country, '') as place, c.language as language,"
    " coalesce(had.ever, false) as ever, coalesce(had.this_month, false) as this_month"
)
_HAD = SQL("""left join lateral (
    select true as ever, bool_or(m.created_at >= %(month)s) as this_month
    from messaging_message m
    where m.organization_id = r.organization_id and m.point_id = r.point_id and m.purpose_id = %(purpose)s
      and m.channel = %(channel)s and m.state in ('accepted', 'attempting', 'uncertain')
    having count(*) > 0
  ) had on true""")
_NOTHING = SQL("")


def measure_run(run: Run) -> None:
    """Count the parts of a planned run: for each country its people, and the least and the most parts they can come to.

    Effects: the run's `parts_by_country`, and its `prices`: what it is quoted. One statement for the groups and one for their
             people, however many there are; two more where any place has lines added to such texts, and two for the prices.
    """
    kind = channel(run.sender.channel)
    book = line_book(run.sender, run.purpose, at=max(clock.now(), run.planned_for))
    groups = _groups(run, _variables(run, kind), book)
    people = Contact.objects.in_bulk({contact_id for group in groups for contact_id in group.contacts})
    found: dict[str, list[int]] = {}
    for group in groups:
        parts = [_parts(run, kind, people.get(each), book, group.reader) for each in group.contacts]
        line = found.setdefault(group.country, [0, 0, 0])
        for place, more in enumerate((1, min(parts), max(parts))):
            line[place] += group.people * more
    run.parts_by_country, run.prices = found, prices_of(run)
    run.save(update_fields=["parts_by_country", "prices"])


@dataclasses.dataclass(frozen=True, slots=True)
class _Group:
    """People whose messages come out alike: how many, in which country, two of them, and who reads it."""

    country: str
    people: int
    contacts: frozenset[uuid.UUID]
    reader: Reader


def _variables(run: Run, kind: MessageChannel) -> frozenset[str]:
    texts = kind.texts(run.template_version).values()
    return frozenset(name for text in texts for name in precompile(text).variables)


def _groups(run: Run, names: Iterable[str], book: LineBook) -> list[_Group]:
    said, columns = _said(sorted(names))
    parameters: dict[str, Any] = columns | {"organization": run.organization_id, "run": run.id, "basic": BASIC}
    parameters["step"] = 1 if "{%" not in run.template_version.body else _COARSE
    parts: dict[str, Composable] = {"said": said, "people": _PEOPLE if names or book.is_open else _NOBODY}
    parts |= dict.fromkeys(("reader", "read", "had"), _NOTHING)
    if book.is_open:
        region = SQL("point.region") if book.tells_parts else SQL("split_part(point.region, '-', 1)")
        parts |= {"reader": _READER, "read": _READ.format(region=region), "had": _HAD}
        parameters |= {"month": month_of(clock.now()), "purpose": run.purpose_id, "channel": run.sender.channel}
    with connection.cursor() as cursor:
        cursor.execute(SQL(_GROUPS).format(**parts), parameters)
        return [
            _Group(country, count, frozenset(map(uuid.UUID, pair)), Reader(*told))
            for country, count, *pair, told in ((*row[:4], row[4:]) for row in cursor.fetchall())
        ]


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


def _parts(run: Run, kind: MessageChannel, contact: Contact | None, book: LineBook, reader: Reader) -> int:
    """The parts of one person's message; 1 for somebody who is gone since, or whose text cannot be made any more."""
    if contact is None:
        return 1
    try:
        made = kind.render(run.template_version, values_of(contact))
        return kind.units_of(book.complete(made, reader, run.template_version.body))
    except ContentError:
        return 1
