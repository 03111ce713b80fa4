"""Every reading of the API, found by walking its document: lists in pages that lose nobody, and the fields asked for alone."""

import functools
import re
import urllib.parse
from typing import Any

import pytest
from drf_spectacular.generators import SchemaGenerator

from accounts.roles import API_SCOPES
from core.tenancy import tenant_context
from tests.factories.accounts import make_key
from tests.integration.api.conftest import Application, told
from tests.support.ready import Ready, ids_for, ready_for
from tests.walls.seeds import plant, plant_another

#: list → the model of which it needs a second row; lists of what no table keeps have several by themselves
ROWS = {
    "list_lists": "contacts.List",
    "list_contacts": "contacts.Contact",
    "list_imports": "contacts.ImportJob",
    "list_import_rows": "contacts.ImportRow",
    "list_purposes": "consent.Purpose",
    "list_consent_events": "consent.ConsentEvent",
    "list_stops": "consent.Suppression",
    "list_rules": "",
    "list_keywords": "",
    "list_senders": "messaging.Sender",
    "list_registrations": "messaging.Registration",
    "list_messages": "messaging.Message",
    "list_calls": "messaging.Call",
    "list_inbound": "messaging.InboundMessage",
    "list_templates": "messaging.ProviderTemplate",
    "list_text_overrides": "messaging.TextOverride",
    "list_campaigns": "campaigns.Campaign",
}
#: readings that are whole or nothing: files, and a receipt, which is a document of its own
WHOLE = {"get_consent_proof", "get_rejected_rows", "get_consent_receipt"}


@functools.cache
def readings() -> dict[str, tuple[str, Any]]:
    """Operation → its path and what the document says of it, for everything that is read."""
    paths = SchemaGenerator().get_schema(request=None, public=True)["paths"].items()
    return {deeds["get"]["operationId"]: (path, deeds["get"]) for path, deeds in paths if "get" in deeds}


def is_list(deed: Any) -> bool:
    answer = deed["responses"]["200"]["content"].get("application/json", {}).get("schema", {})
    return answer.get("$ref", "").endswith("Page")


LISTS = sorted(name for name, (_, deed) in readings().items() if is_list(deed))
THINGS = sorted({*readings()} - {*LISTS} - WHOLE)


def parameters(name: str) -> dict[str, Any]:
    return {each["name"]: each["schema"] for each in readings()[name][1].get("parameters", ()) if each["in"] == "query"}


@pytest.fixture
def seeds(acme):
    """One row of everything."""
    return plant(acme, list(API_SCOPES))


@pytest.fixture
def reader(acme):
    """Somebody who may read everything."""
    return Application(make_key(acme, list(API_SCOPES))[1])


def address(name, seeds, house=None):
    """The operation's address with ids that are there."""
    path = readings()[name][0]
    ready = ready_for("GET", path, house) if house is not None else Ready()
    return path.removeprefix("/api/v1/").format(**ids_for(re.findall(r"\{(\w+)\}", path), ready, seeds))


def test_the_lists_of_the_document_are_those_of_this_test():
    assert sorted(ROWS) == LISTS
    assert {*readings()} >= WHOLE
    assert THINGS


@pytest.mark.parametrize("name", LISTS)
def test_a_list_is_read_in_pages_forwards_and_back_and_shows_each_row_once(acme, seeds, reader, name):
    if ROWS[name]:
        plant_another(acme, seeds, ROWS[name])
    path = address(name, seeds)

    everything = reader.get(path).json()
    limit = 1 if ROWS[name] else 40
    forwards, back, page = [], [], reader.get(f"{path}?limit={limit}").json()
    while True:
        forwards += page["data"]
        if page["next"] is None:
            break
        page = reader.get(page["next"]).json()
    while True:
        back = page["data"] + back
        if page["previous"] is None:
            break
        page = reader.get(page["previous"]).json()

    assert {"limit", "cursor", "fields"} <= {*parameters(name)}
    assert len(everything["data"]) > 1
    assert (everything["next"], everything["previous"]) == (None, None)
    assert forwards == everything["data"]
    assert back == everything["data"]


@pytest.mark.parametrize("name", LISTS)
def test_a_cursor_that_is_none_and_a_question_nobody_knows_are_refused_by_name(seeds, reader, name):
    path = address(name, seeds)

    answers = [reader.get(f"{path}?{query}") for query in ("cursor=x", "colour=red", "limit=0", "limit=201")]

    assert [told(each) for each in answers] == [
        (400, "invalid", [field]) for field in ("cursor", "colour", "limit", "limit")
    ]


@pytest.mark.parametrize("name", LISTS)
def test_a_list_filtered_by_a_word_shows_rows_of_that_word_alone(acme, seeds, reader, name):
    path, asked = address(name, seeds), parameters(name)
    shown = reader.get(path).json()["data"]

    for parameter, schema in asked.items():
        for value in schema.get("enum", ()):
            rows = reader.get(f"{path}?{parameter}={urllib.parse.quote(value)}").json()["data"]
            assert rows == [row for row in shown if row[parameter] == value], f"{parameter}={value}"


@pytest.mark.parametrize("name", [*LISTS, *THINGS])
def test_a_reading_shows_the_fields_that_are_asked_for_and_names_them_to_who_asks_for_another(
    acme, seeds, reader, house, name
):
    path = address(name, seeds, house)
    body = reader.get(path).json()
    whole = body["data"][0] if name in LISTS else body
    names = list(whole)

    def one(query):
        body = reader.get(f"{path}?fields={query}").json()
        return body["data"][0] if name in LISTS else body

    assert "fields" in parameters(name)
    for field in names:
        assert one(field) == {field: whole[field]}
    assert list(one(f"{names[-1]},{names[0]}")) == [names[0], names[-1]]
    for wrong in ("nothing", f"{names[0]},nothing", f"{names[0]}.id", ""):
        answer = reader.get(f"{path}?fields={wrong}")
        assert told(answer) == (400, "invalid", ["fields"]), wrong
    words = reader.get(f"{path}?fields=nothing").json()["errors"][0]["detail"]
    assert all(field in words for field in names)
    assert "nothing" not in words


def test_the_next_page_has_the_fields_of_the_first(acme, seeds, reader):
    with tenant_context(acme.id):
        plant_another(acme, seeds, "contacts.Contact")

    page = reader.get("contacts/?fields=id&limit=1").json()

    assert [list(row) for row in reader.get(page["next"]).json()["data"]] == [["id"]]
