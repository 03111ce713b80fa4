"""Verbs on operators of the platform."""

from allauth.account.models import EmailAddress
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.actions.audit import record_platform_audit
from accounts.contracts import SYSTEM, Refused
from accounts.models import User


@transaction.atomic
def make_operator(*, email: str, name: str, password: str) -> User:
    """Make somebody an operator, with an account if they have none; a known account keeps its own password.

    Effects: the address counts as confirmed, because whoever runs this vouches for it; one link of the platform's chain.
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
    return user
