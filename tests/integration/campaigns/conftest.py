"""A house ready to send, once without and once with a carrier that answers."""

import pytest

from accounts.contracts import Actor
from campaigns.actions import advancing
from campaigns.actions.launching import launch_campaign, run_of, simulate_campaign
from campaigns.models import Campaign, Run
from core.tenancy import tenant_context
from tests.factories.accounts import operator_actor
from tests.factories.campaigns import House, make_house
from tests.integration.campaigns.test_story import house as street  # noqa: F401  the same house with its carrier


@pytest.fixture
def house(acme, operator):
    """Acme, live, with a purpose, a sender whose carrier nobody asks, and an empty list."""
    return make_house(acme.id, acme.actor(), operator_actor(operator), "http://127.0.0.1:9")


def plan(house: House, run: Run) -> Run:
    """Plan a run to its end, as the task does."""
    with tenant_context(house.id):
        while advancing.plan_step(run_of(run.id)):
            pass
        return Run.objects.get(id=run.id)


def check(house: House, campaign: Campaign) -> Run:
    """A check that is finished."""
    with tenant_context(house.id):
        run = simulate_campaign(actor=house.actor, campaign=campaign)
    return plan(house, run)


def launch(house: House, campaign: Campaign, confirmed: int, actor: Actor | None = None) -> Run:
    """A launch that is planned and breathes."""
    with tenant_context(house.id):
        run = launch_campaign(actor=actor or house.actor, campaign=campaign, confirmed=confirmed)
    return plan(house, run)


def send(house: House, run: Run) -> Run:
    """The breath is over: what is due has become messages, and nothing has left."""
    with tenant_context(house.id):
        Run.objects.filter(id=run.id).update(breath_until="2000-01-01T00:00Z")
        advancing.advance_run(run_of(run.id))
        return Run.objects.get(id=run.id)
