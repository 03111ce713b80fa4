"""Mail about approvals: to whoever may approve, and to whoever asked. It says what happened and where, and names nobody."""

from collections.abc import Iterable

from django.conf import settings
from django.urls import reverse

from accounts.mail import send_notice
from accounts.models import Organization, User
from campaigns.models import Approval


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
