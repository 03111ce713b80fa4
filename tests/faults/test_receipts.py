"""What one receipt does to the rows it speaks of, and how few statements it takes."""

import threading
import uuid

import pytest
from django.db import connection

from consent.models import ConsentState, Suppression
from core.ids import new_id
from core.tenancy import tenant_context
from messaging.actions.inbox import apply_receipts, keep_event, match_early
from messaging.actions.sweeping import sweep_organization
from messaging.contracts import Receipt, ReceiptStatus
from messaging.models import Message, MessageEvent, ProviderEvent, SendAttempt
from tests.counts import Statements
from tests.factories.accounts import make_team
from tests.faults.scene import Street
from tests.proofs import proves
from tests.snapshots import changed, rows_of
from tests.support import workers


@pytest.fixture
def sent(street: Street) -> Message:
    """One message the carrier took; no receipt has come yet."""
    street.sandbox.post("faults", {"webhooks": {"lose": 1.0}})
    street.send_one()
    (message,) = street.messages()
    return message


def news(
    message: Message, status: ReceiptStatus, code: str = "", *, attempt_id: uuid.UUID | None = None, sid: str = ""
) -> Receipt:
    sid = sid or message.provider_message_id
    return Receipt(sid, status, status, code, attempt_id, event_key=f"{sid}:{status}:{attempt_id}")


def tell(street: Street, receipt: Receipt) -> list[int | None]:
    """Keep and apply a receipt; how many found their message (None: it was kept before), then how many statements each took."""
    with tenant_context(street.id):
        with Statements() as keeping:
            row = keep_event(account=street.account, event=receipt, body=b"news")
        if row is None:
            return [None, len(keeping)]
        with Statements() as applying:
            applied = apply_receipts(account=street.account, rows=[row])
        return [applied, len(keeping), len(applying)]


def test_a_receipt_takes_one_statement_to_keep_and_one_to_apply_and_its_repetition_one(
    street: Street, sent: Message
) -> None:
    (attempt,) = street.attempts()
    receipt = news(sent, "delivered", attempt_id=attempt.id)

    counts = [tell(street, receipt), tell(street, receipt)]

    assert counts == [[1, 1, 1], [None, 1]]
    with tenant_context(street.id):
        message = Message.objects.get()
        assert (message.state, message.delivery_rank, message.reason) == ("accepted", 40, "")
        assert message.delivered_at is not None
        events = MessageEvent.objects.filter(rank=40).values_list("message_id", "kind", "code")
        assert list(events) == [(sent.id, "delivered", "")]
        assert ProviderEvent.objects.exclude(applied_at=None).count() == 1


def test_two_events_whose_long_keys_differ_at_their_end_are_both_kept_and_their_repetitions_are_not(
    street: Street, sent: Message
) -> None:
    keys = ["k" * 200 + "1", "k" * 200 + "2"]

    with tenant_context(street.id):
        events = [Receipt(sent.provider_message_id, "sent", "sent", event_key=key) for key in keys]
        rows = [keep_event(account=street.account, event=event, body=b"news") is not None for event in events * 2]

    assert rows == [True, True, False, False]


def test_a_receipt_that_names_no_attempt_finds_its_message_by_the_carriers_id(street: Street, sent: Message) -> None:
    counts = tell(street, news(sent, "delivered"))

    assert counts == [1, 1, 1]
    assert [message.delivery_rank for message in street.messages()] == [40]


def test_a_receipt_about_nothing_of_ours_is_kept_and_changes_nothing(street: Street, sent: Message) -> None:
    before = rows_of(street.id)

    counts = [
        tell(street, news(sent, "delivered", sid="SM" + "e" * 32)),
        tell(street, news(sent, "delivered", sid="-")),
    ]
    counts.append(tell(street, Receipt("", "delivered", "delivered", attempt_id=new_id(), event_key="nobody's")))

    assert counts == [[0, 1, 1]] * 3
    assert changed(before, rows_of(street.id)) == {}
    with tenant_context(street.id):
        assert list(ProviderEvent.objects.values_list("applied_at", flat=True)) == [None] * 3


def test_an_attempt_of_another_account_proves_nothing_to_this_one(street: Street, sent: Message) -> None:
    (attempt,) = street.attempts()
    street.database.run_sql("update messaging_message set delivery_rank = 10, provider_message_id = ''")
    street.database.run_sql("update messaging_sendattempt set outcome = 'ambiguous'")
    street.account.id = new_id()

    with tenant_context(street.id):
        row = ProviderEvent(provider="twilio", account_id=street.account.id, attempt_id=attempt.id, status="delivered")
        applied = apply_receipts(account=street.account, rows=[row])

    assert applied == 0
    with tenant_context(street.id):
        assert list(SendAttempt.objects.values_list("outcome", flat=True)) == ["ambiguous"]
        assert list(Message.objects.values_list("delivery_rank", flat=True)) == [10]


