"""What the rows of a slice would do to the people we know: read only, so that the trial and the import cannot differ.

One row concerns one person or nobody. It matches somebody by its addresses: the one contact that has all the row's known
addresses; where several share them (a household), the one of the same name. Addresses of different people in one row, or a
household nobody of whom has the name, are refused: a file never joins people and never guesses.
"""

import dataclasses
import json
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from contacts.actions.fields import read_value
from contacts.actions.import_work import Work
from contacts.actions.people import search_text
from contacts.contracts import ParsedRow, Rejected
from contacts.duplicates import Deduplicator
from contacts.rows import RowCleaner
from contacts.selectors.points import rows_about
from contacts.states import Outcome

Key = tuple[str, str]
#: the texts of a contact that a file fills, with the longest we keep
TEXTS = {"first_name": 120, "last_name": 120, "language": 12, "country": 2, "city": 80, "time_zone": 64}
_CONTACT_COLUMNS = ("id", "search_name", "fields", *TEXTS)
_LINKS = (
    "select contact_id, point_id, label from contacts_contactpoint where organization_id = %s and point_id = any(%s)"
)
_CONTACTS = (
    "select id, search_name, fields, first_name, last_name, language, country, city, time_zone"
    " from contacts_contact where organization_id = %s and id = any(%s)"
)
_LISTS = (
    "select m.contact_id, l.name from contacts_listmember m join contacts_list l"
    " on l.organization_id = m.organization_id and l.id = m.list_id where m.organization_id = %s and m.contact_id = any(%s)"
)
_TAGS = (
    "select m.contact_id, t.name from contacts_contacttag m join contacts_tag t"
    " on t.organization_id = m.organization_id and t.id = m.tag_id where m.organization_id = %s and m.contact_id = any(%s)"
)
_LABEL_LENGTHS = {"lists": 80, "tags": 40}


@dataclasses.dataclass(slots=True)
class RowPlan:
    """One row and what it will do. `former` is what an update replaces, `said` what became of its consent by channel."""

    number: int
    outcome: str
    parsed: ParsedRow | None = None
    code: str = ""
    cause: str = ""
    column: str = ""
    cells: Sequence[str] | None = None
    contact_id: uuid.UUID | None = None
    values: dict[str, str] = dataclasses.field(default_factory=dict)
    custom: dict[str, Any] = dataclasses.field(default_factory=dict)
    lists: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    new_links: list[tuple[Key, str]] = dataclasses.field(default_factory=list)
    new_lists: tuple[str, ...] = ()
    new_tags: tuple[str, ...] = ()
    former: dict[str, Any] = dataclasses.field(default_factory=dict)
    problems: list[tuple[str, str, str]] = dataclasses.field(default_factory=list)
    said: dict[str, str] = dataclasses.field(default_factory=dict)

    def refuse(self, code: str, cause: str, column: str = "") -> None:
        """Take nothing of this row but what it says about stopping."""
        self.outcome, self.code, self.cause, self.column = Outcome.REJECTED, code, cause, column
        self.problems = []


@dataclasses.dataclass(slots=True)
class Known:
    """What the database holds about the people of a slice."""

    owners: dict[uuid.UUID, set[uuid.UUID]] = dataclasses.field(default_factory=dict)
    links: set[tuple[uuid.UUID, uuid.UUID, str]] = dataclasses.field(default_factory=set)
    contacts: dict[uuid.UUID, dict[str, Any]] = dataclasses.field(default_factory=dict)
    lists: dict[uuid.UUID, set[str]] = dataclasses.field(default_factory=dict)
    tags: dict[uuid.UUID, set[str]] = dataclasses.field(default_factory=dict)


def clean_row(number: int, cells: list[str], work: Work, cleaner: RowCleaner, deduplicator: Deduplicator) -> RowPlan:
    """One row as a person, refused, or found earlier in the file; nothing is looked up."""
    parsed = cleaner.clean(number, cells)
    if isinstance(parsed, Rejected):
        return RowPlan(number, Outcome.REJECTED, None, parsed.code, parsed.cause, parsed.column, cells)
    first = deduplicator.first_row(number, parsed.addresses())
    plan = RowPlan(number, Outcome.DUPLICATE if first else Outcome.CREATED, parsed, cells=cells)
    plan.problems = [(problem.code, problem.cause, problem.column) for problem in parsed.problems]
    if not first and work.kind == "people":
        _take_values(plan, parsed, work)
    return plan


def _take_values(plan: RowPlan, parsed: ParsedRow, work: Work) -> None:
    """The row's own words as we keep them: names in two parts, texts cut to size, custom values typed."""
    fields = dict(parsed.fields)
    whole = fields.pop("full_name", "")
    if whole and not fields.get("first_name") and not fields.get("last_name"):
        fields["first_name"], _, fields["last_name"] = whole.partition(" ")
    for name, text in fields.items():
        if text and name in TEXTS:
            plan.values[name] = text[: TEXTS[name]].rstrip()
            if len(text) > TEXTS[name]:
                plan.problems.append(("too_long", "cut", work.header_of(name) or work.header_of("full_name")))
    for key, text in parsed.custom:
        kind, choices = work.custom.get(key, ("", ()))
        value = read_value(kind, choices, text) if kind else None
        if value is not None:
            plan.custom[key] = value
        elif kind:
            plan.problems.append(("custom_field", kind, work.header_of(f"custom:{key}")))
    plan.lists = tuple(dict.fromkeys(name[: _LABEL_LENGTHS["lists"]].rstrip() for name in parsed.lists))
    plan.tags = tuple(dict.fromkeys(name[: _LABEL_LENGTHS["tags"]].rstrip() for name in parsed.tags))


