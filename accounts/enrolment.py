"""The first second factor of an operator: whoever has only the password of one sets up none.

Without this a stolen or guessed password of a new operator would be enough to become that operator.
"""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts.actions.operators import has_second_factor

SESSION_KEY = "operator_enrolment"
#: where a library lets people set up a second factor
_SETTING_UP = frozenset({"mfa_activate_totp", "mfa_add_webauthn", "mfa_generate_recovery_codes"})
#: and where it lets them change otherwise how they sign in
_CHANGING = frozenset({"account_change_password", "account_set_password", "account_email"})
_CHANGING |= {"mfa_deactivate_totp", "mfa_edit_webauthn", "mfa_remove_webauthn"}


class EnrolmentMiddleware:
    """Ask operators without a second factor for their code before they may set one up; on the members' host, whose database
    role may not write it, refuse whatever changes how an operator signs in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, _view: Any, _args: Any, _kwargs: Any) -> HttpResponse | None:
        """Send them to the page that asks for it, or refuse."""
        match = request.resolver_match
        if match is None:
            return None
        if settings.ROLE == "operator":
            asks = match.view_name in _SETTING_UP and must_enrol(request)
            return redirect("operator_enrolment") if asks else None
        if match.view_name not in _SETTING_UP | _CHANGING or not is_operator(request):
            return None
        text = "Operators change how they sign in on the operators' host."
        return render(request, "403.html", {"exception": text}, status=403)


def is_operator(request: HttpRequest) -> bool:
    """Whether an operator is signed in."""
    user: Any = request.user
    return bool(user.is_authenticated and user.is_staff)


def must_enrol(request: HttpRequest) -> bool:
    """Whether this is an operator who has no second factor and has not shown their code in this session."""
    user: Any = request.user
    if not user.is_authenticated or not user.is_staff or request.session.get(SESSION_KEY) == str(user.pk):
        return False
    return not has_second_factor(user)
