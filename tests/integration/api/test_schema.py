"""The published OpenAPI document is the code's own, and every route of it has a name people can read."""

import pathlib
import re
import uuid

import pytest
from django.conf import settings
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiYamlRenderer
from drf_spectacular.validation import validate_schema

from accounts.refusal_codes import CODES
from accounts.roles import API_SCOPES
from config.api_reference import subjects
from consent.reasons import REASONS
from core.api import problems
from tests.integration.api.conftest import application
from tests.walls.routes import all_routes

FILE = pathlib.Path(__file__).parents[3] / "docs" / "api.yaml"


def test_the_published_document_is_the_one_the_code_makes():
    schema = SchemaGenerator().get_schema(request=None, public=True)

    validate_schema(schema)
    made = OpenApiYamlRenderer().render(schema, renderer_context={}).decode()
    assert made == FILE.read_text(), (
        "make it again: manage.py spectacular --validate --fail-on-warn --file docs/api.yaml"
    )


def test_every_route_of_the_api_is_in_it_under_a_readable_name():
    schema = SchemaGenerator().get_schema(request=None, public=True)
    names = [deed["operationId"] for path in schema["paths"].values() for deed in path.values()]
    routes = [route for route in all_routes() if route.door is not None and route.door.kind == "api"]

    assert len(schema["paths"]) == len(routes)
    assert len(set(names)) == len(names)
    assert {name for name in names if name.endswith(("_retrieve", "_partial_update")) or not name.islower()} == set()
    assert {route.door.permission for route in routes} <= {"", *API_SCOPES}


def test_every_operation_names_its_scope_and_a_key_without_it_is_refused(acme):
    operations = [
        each for _, group in subjects() for each in group if each.name not in ("get_organization", "get_limits")
    ]
    without = {scope: application(acme, *({*API_SCOPES} - {scope})) for scope in API_SCOPES}

    assert [each.name for each in operations if not each.scopes] == []
    assert {scope for each in operations for scope in each.scopes} == set(API_SCOPES)
    for each in operations:
        path = re.sub(r"\{\w+\}", str(uuid.UUID(int=0)), each.path).removeprefix("/api/v1/")
        answer = without[each.scopes[0]].ask(each.method.lower(), path)
        assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed"), each.name


@pytest.mark.parametrize("path", ["/api/", "/docs/", "/api/docs/", "/api", "/docs"])
def test_the_documentation_is_where_people_look_first(path):
    answer = Client().get(path, follow=True)

    assert (answer.status_code, answer.request["PATH_INFO"]) == (200, "/api/v1/docs/")


def test_the_documentation_shows_every_operation_with_its_scope_its_fields_and_a_call(acme):
    page = Client().get("/api/v1/docs/").content.decode()

    names = [each.name for _, group in subjects() for each in group]
    assert [name for name in names if f'id="{name}"' not in page] == []
    assert [scope for scope in API_SCOPES if scope not in page] == []
    assert "curl -X POST" in page
    assert "points[].value" in page
    assert "http://" not in page.replace(settings.PUBLIC_URL, "")
    assert "/api/v1/docs/" in acme.client().get("/settings/keys/").content.decode()


def test_the_guide_names_every_scope_every_address_and_every_code():
    guide = (FILE.parent / "api.md").read_text()

    paths = {each.path.removeprefix("/api/v1/").partition("{")[0] for _, group in subjects() for each in group}
    assert [path for path in sorted(paths) if f"`{path}" not in guide and f" {path}" not in guide] == []
    assert [scope for scope in API_SCOPES if f"`{scope}`" not in guide] == []
    codes = (*CODES, *REASONS, *problems())
    assert [code for code in codes if f"`{code}`" not in guide] == []


def test_a_file_is_sent_by_the_call_to_copy_as_a_part_of_a_form():
    calls = {each.name: each.example for _, group in subjects() for each in group}

    assert calls["upload_import"].endswith(
        '-H "Authorization: Bearer $KEY" \\\n  -F file=@people.csv \\\n  -F kind=people'
    )
