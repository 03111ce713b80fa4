"""The people behind a number come off the run's own index, however many messages of other runs lie before and after."""

import uuid

import pytest
from django.db import connection

from campaigns.models import Run
from campaigns.selectors.people import people_page
from core.tenancy import tenant_context
from messaging.models import Message
from tests.factories.accounts import make_operator, make_team, operator_actor
from tests.factories.campaigns import add_people, make_campaign, make_house
from tests.integration.campaigns.conftest import check, launch, send

_OTHERS, _OURS = 40_000, 8_000
_VARIED = ("id", "origin_id", "state", "next_at")


@pytest.fixture
def crowded(committed_db):
    """A run of eight thousand messages, a ninth of them refused by the carrier, behind forty thousand of another run."""
    team = make_team("Acme")
    house = make_house(team.id, team.actor(), operator_actor(make_operator()), "http://127.0.0.1:9")
    add_people(house, 1, 1)
    campaign = make_campaign(house)
    check(house, campaign)
    run = send(house, launch(house, campaign, 1))
    with tenant_context(team.id):
        pattern = Message.objects.get()
        for origin_id, count in ((uuid.uuid4(), _OTHERS), (run.id, _OURS)):
            _multiply(pattern, origin_id, count)
    committed_db.run_sql("analyze messaging_message; analyze campaigns_recipient")
    return team, run


def _multiply(pattern, origin_id, count):
    same = ", ".join(field.column for field in Message._meta.concrete_fields if field.column not in _VARIED)
    with connection.cursor() as cursor:
        cursor.execute(
            f"insert into messaging_message (id, origin_id, state, next_at, {same})"
            f" select uuidv7(), %s, case when number %% 9 = 0 then 'rejected' else 'accepted' end, null, {same}"
            f" from messaging_message, generate_series(1, %s) number where id = %s",
            [origin_id, count, pattern.id],
        )


@pytest.mark.parametrize("view", ["sent", "failed", "refused", "waiting"])
def test_no_view_reads_the_messages_of_other_runs(crowded, view):
    team, run = crowded
    asked = []

    def listen(execute, sql, params, many, context):
        if sql.startswith("SELECT") and 'FROM "messaging_message"' in sql and "LIMIT" in sql:
            asked.append((sql, params))
        return execute(sql, params, many, context)

    with tenant_context(team.id):
        of_ours = Run.objects.select_related("sender__account").get(id=run.id)
        with connection.execute_wrapper(listen):
            people_page(actor=team.actor(), run=of_ours, view=view)
        with connection.cursor() as cursor:
            plans = []
            for sql, params in asked:
                cursor.execute(f"explain {sql}", params)
                plans.append("\n".join(row[0] for row in cursor.fetchall()))

    assert plans
    assert ["message_by_run" in plan for plan in plans] == [True] * len(plans), plans
