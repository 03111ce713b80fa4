"""Units at the door: held before a message leaves, charged or given back by what came of it, never twice, never below nothing."""

import datetime
import uuid

import pytest

from billing.contracts import Funds
from billing.models import LedgerEntry
from billing.selectors import funds, used_by
from core import clock
from core.ids import new_id
from core.tenancy import tenant_context
from messaging.actions.claiming import claim_due
from messaging.actions.inbox import apply_receipts, keep_event
from messaging.actions.intending import Intent, intend
from messaging.actions.queueing import Errand, Wish, queue_messages
from messaging.actions.receiving import receive_inbound
from messaging.actions.recording import Outcome, record_outcomes
from messaging.actions.sweeping import sweep_organization
from messaging.actions.writing import save_text
from messaging.contracts import Accepted, Inbound, Receipt
from messaging.models import Message, SendAttempt, Sender
from messaging.providers.protocol import OutcomeUnknown, Rejected, Throttled
from tests.counts import Statements
from tests.factories.accounts import operator_actor
from tests.factories.billing import assert_books_balance, make_paid, top_up
from tests.factories.campaigns import House, add_people, make_house
from tests.proofs import proves

RUN = new_id()


@pytest.fixture
def house(acme, operator):
    """Acme, live, with a sender at the practice carrier that nobody asks, and a line of people who agreed."""
    made = make_house(acme.id, acme.actor(), operator_actor(operator), "http://127.0.0.1:9")
    return made


@pytest.fixture
def paid(house: House) -> Sender:
    """Its sender, as if at a real carrier."""
    return make_paid(house.sender)


def queue(house: House, count: int, parts: int = 1) -> list[uuid.UUID]:
    """Messages that may leave now, in the order of their ids."""
    points = add_people(house, count, count)
    with tenant_context(house.id):
        version = save_text(
            actor=house.actor, template=None, name=str(new_id()), channel="sms", purpose=house.purpose, body="Ready."
        )
        ends = clock.now() + datetime.timedelta(hours=1)
        errand = Errand("run", RUN, house.sender.id, "sms", house.purpose.id, version.id, ends)
        wishes = [Wish(new_id(), point, "Ready.", parts) for point in points]
        queue_messages(errand=errand, wishes=wishes)
    return [wish.message_id for wish in wishes]


def begin(sender: Sender) -> tuple[list[Intent], uuid.UUID]:
    """Claim all that is due and write the intents."""
    token = new_id()
    with tenant_context(sender.organization_id):
        claimed = claim_due(sender_id=sender.id, limit=200, token=token)
    with tenant_context(sender.organization_id):
        return intend(sender=sender, message_ids=claimed, token=token), token


def end(sender: Sender, intents: list[Intent], token: uuid.UUID, *answers: object) -> int:
    """Record one answer for each intent."""
    outcomes = [
        Outcome(intent.message, intent.permit.attempt_id, answer, intent.began_at, intent.again)  # type: ignore[arg-type]
        for intent, answer in zip(intents, answers, strict=True)
    ]
    with tenant_context(sender.organization_id):
        return record_outcomes(sender=sender, outcomes=outcomes, token=token)


def taken(number: int = 1) -> Accepted:
    return Accepted(f"SM{number:032d}", "queued")


def have(house: House) -> Funds:
    with tenant_context(house.id):
        return funds()


def rows(house: House) -> list[tuple[str, str]]:
    with tenant_context(house.id):
        return list(Message.objects.order_by("id").values_list("state", "reason"))


def due_now(house: House) -> None:
    """As if everything that waits had waited long enough."""
    with tenant_context(house.id):
        Message.objects.filter(next_at__isnull=False).update(next_at="2000-01-01T00:00Z")


def lease_over(house: House) -> None:
    """As if the worker had died a minute ago."""
    with tenant_context(house.id):
        Message.objects.filter(lease_until__isnull=False).update(lease_until="2000-01-01T00:00Z")


def sweep(house: House) -> None:
    with tenant_context(house.id):
        sweep_organization()


