"""The mail accounts sends by itself: invitations. It leaves after commit; a mail server that is down costs a resend."""

import functools
import logging
import smtplib

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse

from accounts.models import Invitation, Organization

logger = logging.getLogger(__name__)


def send_invitation(invitation: Invitation, secret: str) -> None:
    """Mail the link of an invitation once the row is committed."""
    organization = Organization.objects.current()
    context = {
        "organization": organization,
        "role": invitation.get_role_display(),
        "link": settings.PUBLIC_URL + reverse("accounts:invitation", args=[secret]),
        "expires_at": invitation.expires_at,
    }
    subject = f"Join {organization.name} on Carillon"
    text = render_to_string("accounts/mail/invitation.txt", context)
    mail = EmailMultiAlternatives(subject, text, settings.DEFAULT_FROM_EMAIL, [invitation.email])
    transaction.on_commit(functools.partial(_send, mail))


def _send(mail: EmailMultiAlternatives) -> None:
    try:
        mail.send()
    except (OSError, smtplib.SMTPException) as error:
        logger.warning("an invitation could not be mailed", extra={"reason": type(error).__name__})
