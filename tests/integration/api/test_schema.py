"""The published OpenAPI document is the code's own, and every route of it has a name people can read."""

import pathlib

from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiYamlRenderer
from drf_spectacular.validation import validate_schema

from accounts.roles import API_SCOPES
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
