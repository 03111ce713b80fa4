"""Planning: everybody of the audience becomes a recipient row, with evidence or with the reason why not.

Set-based: SQL reduces people to distinct facts, the gate decides once for each, one INSERT … SELECT writes the rows. Rows and
cursor commit together, slice by slice, so a plan that was killed goes on where it stopped and counts nobody twice.
"""

import dataclasses
import secrets
import time
import uuid
from collections.abc import Sequence
from typing import Any

from django.db import connection

from campaigns.actions.asking import leave_out_unasked
from campaigns.models import Recipient, Run
from campaigns.personal_values import message_for, needs_values, plain_names
from campaigns.selectors.drafts import list_ids
from contacts.models import Contact
from core import clock
from messaging.channels.registry import channel as channel_of
from messaging.facts import (
    Context,
    RawFacts,
    Verdict,
    context_for,
    decide_distinct,
    facts_parameters,
    raw_facts,
    run_facts,
)

SLICE = 50_000
_FACT_COLUMNS = ", ".join(field.name for field in dataclasses.fields(RawFacts))

# One row for each person on an included list, with their first address for the channel: its best kind, and as what they
# gave it (a number given for WhatsApp alone gets no texts and no calls). One that two people share goes to the first of them.
_PEOPLE = """
create temporary table plan_people on commit drop as
select audience.contact_id, address.point_id,
  exists (select from contacts_listmember x where x.organization_id = %(organization)s and x.list_id = any(%(excluded)s)
          and x.contact_id = audience.contact_id) as excluded
from (
  select distinct m.contact_id from contacts_listmember m
  where m.organization_id = %(organization)s and m.list_id = any(%(included)s)
    and (%(after)s::uuid is null or m.contact_id > %(after)s)
  order by m.contact_id limit %(slice)s
) audience
left join lateral (
  select l.point_id from contacts_contactpoint l
  join consent_point p on p.organization_id = l.organization_id and p.id = l.point_id
    and p.kind = any(%(point_kinds)s::text[])
  where l.organization_id = %(organization)s and l.contact_id = audience.contact_id
    and l.label = any(%(point_kinds)s::text[])
  order by array_position(%(point_kinds)s::text[], l.label::text), array_position(%(point_kinds)s::text[], p.kind::text),
    l.created_at, l.id limit 1
) address on true
"""

_VERDICTS = """
create temporary table plan_verdicts (
  has_address boolean, kind text, number_type text, in_circle boolean, suppression text, consent text, minor boolean,
  regions text, zones text, heard boolean, own_full boolean, own_hours text, listed text, counts integer[],
  rooms timestamptz[],
  outcome text, reason text, until timestamptz, decision_id uuid
) on commit drop
"""

# Addresses that earlier slices of this run have given to somebody: one pass and one hash, however many there are. A look-up
# for each person would walk the whole run every time, because no index of the recipients begins with the address.
_TAKEN = """
create temporary table plan_taken on commit drop as
select distinct r.point_id from campaigns_recipient r
where not %(first)s and r.organization_id = %(organization)s and r.run_id = %(run)s and r.outcome = 'allowed'
"""

# Ids are shaped like UUIDv7 from one random start per slice: the server's own uuidv7() costs 4–5 us a row (docs/adr).
_RECIPIENTS = """
insert into campaigns_recipient
  (id, organization_id, run_id, contact_id, point_id, outcome, reason, decision_id, evidence_id, due_at)
select (%(prefix)s || to_hex((-9223372036854775808) + %(start)s + row_number() over ()))::uuid,
  %(organization)s, %(run)s, judged.contact_id, judged.point_id,
  case when judged.reason = '' then 'allowed' else 'left_out' end, judged.reason, judged.decision_id, judged.evidence_id,
  case when judged.reason = '' then coalesce(judged.until, %(at)s) end
from (
  select p.contact_id, p.point_id, f.event_id as evidence_id, v.decision_id, v.until,
    case when p.excluded then 'excluded'
         when v.outcome = 'denied' then v.reason
         when row_number() over (partition by p.point_id, p.excluded, v.outcome = 'denied' order by p.contact_id) > 1
              or taken.point_id is not null then 'same_address'
         when unfit.contact_id is not null then unfit.reason
         when f.event_id is null then 'no_consent'
         else '' end as reason
  from plan_people p
  join plan_facts f on f.key = p.contact_id
  join plan_verdicts v
    using (has_address, kind, number_type, in_circle, suppression, consent, minor, regions, zones, heard,
           own_full, own_hours, listed, counts, rooms)
  left join plan_unfit unfit on unfit.contact_id = p.contact_id
  left join plan_taken taken on taken.point_id = p.point_id
) judged
on conflict (organization_id, run_id, contact_id) do nothing
"""


# Most texts only print names: then an empty column says as much as rendering would, and nobody's row leaves the database.
_UNFIT = """
insert into plan_unfit select c.id, 'missing_value' from contacts_contact c
where c.organization_id = %(organization)s and c.id in (select contact_id from plan_people)
  and ('first_name' = any(%(needed)s) and c.first_name = '' or 'last_name' = any(%(needed)s) and c.last_name = ''
       or 'city' = any(%(needed)s) and c.city = '' or 'country' = any(%(needed)s) and c.country = ''
       or 'language' = any(%(needed)s) and c.language = '')
"""


