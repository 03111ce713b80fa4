"""The running sandbox against the carrier's own library: its client understands us, its validator believes us."""

import datetime
import json
import os
import re
import smtplib
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from tests.contract.sandbox_process import (
    PHONE,
    ROOT,
    SECRET,
    SENDER,
    SERVICE,
    SID,
    TOKEN,
    Sandbox,
    SandboxHttpClient,
    Webhooks,
)
from tests.proofs import proves


@pytest.fixture(scope="module")
def webhooks() -> Iterator[Webhooks]:
    with Webhooks() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def process(webhooks: Webhooks, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    environment = os.environ | {
        "SANDBOX_ACCOUNT_SID": SID,
        "SANDBOX_AUTH_TOKEN": TOKEN,
        "SANDBOX_SECRET": SECRET,
        "SANDBOX_INBOUND_URL": webhooks.url,
        "SANDBOX_CLOCK_HOOK_URL": webhooks.url,
    }
    data = tmp_path_factory.mktemp("sandbox")
    command = [sys.executable, "-m", "sandbox", "--port", "0", "--smtp-port", "0", "--data", str(data)]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True) as running:
        assert running.stderr is not None
        port, smtp_port = re.findall(r"port (\d+)", running.stderr.readline())
        yield Sandbox(running, f"http://127.0.0.1:{port}", int(smtp_port))
        running.terminate()


@pytest.fixture
def sandbox(process: Sandbox, webhooks: Webhooks) -> Sandbox:
    process.control("reset", {})
    webhooks.heard.clear()
    webhooks.believed.clear()
    webhooks.clock.clear()
    return process


@pytest.fixture
def client(sandbox: Sandbox) -> Client:
    return Client(SID, TOKEN, http_client=SandboxHttpClient(sandbox.base))


def until(condition: Callable[[], bool]) -> None:
    """Wait at most five seconds for something to become true."""
    deadline = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < deadline, "it did not happen within five seconds"
        time.sleep(0.02)


@proves("G29")
def test_the_official_client_sends_and_follows_a_message_without_any_account_at_a_carrier(client, sandbox, webhooks):
    message = client.messages.create(to=PHONE, from_=SENDER, body="Hello", status_callback=webhooks.url)
    until(lambda: len(webhooks.heard) == 2)
    fetched = client.messages(message.sid).fetch()

    assert (message.status, message.direction, message.error_code) == ("queued", "outbound-api", None)
    assert (fetched.status, fetched.sid, fetched.num_segments) == ("delivered", message.sid, "1")
    assert fetched.date_sent.tzinfo is not None
    assert [form["MessageStatus"] for form in webhooks.heard] == ["sent", "delivered"]
    assert webhooks.believed == [True, True]
    assert [(entry["sid"], entry["accepted"]) for entry in sandbox.ledger("message")] == [(message.sid, True)]


@pytest.mark.parametrize(
    ("to", "status", "code"),
    [
        ("+14025550121", 400, 21211),
        ("+14025550122", 400, 21610),
        ("+14025550127", 400, 21614),
        ("+14025550120", 429, 20429),
        ("+15005550004", 400, 21610),
    ],
)
@proves("G29")
def test_the_official_client_understands_every_refusal_and_nothing_is_sent(client, sandbox, webhooks, to, status, code):
    with pytest.raises(TwilioRestException) as refused:
        client.messages.create(to=to, from_=SENDER, body="Hello", status_callback=webhooks.url)

    assert (refused.value.status, refused.value.code) == (status, code)
    assert [entry["accepted"] for entry in sandbox.ledger("message")] == [False]
    assert webhooks.heard == []


def test_wrong_credentials_are_an_authentication_error(sandbox):
    stranger = Client(SID, "wrong", http_client=SandboxHttpClient(sandbox.base))

    with pytest.raises(TwilioRestException) as refused:
        stranger.messages.create(to=PHONE, from_=SENDER, body="Hello")

    assert (refused.value.status, refused.value.code) == (401, 20003)
    assert sandbox.ledger("message") == []


def test_the_official_client_checks_its_credentials(client):
    account = client.api.accounts(SID).fetch()

    assert (account.sid, account.status) == (SID, "active")


