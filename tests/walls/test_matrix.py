"""F23: every route with every id of another organisation, with both walls, with each alone, and (as a control) with none.

An answer for another organisation's id is the answer for an id that never existed; nothing of the other organisation is in
any byte, and no row of it changes. With both walls off every object route must leak, or its test would be blind.
"""

import collections
import contextlib
import dataclasses
import io
import json
import re
import uuid
import zipfile
from typing import Any

import pytest
from django.core import mail
from django.db import models, transaction
from django.test import Client

from accounts.actions.members import remove_member
from accounts.models import OrganizationManager
from accounts.roles import API_SCOPES
from core.tenancy import TenantManager, require_organization_id, tenant_context
from tests.counts import say
from tests.factories.accounts import join, logged_in, make_team
from tests.proofs import proves
from tests.snapshots import changed, rows_of, tables_by_column
from tests.walls.bodies import BODIES, body_of_form
from tests.walls.routes import Route, all_routes, routes_of_organizations
from tests.walls.seeds import Seeds, plant
from tests.walls.slots import model_of_slot

METHODS = {"member": ("GET", "POST"), "api": ("GET", "POST", "PUT", "PATCH", "DELETE")}
#: names under which an id might be asked for in a query string
QUERY_SLOTS = (
    "contact_id", "list_id", "tag_id", "campaign_id", "run_id", "purpose_id", "sender_id", "template_id", "point_id",
)  # fmt: skip


@dataclasses.dataclass(slots=True)
class Knocker:
    """Somebody who asks: a browser, and the headers it always sends."""

    name: str
    browser: Client
    headers: dict[str, str]


@dataclasses.dataclass(slots=True)
class House:
    """Two organisations full of rows, an empty third, and everybody who knocks."""

    ours: Seeds
    theirs: Seeds
    knockers: dict[str, Knocker]
    theirs_before: Any
    tally: collections.Counter[str]

    def ask(self, who: str, method: str, path: str, body: Any = None, *, as_json: bool = False) -> "Answer":
        """One request in a transaction that is rolled back; nothing of the others may come back or change."""
        knocker = self.knockers[who]
        self.tally["requests"] += 1
        sent: dict[str, Any] = {"headers": knocker.headers}
        if method != "GET":
            sent |= {"data": json.dumps(body or {}), "content_type": "application/json"} if as_json else {}
            if not as_json and method == "POST":
                sent["data"] = body or {}
        with transaction.atomic():
            response = getattr(knocker.browser, method.lower())(path, **sent)
            moved = changed(self.theirs_before, rows_of(self.theirs.team.id)) if method != "GET" else {}
            transaction.set_rollback(True)
        return Answer(response, moved)


class Answer:
    """What came back, and which of the other organisation's tables moved."""

    def __init__(self, response: Any, moved: dict[str, int]) -> None:
        self.status = response.status_code
        self.body = _bytes_of(response)
        self.headers = str(sorted(response.headers.items()))
        self.location = response.headers.get("Location", "")
        self.context = response.context
        self.moved = moved

    def shape(self) -> tuple[Any, ...]:
        """The answer without what differs between any two requests: ids, tokens of the form, hashes, times."""
        return self.status, _plain(self.location), _plain(self.body.decode(errors="replace")), str(self.moved)

    def shows(self, canary: str) -> bool:
        """Whether a word of the other organisation is in any byte, or one of its rows moved."""
        return canary.encode().lower() in (self.body + self.headers.encode()).lower() or bool(self.moved)


def _bytes_of(response: Any) -> bytes:
    """What came back; of a zip what is in it, because packed bytes hide every word."""
    body = b"".join(response) if response.streaming else response.content
    if response.headers.get("Content-Type") != "application/zip":
        return body
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return b"".join(archive.read(name) for name in archive.namelist())


def _plain(text: str) -> str:
    text = re.sub(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}", "ID", text)
    text = re.sub(r'("X-CSRFToken": "|name="csrfmiddlewaretoken" value=")[^"]+', r"\1", text)
    text = re.sub(r"\b[0-9a-f]{16,128}\b", "HASH", text)
    return re.sub(r"(?<!\d)\d\d:\d\d(:\d\d(\.\d+Z)?)?\b", "TIME", text)


# ── the four arms ──


