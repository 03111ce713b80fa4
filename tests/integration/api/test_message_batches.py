"""Many messages in one request: each is accepted or refused by itself, as the same request for it alone would be."""

import time

import pytest

from accounts.actions.keys import issue_api_key
from accounts.models import AuditEvent
from accounts.roles import API_SCOPES
from billing.selectors import funds
from core.ids import new_id
from core.tenancy import tenant_context
from messaging.actions.claiming import claim_due
from messaging.actions.intending import intend
from messaging.actions.queueing import queue_letters
from messaging.models import InboundMessage, Message
from tests.counts import Statements, say
from tests.factories.billing import assert_books_balance, make_paid, top_up
from tests.factories.consent import MINA, OMAR, grant, make_point, stop
from tests.integration.api.conftest import Application, application, told
from tests.proofs import proves
from tests.snapshots import changed, rows_of

SVEN = "+14025550144"


@pytest.fixture
def item(house):
    """A message to Mina, who agreed, as one of a batch."""
    with tenant_context(house.id):
        grant(make_point(MINA), house.purpose)
    return {
        "reference": "order-1",
        "to": MINA,
        "sender": str(house.sender.id),
        "purpose": "orders",
        "text": "Your order is ready.",
    }


def numbers(count):
    """So many numbers of people."""
    return [f"+1402555{number:04d}" for number in range(200, 200 + count)]


def agreed(house, count):
    """So many people who agreed."""
    with tenant_context(house.id):
        for number in numbers(count):
            grant(make_point(number), house.purpose)
    return numbers(count)


def messages_of(house):
    with tenant_context(house.id):
        return list(Message.objects.order_by("id"))


@proves("M5")
def test_each_message_has_its_own_result_and_a_bad_one_never_loses_the_others(house, app, item):
    with tenant_context(house.id):
        stop(make_point(OMAR))
    items = [
        item,
        item | {"reference": "order-2", "to": OMAR},
        item | {"reference": "order-3", "to": "nobody"},
        item | {"reference": "order-4", "surprise": 1},
        item | {"reference": "order-5", "text": "A NUL \0 in it"},
        "no object",
        item | {"reference": "order-7", "text": "Come by before six."},
    ]

    answer = app.post("messages/batch/", {"messages": items})

    body = answer.json()
    found = [
        (each["index"], each["reference"], each["status"], (each["problem"] or {}).get("code", ""))
        for each in body["results"]
    ]
    assert (answer.status_code, body["dry_run"], body["accepted"], body["refused"]) == (200, False, 2, 5)
    assert found == [
        (0, "order-1", "accepted", ""),
        (1, "order-2", "refused", "opted_out"),
        (2, "order-3", "refused", "invalid"),
        (3, "order-4", "refused", "invalid"),
        (4, "order-5", "refused", "invalid"),
        (5, "", "refused", "invalid"),
        (6, "order-7", "accepted", ""),
    ]
    ids = [each["message_id"] for each in body["results"] if each["message_id"]]
    assert ids == [str(row.id) for row in messages_of(house)]
    assert [error["field"] for error in body["results"][2]["problem"]["errors"]] == ["to"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"to": OMAR},
        {"to": "nobody"},
        {"sender": "00000000-0000-7000-8000-000000000009"},
        {"sender": "no id"},
        {"purpose": "nothing"},
        {"text": " "},
        {"text": "x" * 2000},
        {"content": {"subject": "None of a text"}},
        {"extra": 1},
    ],
)
def test_an_item_is_refused_in_the_words_in_which_it_alone_would_be(house, app, item, wrong):
    with tenant_context(house.id):
        stop(make_point(OMAR))
    alone = {name: value for name, value in (item | wrong).items() if name != "reference"}

    single = app.post("messages/", alone).json()
    (result,) = app.post("messages/batch/", {"messages": [item | wrong]}).json()["results"]

    assert result["status"] == "refused"
    assert result["problem"] == {name: single[name] for name in ("status", "code", "detail", "remedy", "errors")}
    assert messages_of(house) == []


def test_an_accepted_item_is_told_as_the_single_message_is(house, app, item):
    single = app.post("messages/", {name: value for name, value in item.items() if name != "reference"}).json()

    (result,) = app.post("messages/batch/", {"messages": [item]}).json()["results"]

    assert result["message_id"] == single["message"]["id"]  # the same words within a minute are the same message
    assert result["message"] == single["message"]
    assert (result["decision"], result["parts"]) == (single["decision"], single["parts"])
    assert (result["notices"], result["text"]) == (single["notices"], None)


def test_a_dry_run_tells_everything_and_sends_nothing(acme, house, app, item):
    before = rows_of(acme.id)

    answer = app.post("messages/batch/", {"messages": [item, item | {"to": OMAR}], "dry_run": True}).json()

    first, second = answer["results"]
    assert (answer["dry_run"], answer["accepted"], answer["refused"]) == (True, 1, 1)
    assert (first["text"], first["decision"]["outcome"], first["message"]) == (item["text"], "allowed", None)
    assert (second["decision"]["outcome"], second["problem"]["code"]) == ("denied", "no_consent")
    left = set(changed(before, rows_of(acme.id))) - {"accounts_apirequestlog", "accounts_apikey"}
    assert left == {"consent_decisionrecord"}


@proves("M3")
def test_the_same_batch_with_the_same_key_is_done_once_and_answered_the_same(house, app, item):
    items = {"messages": [item, item | {"to": "nobody"}]}

    first, second = (app.post("messages/batch/", items, **{"Idempotency-Key": "night-7"}) for _ in range(2))

    assert (first.status_code, second.status_code, second["Idempotent-Replayed"]) == (200, 200, "true")
    assert first.json() == second.json()
    assert len(messages_of(house)) == 1


