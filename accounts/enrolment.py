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


class EnrolmentMiddleware:
    """Ask operators without a second factor for their code before they may set one up, on whichever host."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, _view: Any, _args: Any, _kwargs: Any) -> HttpResponse | None:
        """Send them to the page that asks for it; on the members' host, which has none, refuse."""
        match = request.resolver_match
        if match is None or match.view_name not in _SETTING_UP or not must_enrol(request):
            return None
        if settings.ROLE == "operator":
            return redirect("operator_enrolment")
        text = "Operators set up their second factor on the operators' host, with the code they were given."
        return render(request, "403.html", {"exception": text}, status=403)


def must_enrol(request: HttpRequest) -> bool:
    """Whether this is an operator who has no second factor and has not shown their code in this session."""
    user: Any = request.user
    if not user.is_authenticated or not user.is_staff or request.session.get(SESSION_KEY) == str(user.pk):
        return False
    return not has_second_factor(user)
