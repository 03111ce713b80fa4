"""What news of a template do to the campaigns that use it, and who is told."""

import uuid
from typing import Final

from accounts.selectors import members_with
from billing.selectors import rates
from campaigns.actions.launching import take_back
from campaigns.mail import send_template_alarm
from campaigns.models import Run
from campaigns.selectors.holding import NOT_BEGUN, drafts_with, launches_with, new_prices
from core import clock
from core.jobs import enqueue
from core.tenancy import require_organization_id
from messaging.models import ProviderTemplate
from messaging.selectors.template_prices import price_effect

#: alarms after which a run is looked at at once, instead of at its next step
_ROUSES: Final = ("held", "recovered", "disliked", "liked", "recategorised")


def heed_template(*, template_id: uuid.UUID, alarm: str) -> None:
    """Let what happened to a template change the campaigns that use it, and mail whoever may send them.

    Effects: a new category takes back every launch that has not begun: it was quoted another price and approved with it, so it
             is a draft that needs a new check; audit rows. Runs that have begun take their next step, which holds them or lets
             them go on. One mail to each person who may launch.
    """
    template = ProviderTemplate.objects.filter(id=template_id).first()
    if template is None:
        return
    runs = launches_with(template_id)
    planned = [run for run in runs if run.state in NOT_BEGUN]
    category = template.category if alarm == "recategorised" else template.next_category
    prices = new_prices(planned, category) if category else []
    if alarm == "recategorised":
        for run in planned:
            take_back(run)
    if alarm in _ROUSES:
        for run in runs:
            if run.state == "sending":
                _rouse(run)
    send_template_alarm(
        template,
        alarm,
        members_with("send_campaigns"),
        runs=runs,
        drafts=drafts_with(template_id),
        prices=prices,
        effect=price_effect(template, rates(), clock.now().date()),
    )


def _rouse(run: Run) -> None:
    Run.objects.filter(id=run.id).update(next_at=clock.now())
    enqueue("campaigns.advance_run", organization_id=require_organization_id(), run_id=run.id)