def kept(street: Street, *receipts: Receipt) -> list[ProviderEvent]:
    """Receipts in the inbox, in this order."""
    rows = [keep_event(account=street.account, event=each, body=b"news") for each in receipts]
    return [row for row in rows if row is not None]


def test_many_receipts_of_several_messages_take_one_statement_and_end_as_one_after_the_other(street: Street) -> None:
    street.sandbox.post("faults", {"webhooks": {"lose": 1.0}})
    street.queue(street.add_people(4))
    assert workers.start(street.place(), workers.drain, street.id, street.sender.id).join() == 4
    messages = street.messages()
    told = [("sent", "failed", "delivered"), ("failed", "sent"), ("read", "delivered", "sent"), ("delivered",)]
    codes = {"failed": "30003"}
    receipts = [
        news(message, status, codes.get(status, ""))
        for message, statuses in zip(messages, told, strict=True)
        for status in statuses
    ]

    with tenant_context(street.id):
        rows = kept(street, *receipts)
        with Statements() as applying:
            found = apply_receipts(account=street.account, rows=rows)

    assert (found, [query["sql"].split()[0] for query in applying].count("with")) == (9, 1)
    after = {message.id: (message.delivery_rank, message.reason) for message in street.messages()}
    assert [after[message.id] for message in messages] == [(40, ""), (35, "30003"), (50, ""), (40, "")]
    with tenant_context(street.id):
        assert MessageEvent.objects.filter(kind__in=["sent", "failed", "delivered", "read"]).count() == 9
        assert not ProviderEvent.objects.filter(applied_at=None).exists()


@proves("P11")
def test_a_receipt_that_comes_before_its_message_is_known_is_applied_by_the_sweep_and_only_to_its_own_account(
    street: Street, sent: Message
) -> None:
    street.database.run_sql("update messaging_message set provider_message_id = ''")
    early = tell(street, news(sent, "delivered", sid=sent.provider_message_id))
    street.database.run_sql(f"update messaging_message set provider_message_id = '{sent.provider_message_id}'")
    stranger = make_team("Rival")
    with tenant_context(stranger.id):
        strangers = match_early()

    due = [row[0] for row in street.database.run_sql("select organization_id from app_orgs_to_sweep()")]
    with tenant_context(street.id):
        sweep_organization()
        again = match_early()

    assert (early, strangers, street.id in due, again) == ([0, 1, 1], 0, True, 0)
    assert [message.delivery_rank for message in street.messages()] == [40]


@pytest.mark.parametrize("order", [("sent", "delivered"), ("delivered", "sent")])
def test_two_receipts_at_the_same_moment_end_where_they_end_one_after_the_other(
    street: Street, sent: Message, order: tuple[ReceiptStatus, ReceiptStatus]
) -> None:
    first, second = (news(sent, status) for status in order)
    came: list[list[int | None]] = []

    def tell_second() -> None:
        came.append(tell(street, second))
        connection.close()

    other = threading.Thread(target=tell_second)
    with tenant_context(street.id):
        tell(street, first)
        other.start()
        other.join(0.4)
        waited = other.is_alive()
    other.join(20)

    assert waited
    assert came == [[1, 1, 1]]
    assert [message.delivery_rank for message in street.messages()] == [40]
    with tenant_context(street.id):
        events = MessageEvent.objects.filter(rank__gte=30).values_list("kind", flat=True)
        assert sorted(events) == ["delivered", "sent"]
        assert Message.objects.exclude(delivered_at=None).count() == 1


@proves("C15")
@pytest.mark.parametrize(
    ("code", "kind", "consent"),
    [
        ("21610", "opted_out", "withdrawn"), ("63014", "opted_out", "withdrawn"),
        ("30004", "bounced", "granted"), ("30005", "bounced", "granted"),
    ],
)  # fmt: skip
def test_a_code_that_means_never_again_protects_the_address(
    street: Street, sent: Message, code: str, kind: str, consent: str
) -> None:
    (attempt,) = street.attempts()

    counts = tell(street, news(sent, "failed", code, attempt_id=attempt.id))

    assert counts[:2] == [1, 1]
    assert street.reasons() == {("accepted", code): 1}
    with tenant_context(street.id):
        assert list(Suppression.objects.values_list("point_id", "kind")) == [(sent.point_id, kind)]
        assert set(ConsentState.objects.filter(point_id=sent.point_id).values_list("status", flat=True)) == {consent}


_CREDENTIALS = {"account_sid": "AC" + "0" * 32, "auth_token": "another-token"}
