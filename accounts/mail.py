"""The mail the product sends to those who work with it. It leaves after commit; a mail server that is down costs a resend."""

import functools
import logging
import smtplib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, mailers
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse

from accounts.models import Invitation, Organization, User
from accounts.states import OrganizationState

logger = logging.getLogger(__name__)


def send_invitation(invitation: Invitation, secret: str) -> None:
    """Mail the link of an invitation once the row is committed."""
    organization = Organization.objects.current()
    context = {
        "organization": organization,
        "role": invitation.role_name,
        "link": settings.PUBLIC_URL + reverse("accounts:invitation", args=[secret]),
        "expires_at": invitation.expires_at,
    }
    send_notice(f"Join {organization.name} on Carillon", "accounts/mail/invitation.txt", context, to=[invitation.email])


def send_review_answer(people: Iterable[User]) -> None:
    """Tell these people how the review of their organisation ended, as its row says it."""
    organization = Organization.objects.current()
    context = {
        "organization": organization,
        "live": organization.state == OrganizationState.LIVE,
        "link": settings.PUBLIC_URL + reverse("accounts:settings"),
    }
    subject = f"The review of {organization.name} on Carillon"
    send_notice(subject, "accounts/mail/review_answered.txt", context, to=[person.email for person in people])


def send_notice(subject: str, template: str, context: Mapping[str, Any], *, to: Iterable[str]) -> None:
    """Mail these words to each of these addresses, nobody seeing another's, once the transaction is committed."""
    text = render_to_string(template, dict(context))
    mails = [EmailMultiAlternatives(subject, text, settings.DEFAULT_FROM_EMAIL, [address]) for address in to]
    if mails:
        transaction.on_commit(functools.partial(_send, mails))


def _send(mails: Sequence[EmailMultiAlternatives]) -> None:
    try:
        mailers.default.send_messages(mails)
    except (OSError, smtplib.SMTPException) as error:
        logger.warning("a mail to the team could not be sent", extra={"reason": type(error).__name__})
