"""An account's webhook token is in the address carriers call, and in no line of any log, under the logging we ship."""

import dataclasses
import io
import json
import logging
import sys
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.servers.basehttp import WSGIRequestHandler
from django.db import OperationalError
from django.test import Client
from django.utils.log import configure_logging

from config.settings.observability import LOGGING
from messaging.providers.twilio import Twilio
from messaging.views import webhooks

TOKEN = "9yyLQGRpm0I7IvCCnsJDe9kuCAh02AqUbpCGB6_-x01"
STATUS = f"/webhooks/twilio/status/{TOKEN}/{uuid.UUID(int=7)}"
INBOUND = f"/webhooks/twilio/inbound/{TOKEN}"


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What a process with our logging writes to its standard error."""
    stream = io.StringIO()
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stderr", stream)
        configure_logging(django_settings.LOGGING_CONFIG, LOGGING)
        yield stream
    configure_logging(django_settings.LOGGING_CONFIG, django_settings.LOGGING)


def fail(*_: Any) -> None:
    raise OperationalError("no connection")


def breaks(*_: Any) -> None:
    raise ValueError(f"a defect at {INBOUND}")


@pytest.mark.parametrize("debug", [True, False])
@pytest.mark.parametrize("address", [STATUS, INBOUND])
def test_a_webhook_we_cannot_keep_is_logged_by_its_route(
    address: str, debug: bool, printed: io.StringIO, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DEBUG = debug
    monkeypatch.setattr(webhooks, "_caller", fail)

    answer = Client().post(address, {"MessageSid": "SM1"})

    lines = [json.loads(line) for line in printed.getvalue().splitlines()]
    kind = "status/<str:token>/<uuid:attempt_id>" if address == STATUS else "inbound/<str:token>"
    assert answer.status_code == 503
    assert TOKEN not in printed.getvalue()
    assert [(line["logger"], line["event"]) for line in lines] == [
        ("messaging.views.webhooks", "a webhook could not be kept"),
        ("django.request", f"Service Unavailable: /webhooks/<slug:name>/{kind}"),
    ]


@pytest.mark.parametrize("debug", [True, False])
def test_no_refusal_and_no_defect_shows_the_token_whatever_the_level(
    debug: bool, printed: io.StringIO, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DEBUG = debug
    logging.getLogger("django.request").setLevel(logging.DEBUG)
    client = Client(raise_request_exception=False)

    monkeypatch.setattr(webhooks, "_caller", lambda token: None)
    answers = [client.get(INBOUND), client.post(INBOUND, {}), client.post(f"{INBOUND}/more"), client.post(f"{STATUS}é")]
    monkeypatch.setattr(Twilio, "capabilities", dataclasses.replace(Twilio.capabilities, webhook_bytes=0))
    answers.append(client.post(INBOUND, {"a": "b"}))
    monkeypatch.undo()
    monkeypatch.setattr(webhooks, "_caller", breaks)
    answers.append(client.post(INBOUND, {}))

    assert [answer.status_code for answer in answers] == [403, 403, 404, 404, 413, 500]
    assert printed.getvalue().count('"logger": "django.request"') == 6
    assert TOKEN not in printed.getvalue()


def test_the_line_of_a_development_server_is_scrubbed_too(printed: io.StringIO) -> None:
    handler = WSGIRequestHandler.__new__(WSGIRequestHandler)

    handler.request = None
    handler.log_message('"%s" %s %s', f"POST {STATUS}?k=secret HTTP/1.1", "503", "0")

    (line,) = [json.loads(line) for line in printed.getvalue().splitlines()]
    assert line["event"] == '"POST /webhooks/twilio/status/[removed] HTTP/1.1" 503 0'