def test_a_failure_in_the_middle_leaves_nothing_behind_and_the_key_free(acme, house, app, item, monkeypatch):
    def fail_once_queued(letters):
        queue_letters(letters)
        raise RuntimeError("the machine went away")

    before = rows_of(acme.id)
    monkeypatch.setattr("messaging.actions.messaging_many.queue_letters", fail_once_queued)

    failed = app.post("messages/batch/", {"messages": [item]}, **{"Idempotency-Key": "night-8"})

    assert (failed.status_code, messages_of(house)) == (500, [])
    assert set(changed(before, rows_of(acme.id))) <= {"accounts_apirequestlog", "accounts_apikey"}
    monkeypatch.undo()
    again = app.post("messages/batch/", {"messages": [item]}, **{"Idempotency-Key": "night-8"})
    assert (again.json()["accepted"], len(messages_of(house))) == (1, 1)


def test_the_same_words_to_one_address_twice_in_a_batch_are_one_message(house, app, item):
    items = [item, item | {"reference": "again"}, item | {"text": "Other words."}, item]

    answer = app.post("messages/batch/", {"messages": items}).json()

    first, again, other, later = (each["message_id"] for each in answer["results"])
    assert (first == again, first != other, later not in (first, other)) == (True, True, True)
    assert len(messages_of(house)) == 3  # as one after the other: the last differs from what was said just before


def test_what_they_had_written_is_read_by_the_first_answer(house, app, item):
    with tenant_context(house.id):
        point = make_point(MINA)
        InboundMessage.objects.create(
            account=house.sender.account, sender=house.sender, channel="sms", point=point, kind="text",
            body_sealed=b"", provider_message_id="in-1", received_at=point.created_at,
        )  # fmt: skip

    app.post("messages/batch/", {"messages": [item, item | {"text": "One more thing."}]})

    assert [row.origin for row in messages_of(house)] == ["reply", "one"]
    with tenant_context(house.id):
        assert InboundMessage.objects.filter(handled_at=None).count() == 0
        deeds = AuditEvent.objects.filter(action="message.written").order_by("sequence")
        assert [(deed.object_id, deed.data["answers"]) for deed in deeds] == [
            (row.id, row.origin == "reply") for row in messages_of(house)
        ]


def test_a_batch_of_many_takes_as_many_statements_as_a_batch_of_few(house, app, item):
    many = [item | {"to": number} for number in agreed(house, 60)]
    few = many[:2]
    app.post("messages/batch/", {"messages": [item]})

    counts = []
    for text, items in (("First words.", few), ("Second words.", many)):
        with Statements() as asked:
            answer = app.post("messages/batch/", {"messages": [each | {"text": text} for each in items]})
        assert answer.json()["accepted"] == len(items)
        counts.append(len(asked))

    assert counts[0] == counts[1]
    assert counts[1] <= 40


def test_units_are_held_for_the_accepted_ones_alone(acme, house, app, item):
    top_up(acme.id, 100)
    sender = make_paid(house.sender)
    items = [item | {"to": number} for number in agreed(house, 3)] + [item | {"to": "nobody"}, item | {"to": OMAR}]
    assert app.post("messages/batch/", {"messages": items, "dry_run": True}).json()["accepted"] == 3

    answer = app.post("messages/batch/", {"messages": items}).json()

    token = new_id()
    with tenant_context(house.id):
        claimed = claim_due(sender_id=sender.id, limit=200, token=token)
    with tenant_context(house.id):
        going = intend(sender=sender, message_ids=claimed, token=token)
        assert (answer["accepted"], len(going), funds().reserved) == (3, 3, 3000)
        assert_books_balance(house.id)


def test_a_test_key_sends_none_by_a_carrier_that_reaches_people(acme, house, item):
    with tenant_context(acme.id):
        _, whole = issue_api_key(actor=acme.actor(), name="trial", scopes=API_SCOPES, days=1, is_test=True)
    make_paid(house.sender)

    (result,) = Application(whole).post("messages/batch/", {"messages": [item]}).json()["results"]

    assert (result["status"], result["problem"]["code"], messages_of(house)) == ("refused", "practice_only", [])


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, ["messages"]),
        ({"messages": []}, ["messages"]),
        ({"messages": [{}] * 501}, ["messages"]),
        ({"messages": "all"}, ["messages"]),
        ({"messages": [], "surprise": 1}, ["surprise"]),
    ],
)
def test_what_is_no_batch_is_refused_as_a_whole(house, app, body, fields):
    answer = app.post("messages/batch/", body)

    assert told(answer) == (400, "invalid", fields)


def test_a_whole_batch_of_five_hundred_is_measured(house, app, item):
    items = [item | {"to": number} for number in agreed(house, 500)]

    began = time.monotonic()
    answer = app.post("messages/batch/", {"messages": items})

    say(f"500 messages in {time.monotonic() - began:.2f} s, {len(answer.content):,} bytes of answer")
    assert (answer.json()["accepted"], len(messages_of(house))) == (500, 500)


@pytest.mark.parametrize("scope", API_SCOPES)
def test_it_takes_the_scope_to_message_people(acme, house, item, scope):
    answer = application(acme, scope).post("messages/batch/", {"messages": [item]})

    assert answer.status_code == (200 if scope == "message_people" else 403)
