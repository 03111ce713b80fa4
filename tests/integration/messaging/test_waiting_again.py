"""A message that waits for another try: what a late receipt, a cancelled origin and the trigger make of it."""

import datetime
import re
import urllib.parse
import uuid

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from twilio.request_validator import RequestValidator

from consent.models import Suppression
from consent.selectors.words import source_label
from core import clock
from core.tenancy import tenant_context
from messaging import lanes
from messaging.actions.claiming import claim_due
from messaging.actions.intending import intend
from messaging.actions.queueing import Errand, Wish, cancel_messages, queue_messages, set_gate
from messaging.actions.writing import save_text
from messaging.models import Message, SendAttempt, Sender
from messaging.providers.registry import provider
from messaging.states import MOVES
from tests.factories.accounts import make_operator, make_team, operator_actor
from tests.factories.campaigns import ACCOUNT_SID, TOKEN, add_people, make_house

RUN = uuid.UUID(int=11)
LATER = datetime.timedelta(hours=4)


@pytest.fixture
def house(committed_db, sandbox, settings):
    """A live organisation with one person who agreed, at a carrier that takes messages, loses its answer and its webhooks."""
    settings.WEBHOOK_URL = "http://127.0.0.1:9"
    team = make_team("Acme")
    made = make_house(team.id, team.actor(), operator_actor(make_operator()), sandbox.url)
    sandbox.post("accounts", {"sid": ACCOUNT_SID, "token": TOKEN, "inbound_url": "", "sender": "+14025550100"})
    sandbox.post("faults", {"requests": {"lost_after": 1}, "webhooks": {"lose": 1}})
    return made


def queue(house):
    """One message to one person, sent by the lane at once; its id."""
    (point_id,) = add_people(house, 1, 1)
    wish = Wish(uuid.uuid4(), point_id, "Your order is ready.", 1)
    with tenant_context(house.id):
        version = save_text(
            actor=house.actor, template=None, name="Ready", channel="sms", purpose=house.purpose, body=wish.body
        )
        expires_at = clock.now() + LATER
        errand = Errand("run", RUN, house.sender.id, "sms", house.purpose.id, version.id, expires_at)
        queue_messages(errand=errand, wishes=[wish])
    lanes.drain(house.id, house.sender.id)
    return wish.message_id


def send_again(house, message_id):
    """What the reconciler does on negative evidence: back to its lane, due at once."""
    with tenant_context(house.id):
        found = Message.objects.filter(id=message_id, state="uncertain")
        assert found.update(state="ready", next_at=clock.now(), settle_at=None) == 1


def report(house, message_id, status="delivered", code=""):
    """The carrier's own word about the first try, late."""
    with tenant_context(house.id):
        attempt = SendAttempt.objects.filter(message_id=message_id).order_by("number").first()
        credentials = lanes.open_credentials(house.account)
    base = "http://127.0.0.1:9/webhooks/twilio/status"
    carrier = provider("twilio", credentials, house.account.base_url)
    url = carrier.callback_url(base, house.account.token, attempt.id, credentials["callback_secret"].encode())
    fields = {"MessageSid": "SM" + "7" * 32, "AccountSid": ACCOUNT_SID, "MessageStatus": status}
    fields |= {"ErrorCode": code} if code else {}
    asked = urllib.parse.urlsplit(url.partition("#")[0])
    signed = RequestValidator(TOKEN).compute_signature(url.partition("#")[0], fields)
    answer = Client().post(
        f"{asked.path}?{asked.query}",
        urllib.parse.urlencode(fields),
        content_type="application/x-www-form-urlencoded",
        headers={"X-Twilio-Signature": signed},
    )
    assert answer.status_code == 200


def accepted(sandbox):
    return sum(bool(entry["accepted"]) for entry in sandbox.ledger("kind=message"))


def now(house, message_id):
    with tenant_context(house.id):
        row = Message.objects.get(id=message_id)
        tries = list(SendAttempt.objects.filter(message=row).order_by("number").values_list("outcome", flat=True))
        return row.state, row.delivery_rank, row.next_at, row.lease_token, tries


