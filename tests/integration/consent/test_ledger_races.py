"""Two writers about one address at the same moment, really committed."""

import threading

from django.db import connection

from consent.models import ConsentEvent, ConsentState, Suppression
from core.tenancy import tenant_context
from tests.factories.accounts import make_team
from tests.factories.consent import MINA, OMAR, grant, make_claim, make_point, make_purpose, record, stop

ROUNDS = 5


def together(organization_id, *deeds):
    """Run the deeds in threads of their own, begun at one moment; what each answered or raised, in their order."""
    gate, answers = threading.Barrier(len(deeds)), [None] * len(deeds)

    def run(place, deed):
        try:
            gate.wait(10)
            with tenant_context(organization_id):
                answers[place] = deed()
        except Exception as error:
            answers[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return answers


def planted(team):
    with tenant_context(team.id):
        return make_purpose(team.actor()), make_point(MINA), make_point(OMAR)


def test_of_two_imports_with_the_same_person_one_writes_and_the_other_finds_it_written(committed_db):
    team = make_team("Acme")
    purpose, _, _ = planted(team)

    for number in range(ROUNDS):
        with tenant_context(team.id):
            point = make_point(f"+1402555{number:04}")
        claim = make_claim(point, purpose)
        answers = together(team.id, lambda claim=claim: record(claim), lambda claim=claim: record(claim))
        assert sorted(answers) == [["taken"], ["unchanged"]]

    with tenant_context(team.id):
        assert (ConsentEvent.objects.count(), ConsentState.objects.count()) == (ROUNDS, ROUNDS)


def test_two_imports_with_the_same_people_in_opposite_order_both_end(committed_db):
    team = make_team("Acme")
    purpose, mina, omar = planted(team)
    claims = [make_claim(mina, purpose), make_claim(omar, purpose)]

    answers = together(team.id, lambda: record(*claims), lambda: record(*reversed(claims)))

    assert sorted(answers) == [["taken", "taken"], ["unchanged", "unchanged"]]


def test_whichever_comes_first_a_stop_and_an_import_end_in_a_stop(committed_db):
    team = make_team("Acme")
    purpose, _, _ = planted(team)

    for number in range(ROUNDS):
        with tenant_context(team.id):
            point = make_point(f"+1402555{number:04}")
        claim = make_claim(point, purpose)
        imported, stopped = together(team.id, lambda claim=claim: record(claim), lambda point=point: stop(point).status)
        assert stopped == "withdrawn"
        with tenant_context(team.id):
            left = list(ConsentState.objects.filter(point=point).values_list("status", flat=True))
            assert Suppression.objects.filter(point=point, lifted_at=None).count() == 1
        assert (imported, left) in ((["taken"], ["withdrawn"]), (["kept_out"], []))


def test_two_stops_at_once_are_two_events_and_one_suppression(committed_db):
    team = make_team("Acme")
    purpose, mina, _ = planted(team)
    with tenant_context(team.id):
        grant(mina, purpose)

    answers = together(team.id, lambda: stop(mina).status, lambda: stop(mina).status)

    assert answers == ["withdrawn", "withdrawn"]
    with tenant_context(team.id):
        assert ConsentEvent.objects.filter(status="withdrawn").count() == 2
        assert Suppression.objects.count() == 1
        assert ConsentState.objects.get().status == "withdrawn"
