"""F34: whatever an application sends, the API answers as its published document says, and never with a failure of its own.

`CARILLON_EXAMPLES=200 bin/test tests/property/test_api_answers.py` asks ten times as much.
"""

import collections
import functools
import os
from typing import Any

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from django.urls import resolve
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode, checks

from accounts.roles import API_SCOPES
from tests.counts import say
from tests.factories.accounts import make_key, operator_actor
from tests.factories.campaigns import make_house
from tests.proofs import proves
from tests.support.ready import Ready, ids_for, ready_for
from tests.walls.bodies import BODIES
from tests.walls.seeds import Seeds, plant
from tests.walls.slots import model_of_slot

EXAMPLES = int(os.environ.get("CARILLON_EXAMPLES", "20"))
#: what every answer must keep: no 5xx, and a status, a type and a body that the document knows
CHECKS = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]


def serve(app: Any, environ: Any, start_response: Any) -> list[bytes]:
    """The whole answer, closed as a server closes it: an answer that is a file lets go of it there."""
    answer = app(environ, start_response)
    try:
        return [b"".join(answer)]
    finally:
        answer.close()


@functools.cache
def document() -> Any:
    """The API's own description, as its readers get it."""
    found = schemathesis.openapi.from_dict(SchemaGenerator().get_schema(request=None, public=True))
    found.app = functools.partial(serve, WSGIHandler())
    return found


def labels() -> list[str]:
    """Every operation, such as "POST /api/v1/contacts/"."""
    return [result.ok().label for result in document().get_all_operations()]


@pytest.fixture
def one_connection():
    """The end of a request closes no connection: all of them belong to the test's transaction."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


def make_known(case: Any, seeds: Seeds, kept: int) -> None:
    """Put ids of ours in the address, and a right body around the generated field at place `kept`, if there is one.

    Made of random values alone, a body is refused before any action has seen it.
    """
    for slot in case.path_parameters or {}:
        case.path_parameters[slot] = str(seeds.id_of(model_of_slot(slot)))
    right = BODIES.get(resolve(case.formatted_path).view_name)
    if right is not None and isinstance(case.body, dict):
        case.body = right(seeds) | dict(list(case.body.items())[kept : kept + 1])


@pytest.fixture(autouse=True)
def media(tmp_path, settings):
    """Where uploads lie."""
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def house(acme, operator):
    """Acme, live, so that its keys are."""
    return make_house(acme.id, acme.actor(), operator_actor(operator), "http://127.0.0.1:9")


def right_request(operation: Any, seeds: Seeds, ready: Ready) -> Any:
    """A request that nothing is wrong with: ids that are there, and the body that the walls are tested with."""
    case = operation.Case(path_parameters=ids_for({each.name for each in operation.path_parameters}, ready, seeds))
    right = BODIES.get(resolve(case.formatted_path).view_name)
    if operation.body and ready.whole is not None:
        case.body = ready.whole
    elif operation.body and right is not None:
        case.body = right(seeds) | ready.more
    case.media_type = (ready.media_type or "application/json") if operation.body else None
    return case


@pytest.mark.parametrize("label", labels())
@proves("fault-34", "P21")
def test_a_right_request_is_done_by_every_operation_and_answered_as_the_document_says(
    acme, house, one_connection, label
):
    operation = document().find_operation_by_label(label)
    seeds = plant(acme, list(API_SCOPES))
    _, key = make_key(acme, list(API_SCOPES))
    method, _, path = label.partition(" ")
    case = right_request(operation, seeds, ready_for(method, path, house))

    answer = case.call(headers={"Authorization": f"Bearer {key}"})

    assert 200 <= answer.status_code < 300, answer.text
    case.validate_response(answer, checks=CHECKS)


@pytest.mark.parametrize("label", labels())
@proves("fault-34", "P21")
def test_every_operation_answers_as_the_document_says(acme, one_connection, label):
    seeds = plant(acme, list(API_SCOPES))
    _, key = make_key(acme, list(API_SCOPES))
    operation = document().find_operation_by_label(label)
    right, wrong = (
        operation.as_strategy(generation_mode=mode) for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
    )
    answers: collections.Counter[int] = collections.Counter()

    @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=right | wrong, kept=st.none() | st.integers(0, 9))
    def ask(case, kept):
        if kept is not None:
            make_known(case, seeds, kept)
        with transaction.atomic():
            answer = case.call(headers={"Authorization": f"Bearer {key}"})
            transaction.set_rollback(True)
        answers[answer.status_code] += 1
        case.validate_response(answer, checks=CHECKS)

    ask()

    say(f"{label}: {dict(sorted(answers.items()))}")
    assert max(answers) < 500