def test_without_a_receipt_the_second_try_leaves_as_the_reconciler_wanted(house, sandbox):
    message_id = queue(house)
    assert now(house, message_id)[0] == "uncertain"
    send_again(house, message_id)

    sandbox.post("faults", {})
    lanes.drain(house.id, house.sender.id)

    assert accepted(sandbox) == 2
    assert now(house, message_id)[0] == "accepted"


@pytest.mark.parametrize("status", ["sent", "delivered", "failed"])
def test_a_late_receipt_settles_a_message_that_waits_again_and_nothing_is_sent_twice(house, sandbox, status):
    message_id = queue(house)
    send_again(house, message_id)

    report(house, message_id, status)
    sandbox.post("faults", {})
    lanes.drain(house.id, house.sender.id)

    assert accepted(sandbox) == 1
    rank = {"sent": 30, "failed": 35, "delivered": 40}[status]
    assert now(house, message_id) == ("accepted", rank, None, None, ["accepted"])


def test_a_stop_only_the_carrier_knew_of_is_in_the_ledger_under_its_name(house, sandbox):
    message_id = queue(house)

    report(house, message_id, "failed", "21610")

    with tenant_context(house.id):
        held = Suppression.objects.get(lifted_at=None)
        assert (held.kind, held.channel, held.source) == ("opted_out", "sms", "provider")
        assert source_label(held.source) == "Reported by the carrier"
        assert (held.event.status, held.event.origin, held.event.origin_id) == ("withdrawn", "message", message_id)


def test_a_late_receipt_takes_a_claimed_message_out_of_the_worker_s_hands(house, sandbox):
    message_id = queue(house)
    send_again(house, message_id)
    token = uuid.uuid4()
    with tenant_context(house.id):
        assert claim_due(sender_id=house.sender.id, limit=10, token=token) == [message_id]

    report(house, message_id)

    with tenant_context(house.id):
        assert intend(sender=Sender.objects.get(), message_ids=[message_id], token=token) == []
    assert now(house, message_id) == ("accepted", 40, None, None, ["accepted"])
    assert accepted(sandbox) == 1


def test_a_message_whose_first_try_is_unclear_is_never_called_cancelled(house, sandbox):
    message_id = queue(house)
    send_again(house, message_id)

    with tenant_context(house.id):
        assert cancel_messages(origin="run", origin_id=RUN) == 0
        set_gate(origin="run", origin_id=RUN, state="cancelled")
    sandbox.post("faults", {})
    lanes.drain(house.id, house.sender.id)

    assert now(house, message_id) == ("uncertain", 0, None, None, ["ambiguous"])
    assert accepted(sandbox) == 1


def test_what_nobody_has_touched_is_cancelled_in_one_move(house, sandbox):
    with tenant_context(house.id):
        Sender.objects.update(paused_at=clock.now())
    message_id = queue(house)
    with tenant_context(house.id):
        twin = Message.objects.get(id=message_id)
        twin.id, twin.state, twin.next_at = uuid.uuid4(), "held", None
        twin.save(force_insert=True)

        assert cancel_messages(origin="run", origin_id=RUN) == 2

        assert list(Message.objects.values_list("state", "reason", "next_at")) == [("cancelled", "cancelled", None)] * 2
    assert accepted(sandbox) == 0


@pytest.mark.usefixtures("db")
def test_the_database_s_table_of_moves_is_the_code_s():
    with connection.cursor() as cursor:
        cursor.execute("select pg_get_functiondef('messaging_hold_transition'::regproc)")
        (source,) = cursor.fetchone()

    found = re.findall(r"\('([a-z]+)', '([a-z]+)'\)", source)

    assert sorted(found) == sorted((state, to) for state, onward in MOVES.items() for to in onward)


def test_a_move_outside_the_table_is_refused_by_the_database(house):
    message_id = queue(house)

    with tenant_context(house.id), pytest.raises(DatabaseError), transaction.atomic():
        Message.objects.filter(id=message_id).update(state="cancelled")

    assert now(house, message_id)[0] == "uncertain"
