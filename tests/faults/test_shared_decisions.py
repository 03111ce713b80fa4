"""A decision is kept for everybody it stands for, and nobody waits for anybody else to have kept it."""

import dataclasses
import threading
import uuid
from collections.abc import Callable

from django.db import connection

from consent.models import DecisionRecord
from core.tenancy import tenant_context
from messaging.facts import Context, RawFacts, Verdict, context_for, decide_distinct, fetch_facts
from tests.counts import Statements
from tests.faults.scene import Street
from tests.support import workers

Deed = Callable[[], None]


def somebody(street: Street) -> tuple[Context, RawFacts]:
    """What is shared, and the facts of one person who said yes and waits for a message."""
    (message_id,) = street.queue(street.add_people(1)).values()
    with tenant_context(street.id):
        context = context_for(sender=street.sender, purpose=street.purpose)
        return context, fetch_facts(context, [message_id])[message_id][1]


def somebody_else(raw: RawFacts) -> RawFacts:
    return dataclasses.replace(raw, consent="withdrawn")


def decisions(street: Street) -> list[uuid.UUID]:
    with tenant_context(street.id):
        return list(DecisionRecord.objects.order_by("id").values_list("id", flat=True))


def verbs(queries: Statements) -> list[str]:
    """What was done to the table of decisions; the test's clock has queries of its own."""
    found = [query["sql"] for query in queries.captured_queries if "consent_decisionrecord" in query["sql"]]
    return [sql.split()[0] for sql in found]


def side_by_side(*deeds: Deed) -> list[BaseException]:
    """Do things at the same time, each in a thread with a connection of its own; what went wrong."""
    wrong: list[BaseException] = []

    def run(deed: Deed) -> None:
        try:
            deed()
        except Exception as error:
            wrong.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[deed]) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    return wrong


def test_a_lane_that_froze_over_a_new_decision_holds_up_no_other_lane_that_needs_it(street: Street) -> None:
    (other,) = street.add_senders(1)
    street.queue(street.add_people(3))
    street.queue(street.add_people(3), sender=other)
    frozen = workers.start(street.place(failpoints="in_intent=stop"), workers.drain, street.id, street.sender.id)
    assert workers.wait_until(lambda: frozen.frozen, 20)
    assert decisions(street) == []

    sent = workers.start(street.place(), workers.drain, street.id, other.id).join(5)

    assert sent == 3
    assert street.states() == {"accepted": 3, "claimed": 3}
    assert sum(street.handed_over().values()) == 3


def test_two_lanes_that_make_the_same_two_new_decisions_in_opposite_order_both_go_on(street: Street) -> None:
    context, one = somebody(street)
    two, first_made = somebody_else(one), threading.Barrier(2, timeout=10)
    came: list[dict[RawFacts, Verdict]] = []

    def lane(*order: RawFacts) -> Deed:
        def decide() -> None:
            with tenant_context(street.id):
                verdicts = decide_distinct(context, [order[0]])
                first_made.wait()
                verdicts |= decide_distinct(context, [order[1]])
                first_made.wait()
                came.append(verdicts)

        return decide

    wrong = side_by_side(lane(one, two), lane(two, one))

    assert wrong == []
    assert [(verdicts[one].outcome, verdicts[two].outcome) for verdicts in came] == [("allowed", "denied")] * 2
    assert {verdict.record_id for verdicts in came for verdict in verdicts.values()} == set(decisions(street))


def test_a_decision_that_is_on_record_is_found_by_one_query_and_new_ones_are_kept_by_one_more(street: Street) -> None:
    context, one = somebody(street)
    several = [dataclasses.replace(one, counts=tuple(sent for _ in one.counts)) for sent in range(5)]

    with tenant_context(street.id):
        with Statements() as new:
            first = decide_distinct(context, several)
        with Statements() as known:
            again = decide_distinct(context, reversed(several))

    assert (verbs(new), verbs(known)) == (["SELECT", "INSERT"], ["SELECT"])
    assert first == again
    assert {verdict.record_id for verdict in first.values()} == set(decisions(street))
