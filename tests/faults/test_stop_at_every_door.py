"""Everybody who says stop, in whatever words, is refused by every door afterwards, with the stop as the reason on record."""

import tomllib
import uuid
from collections import Counter
from collections.abc import Iterable, Sequence

import pytest

from campaigns.models import Recipient, Run
from consent.models import ConsentEvent, ConsentState, Suppression
from core.tenancy import tenant_context
from messaging.models import InboundMessage, SendAttempt
from tests.counts import say
from tests.factories.campaigns import number
from tests.faults.scene import Street
from tests.proofs import proves
from tests.support import workers
from tests.support.planting import planted
from tooling import places

WORDS = tomllib.loads((places.PROJECT / "tests/fixtures/stop_words.toml").read_text())
STOPS, DOUBTS, OTHERS = WORDS["stop"], WORDS["doubtful"], WORDS["not_stop"]
GONE = len(STOPS) + len(DOUBTS)
#: who asks for messages; all of them go through the one lane
ORIGINS = ("test", "reply", "api")
ON_STOP = ("messaging/actions/receiving.py", "replies = _stop(row, meaning, evidence, _twins(row, inbound))", "pass")


@pytest.fixture
def talk(street: Street) -> Street:
    """One person for each thing people write; a checked campaign, a launched one, and messages ready at every other door."""
    street.sandbox.post("faults", {"webhooks": {"lose": 0.0}})
    points = street.add_people(GONE + len(OTHERS))
    street.add_contacts(points)
    return street


def write(street: Street, index: int, text: str) -> int:
    """A person writes; how many answers come back to the handset."""
    heard = street.sandbox.post(f"phones/{number(index).e164}/reply", {"text": text})
    assert heard["status"] == 200
    return len(heard["replies"])


def outcomes(street: Street, run: Run) -> dict[object, tuple[str, str, object]]:
    with tenant_context(street.id):
        rows = Recipient.objects.filter(run=run).values_list("point_id", "outcome", "reason", "evidence_id")
        return {point: (outcome, reason, evidence) for point, outcome, reason, evidence in rows}


@proves("C10")
def test_after_a_stop_every_door_refuses_and_names_the_stop(talk: Street) -> None:
    launched_before = talk.launch(talk.add_campaign(), len(talk.people))
    checked_before = talk.add_campaign()
    for origin in ORIGINS:
        talk.queue(talk.people, origin=origin)

    first = [write(talk, index, text) for index, text in enumerate([*STOPS, *DOUBTS, *OTHERS])]
    again = [write(talk, index, "STOP") for index in range(len(STOPS))]
    launched_after = talk.launch(checked_before, len(talk.people))
    checked_after = talk.check(talk.add_campaign())
    for _ in range(2):
        talk.tick()
        workers.start(talk.place(), workers.send, talk.id, [talk.sender.id], 20.0).join()

    say(f"{len(STOPS)} ways to say stop, {len(DOUBTS)} that may be one, {len(OTHERS)} that are none")
    say(f"doors: check, launch, run, {', '.join(ORIGINS)}")
    gone, staying = talk.people[:GONE], talk.people[GONE:]
    assert dict(zip([*STOPS, *DOUBTS], first, strict=False)) == dict.fromkeys(STOPS, 1) | dict.fromkeys(DOUBTS, 0)
    assert set(again) == {0}
    demand_on_record(talk, gone)
    for run in (launched_after, checked_after):
        came = outcomes(talk, run)
        stops = last_stops(talk)
        assert {point: came[point] for point in gone} == {
            point: ("left_out", "opted_out", stops[point]) for point in gone
        }
        assert {came[point][:2] for point in staying} == {("allowed", "")}
    assert set(talk.handed_over()) == numbers(range(GONE, len(talk.people)))
    assert set(talk.handed_over().values()) == {len(ORIGINS) + 2}
    refused = talk.messages(point_id__in=gone)
    assert Counter((message.origin, message.state, message.reason) for message in refused) == {
        (origin, "suppressed", "opted_out"): GONE for origin in (*ORIGINS, "run")
    }
    with tenant_context(talk.id):
        assert not SendAttempt.objects.filter(message__point_id__in=gone).exists()
        assert Recipient.objects.filter(run=launched_before, outcome="allowed").count() == len(talk.people)
    answers = Counter(entry["to"] for entry in talk.sandbox.ledger("kind=twiml_reply"))
    assert {to: answers[to] for to in numbers(range(GONE))} == {
        to: int(to in numbers(range(len(STOPS)))) for to in numbers(range(GONE))
    }


def numbers(indexes: Iterable[int]) -> set[str]:
    return {number(index).e164 for index in indexes}


def demand_on_record(street: Street, gone: Sequence[uuid.UUID]) -> None:
    """Each stop is an event; the first one suppresses, and every state of the address is withdrawn by a stop."""
    with tenant_context(street.id):
        heard = InboundMessage.objects.filter(kind__in=["stop", "doubt"]).order_by("received_at", "id")
        firsts: dict[uuid.UUID, uuid.UUID] = {}
        for point_id, event_id in heard.values_list("point_id", "consent_event_id"):
            firsts.setdefault(point_id, event_id)
        assert dict(Suppression.objects.filter(kind="opted_out").values_list("point_id", "event_id")) == firsts
        assert set(firsts) == set(gone)
        assert set(ConsentState.objects.filter(point_id__in=gone).values_list("status", flat=True)) == {"withdrawn"}
        assert ConsentEvent.objects.filter(status="withdrawn").count() == len(heard)


def last_stops(street: Street) -> dict[uuid.UUID, uuid.UUID]:
    """Address → the stop its consent was withdrawn by."""
    with tenant_context(street.id):
        return dict(ConsentState.objects.filter(status="withdrawn").values_list("point_id", "event_id"))


def test_control_when_a_stop_is_read_as_nothing_the_next_message_reaches_them(talk: Street) -> None:
    with planted(*ON_STOP):
        answers = [write(talk, index, text) for index, text in enumerate(STOPS)]
    talk.queue(talk.people[: len(STOPS)])
    workers.start(talk.place(), workers.send, talk.id, [talk.sender.id], 20.0).join()

    assert set(answers) == {0}
    assert len(talk.handed_over()) == len(STOPS)