@proves("I3")
def test_what_the_units_do_not_reach_waits_and_says_why_and_the_rest_of_the_batch_goes(house, paid, rival) -> None:
    top_up(house.id, 2)
    top_up(rival.id, 50)
    queue(house, 3)

    intents, token = begin(paid)
    held = have(house)
    end(paid, intents, token, taken(1), taken(2))

    assert [intent.message.units for intent in intents] == [1, 1]
    assert held == Funds(0, 2000, 0)
    assert have(house) == Funds(0, 0, 2000)
    assert rows(house) == [("accepted", ""), ("accepted", ""), ("ready", "waiting_for_units")]
    with tenant_context(house.id):
        waiting = Message.objects.get(state="ready")
        assert 50 < (waiting.next_at - clock.now()).total_seconds() <= 60
        assert (waiting.claim_count, waiting.attempt_count, waiting.lease_token) == (0, 0, None)
        assert SendAttempt.objects.count() == 2
    with tenant_context(rival.id):
        assert funds() == Funds(50_000, 0, 0)

    due_now(house)
    assert begin(paid)[0] == []
    top_up(house.id, 1)
    due_now(house)
    intents, token = begin(paid)
    end(paid, intents, token, taken(3))

    assert rows(house) == [("accepted", "")] * 3
    assert have(house) == Funds(0, 0, 3000)
    assert_books_balance(house.id)


@proves("I3")
def test_units_follow_what_came_of_each_attempt(house, paid) -> None:
    top_up(house.id, 5)
    queue(house, 5)

    intents, token = begin(paid)
    end(
        paid, intents, token, taken(), Rejected("21211"), None, Throttled(30.0, "429"), OutcomeUnknown("answer_lost")
    )  # fmt: skip

    assert have(house) == Funds(3000, 1000, 1000)
    assert [state for state, _ in rows(house)] == ["accepted", "rejected", "ready", "ready", "uncertain"]
    with tenant_context(house.id):
        assert used_by(RUN).given_back == 3000
        assert list(SendAttempt.objects.filter(units_held=True).values_list("outcome", flat=True)) == ["ambiguous"]
    assert_books_balance(house.id)


@proves("I3")
@pytest.mark.parametrize(("ending", "funds_after"), [("receipt", Funds(0, 0, 1000)), ("silence", Funds(1000, 0, 0))])
def test_an_unclear_message_keeps_its_units_until_a_receipt_or_the_end_of_its_time(
    house, paid, ending: str, funds_after: Funds
) -> None:
    top_up(house.id, 1)
    queue(house, 1)
    intents, token = begin(paid)
    end(paid, intents, token, OutcomeUnknown("answer_lost"))
    sweep(house)
    unclear = have(house)

    if ending == "receipt":
        tell(house, intents[0].permit.attempt_id)
    else:
        with tenant_context(house.id):
            Message.objects.update(expires_at="2000-01-01T00:00Z", settle_at="2000-01-01T00:00Z")
    sweep(house)
    sweep(house)

    assert unclear == Funds(0, 1000, 0)
    assert have(house) == funds_after
    with tenant_context(house.id):
        assert not SendAttempt.objects.filter(units_held=True).exists()
    assert_books_balance(house.id)


def tell(house: House, attempt_id: uuid.UUID) -> None:
    """The carrier says that it was delivered."""
    receipt = Receipt("SM1", "delivered", "delivered", attempt_id=attempt_id, event_key=f"{attempt_id}")
    with tenant_context(house.id):
        row = keep_event(account=house.account, event=receipt, body=b"news")
        assert row is not None
        assert apply_receipts(account=house.account, rows=[row]) == 1


@proves("I3")
def test_a_receipt_that_is_quicker_than_our_own_record_does_not_charge_twice(house, paid) -> None:
    top_up(house.id, 2)
    queue(house, 1)
    intents, token = begin(paid)

    tell(house, intents[0].permit.attempt_id)
    ours = end(paid, intents, token, taken())
    sweep(house)

    assert ours == 0
    assert have(house) == Funds(1000, 0, 1000)
    with tenant_context(house.id):
        assert not SendAttempt.objects.filter(units_held=True).exists()
    assert_books_balance(house.id)


def test_a_worker_that_died_after_the_intent_leaves_its_units_held_until_its_message_has_an_end(house, paid) -> None:
    top_up(house.id, 1)
    queue(house, 1)
    begin(paid)

    lease_over(house)
    sweep(house)
    doubtful = have(house)
    with tenant_context(house.id):
        Message.objects.update(expires_at="2000-01-01T00:00Z", settle_at="2000-01-01T00:00Z")
    sweep(house)

    assert rows(house) == [("expired", "worker_died")]
    assert (doubtful, have(house)) == (Funds(0, 1000, 0), Funds(1000, 0, 0))
    assert_books_balance(house.id)


