"""A line of the log carries known fields and nothing that says who somebody is."""

import json
import logging
import sys

import pytest

from core.logs import FIELDS, AllowListFormatter

CANARIES = ["+14025550100", "4025550100", "(402) 555-0100", "pat@example.com", "Pat Canary", "the body of a message"]


def line(message="something happened", *, error=False, **extra):
    record = logging.LogRecord("carillon", logging.WARNING, "file.py", 1, message, None, None)
    vars(record).update(extra)
    if error:
        try:
            raise ValueError(f"could not reach {CANARIES[0]}")
        except ValueError:
            record.exc_info = sys.exc_info()
    return json.loads(AllowListFormatter().format(record))


def test_a_line_has_time_level_logger_event_and_the_allowed_fields():
    found = line(task="messaging.sweep", count=3)

    assert found.pop("at").endswith("+00:00")
    assert found == {
        "level": "warning", "logger": "carillon", "event": "something happened", "task": "messaging.sweep", "count": "3"
    }  # fmt: skip


@pytest.mark.parametrize("canary", CANARIES)
def test_no_field_that_could_hold_a_person_exists(canary):
    found = line(phone=canary, email=canary, name_of_person=canary, body=canary, to=canary, address=canary, user=canary)

    assert canary not in json.dumps(found)
    assert set(found) == {"at", "level", "logger", "event"}
    assert not FIELDS & {"phone", "email", "name", "body", "address", "to", "text", "user"}


@pytest.mark.parametrize("canary", CANARIES[:4])
def test_a_number_or_address_in_the_text_of_an_event_is_removed(canary):
    found = line(f"no answer from {canary} today")

    assert canary not in json.dumps(found)
    assert "[removed]" in found["event"]


@pytest.mark.parametrize("canary", CANARIES[:4])
@pytest.mark.parametrize("field", ["reason", "state", "code", "outcome"])
def test_a_number_or_address_in_the_words_of_a_field_is_removed(field, canary):
    found = line(**{field: f"refused: {canary} is not reachable"})

    assert found[field] == "refused: [removed] is not reachable"


def test_what_is_no_text_but_says_a_number_is_scrubbed_as_well():
    assert line(reason=ValueError(CANARIES[0]))["reason"] == "[removed]"


def test_figures_of_ours_stay_what_they_are():
    assert line(duration_ms=1234567890123, rows=4025550100)["duration_ms"] == "1234567890123"


def test_an_error_is_its_class_and_its_place_never_its_words():
    found = line(error=True)

    assert found["error"] == "ValueError"
    assert found["where"][0].startswith("test_logs.py:")
    assert CANARIES[0] not in json.dumps(found)


def test_a_long_event_is_cut():
    assert len(line("x" * 10_000)["event"]) == 500


def test_ids_of_ours_survive_the_net():
    identifier = "01a21189-69d4-77f6-b28b-570d4d2ebebc"

    assert line(run_id=identifier)["run_id"] == identifier
    assert line(reason=f"run {identifier} waits")["reason"] == f"run {identifier} waits"
    assert line(task="messaging.sweep", provider="twilio", code="30007")["code"] == "30007"


def test_a_worker_keeps_our_formatter_and_tells_no_text_of_an_error():
    from config.celery import app

    before = [handler.formatter for handler in logging.getLogger().handlers]
    app.log.setup(loglevel="INFO", redirect_stdouts=False)
    record = logging.LogRecord(
        "celery.app.trace", logging.ERROR, "", 1, "Task %(name)s[%(id)s] raised unexpected: %(exc)s",
        ({"name": "a", "id": "b", "exc": "Mina of 12 Elm Road"},), None,
    )  # fmt: skip

    told = AllowListFormatter().format(record)

    assert [handler.formatter for handler in logging.getLogger().handlers] == before
    assert "Mina" not in told
    assert json.loads(told)["event"] == "Task"
