"""What `facts_sql` asks about lists and registers, where the organisation has any; whoever has none does not pay for it."""

from typing import Final

from consent.selectors.stop_lists import Lists

_LISTED: Final = "coalesce(listed.names, '')"
_JOIN: Final = """
    left join lateral (
      select string_agg(distinct name, ',' order by name) as names from (
        select l.kind || ' ' || coalesce(nullif(l.country, ''), '*') as name
        from consent_stoplistentry e
        join consent_stoplist l on l.organization_id = e.organization_id and l.id = e.list_id
        where e.organization_id = %(organization)s and e.digest = point.digest and e.form = point.kind
          and e.removed_at is null and (e.expires_at is null or e.expires_at > %(at)s) and e.channel in ('', %(channel)s)
          and l.ended_at is null and (l.expires_at is null or l.expires_at > %(at)s)
        union all
        select matched.name from matched where matched.point_id = asked.point_id
      ) names
    ) listed on true"""
_MATCHED: Final = """,
    matched as materialized (
      select * from unnest(%(matched_points)s::uuid[], %(matched_names)s::text[]) as found(point_id, name)
    )"""


def listing(lists: Lists) -> tuple[str, str, str]:
    """The pieces of SQL: a further CTE, the column, and its join."""
    return (_MATCHED, _LISTED, _JOIN) if lists.any else ("", "''", "")
