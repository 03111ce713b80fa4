"""Who reads a text, as far as the lines in it depend on that. One query, however many people there are."""

import datetime
import uuid
from collections.abc import Collection
from typing import Any

from django.db import connection

from consent.models import Purpose
from core import clock
from core.tenancy import require_organization_id
from messaging.line_book import Reader

# The person is whoever the address was first known for. A text counts once it is on its way: one that was left out told nothing.
_READERS = """
select point.id, coalesce(nullif(point.region, ''), person.country, ''), coalesce(person.language, ''),
  coalesce(had.ever, false), coalesce(had.this_month, false)
from consent_point point
left join lateral (
  select c.country, c.language
  from contacts_contactpoint l
  join contacts_contact c on c.organization_id = l.organization_id and c.id = l.contact_id
  where l.organization_id = %(organization)s and l.point_id = point.id
  order by l.created_at, l.id limit 1
) person on true
left join lateral (
  select true as ever, bool_or(m.created_at >= %(month)s) as this_month
  from messaging_message m
  where m.organization_id = %(organization)s and m.point_id = point.id and m.purpose_id = %(purpose)s
    and m.channel = %(channel)s and m.state in ('accepted', 'attempting', 'uncertain')
  having count(*) > 0
) had on true
where point.organization_id = %(organization)s and point.id = any(%(points)s)
"""


def line_readers(purpose: Purpose, channel: str, point_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Reader]:
    """The readers behind some addresses, by address. One query; none for no address. Units: a month of UTC."""
    if not point_ids:
        return {}
    with connection.cursor() as cursor:
        asked: dict[str, Any] = {"organization": require_organization_id(), "purpose": purpose.id, "channel": channel}
        cursor.execute(_READERS, asked | {"points": list(point_ids), "month": month_of(clock.now())})
        return {point_id: Reader(*told) for point_id, *told in cursor.fetchall()}


def month_of(at: datetime.datetime) -> datetime.datetime:
    """When the month of a moment began, by UTC."""
    return at.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
