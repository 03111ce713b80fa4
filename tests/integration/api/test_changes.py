"""Copies kept by other programs: pages while rows are added, and what changed since, on every list a table keeps."""

import urllib.parse
import uuid

import pytest
from django.apps import apps

from accounts.roles import API_SCOPES
from core import clock
from core.tenancy import tenant_context
from tests.factories.accounts import make_key
from tests.integration.api.conftest import Application, told
from tests.integration.api.test_readings import ROWS, address, parameters
from tests.proofs import proves
from tests.walls.seeds import plant, plant_another

LISTS = sorted(name for name, model in ROWS.items() if model)
#: rows of an import are told once it has run, and purposes are few and come whole: neither is asked for by a moment
BY_MOMENT = sorted({*LISTS} - {"list_import_rows", "list_purposes"})
#: what happens to a row of each list; a fact of the ledger never changes
CHANGES = {
    "list_lists": {"name": "Another"},
    "list_contacts": {"first_name": "Another"},
    "list_imports": {"rows_done": 7},
    "list_senders": {"label": "Another"},
    "list_registrations": {"reason": "another"},
    "list_messages": {"delivery_rank": 50},
    "list_inbound": {"verdict": "not_stop"},
    "list_templates": {"quality": "red"},
    "list_campaigns": {"state": "cancelled"},
    "list_calls": {"outcome": "busy"},
    "list_text_overrides": {"state": "declined", "decided_by": uuid.UUID(int=7), "decided_at": "2126-01-02T10:00:00Z"},
    "list_stops": {"lifted_at": "2026-01-02T10:00:00Z"},
}


@pytest.fixture
def seeds(acme, rival):
    """One row of everything, and the same of another organisation."""
    plant(rival, list(API_SCOPES))
    return plant(acme, list(API_SCOPES))


@pytest.fixture
def reader(acme):
    """Somebody who may read everything."""
    return Application(make_key(acme, list(API_SCOPES))[1])


def ids(body):
    """What tells the rows of a page apart."""
    return [row["id"] for row in body["data"]]


def since(moment):
    return f"updated_since={urllib.parse.quote(moment.isoformat())}"


@proves("M8")
@pytest.mark.parametrize("name", BY_MOMENT)
def test_while_pages_are_followed_new_rows_push_no_row_out_and_none_is_told_twice(acme, seeds, reader, name):
    for number in range(3):
        plant_another(acme, seeds, ROWS[name], f"first{number}")
    path = address(name, seeds)
    before = ids(reader.get(path).json())

    seen, page = [], reader.get(f"{path}?limit=1").json()
    while True:
        seen += ids(page)
        plant_another(acme, seeds, ROWS[name], f"new{len(seen)}")
        if page["next"] is None or len(seen) > 20:
            break
        page = reader.get(page["next"]).json()
    after = ids(reader.get(path).json())

    assert len(before) >= 4
    # newest first: what is new comes before the place one has reached
    assert seen == before
    assert len(after) > len(before)
    assert {*before} < {*after}


@proves("M8")
@pytest.mark.parametrize("name", BY_MOMENT)
def test_a_copy_asks_for_what_is_new_or_changed_since_and_gets_that_alone(acme, rival, seeds, reader, name):
    model = apps.get_model(ROWS[name])
    path = address(name, seeds)
    with tenant_context(acme.id):
        row = model.objects.get(id=seeds.id_of(ROWS[name]))
    old = ids(reader.get(path).json())
    begun = clock.now()

    nothing = ids(reader.get(f"{path}?{since(begun)}").json())
    new = plant_another(acme, seeds, ROWS[name])
    added = ids(reader.get(f"{path}?{since(begun)}").json())
    later = clock.now()
    if name in CHANGES:
        with tenant_context(acme.id):
            if name == "list_contacts":  # whoever changes a person saves the person
                row.first_name = "Another"
                row.save()
            else:
                assert model.objects.filter(id=row.id).update(**CHANGES[name]) == 1
    changed = reader.get(f"{path}?{since(later)}").json()

    assert str(row.id) in old
    assert nothing == []
    assert added == [str(new.id)]
    assert ids(changed) == ([str(row.id)] if name in CHANGES else [])
    assert all(line["updated_at"] >= later.isoformat()[:19] for line in changed["data"])
    assert told(reader.get(f"{path}?updated_since=yesterday")) == (400, "invalid", ["updated_since"])
    assert "updated_since" in parameters(name)


@proves("M8")
def test_what_the_api_does_not_tell_changes_no_moment(acme, seeds, reader):
    model = apps.get_model("messaging.Message")
    with tenant_context(acme.id):
        before = model.objects.get(id=seeds.id_of("messaging.Message")).changed_at

        model.objects.update(claim_count=3, settle_at=clock.now())

        assert model.objects.get(id=seeds.id_of("messaging.Message")).changed_at == before


@proves("M8")
@pytest.mark.parametrize(
    ("path", "query", "fits"),
    [
        ("messages/", "sender={messaging.Sender}", True),
        ("messages/", "sender={messaging.Message}", False),
        ("inbound/", "waiting=true", True),
        ("inbound/", "waiting=false", False),
        ("inbound/", "run={messaging.Message}", False),
        ("campaigns/", "sender={messaging.Sender}", True),
        ("campaigns/", "since=2999-01-01T00:00:00Z", False),
        ("templates/", "account={messaging.ProviderAccount}", True),
        ("templates/", "name=another", False),
        ("lists/", "name=another", False),
        ("consents/", "purpose={consent.Purpose}", True),
        ("consents/", "purpose={messaging.Sender}", False),
        ("stops/", "holds=true", True),
        ("stops/", "holds=false", False),
    ],
)
def test_a_filter_leaves_what_it_names(seeds, reader, path, query, fits):
    asked = query
    for label in ("messaging.Sender", "messaging.Message", "messaging.ProviderAccount", "consent.Purpose"):
        asked = asked.replace(f"{{{label}}}", str(seeds.id_of(label)))

    found = reader.get(f"{path}?{asked}")

    assert (found.status_code, bool(found.json()["data"])) == (200, fits)


@proves("M8")
def test_addresses_of_consents_and_stops_are_masked_for_a_key_without_the_scope(acme, seeds):
    whole, blind = (
        Application(make_key(acme, scopes)[1]) for scopes in (["see_contacts", "see_addresses"], ["see_contacts"])
    )

    for path in ("consents/", "stops/"):
        (seen,), (masked,) = whole.get(path).json()["data"], blind.get(path).json()["data"]
        assert "address_sealed" in seen["address"]
        assert "address_sealed" not in masked["address"]
    assert told(Application(make_key(acme, ["see_units"])[1]).get("stops/"))[:2] == (403, "not_allowed")
