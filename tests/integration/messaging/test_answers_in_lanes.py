"""Answers to keywords among everything else that waits in a lane: first, free, in time, and worth nothing as a proof."""

import datetime
import uuid

import pytest

from accounts.actions import organizations
from billing.models import LedgerEntry
from consent.models import Suppression
from core import clock
from core.ids import new_id
from core.tenancy import tenant_context
from messaging.actions.claiming import claim_due
from messaging.actions.connecting import add_sender
from messaging.actions.identifying import Writer, may_lift
from messaging.actions.intending import Intent, intend
from messaging.actions.queueing import Errand, Wish, queue_messages
from messaging.actions.receiving import Heard, receive_inbound
from messaging.actions.recording import Outcome, record_outcomes
from messaging.actions.writing import save_text
from messaging.contracts import Accepted, Inbound
from messaging.models import InboundMessage, Message, SendAttempt, Sender
from messaging.states import KEYWORD_ORIGINS
from sandbox import telnyx_shapes
from tests.factories.accounts import Team, operator_actor
from tests.factories.billing import make_paid
from tests.factories.consent import MINA, OMAR, grant, make_point, make_purpose
from tests.factories.emails import make_mail_house
from tests.factories.messaging import API_KEY, NUMBER, make_telnyx_account, reach
from tests.proofs import proves

PLEA = "please stop texting me"


@pytest.fixture
def line(acme: Team, operator: object) -> Sender:
    """Acme's line at a carrier that takes no answer in its webhook; Mina agreed to orders."""
    with tenant_context(acme.id):
        organizations.go_live(actor=operator_actor(operator), note="reviewed")  # type: ignore[arg-type]
        account = make_telnyx_account(acme.actor(), public_key=telnyx_shapes.public_key(API_KEY))
        sender = add_sender(
            actor=acme.actor(), account=account, channel="sms", address=NUMBER, label="Shop", rate_per_second=5
        )
        grant(make_point(MINA), make_purpose(acme.actor(), "Orders", "transactional"))
    return make_paid(sender)


def hear(line: Sender, text: str, sender: str = MINA, **more: str) -> Heard:
    told: dict[str, str] = {"channel": line.channel, "recipient": line.address} | more
    inbound = Inbound(str(uuid.uuid4()), told["channel"], sender, told["recipient"], text)  # type: ignore[arg-type]
    with tenant_context(line.organization_id):
        heard = receive_inbound(account=line.account, inbound=inbound, confirmed=True)
    assert heard is not None
    return heard


def offer(acme: Team, line: Sender, count: int) -> list[uuid.UUID]:
    """Messages of a campaign that wait in the lane."""
    with tenant_context(acme.id):
        purpose = make_purpose(acme.actor(), "News", "transactional")
        point = make_point(OMAR)
        grant(point, purpose)
        version = save_text(
            actor=acme.actor(), template=None, name="News", channel="sms", purpose=purpose, body="Ready."
        )
        ends = clock.now() + datetime.timedelta(hours=1)
        errand = Errand("run", new_id(), line.id, "sms", purpose.id, version.id, ends)
        wishes = [Wish(new_id(), point.id, "Ready.", 1) for _ in range(count)]
        queue_messages(errand=errand, wishes=wishes)
    return [wish.message_id for wish in wishes]


def claim(line: Sender, limit: int = 200, **more: bool) -> list[str]:
    """The origins of what a worker gets now."""
    with tenant_context(line.organization_id):
        claimed = claim_due(sender_id=line.id, limit=limit, token=uuid.uuid4(), **more)
        return sorted(Message.objects.filter(id__in=claimed).values_list("origin", flat=True))


def send(line: Sender) -> list[str]:
    """One round of the lane whose carrier takes everything; the origins of what left."""
    token = uuid.uuid4()
    with tenant_context(line.organization_id):
        claimed = claim_due(sender_id=line.id, limit=200, token=token)
        intents: list[Intent] = intend(sender=line, message_ids=claimed, token=token)
        taken = [
            Outcome(each.message, each.permit.attempt_id, Accepted(str(uuid.uuid4()), "queued"), each.began_at)
            for each in intents
        ]
        record_outcomes(sender=line, outcomes=taken, token=token)
    return sorted(each.message.origin for each in intents)


def fates(line: Sender, **filters: str) -> list[tuple[str, str, str]]:
    with tenant_context(line.organization_id):
        rows = Message.objects.filter(**filters).order_by("created_at", "id")
        return list(rows.values_list("origin", "state", "reason"))


def test_an_answer_leaves_before_the_campaign_that_waited_longer(acme: Team, line: Sender) -> None:
    offer(acme, line, 5)
    hear(line, PLEA)

    batches = [claim(line, 1), claim(line, 2), claim(line, 200)]

    assert batches == [["said_stop"], ["run"] * 2, ["run"] * 3]