def plan_batch(run: Run) -> bool:
    """Plan the next slice of a run; answer whether there may be more. One transaction, the caller's.

    Effects: a recipient row for each person of the slice, decisions for distinct facts, the cursor. At most about a dozen
             statements for up to 50,000 people.
    """
    at = max(clock.now(), run.planned_for)
    version = run.template_version
    context = context_for(
        sender=run.sender, purpose=run.purpose, at=at, version_id=version.id, text=version.body, adds_lines=True
    )
    included, excluded = list_ids(run.campaign)
    parameters = facts_parameters(context) | {
        "included": included,
        "excluded": excluded,
        "point_kinds": list(channel_of(run.sender.channel).point_kinds),
        "after": run.planned_through,
        "slice": SLICE,
        "run": run.id,
        "first": run.planned_through is None,
    }
    with connection.cursor() as cursor:
        cursor.execute(_PEOPLE, parameters)
        people = cursor.rowcount
        asked = "select contact_id as key, point_id from plan_people"
        run_facts(cursor, context, asked, parameters, "plan_facts")
        _judge(cursor, context)
        _find_unfit(cursor, run)
        if run.campaign.kind == "ask_again":
            leave_out_unasked(cursor, parameters)
        cursor.execute(_TAKEN, parameters)
        cursor.execute("analyze plan_people; analyze plan_facts; analyze plan_verdicts; analyze plan_taken")
        cursor.execute(_RECIPIENTS, parameters | _identifiers())
        cursor.execute("select contact_id from plan_people order by contact_id desc limit 1")
        last = next((row[0] for row in cursor.fetchall()), None)
        cursor.execute("drop table plan_people, plan_facts, plan_verdicts, plan_unfit, plan_taken")
    _move_cursor(run, context, last)
    return bool(people == SLICE)


def _judge(cursor: Any, context: Context) -> None:
    cursor.execute(f"select distinct {_FACT_COLUMNS} from plan_facts")
    verdicts = decide_distinct(context, [raw_facts(row) for row in cursor.fetchall()])
    cursor.execute(_VERDICTS)
    rows = [_verdict_row(raw, verdict) for raw, verdict in verdicts.items()]
    if rows:
        cursor.executemany(f"insert into plan_verdicts values ({', '.join(['%s'] * 19)})", rows)


def _verdict_row(raw: RawFacts, verdict: Verdict) -> list[Any]:
    facts = [
        raw.has_address,
        raw.kind,
        raw.number_type,
        raw.in_circle,
        raw.suppression,
        raw.consent,
        raw.minor,
        raw.regions,
        raw.zones,
        raw.heard,
        raw.own_full,
        raw.own_hours,
        raw.listed,
    ]
    return [
        *facts,
        list(raw.counts),
        list(raw.rooms),
        verdict.outcome,
        verdict.reason,
        verdict.until,
        verdict.record_id,
    ]


def _find_unfit(cursor: Any, run: Run) -> None:
    """People for whom the message cannot be made; only texts with variables need to look."""
    cursor.execute("create temporary table plan_unfit (contact_id uuid primary key, reason text) on commit drop")
    channel, version = channel_of(run.sender.channel), run.template_version
    texts = channel.texts(version)
    if not needs_values(texts):
        return
    plain = plain_names(texts)
    if plain is not None:
        cursor.execute(
            _UNFIT, {"organization": run.organization_id, "needed": [name.removeprefix("contact.") for name in plain]}
        )
        return
    cursor.execute(
        f"select f.key from plan_facts f join plan_verdicts v using ({_FACT_COLUMNS}) where v.outcome <> 'denied'"
    )
    candidates = [row[0] for row in cursor.fetchall()]
    unfit = [contact.id for contact in _contacts(candidates) if message_for(channel, version, contact) is None]
    cursor.execute("insert into plan_unfit select unnest(%s::uuid[]), 'missing_value'", [unfit])


def _contacts(ids: Sequence[uuid.UUID]) -> Any:
    return Contact.objects.filter(id__in=ids).only(
        "id", "first_name", "last_name", "city", "country", "language", "fields"
    )


def _identifiers() -> dict[str, Any]:
    """The first half of the ids (time, version, random) and where their second half starts to count."""
    milliseconds, middle = time.time_ns() // 1_000_000, secrets.randbits(12)
    return {"prefix": f"{milliseconds:012x}7{middle:03x}", "start": secrets.randbits(60)}


def _move_cursor(run: Run, context: Context, last: uuid.UUID | None) -> None:
    if last is not None:
        run.planned_through = last
    run.rules_version = context.rules.version
    rows = Recipient.objects.filter(run=run)
    run.planned_count, run.allowed_count = rows.count(), rows.filter(outcome="allowed").count()
    run.save(update_fields=["planned_through", "rules_version", "planned_count", "allowed_count"])
