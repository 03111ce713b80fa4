"""Verbs on operators of the platform: making one, and beginning their second factor."""

import base64
import datetime
import hashlib
import hmac
import secrets

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.actions.audit import record_platform_audit
from accounts.contracts import SYSTEM, Refused
from accounts.models import User
from core import clock

ENROLMENT_HOURS = 24


@transaction.atomic
def make_operator(*, email: str, name: str, password: str) -> tuple[User, str]:
    """Make somebody an operator, with an account if they have none; a known account keeps its own password.

    Shape:   → the operator, and the code with which they begin their second factor: "" when they have one already.
    Effects: the address counts as confirmed, because whoever runs this vouches for it; one link of the platform's chain.
             The database lets only the operators' own role do this.
    Errors:  Refused when the password is too weak for a new account.
    """
    user = User.objects.filter(email__iexact=email).first()
    if user is None:
        try:
            validate_password(password, User(email=email, full_name=name))
        except ValidationError as problem:
            raise Refused(" ".join(problem.messages), field="password", remedy="Choose a longer one.") from None
        user = User.objects.create_user(email, password, full_name=name)
    user.is_staff = True
    user.save(update_fields=["is_staff"])
    EmailAddress.objects.update_or_create(user=user, email=user.email, defaults={"verified": True, "primary": True})
    record_platform_audit(actor=SYSTEM, action="operator.made", on=("user", user.id))
    return user, "" if has_second_factor(user) else issue_enrolment(user)


def has_second_factor(user: User) -> bool:
    """Whether they can show one: an app or a passkey; recovery codes alone are none."""
    return Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.RECOVERY_CODES).exists()


def issue_enrolment(user: User) -> str:
    """A fresh code for the first second factor of an operator, in groups of four; any former one counts no more.

    Units: 80 random bits, good for a day and for one second factor.
    """
    code = base64.b32encode(secrets.token_bytes(10)).decode()
    user.enrolment_digest = _digest(code)
    user.enrolment_until = clock.now() + datetime.timedelta(hours=ENROLMENT_HOURS)
    user.save(update_fields=["enrolment_digest", "enrolment_until"])
    return "-".join(code[place : place + 4] for place in range(0, len(code), 4))


def knows_enrolment(user: User, code: str) -> bool:
    """Whether this is their code and it still counts, however its letters are grouped."""
    if user.enrolment_digest is None or user.enrolment_until is None or user.enrolment_until <= clock.now():
        return False
    plain = "".join(letter for letter in code.upper() if letter.isalnum())
    return hmac.compare_digest(_digest(plain), bytes(user.enrolment_digest))


def end_enrolment(user: User) -> None:
    """A second factor is there: the code has done its work."""
    if user.enrolment_digest is not None:
        user.enrolment_digest = user.enrolment_until = None
        user.save(update_fields=["enrolment_digest", "enrolment_until"])


def _digest(code: str) -> bytes:
    return hashlib.sha256(code.encode()).digest()
