"""The demo's story from its first day to its last, in order."""

import datetime
import functools
import pathlib
import tomllib
import uuid
from typing import Any

from django.conf import settings

from accounts.contracts import SYSTEM
from accounts.models import User
from accounts.selectors import organizations_of
from campaigns.management.demo import arrivals, trading
from campaigns.management.demo.lines import account_names, bring_units, inbound_address, register_account
from campaigns.management.demo.opening import (
    Shop,
    address_of,
    open_shop,
    password,
)
from campaigns.management.demo.people import Crowd
from campaigns.management.demo.stage import stage
from campaigns.models import Campaign
from consent.actions.anchoring import anchor_evidence
from core.tenancy import tenant_context

_SEED = 1947


def read_story() -> dict[str, Any]:
    """Who, what and when."""
    return tomllib.loads((pathlib.Path(__file__).parent / "story.toml").read_text("utf-8"))


def owner_address(story: dict[str, Any]) -> str:
    """With what the demo's owner logs in."""
    return address_of(story["people"][0]["name"])


def is_told(story: dict[str, Any]) -> bool:
    """Whether somebody began to make the demo before."""
    return User.objects.filter(email=owner_address(story)).exists()


def is_whole(story: dict[str, Any]) -> bool:
    """Whether the story was told to its end: whoever interrupts it leaves an organisation without its last campaign."""
    owner = User.objects.get(email=owner_address(story))
    for belonging in organizations_of(owner.id):
        with tenant_context(belonging.organization_id):
            if Campaign.objects.filter(name=story["campaign"][-1]["name"]).exists():
                return True
    return False


def tell(story: dict[str, Any]) -> None:
    """Make the demo organisation.

    Effects: an organisation with its history, at the practice carrier as well; nothing of any other organisation changes.
    Errors:  DemoFailed, CarrierRefused; what was made so far stays.
    """
    ends = datetime.datetime.now(datetime.UTC)
    crowd = Crowd(_SEED)
    with stage(account_names()) as where:
        shop = open_shop(where, story, ends)
        for _, deed in sorted(_past(shop, crowd), key=lambda each: -each[0]):
            deed()
            _anchor(shop)
        for plan in story["campaign"]:
            if "in_days" in plan:
                trading.announce(shop, plan)
            elif plan.get("draft"):
                trading.write(shop, plan)
    for account in shop.accounts:
        register_account(account.account_name, password(), inbound_address(settings.WEBHOOK_URL, account))


def _anchor(shop: Shop) -> None:
    """What the night does: an event whose anchor is of another week would look as if it had been written in later."""
    with tenant_context(shop.id):
        anchor_evidence(actor=SYSTEM, before=uuid.UUID(int=2**128 - 1))


def _past(shop: Shop, crowd: Crowd) -> list[tuple[float, functools.partial[None]]]:
    """Every deed of the past with the number of days it lies back; files of a day come before its campaigns."""
    story = shop.story

    def orders(plan: dict[str, Any]) -> None:
        people = crowd.random.sample(crowd.known, plan["people"])
        arrivals.bring_orders(shop, plan, people)
        arrivals.file_papers(shop, [each for each in crowd.known if each not in people], plan["days_ago"])

    def stops(plan: dict[str, Any]) -> None:
        arrivals.bring_stops(shop, plan, crowd.random.sample(crowd.known, plan["people"]))

    def units(plan: dict[str, Any]) -> None:
        shop.stage.go_to(shop.moment(plan["days_ago"], 15))
        bring_units(shop.id, plan)

    deeds = [
        (plan["days_ago"] + 0.5, functools.partial(arrivals.bring_file, shop, crowd, plan)) for plan in story["file"]
    ]
    deeds += [(plan["days_ago"] + 0.4, functools.partial(orders, plan)) for plan in story["orders_file"]]
    deeds += [(plan["days_ago"] + 0.3, functools.partial(stops, plan)) for plan in story["stops_file"]]
    deeds += [(plan["days_ago"] + 0.2, functools.partial(units, plan)) for plan in story["units"]]
    later = story["purpose"][0]["wording"][1]["days_ago"]
    deeds.append((later, functools.partial(arrivals.publish_later_words, shop)))
    past = [plan for plan in story["campaign"] if "days_ago" in plan]
    return deeds + [(plan["days_ago"], functools.partial(trading.trade, shop, crowd, plan)) for plan in past]
