"""Webhooks forged, replayed, shuffled, repeated and early, at the product's own door, judged by every row it keeps."""

import itertools
import logging

import pytest

from consent.models import ConsentState, Suppression
from core.tenancy import tenant_context
from messaging.models import InboundMessage, Message, ProviderEvent, SendAttempt
from tests.counts import say
from tests.faults import webhooks
from tests.faults.scene import Street, dice
from tests.faults.webhooks import FORGERIES
from tests.proofs import proves
from tests.snapshots import changed, rows_of
from tests.support import workers
from tests.support.planting import planted

SIGNATURE_CHECK = ("messaging/views/webhooks.py", "carrier.verify(asked)")
RANK_GUARD = (
    "messaging/actions/inbox.py",
    "delivery_rank = greatest(delivery_rank, highest.rank),",
    "delivery_rank = highest.rank,",
)
#: what carriers say of one message, and where all of it together leaves it: rank, and whether it counts as delivered
STORIES = (
    (("sent", "delivered", "read"), 50),
    (("queued", "sent", "sent", "delivered"), 40),
    (("sent", "undelivered"), 35),
    (("sent", "failed", "delivered"), 40),
    (("accepted", "queued", "sent"), 30),
)


@pytest.fixture
def sent(street: Street) -> Street:
    """Forty people have a message; no receipt has come yet."""
    street.sandbox.post("faults", {"webhooks": {"lose": 1.0}})
    street.queue(street.add_people(40))
    workers.start(street.place(), workers.send, street.id, [street.sender.id], 30.0).join()
    assert street.states() == {"accepted": 40}
    return street


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, "django.request")


def inbound_url(street: Street) -> str:
    return f"{street.webhook_url}/webhooks/twilio/inbound/{street.account.token}"


def standing(street: Street, sid: str) -> tuple[str, int]:
    with tenant_context(street.id):
        return Message.objects.values_list("state", "delivery_rank").get(provider_message_id=sid)


@proves("fault-18")
def test_forged_webhooks_are_refused_at_both_doors_and_change_nothing(sent: Street) -> None:
    entry = sent.accepted()[0]
    genuine = {
        "inbound": webhooks.inbound(inbound_url(sent), entry["to"], "STOP"),
        "status": webhooks.receipt(entry, "delivered"),
    }
    before = rows_of(sent.id)

    came = {
        (door, name): forge(webhook).post()[0] for door, webhook in genuine.items() for name, forge in FORGERIES.items()
    }

    say(f"{len(came)} forgeries")
    assert {case: status for case, status in came.items() if status != 403} == {}
    assert changed(before, rows_of(sent.id)) == {}
    assert [webhook.post()[0] for webhook in genuine.values()] == [200, 200]
    assert sent.reasons()[("accepted", "")] == 40
    with tenant_context(sent.id):
        assert Suppression.objects.count() == InboundMessage.objects.count() == 1


def test_control_without_the_signature_check_a_forged_stop_is_believed(sent: Street) -> None:
    forged = webhooks.inbound(inbound_url(sent), sent.accepted()[0]["to"], "STOP").signed("another-token")

    with planted(*SIGNATURE_CHECK):
        status, _ = forged.post()

    assert status == 200
    with tenant_context(sent.id):
        assert Suppression.objects.count() == 1


@proves("fault-18")
def test_a_replayed_stop_does_not_undo_the_start_that_came_after_it(sent: Street) -> None:
    person = sent.accepted()[0]["to"]
    url = inbound_url(sent)
    said = sent.sandbox.post(f"phones/{person}/reply", {"text": "START"})["sid"]  # the carrier is asked for it
    stop, start = webhooks.inbound(url, person, "STOP"), webhooks.inbound(url, person, "START", said)
    assert [stop.post()[0], start.post()[0]] == [200, 200]
    before = rows_of(sent.id)

    answers = [webhook.post() for webhook in (stop, start, stop, stop)]

    assert {status for status, _ in answers} == {200}
    assert not any(b"<Message>" in body for _, body in answers)
    assert changed(before, rows_of(sent.id)) == {}
    with tenant_context(sent.id):
        assert not ConsentState.objects.exclude(status="granted").exists()
        assert not Suppression.objects.filter(lifted_at=None).exists()


def tell(street: Street) -> dict[str, list[int]]:
    """Every story in every order, each to a message of its own, all of it twice; sid → the answers."""
    chance, entries, told = dice(), iter(street.accepted()), {}
    for statuses, _ in STORIES:
        for order in sorted(set(itertools.permutations(statuses))):
            entry = next(entries)
            posts = [webhooks.receipt(entry, status) for status in order]
            again = chance.sample(posts, len(posts))
            told[entry["sid"]] = [webhook.post()[0] for webhook in posts + again]
    return told


def orders() -> list[tuple[tuple[str, ...], int]]:
    return [(order, rank) for statuses, rank in STORIES for order in sorted(set(itertools.permutations(statuses)))]


@proves("fault-17", "P11")
def test_receipts_in_every_order_and_twice_end_where_they_end_in_order(sent: Street) -> None:
    told = tell(sent)

    ends = {sid: standing(sent, sid) for sid in told}
    say(f"{sum(map(len, told.values()))} receipts for {len(told)} messages")
    assert {status for answers in told.values() for status in answers} == {200}
    assert list(ends.values()) == [("accepted", rank) for _, rank in orders()]
    with tenant_context(sent.id):
        kept = ProviderEvent.objects.filter(provider_message_id__in=list(told)).count()
        assert kept == sum(len(set(order)) for order, _ in orders())
        assert not Message.objects.filter(delivery_rank__gte=40, delivered_at=None).exists()


def test_control_without_the_rank_guard_a_late_receipt_stumbles_over_the_database_and_with_neither_it_falls(
    sent: Street,
) -> None:
    first, second = sent.accepted()[:2]
    with planted(*RANK_GUARD):
        held = [webhooks.receipt(first, status).post()[0] for status in ("delivered", "sent")]
        sent.database.run_sql("alter table messaging_message disable trigger hold_transition")
        bare = [webhooks.receipt(second, status).post()[0] for status in ("delivered", "sent")]

    assert (held, standing(sent, first["sid"])) == ([200, 503], ("accepted", 40))
    assert (bare, standing(sent, second["sid"])) == ([200, 200], ("accepted", 30))


@proves("fault-17")
def test_receipts_that_come_before_our_own_answer_is_on_record_settle_the_message(street: Street) -> None:
    street.sandbox.post("faults", {"webhooks": {"lose": 1.0}})
    street.queue(street.add_people(3))
    slow = workers.start(street.place(failpoints="before_result=stop"), workers.drain, street.id, street.sender.id)
    assert workers.wait_until(lambda: slow.frozen, 20)

    early = [
        webhooks.receipt(entry, status).post()[0] for entry in street.accepted() for status in ("delivered", "sent")
    ]
    slow.thaw()
    slow.join()

    assert early == [200] * 6
    assert {standing(street, entry["sid"]) for entry in street.accepted()} == {("accepted", 40)}
    with tenant_context(street.id):
        assert set(SendAttempt.objects.values_list("outcome", flat=True)) == {"accepted"}
    assert set(street.handed_over().values()) == {1}
