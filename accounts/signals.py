"""Log-ins and second factors, which a library performs: heard by its signals and written to the platform's audit chain."""

from typing import Any

from allauth.account.signals import email_confirmed, password_changed, password_reset, user_logged_in, user_logged_out
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from django.http import HttpRequest

from accounts.actions.audit import record_platform_audit
from accounts.actions.operators import end_enrolment
from accounts.contracts import Actor
from core.middleware import client_address, request_id

_HEARD = {
    "login.succeeded": user_logged_in,
    "login.ended": user_logged_out,
    "password.changed": password_changed,
    "password.reset": password_reset,
    "second_factor.added": authenticator_added,
    "second_factor.removed": authenticator_removed,
    "second_factor.reset": authenticator_reset,
}


def connect() -> None:
    """Listen, once per process."""
    for action, signal in _HEARD.items():
        signal.connect(_writer(action), weak=False, dispatch_uid=f"accounts.{action}")
    authenticator_added.connect(_enrolled, weak=False, dispatch_uid="accounts.enrolled")
    email_confirmed.connect(_confirmed, weak=False, dispatch_uid="accounts.email.confirmed")


def _writer(action: str) -> Any:
    def write(request: HttpRequest | None = None, user: Any = None, **_: Any) -> None:
        if user is not None and user.pk:
            _write(action, request, user.pk)

    return write


def _enrolled(user: Any = None, **_: Any) -> None:
    end_enrolment(user)


def _confirmed(request: HttpRequest | None = None, email_address: Any = None, **_: Any) -> None:
    _write("email.confirmed", request, email_address.user_id)


def _write(action: str, request: HttpRequest | None, user_id: Any) -> None:
    actor = Actor("user", user_id)
    if request is not None:
        agent = request.headers.get("User-Agent", "")[:200]
        actor = Actor("user", user_id, frozenset(), client_address(request), agent, request_id(request))
    record_platform_audit(actor=actor, action=action, on=("user", user_id))
