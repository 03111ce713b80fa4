"""Further tries of calls and their campaign: a stop in one counts for it, and none is planned once it is over."""

from consent.models import Suppression
from core.tenancy import tenant_context
from messaging.actions.call_news import follow_call
from messaging.actions.call_stops import press_key
from messaging.models import Call, InboundMessage, Message, SendAttempt
from messaging.providers.call_message import CallAsks, CallReceipt
from messaging.states import ORIGIN_AGAIN
from tests.carriers import Sandbox
from tests.factories.accounts import Team
from tests.factories.calls import add_callees
from tests.factories.campaigns import House
from tests.integration.campaigns.test_story import tick
from tests.integration.messaging.test_calls import BUSY_ONCE, LISTENS, call_everybody, house, next_try, state_of, team

__all__ = ["house", "team"]


def test_a_stop_pressed_in_a_further_try_is_counted_once_by_its_campaign(
    house: House, team: Team, sandbox: Sandbox
) -> None:
    points = add_callees(house, BUSY_ONCE, LISTENS)
    run = call_everybody(house, sandbox, 2)
    second = next_try(house, sandbox)

    with tenant_context(house.id):
        attempt = SendAttempt.objects.get(message=second)
        for sid in (second.provider_message_id, "CA" + "0" * 32):
            press_key(account=house.account, asks=CallAsks(sid, f"{sid}:9", attempt.id, key="9"))
    tick(house)
    browser = team.client()
    page = browser.get(f"/campaigns/runs/{run.id}/")
    people = browser.get(f"/campaigns/runs/{run.id}/people/?show=opted_out").context["page"].people

    with tenant_context(house.id):
        kept = list(InboundMessage.objects.values_list("origin", "origin_id", "point_id"))
        assert kept == [("run", run.id, points[BUSY_ONCE])] * 2
        assert Suppression.objects.get(lifted_at=None).point_id == points[BUSY_ONCE]
        first = Message.objects.get(origin="run", point_id=points[BUSY_ONCE])
    assert page.context["report"].answers == {"replied": 0, "opted_out": 1}
    assert ("opted_out", "Opted out", 1, 2) in page.context["report"].funnel
    assert [person.id for person in people] == [first.id]


def test_a_report_that_comes_after_the_run_is_over_plans_no_further_try(house: House, sandbox: Sandbox) -> None:
    add_callees(house, LISTENS)
    run = call_everybody(house, sandbox, 1)
    tick(house)
    with tenant_context(house.id):
        Call.objects.update(outcome="", ended_at=None, answered_by="")
        attempt = SendAttempt.objects.get()
        news = CallReceipt("CA1", "failed", "busy", "busy", attempt_id=attempt.id, event_key="late", end="busy")
        follow_call(account=house.account, news=news)

    assert state_of(house, run) == ("finished", "finished", "closed")
    with tenant_context(house.id):
        assert Call.objects.get().outcome == "busy"
        assert not Message.objects.filter(origin=ORIGIN_AGAIN).exists()
