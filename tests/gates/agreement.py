"""The same people asked in four ways: planned, claimed, alone, and reckoned without the database; who is told otherwise?"""

import collections
import dataclasses
import random
import uuid
from collections.abc import Iterator, Mapping, Sequence
from unittest import mock

from accounts.models import Organization
from campaigns.actions.planning import plan_batch
from campaigns.models import Recipient
from consent.models import DecisionRecord
from consent.rulebook import rulebook
from consent.values import Address
from core import clock
from core.tenancy import tenant_context
from messaging.actions.deciding import decide_addresses
from messaging.actions.matching import decide_messages
from messaging.facts import Context, context_for, fetch_facts
from messaging.models import Message
from tests.databases import Database
from tests.gates import people, scenes
from tests.gates.reckoning import Answer, as_answer, reckon
from tests.gates.rows import Member, write
from tests.gates.stage import Set, Stage


@dataclasses.dataclass(slots=True)
class Found:
    """How often each way was asked, how often each answer came, and everybody who was answered in two ways."""

    asked: collections.Counter[str] = dataclasses.field(default_factory=collections.Counter)
    answers: collections.Counter[str] = dataclasses.field(default_factory=collections.Counter)
    disagreements: list[str] = dataclasses.field(default_factory=list)


def compare(database: Database, seed: int, count: int, at_once: int) -> Found:
    """Ask about `count` people made up from a seed, `at_once` in each scene."""
    chance, found = random.Random(seed), Found()
    stage = Stage(database)
    for number in range(0, count, at_once):
        scene = scenes.make_up(chance)
        crowd = [people.make_up(chance, scene.channel) for _ in range(min(at_once, count - number))]
        at = stage.set(scene)
        members = write(stage, at, crowd)
        with tenant_context(stage.team.id), mock.patch.object(clock, "now", return_value=scene.at):
            _compare_scene(at, members, found)
        stage.forget_records()
    return found


def _compare_scene(at: Set, members: Sequence[Member], found: Found) -> None:
    organization, rules = Organization.objects.current(), rulebook()
    planned, claimed = dict(_planned(at)), dict(_claimed(at, members))
    alone = context_for(sender=at.sender, purpose=at.purpose, version_id=at.version.id, text=at.scene.body)
    for each in members:
        expected = reckon(each.who, at.scene, organization, rules)
        # a plan knows that lines will be put into each message; the other two are asked about the words as they stand
        completed = reckon(each.who, at.scene, organization, rules, adds_lines=True)
        found.answers[expected[1] or "allowed"] += 1
        told = {
            "planned": planned.get(each.contact_id),
            "claimed": None if each.message_id is None else claimed.get(each.message_id),
        }
        if each.address is not None:
            told["alone"] = _alone(alone, each.address)
        for way, answer in told.items():
            if answer is None:
                continue
            found.asked[way] += 1
            right = completed if way == "planned" else expected
            if answer != right:
                found.disagreements.append(f"{way}: {answer}, reckoned: {right}, {at.scene}, {each.who}")


def _planned(at: Set) -> Iterator[tuple[uuid.UUID, Answer]]:
    """As a campaign's plan has it: rows of recipients and the decisions they point to."""
    while plan_batch(at.run):
        pass
    rows = list(Recipient.objects.filter(run=at.run))
    records = DecisionRecord.objects.in_bulk({row.decision_id for row in rows if row.decision_id})
    for row in rows:
        record = records[row.decision_id]
        if row.outcome == "left_out":
            assert row.due_at is None
            assert row.reason == record.reason or (record.outcome != "denied" and row.evidence_id is None)
            denied = record.outcome == "denied"
            yield row.contact_id, ("denied", row.reason, record.until if denied else None)
        else:
            assert (row.due_at, row.evidence_id is None) == (record.until or at.scene.at, False)
            yield row.contact_id, (record.outcome, record.reason, record.until)


def _claimed(at: Set, members: Sequence[Member]) -> Iterator[tuple[uuid.UUID, Answer]]:
    """As the lane decides about messages it has claimed, just before they leave."""
    batch = list(Message.objects.filter(id__in=[each.message_id for each in members if each.message_id]))
    context = context_for(sender=at.sender, purpose=at.purpose, version_id=at.version.id)
    facts = fetch_facts(context, [message.id for message in batch])
    verdicts = decide_messages(context, batch, {key: raw for key, (_, raw) in facts.items()})
    for message in batch:
        evidence_id, _ = facts[message.id]
        yield message.id, as_answer(verdicts[message.id].decision, has_proof=evidence_id is not None)


def _alone(context: Context, address: Address) -> Answer:
    """As the API and the page of one person ask: by one address, with all that is known of it read for them alone."""
    (answer,) = decide_addresses(context, [address])
    return answer.outcome, answer.reason.code if answer.reason else "", answer.until


def told(found: Found) -> Mapping[str, int]:
    """How many people got each answer, the most frequent first."""
    return dict(found.answers.most_common())
