"""Many people on a list at once, written past the product's verbs: only what planning reads needs to be as it would be."""

import uuid

from tests.databases import Database
from tooling.bench._ground import settle_down

#: (region, zones) of the numbers; a plan meets a few hundred distinct facts, not one and not a hundred thousand
_PLACES = (
    ("US-NE", "America/Chicago America/Denver"),
    ("US-NY", "America/New_York"),
    ("US-IL", "America/Chicago"),
    ("US-CA", "America/Los_Angeles"),
    ("US-AZ", "America/Phoenix"),
    ("US-WA", "America/Los_Angeles"),
    ("GB", "Europe/London"),
    ("DE", "Europe/Berlin"),
)
#: one in so many has no consent, said stop, is on the excluded list, …
NO_CONSENT, STOPPED = 10, 100


def expected_allowed(count: int) -> int:
    """How many of them may be reached."""
    return sum(1 for index in range(count) if index % NO_CONSENT and (index + 1) % STOPPED)


def fill(base: Database, organization: uuid.UUID, people: uuid.UUID, purpose: uuid.UUID, count: int) -> None:
    """Put `count` people with a mobile number each on a list: one in ten without consent, one in a hundred stopped."""
    regions = ", ".join(f"'{region}'" for region, _ in _PLACES)
    zones = ", ".join(f"'{zone}'" for _, zone in _PLACES)
    common = {"organization": organization, "people": people, "purpose": purpose, "regions": regions, "zones": zones}
    base.run_sql(
        f"create unlogged table crowd as select n, {_id(1)} as contact, {_id(2)} as point, {_id(3)} as event"
        f" from generate_series(0, {count - 1}) n"
    )
    for statement in _ROWS:
        base.run_sql(statement.format(**common, stopped=STOPPED, refused=NO_CONSENT, size=len(_PLACES), id=_id(4)))
    base.run_sql("drop table crowd")
    settle_down(base)


def _id(kind: int) -> str:
    """Ids in the order of n, shaped like UUIDv7: ids made one after the other stand side by side in every index."""
    return f"('0193{kind:04x}-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid"


_ROWS = (
    """insert into consent_point (id, organization_id, kind, digest, platform_digest, address_sealed, hint, region, zones,
         number_type, created_at)
       select point, '{organization}', 'phone', decode(md5('d' || n), 'hex'), decode(md5('p' || n), 'hex'),
         decode(repeat(md5(n::text), 2), 'hex'), '…' || n % 100, (array[{regions}])[n % {size} + 1],
         (array[{zones}])[n % {size} + 1], 'mobile', now() from crowd""",
    """insert into contacts_contact (id, organization_id, first_name, last_name, search_name, language, country, city,
         time_zone, is_minor, fields, created_at, updated_at)
       select contact, '{organization}', 'Person', n::text, 'person ' || n, 'en', '', 'Omaha', '', false, '{{}}', now(), now()
       from crowd""",
    """insert into contacts_contactpoint (id, organization_id, contact_id, point_id, label, created_at)
       select {id}, '{organization}', contact, point, 'phone', now() from crowd""",
    """insert into contacts_listmember (id, organization_id, list_id, contact_id, added_at)
       select {id}, '{organization}', '{people}', contact, now() from crowd""",
    """insert into consent_consentevent (id, organization_id, point_id, purpose_id, channel, status, source, occurred_at,
         recorded_at, actor_kind, origin)
       select event, '{organization}', point, '{purpose}', 'sms', 'granted', 'form', now(), now(), 'user', 'form'
       from crowd where n % {refused} <> 0""",
    """insert into consent_consentstate (id, organization_id, point_id, purpose_id, channel, status, event_id, changed_at)
       select {id}, '{organization}', point, '{purpose}', 'sms', 'granted', event, now() from crowd
       where n % {refused} <> 0""",
    """insert into consent_suppression (id, organization_id, point_id, channel, kind, source, created_at)
       select {id}, '{organization}', point, 'sms', 'opted_out', 'keyword', now() from crowd where (n + 1) % {stopped} = 0""",
)
