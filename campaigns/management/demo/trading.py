"""What the demo's shop sends: written, checked, launched, answered; one run is paused, one waits for its day, one is a draft."""

import datetime
import uuid
from typing import Any

from accounts.roles import Role
from campaigns.actions.launching import launch_campaign, pause_run, simulate_campaign
from campaigns.actions.writing import Draft, save_campaign
from campaigns.management.demo.arrivals import DemoFailed, lists_of
from campaigns.management.demo.opening import Shop
from campaigns.management.demo.people import Crowd
from campaigns.models import Campaign, Run
from consent.actions.points import address_text
from consent.models import Point
from core import clock
from core.jobs import enqueue
from core.tenancy import tenant_context
from messaging.actions.judging import confirm_stop, mark_handled
from messaging.models import InboundMessage, Message

_LONGEST_RUN = 40  # steps of a run after which something is wrong
_LEFT_OPEN = 4  # replies nobody has read when the visitor comes


def trade(shop: Shop, crowd: Crowd, plan: dict[str, Any]) -> None:
    """One campaign of the past, from its text to the last reply."""
    shop.stage.go_to(shop.moment(plan["days_ago"], plan.get("hour", 18) - 1))
    campaign = write(shop, plan)
    shop.stage.wait(minutes=9)
    allowed = _check(shop, campaign)
    shop.stage.go_to(shop.moment(plan["days_ago"], plan.get("hour", 18)))
    run = _launch(shop, campaign, allowed)
    if "paused_after_minutes" in plan:
        _send_and_pause(shop, run, plan["paused_after_minutes"])
    else:
        _send(shop, run)
    _converse(shop, crowd, run, plan)


def announce(shop: Shop, plan: dict[str, Any]) -> None:
    """A campaign checked today for a day to come."""
    shop.stage.go_to(shop.ends - datetime.timedelta(minutes=30))
    campaign = write(shop, plan)
    allowed = _check(shop, campaign)
    at = (shop.ends + datetime.timedelta(days=plan["in_days"])).replace(hour=18, minute=0, second=0, microsecond=0)
    _launch(shop, campaign, allowed, at)


def write(shop: Shop, plan: dict[str, Any]) -> Campaign:
    """The text, the purpose, the sender, and to whom."""
    draft = Draft(
        plan["name"],
        shop.purposes[plan["purpose"]],
        shop.senders[plan["sender"]],
        plan["body"],
        lists_of(shop, plan["to"]),
        lists_of(shop, plan.get("without", [])),
    )
    with tenant_context(shop.id):
        return save_campaign(actor=shop.team[Role.CAMPAIGN_MANAGER], draft=draft)


def _check(shop: Shop, campaign: Campaign) -> int:
    """Check a campaign; answer how many would get it."""
    with tenant_context(shop.id):
        run = simulate_campaign(actor=shop.team[Role.CAMPAIGN_MANAGER], campaign=campaign)
    checked = _run(shop, run.id)
    if checked.state != "simulated":
        raise DemoFailed(f"the check of {campaign.name} is {checked.state}")
    return checked.allowed_count


def _launch(shop: Shop, campaign: Campaign, allowed: int, at: datetime.datetime | None = None) -> Run:
    with tenant_context(shop.id):
        return launch_campaign(actor=shop.team[Role.OWNER], campaign=campaign, confirmed=allowed, at=at)


def _send(shop: Shop, run: Run) -> None:
    """Let the breath pass, then take the run's steps as they fall due, listening to the carrier between them."""
    for _ in range(_LONGEST_RUN):
        now = _run(shop, run.id)
        if now.next_at is None:
            return
        shop.stage.go_to(max(clock.now(), now.next_at) + datetime.timedelta(seconds=1))
        _step(shop, run)
        shop.stage.settle()
    raise DemoFailed(f"{run.campaign.name} did not end")


def _send_and_pause(shop: Shop, run: Run, minutes: int) -> None:
    """Send what may leave in the first minutes; then somebody presses Pause."""
    shop.stage.wait(seconds=70)
    for _ in range(2):
        _step(shop, run)
        shop.stage.settle()
    shop.stage.wait(minutes=minutes)
    with tenant_context(shop.id):
        pause_run(actor=shop.team[Role.CAMPAIGN_MANAGER], run=run)


def _step(shop: Shop, run: Run) -> None:
    """What the beat would ring."""
    enqueue("campaigns.advance_run", organization_id=shop.id, run_id=run.id)
    enqueue("messaging.sweep_organization", organization_id=shop.id)
    for sender in shop.senders.values():
        enqueue("messaging.drain_sender", organization_id=shop.id, sender_id=sender.id)


def _run(shop: Shop, run_id: uuid.UUID) -> Run:
    with tenant_context(shop.id):
        return Run.objects.get(id=run_id)


def _converse(shop: Shop, crowd: Crowd, run: Run, plan: dict[str, Any]) -> None:
    """Some of those who got it write back; the team reads what came in."""
    numbers, texts = _reached(shop, run), plan["replies"]
    account_name = shop.senders[plan["sender"]].account.account_name
    for text, number in zip(texts, crowd.random.sample(numbers, min(len(texts), len(numbers))), strict=False):
        shop.stage.wait(minutes=crowd.random.randint(4, 50))
        shop.stage.write(account_name, number, text)
    shop.stage.wait(hours=1)
    _read(shop)


def _reached(shop: Shop, run: Run) -> list[str]:
    """Numbers on which the message arrived, in the order in which it left."""
    with tenant_context(shop.id):
        arrived = Message.objects.filter(origin_id=run.id, delivery_rank__gte=40).order_by("id")
        points = Point.objects.in_bulk(arrived.values_list("point_id", flat=True))
        return sorted(address_text(point) for point in points.values())


def _read(shop: Shop) -> None:
    """The agent reads the replies, takes what may be a stop for one, and leaves the newest for tomorrow."""
    agent = shop.team[Role.AGENT]
    with tenant_context(shop.id):
        waiting = list(InboundMessage.objects.filter(handled_at=None).order_by("received_at"))
        for message in waiting[:-_LEFT_OPEN]:
            deed = confirm_stop if message.verdict == "asked" else mark_handled
            deed(actor=agent, message=message)