def test_a_message_costs_its_parts_at_the_price_of_its_country_and_the_entry_says_which_price(house, paid) -> None:
    top_up(house.id, 10)
    (message_id,) = queue(house, 1, parts=3)
    with tenant_context(house.id):
        Message.objects.get(id=message_id).point.__class__.objects.update(region="GB-SCT")

    intents, token = begin(paid)
    end(paid, intents, token, taken())

    with tenant_context(house.id):
        told = LedgerEntry.objects.filter(message_id=message_id).order_by("at", "kind")
        assert sorted(told.values_list("kind", "amount", "price_version", "channel", "origin_id")) == [
            ("reserve", 9000, "2026-11-01", "sms", RUN),
            ("settle", 9000, "2026-11-01", "sms", RUN),
        ]
        assert set(told.values_list("reference", flat=True)) == {intents[0].permit.attempt_id}
    assert have(house) == Funds(1000, 0, 9000)


@proves("I3")
def test_a_request_repeated_under_its_key_is_charged_once(house, paid) -> None:
    with tenant_context(house.id):
        type(house.account).objects.update(provider="telnyx")
    sender = make_paid(house.sender)
    top_up(house.id, 1)
    queue(house, 1)

    intents, token = begin(sender)
    end(sender, intents, token, OutcomeUnknown("answer_lost"))
    between = have(house)
    due_now(house)
    repeated, token = begin(sender)
    end(sender, repeated, token, taken())

    assert [intent.again for intent in repeated] == [True]
    assert repeated[0].permit.attempt_id == intents[0].permit.attempt_id
    assert (between, have(house)) == (Funds(0, 1000, 0), Funds(0, 0, 1000))
    assert_books_balance(house.id)


def test_the_practice_carrier_costs_nothing_and_writes_nothing_into_the_ledger(house) -> None:
    queue(house, 2)

    intents, token = begin(house.sender)
    end(house.sender, intents, token, taken(1), taken(2))

    assert rows(house) == [("accepted", "")] * 2
    with tenant_context(house.id):
        assert LedgerEntry.objects.count() == 0
        assert not SendAttempt.objects.filter(units_held=True).exists()


def statements(house: House, sender: Sender, people: int) -> int:
    """How many statements it takes to decide about so many messages, hold their units, and record and charge them."""
    queue(house, people)
    token = new_id()
    with tenant_context(house.id):
        claimed = claim_due(sender_id=sender.id, limit=200, token=token)
    with Statements() as asked:
        with tenant_context(house.id):
            intents = intend(sender=sender, message_ids=claimed, token=token)
        end(sender, intents, token, *map(taken, range(len(claimed))))
    return len(asked)


def test_charging_a_batch_takes_four_statements_however_many_messages_there_are(house) -> None:
    top_up(house.id, 100)
    statements(house, house.sender, 1)

    free = statements(house, house.sender, 3)
    paid = make_paid(house.sender)
    statements(house, paid, 1)  # the first decision about a sender with registrations is kept
    few, many = statements(house, paid, 3), statements(house, paid, 30)

    # what was quoted, the prices of today where nothing was, hold, mark; one more reads what the sender has registered
    assert (few, many) == (free + 4 + 1, free + 4 + 1)
    assert have(house) == Funds(66_000, 0, 34_000)


@proves("I8")
@pytest.mark.parametrize(("word", "says"), [("STOP", "Acme"), ("HELP", "Acme")])
def test_stop_and_help_are_answered_without_units_and_while_everything_is_paused(
    house, paid, word: str, says: str
) -> None:
    points = queue(house, 1)
    assert begin(paid)[0] == []
    with tenant_context(house.id):
        Sender.objects.update(paused_at=clock.now())
        inbound = Inbound("SM77", "sms", "+14025560000", "+14025550100", word)

        heard = receive_inbound(account=house.account, inbound=inbound)

    assert heard is not None
    assert len(heard.replies) == 1
    assert says in heard.replies[0]
    assert have(house) == Funds(0, 0, 0)
    assert rows(house) == [("ready", "waiting_for_units")] * len(points)
