"""A receipt changes a message's row and no index of it: PostgreSQL keeps the new row in the page of the old one (HOT)."""

import pytest
from django.db import connection

from core.tenancy import tenant_context
from messaging.actions.inbox import apply_receipts, keep_event
from messaging.contracts import Receipt
from messaging.models import Message
from tests.factories.accounts import operator_actor
from tests.factories.campaigns import make_house
from tests.integration.messaging.test_charging import begin, queue


@pytest.fixture
def house(acme, operator):
    """Acme with a sender at the practice carrier that nobody asks."""
    return make_house(acme.id, acme.actor(), operator_actor(operator), "http://127.0.0.1:9")


def updates():
    """How many rows of messages this transaction has changed, and how many of them stayed in their page."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select n_tup_upd, n_tup_hot_upd from pg_stat_xact_user_tables where relname = 'messaging_message'"
        )
        return cursor.fetchone()


def test_receipts_that_follow_one_another_touch_no_index_and_move_the_moment_of_the_change(house):
    queue(house, 1)
    intents, _ = begin(house.sender)
    attempt = intents[0].permit.attempt_id
    with tenant_context(house.id):
        first = keep_event(
            account=house.account,
            event=Receipt("SM1", "sent", "sent", attempt_id=attempt, event_key="1"),
            body=b"news",
        )
        apply_receipts(account=house.account, rows=[first])
        before, moved = updates(), Message.objects.get().changed_at

        second = keep_event(
            account=house.account,
            event=Receipt("SM1", "delivered", "delivered", attempt_id=attempt, event_key="2"),
            body=b"news",
        )
        assert apply_receipts(account=house.account, rows=[second]) == 1

        after = updates()
        assert (after[0] - before[0], after[1] - before[1]) == (1, 1)
        assert Message.objects.get().changed_at > moved
