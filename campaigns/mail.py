"""Mail about approvals and about templates: to whoever has to act. It says what happened and where, and names no recipient."""

from collections.abc import Iterable, Sequence
from typing import Final

from django.conf import settings
from django.urls import reverse

from accounts.mail import send_notice
from accounts.models import Organization, User
from campaigns.models import Approval, Campaign, Run
from campaigns.selectors.holding import NewPrice
from messaging.models import ProviderTemplate
from messaging.selectors.template_prices import CategoryPrice

#: alarm → what happened, and what it does to campaigns
_ALARMS: Final = {
    "held": "WhatsApp does not let “{name}” be used now. Campaigns with it hold and go on by themselves when it is allowed.",
    "recovered": "WhatsApp lets “{name}” be used again. Campaigns with it go on.",
    "disliked": "WhatsApp says that people do not like “{name}”: its quality is bad. Campaigns with it hold till it is better.",
    "liked": "The quality of “{name}” is not bad any more. Campaigns with it go on.",
    "recategorised": "WhatsApp now calls “{name}” {category}.",
    "recategorising": "WhatsApp will call “{name}” {next_category}.",
}


def send_request(approval: Approval, people: Iterable[User]) -> None:
    """Tell these people that a campaign waits for their word."""
    name = Organization.objects.current().name
    _send(f"A campaign of {name} waits for your approval", "campaigns/mail/approval_asked.txt", approval, people)


def send_answer(approval: Approval, people: Iterable[User]) -> None:
    """Tell these people what was said about the campaign they asked for."""
    name = Organization.objects.current().name
    _send(f"A campaign of {name} was {approval.state}", "campaigns/mail/approval_decided.txt", approval, people)


def _send(subject: str, template: str, approval: Approval, people: Iterable[User]) -> None:
    link = settings.PUBLIC_URL + reverse("campaigns:check", args=[approval.campaign_id])
    context = {"organization": Organization.objects.current(), "approval": approval, "link": link}
    send_notice(subject, template, context, to=[person.email for person in people])


def send_template_alarm(
    template: ProviderTemplate,
    alarm: str,
    people: Iterable[User],
    *,
    runs: Sequence[Run],
    drafts: Sequence[Campaign],
    prices: Sequence[NewPrice],
    effect: Sequence[CategoryPrice],
) -> None:
    """Tell these people what happened to a template, what it does to campaigns, and to prices."""
    names = {"name": template.name, "category": template.category, "next_category": template.next_category}
    context = {
        "sentence": _ALARMS[alarm].format(**names),
        "alarm": alarm,
        "runs": runs,
        "drafts": drafts,
        "prices": prices,
        "effect": effect,
        "link": settings.PUBLIC_URL + reverse("messaging:template", args=[template.id]),
    }
    organization = Organization.objects.current()
    subject = f"A WhatsApp template of {organization.name} needs a look"
    if alarm in ("recovered", "liked"):
        subject = f"A WhatsApp template of {organization.name} can be used again"
    send_notice(subject, "campaigns/mail/template_alarm.txt", context, to=[person.email for person in people])