def test_an_answer_goes_along_with_a_batch_that_stays_as_large(acme: Team, line: Sender) -> None:
    offer(acme, line, 5)
    hear(line, "HELP")

    assert claim(line, 4) == ["run", "run", "run", "said_help"]


def test_a_message_claimed_before_waits_for_the_answer_and_is_then_claimed_alone(acme: Team, line: Sender) -> None:
    first, *_ = offer(acme, line, 3)
    with tenant_context(acme.id):
        Message.objects.filter(id=first).update(claim_count=1)
    hear(line, "HELP")

    assert [claim(line), claim(line), claim(line)] == [["said_help"], ["run"], ["run", "run"]]


def test_of_a_paused_line_only_answers_are_claimed(acme: Team, line: Sender) -> None:
    offer(acme, line, 2)
    hear(line, "HELP")

    assert [claim(line, answers_only=True), claim(line, answers_only=True)] == [["said_help"], []]


@pytest.mark.parametrize("origin", sorted(KEYWORD_ORIGINS))
def test_every_answer_there_is_passes_a_pause(line: Sender, origin: str) -> None:
    hear(line, "HELP")
    with tenant_context(line.organization_id):
        Message.objects.update(origin=origin)

    assert claim(line, answers_only=True) == [origin]


@proves("I8")
def test_an_answer_leaves_while_the_campaign_waits_for_units(acme: Team, line: Sender) -> None:
    offer(acme, line, 2)
    hear(line, "HELP")

    assert send(line) == ["said_help"]
    assert fates(line, origin="run") == [("run", "ready", "waiting_for_units")] * 2
    with tenant_context(acme.id):
        assert not LedgerEntry.objects.exists()
        assert list(SendAttempt.objects.values_list("units_held", "outcome")) == [(False, "accepted")]


@proves("C10")
def test_a_confirmation_that_is_too_late_is_not_sent(line: Sender) -> None:
    hear(line, PLEA)
    with tenant_context(line.organization_id):
        Message.objects.update(expires_at=clock.now())

    assert send(line) == []
    assert fates(line) == [("said_stop", "expired", "expired")]


def start_again(line: Sender) -> None:
    """Mina, whom the line had reached, stops and comes back."""
    with tenant_context(line.organization_id):
        reach(line, make_point(MINA))
    hear(line, PLEA)
    hear(line, "START")


def test_who_comes_back_is_told_so_and_the_next_stop_is_confirmed_again(line: Sender) -> None:
    start_again(line)
    first = send(line)
    hear(line, PLEA)

    assert (first, send(line)) == (["said_start", "said_stop"], ["said_stop"])


@proves("C10")
def test_who_stops_again_is_not_told_that_they_are_back(line: Sender) -> None:
    start_again(line)
    hear(line, PLEA)

    assert send(line) == ["said_stop", "said_stop"]
    assert fates(line, origin="said_start") == [("said_start", "suppressed", "no_evidence")]


def test_an_answer_is_no_proof_that_a_start_may_be_believed(line: Sender) -> None:
    hear(line, "HELP", sender=OMAR)
    assert send(line) == ["said_help"]
    hear(line, PLEA, sender=OMAR)

    start = hear(line, "START", sender=OMAR).message

    with tenant_context(line.organization_id):
        assert SendAttempt.objects.filter(outcome="accepted", message__point_id=start.point_id).exists()
        assert may_lift(start, Writer(start.point_id, exact=True, known=True)) is False
        assert InboundMessage.objects.get(id=start.id).verdict == "asked"
        assert Suppression.objects.filter(point_id=start.point_id, lifted_at=None).exists()


def test_what_they_write_after_an_answer_still_answers_the_campaign(line: Sender) -> None:
    with tenant_context(line.organization_id):
        offered = reach(line, make_point(MINA))
    hear(line, "HELP")
    send(line)

    heard = hear(line, PLEA).message

    assert (heard.message_id, heard.origin, heard.origin_id) == (offered.id, "test", offered.origin_id)


def test_a_keyword_to_a_number_that_is_no_line_of_ours_counts_and_is_not_answered(line: Sender) -> None:
    hear(line, PLEA, recipient="+14025550199")

    assert fates(line) == []
    with tenant_context(line.organization_id):
        assert Suppression.objects.get(lifted_at=None).kind == "opted_out"


def test_a_stop_by_mail_counts_and_is_answered_with_silence(acme: Team) -> None:
    house = make_mail_house(acme, "https://mail.example")

    hear(house.sender, "unsubscribe", sender="mina@people.example")

    assert fates(house.sender) == []
    with tenant_context(acme.id):
        assert Suppression.objects.get(lifted_at=None).channel == "email"