@contextlib.contextmanager
def managers_off():
    """The code's own filter gone, everywhere."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TenantManager, "get_queryset", lambda self: models.Manager.get_queryset(self))
        patch.setattr(
            OrganizationManager, "get_queryset", lambda self: models.Manager.get_queryset(self).order_by("created_at")
        )
        patch.setattr(OrganizationManager, "current", _current)
        yield


def _current(manager):
    """Which organisation one is in is the session's question, not a filter's."""
    return models.Manager.get_queryset(manager).get(id=require_organization_id())


@contextlib.contextmanager
def row_security_off(database):
    """The database's own filter gone, in every table."""
    tables = [table for table, _ in tables_by_column()]
    database.run_sql("; ".join(f"alter table {table} disable row level security" for table in tables))
    try:
        yield
    finally:
        database.run_sql("; ".join(f"alter table {table} enable row level security" for table in tables))


@pytest.fixture
def house(committed_db):
    """Committed, because the arm without row-level security changes the tables behind the product's back."""
    scopes = list(API_SCOPES)
    acme, rival, empty = make_team("Acme"), make_team("Rival"), make_team("Empty", ())
    ours, theirs = plant(acme, scopes), plant(rival, scopes)
    gone = join(acme, "admin")
    removed = logged_in(gone, acme.id)
    with tenant_context(acme.id):
        remove_member(actor=acme.actor(), member=acme.member("admin"))
    knockers = {
        "owner": Knocker("owner", acme.client(), {}),
        "viewer": Knocker("viewer", acme.client("viewer"), {}),
        "owner of a third organisation": Knocker("third", empty.client(), {}),
        "nobody": Knocker("nobody", Client(raise_request_exception=False), {}),
        "removed member": Knocker("removed", removed, {}),
        "key": Knocker("key", Client(raise_request_exception=False), {"Authorization": f"Bearer {ours.key}"}),
    }
    return House(ours, theirs, knockers, rows_of(rival.id), collections.Counter())


# ── one route ──


def own_ids(route: Route, seeds: Seeds) -> dict[str, Any]:
    """The ids of one organisation's rows for every slot of a route."""
    return {slot: seeds.id_of(model_of_slot(slot)) for slot in route.ids}


def right_knocker(route: Route) -> str:
    """Who has every right there is on this route."""
    assert route.door is not None
    return "key" if route.door.kind == "api" else "owner"


def body_for(house: House, route: Route) -> dict[str, Any]:
    """What a right request to this route posts."""
    if route.name in BODIES:
        return BODIES[route.name](house.ours)
    assert route.door is not None
    if route.door.kind == "api":
        return {}
    page = house.ask(right_knocker(route), "GET", route.path(own_ids(route, house.ours)))
    form = page.context.get("form") if page.context is not None else None
    if form is None:
        return {}
    with tenant_context(house.ours.team.id):
        return body_of_form(form, house.ours)


def variants(house: House, route: Route):
    """Every way to put another organisation's id, or one that never existed, into one slot of an otherwise right request.

    Yields the slot's name and a function from the wrong id to (path, body).
    """
    ids, body = own_ids(route, house.ours), body_for(house, route)
    models_by_id = {str(row.pk): label for label, row in house.ours.rows.items()}
    for slot in route.ids:
        yield slot, model_of_slot(slot), lambda wrong, slot=slot: (route.path(ids | {slot: wrong}), body)
    for field, value in body.items():
        first = str(value[0] if isinstance(value, list) and value else value)
        if first in models_by_id:
            many = isinstance(value, list)
            yield (
                field,
                models_by_id[first],
                lambda wrong, field=field, many=many: (
                    route.path(ids),
                    body | {field: [str(wrong)] if many else str(wrong)},
                ),
            )


def pair(house: House, who: str, method: str, make: Any, label: str, *, as_json: bool) -> tuple[Answer, Answer]:
    """The answers for the other organisation's id and for an id that never existed."""
    answers = []
    for wrong in (house.theirs.id_of(label), uuid.uuid4()):
        path, body = make(wrong)
        answers.append(house.ask(who, method, path, body, as_json=as_json))
    return answers[0], answers[1]


def leaks_of_slots(house: House, route: Route, knockers: list[str]) -> dict[str, set[str]]:
    """Slot → how it leaked: an answer that differs, a canary that shows, a row that moved."""
    assert route.door is not None
    found: dict[str, set[str]] = {}
    for slot, label, make in variants(house, route):
        found[slot] = set()
        house.tally["slots"] += 1
        for who in knockers:
            for method in METHODS[route.door.kind]:
                theirs, never = pair(house, who, method, make, label, as_json=route.door.kind == "api")
                if theirs.shape() != never.shape() or theirs.shows(house.theirs.canary):
                    found[slot].add(f"{who} {method}: {theirs.status} instead of {never.status}")
    return found


