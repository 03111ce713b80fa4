"""What a messy file must amount to in an organisation, worked out row by row in the plainest way from its truth."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from consent.actions.points import address_text
from consent.models import ConsentState, Point, Suppression
from contacts.models import Contact, ContactPoint, ImportJob, ImportRow
from core.tenancy import tenant_context
from tests.factories.accounts import Team
from tests.support.messy_contacts import Truth

#: rows of the file that are written together; inside them a stop counts before any yes
SLICE = 2_000
_OUTCOMES = {"accept": "created", "duplicate": "duplicate", "reject": "rejected"}
_STRENGTH = ("unproven", "granted", "withdrawn")
_NOTES = ("kept_out", "withdrawn", "granted", "unproven", "unchanged")

Place = tuple[str, str]


def outcomes_of(truth: Iterable[Truth], *, again: bool = False) -> dict[int, tuple[str, str]]:
    """Row → what becomes of it and, for a refused one, why. Imported again, people are the same as they were."""
    found = {each.row: (_OUTCOMES[each.outcome], each.detail * (each.outcome == "reject")) for each in truth}
    return {row: ("unchanged", "") if again and told[0] == "created" else told for row, told in found.items()}


def people_of(truth: Iterable[Truth]) -> Counter[frozenset[str]]:
    """The addresses of everybody the file brings, person by person."""
    return Counter(frozenset({each.phone, each.email} - {""}) for each in truth if each.outcome == "accept")


def consent_of(truth: Iterable[Truth], stopped: Iterable[Place] = ()) -> dict[Place, str]:
    """Address and channel → the strongest of all that was said: a stop before a proven yes before a claim."""
    found = dict.fromkeys(stopped, "withdrawn")
    for place, state in _said(truth):
        found[place] = max(found.get(place, state), state, key=_STRENGTH.index)
    return found


def notes_of(truth: Sequence[Truth], held: dict[Place, str]) -> dict[int, str]:
    """Row → the word about its consent, when this is what holds before the file."""
    held, found = dict(held), {}
    for start in range(0, len(truth), SLICE):
        rows = truth[start : start + SLICE]
        before = dict(held)
        held |= {place: state for place, state in _said(rows) if state == "withdrawn"}
        for each in rows:
            notes = {_note(place, state, before, held) for place, state in _said([each])}
            found[each.row] = next((note for note in _NOTES if note in notes), "")
    return found


def _note(place: Place, state: str, before: dict[Place, str], held: dict[Place, str]) -> str:
    if state == "withdrawn":
        return "unchanged" if before.get(place) == "withdrawn" else "withdrawn"
    if held.get(place) == "withdrawn":
        return "kept_out"
    if place in held and _STRENGTH.index(held[place]) >= _STRENGTH.index(state):
        return "unchanged"
    held[place] = state
    return state


def _said(truth: Iterable[Truth]) -> list[tuple[Place, str]]:
    return [
        ((each.email if channel == "email" else each.phone, channel), state)
        for each in truth
        for channel, state in each.claims
    ]


def recorded(team: Team, job: ImportJob) -> dict[str, Any]:
    """What the record of an import says of its rows: outcome and reason, and the word about consent."""
    with tenant_context(team.id):
        rows = list(
            ImportRow.objects.filter(job=job).values_list("number", "outcome", "code", "consent_note")
        )  # fmt: skip
    assert len(rows) == len({row[0] for row in rows})
    return {
        "outcomes": {number: (outcome, code * (outcome == "rejected")) for number, outcome, code, _ in rows},
        "notes": {number: note for number, _, _, note in rows},
    }


def world(team: Team) -> dict[str, Any]:
    """The people of an organisation by their addresses, and what holds for each address and channel."""
    with tenant_context(team.id):
        texts = {point.id: address_text(point).lower() for point in Point.objects.all()}
        people: dict[Any, set[str]] = {key: set() for key in Contact.objects.values_list("id", flat=True)}
        for contact_id, point_id in ContactPoint.objects.values_list("contact_id", "point_id"):
            people[contact_id].add(texts[point_id])
        states = ConsentState.objects.values_list("point_id", "channel", "status")
        consent = {(texts[point_id], channel): status for point_id, channel, status in states}
        stops = Suppression.objects.filter(lifted_at=None).values_list("point_id", "channel")
        consent |= {(texts[point_id], channel): "withdrawn" for point_id, channel in stops}
    return {"people": Counter(map(frozenset, people.values())), "consent": consent}


def differences(found: dict[Any, Any], wanted: dict[Any, Any]) -> dict[Any, tuple[Any, Any]]:
    """Key → what is there and what should be, wherever they differ."""
    return {
        key: (found.get(key), wanted.get(key))
        for key in found.keys() | wanted.keys()
        if found.get(key) != wanted.get(key)
    }
