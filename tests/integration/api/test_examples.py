"""The published document shows each operation by example, and the page to try it out keeps the key out of every address."""

import re

import pytest
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator

from config.api_examples import operations
from tests.proofs import proves


@pytest.fixture(scope="module")
def document():
    """The document that is served."""
    return SchemaGenerator().get_schema(request=None, public=True)


def media_of(part):
    """The JSON in a request or an answer."""
    return [media for kind, media in part.get("content", {}).items() if kind.endswith("json") and media.get("schema")]


def shown(document, media):
    """The examples of one of them, opened."""
    return [
        document["components"]["examples"][each["$ref"].rpartition("/")[2]]["value"]
        if "$ref" in each
        else each["value"]
        for each in media.get("examples", {}).values()
    ]


def misfits(document, media):
    """What of the examples their own schema would refuse."""
    schema = media["schema"] | {"components": document["components"]}
    validator = Draft202012Validator(schema)
    return [error.message for value in shown(document, media) for error in validator.iter_errors(value)]


@proves("M2")
def test_every_operation_has_a_summary_a_description_and_examples_of_what_is_sent_answered_and_refused(document):
    lacking, wrong, count = [], [], 0
    for _, operation in operations(document):
        count += 1
        name = operation["operationId"]
        if not operation.get("summary") or not operation.get("description"):
            lacking.append((name, "words"))
        if "default" not in operation["responses"]:
            lacking.append((name, "problems"))
        parts = {"request": operation.get("requestBody", {}), **operation["responses"]}
        for part, told in parts.items():
            for media in media_of(told):
                lacking += [(name, part)] if not shown(document, media) else []
                wrong += [(name, part, message) for message in misfits(document, media)]

    assert (lacking, wrong) == ([], [])
    assert count >= 50


def test_the_page_to_try_it_out_runs_no_script_of_its_own_text_and_asks_nobody_else(client):
    answer = Client().get("/api/v1/try/")

    page = answer.content.decode()
    assert answer.status_code == 200
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert re.findall(r"<script(?![^>]*\bsrc=)[^>]*>", page) == []
    assert [url for url in re.findall(r'(?:src|href)="([^"]+)"', page) if url.startswith(("http", "//"))] == []
    assert "<form" not in page  # what is typed into the field for the key is never posted
    assert "/api/v1/try/" in Client().get("/api/v1/docs/").content.decode()