def leaks_of_page(house: House, route: Route, who: str) -> set[str]:
    """Whether the route with our own ids, alone or with the others' ids in its query string, shows anything of theirs."""
    path = route.path(own_ids(route, house.ours))
    theirs = "&".join(f"{slot[:-3]}={house.theirs.id_of(model_of_slot(slot))}" for slot in QUERY_SLOTS)
    never = "&".join(f"{slot[:-3]}={uuid.uuid4()}" for slot in QUERY_SLOTS)
    plain, foreign, random = (house.ask(who, "GET", path + query) for query in ("", f"?{theirs}", f"?{never}"))
    found = {f"fails with {plain.status}"} if plain.status >= 500 else set()
    found |= {"page"} if plain.shows(house.theirs.canary) or foreign.shows(house.theirs.canary) else set()
    return found | ({"query"} if foreign.shape() != random.shape() else set())


def walk(house: House, knockers: list[str] | None) -> tuple[dict[str, set[str]], set[str]]:
    """Visit every route; answer where something leaked ("route slot"), and which pages or slots were looked at."""
    leaks: dict[str, set[str]] = {}
    seen: set[str] = set()
    for route in routes_of_organizations():
        house.tally["routes"] += 1
        who = right_knocker(route)
        leaks[f"{route.name} page"] = leaks_of_page(house, route, who)
        for slot, how in leaks_of_slots(house, route, knockers or [who]).items():
            leaks[f"{route.name} {slot}"] = how
            seen.add(f"{route.name} {slot}")
    return leaks, seen


def report(house: House, arm: str, knockers: int) -> None:
    count = house.tally
    say(f"{arm}: {count['routes']} routes, {count['slots']} slots, {knockers} roles, {count['requests']} requests")
    house.tally.clear()


# ── the tests ──


@proves("A2", "fault-23")
@pytest.mark.timeout(600)
def test_no_route_shows_or_changes_anything_of_another_organisation_with_both_walls_or_either_alone(
    house, committed_db
):
    everybody = list(house.knockers)
    arms = {
        "both walls": (contextlib.nullcontext(), everybody),
        "the manager alone": (row_security_off(committed_db), None),
        "row-level security alone": (managers_off(), None),
    }

    for arm, (without, knockers) in arms.items():
        with without:
            leaks, seen = walk(house, knockers)
        assert {where: how for where, how in leaks.items() if how} == {}, arm
        assert {where.partition(" ")[0] for where in leaks} == {route.name for route in routes_of_organizations()}
        assert seen >= {f"{route.name} {slot}" for route in routes_of_organizations() for slot in route.ids}
        report(house, arm, len(knockers or ["who may"]))

    assert rows_of(house.theirs.team.id) == house.theirs_before
    assert house.theirs.canary.lower() not in str([message.message() for message in mail.outbox]).lower()


@proves("fault-23")
@pytest.mark.timeout(600)
def test_without_any_wall_every_object_route_leaks_so_none_of_these_tests_is_blind(house, committed_db):
    with row_security_off(committed_db), managers_off():
        leaks, seen = walk(house, None)

    leaky = {where.partition(" ")[0] for where in seen if leaks[where]}
    blind = {where.partition(" ")[0] for where in seen} - leaky
    assert blind == set(), "these routes did not leak with both walls off: their test proves nothing"
    assert leaky
    report(house, "no wall", 1)


@proves("fault-23")
def test_every_route_of_an_object_finds_our_own_object(house):
    lost = []
    for route in routes_of_organizations():
        if route.ids:
            path, body, door = route.path(own_ids(route, house.ours)), body_for(house, route), route.door
            statuses = [
                house.ask(right_knocker(route), method, path, body, as_json=door.kind == "api").status
                for method in METHODS[door.kind]
            ]
            if not {status for status in statuses if status < 500} - {404, 405, 403, 401}:
                lost.append(f"{route.name}: {statuses}")

    assert lost == []


@proves("fault-23")
def test_every_other_route_of_ours_shows_nothing_of_any_organisation_to_anybody(house):
    visited = 0
    for route in all_routes():
        if not route.is_ours or route.door is None or route.door.kind in ("member", "api"):
            continue
        path = route.path(own_ids(route, house.theirs))
        for who in ("nobody", "owner", "key"):
            for method in ("GET", "POST"):
                answer = house.ask(who, method, path, {"id": str(house.theirs.team.id)})
                assert answer.status < 500, f"{route.name} {method}"
                assert not answer.shows(house.theirs.canary), f"{route.name} {method} as {who}"
                visited += 1

    assert visited
    say(f"{visited} requests to routes outside organisations")
