"""The operators' site: the admin behind a second factor, on a host and in a process of its own."""

from typing import Any, Final, cast

from allauth.account.authentication import get_authentication_records
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.templatetags.static import static
from django.urls import reverse
from unfold.sites import UnfoldAdminSite

from accounts.actions.operators import has_second_factor
from accounts.admin import waiting_reviews
from accounts.enrolment import must_enrol
from accounts.models import User
from billing.contracts import units_text
from billing.selectors import low_balances

#: the apps whose pages operators have. Libraries register pages of their own, raw edits of addresses, sessions and second
#: factors among them, and those are nobody's.
OPERATED_APPS = frozenset({"accounts", "billing", "consent"})


_STRANGER: Final = {
    "heading": "This account is no operator's",
    "words": "These pages are for the operators of the platform. Sign out, then sign in with the account of an operator.",
}
_AGAIN: Final = {
    "heading": "Your second factor is set up: sign in again",
    "words": "Operators enter with their password and their second factor, and this session has not shown one.",
}


class OperatorSite(UnfoldAdminSite):
    """Operators only, and only in a session that has shown a second factor."""

    def has_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_active and request.user.is_staff and second_factor_shown(request))  # type: ignore[union-attr]

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """What every page gets from the library, with our mark in its corner."""
        return {**super().each_context(request), "site_icon": static("img/favicon.svg")}

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """The start page, with the reviews that wait and who has the fewest units."""
        balances = [(each, units_text(amount)) for each, amount in low_balances()]
        return super().index(request, {"waiting": waiting_reviews(), "balances": balances, **(extra_context or {})})

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Log in by the product's own pages; whoever has no second factor yet is sent to set one up.

        Whoever is signed in as somebody else, or without a second factor, reads how to come in.
        """
        if not request.user.is_authenticated:
            return redirect(f"{reverse('account_login')}?next={request.path}")
        if self.has_permission(request):
            return redirect("admin:index")
        if not request.user.is_staff:  # type: ignore[union-attr]
            return TemplateResponse(request, "operator_entry.html", _STRANGER, status=403)
        if must_enrol(request):
            return redirect("operator_enrolment")
        if not has_second_factor(cast(User, request.user)):
            return redirect("mfa_index")
        return TemplateResponse(request, "operator_entry.html", _AGAIN)


def second_factor_shown(request: HttpRequest) -> bool:
    """Whether this session was opened with a TOTP code or a passkey."""
    return any(record.get("method") == "mfa" for record in get_authentication_records(request, request.user))  # type: ignore[arg-type]


def guarded_site() -> OperatorSite:
    """The operators' site with the product's own pages alone. The addresses name this very site: the library that draws
    the admin puts a site of its own in the default one's place, and that one asks for no second factor."""
    site = OperatorSite()
    for model, pages in admin.site._registry.items():
        if model._meta.app_label in OPERATED_APPS:
            site.register(model, type(pages))
    return site