def test_the_official_client_pages_through_a_list_and_filters_it(client):
    sent = [client.messages.create(to=PHONE, from_=SENDER, body=f"No {n}").sid for n in range(5)]
    client.messages.create(to="+14025550143", from_=SENDER, body="Other")
    until(lambda: client.messages(sent[-1]).fetch().status == "delivered")

    listed = [message.sid for message in client.messages.list(to=PHONE, page_size=2)]
    yesterday = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)
    recent = client.messages.list(to=PHONE, date_sent_after=yesterday)
    old = client.messages.list(to=PHONE, date_sent_before=yesterday)

    assert listed == sent[::-1]
    assert (len(recent), old) == (5, [])


def test_the_official_client_empties_and_deletes_a_finished_message(client, sandbox):
    sid = client.messages.create(to=PHONE, from_=SENDER, body="Secret").sid
    until(lambda: client.messages(sid).fetch().status == "delivered")

    emptied = client.messages(sid).update(body="")
    deleted = client.messages(sid).delete()

    assert (emptied.body, deleted) == ("", True)
    assert client.messages.list(to=PHONE) == []
    assert [entry["status"] for entry in sandbox.ledger("change")] == ["redacted", "deleted"]


def test_the_official_client_schedules_and_cancels(client, sandbox, webhooks):
    later = datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=3)
    message = client.messages.create(
        to=PHONE,
        messaging_service_sid=SERVICE,
        body="Later",
        schedule_type="fixed",
        send_at=later,
        status_callback=webhooks.url,
    )

    canceled = client.messages(message.sid).update(status="canceled")
    until(lambda: len(webhooks.heard) == 1)
    sandbox.control("clock", {"offset_seconds": 14_400})

    assert (message.status, message.from_, canceled.status) == ("scheduled", None, "canceled")
    assert client.messages(message.sid).fetch().status == "canceled"
    assert [form["MessageStatus"] for form in webhooks.heard] == ["canceled"]


@proves("O14")
def test_a_moved_clock_sends_what_was_scheduled_tells_the_product_and_events_are_replayed(client, sandbox, webhooks):
    later = datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=3)
    message = client.messages.create(
        to=PHONE,
        messaging_service_sid=SERVICE,
        body="Later",
        schedule_type="fixed",
        send_at=later,
        status_callback=webhooks.url,
    )

    told = sandbox.control("clock", {"offset_seconds": 14_400, "tell": True})
    until(lambda: len(webhooks.heard) == 3)
    replayed = sandbox.control(f"messages/{message.sid}/replay", {})

    assert (told["hook_status"], webhooks.clock) == (204, [(f"Bearer {SECRET}", {"offset_seconds": 14_400.0})])
    assert replayed == {"heard": 2}
    statuses = [form["MessageStatus"] for form in webhooks.heard]
    assert statuses == ["queued", "sent", "delivered", "sent", "delivered"]
    assert webhooks.believed == [True] * 5


def test_a_text_of_a_person_is_believed_by_the_official_validator_whatever_it_says(sandbox, webhooks):
    heard = sandbox.control(f"phones/{PHONE}/reply", {"text": "Stop & go = 1+1 😀 ñ"})

    assert (heard["status"], heard["replies"]) == (204, [])
    assert webhooks.believed == [True]
    assert (webhooks.heard[0]["Body"], webhooks.heard[0]["ToCity"]) == ("Stop & go = 1+1 😀 ñ", "")


def test_mail_is_caught_by_the_running_process(sandbox):
    with smtplib.SMTP("127.0.0.1", sandbox.smtp_port, timeout=5) as server:
        server.sendmail("a@example.com", ["dana@example.com"], "Subject: Hello\r\n\r\nYour code is 482913.\r\n")

    (mail,) = sandbox.control("mail")

    assert (mail["recipients"], mail["subject"], mail["codes"]) == (["dana@example.com"], "Hello", ["482913"])


def test_a_stop_signal_ends_the_process_within_two_seconds_and_keeps_the_ledger(tmp_path):
    command = [sys.executable, "-m", "sandbox", "--port", "0", "--smtp-port", "0", "--data", str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as running:
        assert running.stderr is not None
        port = re.findall(r"port (\d+)", running.stderr.readline())[0]
        own = Client("AC" + "0" * 31 + "1", "sandbox-token", http_client=SandboxHttpClient(f"http://127.0.0.1:{port}"))
        sid = own.messages.create(to=PHONE, from_=SENDER, body="Hello").sid

        began = time.monotonic()
        running.terminate()
        code = running.wait(timeout=5)

    assert code == 0
    assert time.monotonic() - began < 2
    assert [json.loads(line)["sid"] for line in (tmp_path / "ledger.jsonl").read_text().splitlines()] == [sid]