def addresses_of(parsed: ParsedRow) -> list[tuple[Key, str]]:
    """The row's addresses with the label each will have: a WhatsApp number equal to the phone is that phone."""
    found: list[tuple[Key, str]] = []
    if parsed.phone:
        found.append((("phone", parsed.phone.e164), "phone"))
    if parsed.whatsapp and (parsed.phone is None or parsed.whatsapp.e164 != parsed.phone.e164):
        found.append((("phone", parsed.whatsapp.e164), "whatsapp"))
    if parsed.email:
        found.append((("email", parsed.email.key), "email"))
    return found


def look_up(points: Mapping[Key, uuid.UUID], work: Work, plans: Sequence[RowPlan]) -> Known:
    """What the database holds about the people behind these addresses. At most four queries."""
    known = Known()
    for contact_id, point_id, label in rows_about(_LINKS, list(set(points.values()))):
        known.owners.setdefault(point_id, set()).add(contact_id)
        known.links.add((contact_id, point_id, label))
    ids = list({contact_id for owners in known.owners.values() for contact_id in owners})
    if not ids:
        return known
    for row in rows_about(_CONTACTS, ids):
        found = known.contacts[row[0]] = dict(zip(_CONTACT_COLUMNS, row, strict=True))
        found["fields"] = json.loads(found["fields"])
    if work.list_id or any(plan.lists for plan in plans):
        for contact_id, name in rows_about(_LISTS, ids):
            known.lists.setdefault(contact_id, set()).add(name)
    if any(plan.tags for plan in plans):
        for contact_id, name in rows_about(_TAGS, ids):
            known.tags.setdefault(contact_id, set()).add(name)
    return known


def decide_slice(
    plans: Sequence[RowPlan],
    points: Mapping[Key, uuid.UUID],
    known: Known,
    erased: set[uuid.UUID],
    touched: Deduplicator,
    list_name: str,
) -> None:
    """Give every row its outcome: new, changed, the same, twice in the file, or refused. Nothing is asked or written."""
    for plan in plans:
        if plan.parsed is None:
            continue
        addresses = addresses_of(plan.parsed)
        closed = {points[key] for key, _ in addresses if points.get(key) in erased}
        if closed and not _had_before(closed, plan, addresses, points, known):
            plan.refuse("erased_person", "asked")
            plan.cells = plan.parsed = None
        elif plan.outcome == Outcome.CREATED:
            _decide(plan, addresses, points, known, touched, list_name)


def _decide(
    plan: RowPlan,
    addresses: Sequence[tuple[Key, str]],
    points: Mapping[Key, uuid.UUID],
    known: Known,
    touched: Deduplicator,
    list_name: str,
) -> None:
    wanted_lists = tuple(dict.fromkeys((*plan.lists, *((list_name,) if list_name else ()))))
    candidates = _candidates(plan, addresses, points, known)
    if candidates is None:
        plan.refuse("two_people", "match")
        return
    if not candidates:
        plan.new_links, plan.new_lists, plan.new_tags = list(addresses), wanted_lists, plan.tags
        return
    (contact_id,) = candidates
    plan.contact_id = contact_id
    if touched.first_row(plan.number, [("contact", str(contact_id))]):
        plan.outcome = Outcome.DUPLICATE
        return
    plan.new_links = [
        (key, label)
        for key, label in addresses
        if key not in points or (contact_id, points[key], label) not in known.links
    ]
    plan.new_lists = tuple(name for name in wanted_lists if name not in known.lists.get(contact_id, ()))
    plan.new_tags = tuple(name for name in plan.tags if name not in known.tags.get(contact_id, ()))
    _compare(plan, known.contacts[contact_id])


def _candidates(
    plan: RowPlan, addresses: Sequence[tuple[Key, str]], points: Mapping[Key, uuid.UUID], known: Known
) -> set[uuid.UUID] | None:
    """The person this row is about: one, nobody yet (empty), or None when that cannot be told."""
    owners = [known.owners[points[key]] for key, _ in addresses if key in points and points[key] in known.owners]
    if not owners:
        return set()
    common = set.intersection(*owners)
    if len(common) <= 1:
        return common or None
    name = search_text(plan.values.get("first_name", ""), plan.values.get("last_name", ""))
    named = {contact_id for contact_id in common if known.contacts[contact_id]["search_name"] == name}
    return named if len(named) == 1 else None


def _had_before(
    closed: set[uuid.UUID],
    plan: RowPlan,
    addresses: Sequence[tuple[Key, str]],
    points: Mapping[Key, uuid.UUID],
    known: Known,
) -> bool:
    """Whether addresses of an erased person are all those of somebody who shared them, and the row names nobody else."""
    name = search_text(plan.values.get("first_name", ""), plan.values.get("last_name", ""))
    candidates = _candidates(plan, addresses, points, known)
    return bool(candidates) and all(
        contact_id in known.owners.get(point_id, ()) and name in ("", known.contacts[contact_id]["search_name"])
        for contact_id in candidates or ()
        for point_id in closed
    )


def _compare(plan: RowPlan, row: Mapping[str, Any]) -> None:
    """Keep what differs from the contact, and what it was before. An empty cell never empties a field."""
    before = {name: row[name] for name, text in plan.values.items() if row[name] != text}
    custom = {key: row["fields"].get(key) for key, value in plan.custom.items() if row["fields"].get(key) != value}
    plan.values = {name: plan.values[name] for name in before}
    plan.custom = {key: plan.custom[key] for key in custom}
    if before or custom or plan.new_links or plan.new_lists or plan.new_tags:
        plan.outcome = Outcome.UPDATED
        plan.former = {"texts": before, "custom": custom, "lists": plan.new_lists, "tags": plan.new_tags}
    else:
        plan.outcome = Outcome.UNCHANGED
