"""How allauth's log-in pages fit the house: sign-up opens an organisation, and an invitation skips that."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.urls import reverse


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Sends people on: to the invitation they came with, else home."""

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        secret = request.session.get("invitation")
        return reverse("accounts:invitation", args=[secret]) if secret else super().get_login_redirect_url(request)

    def get_signup_redirect_url(self, request: HttpRequest) -> str:
        return self.get_login_redirect_url(request)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Every mail of the product names it and says why it came."""
        super().send_mail(template_prefix, email, context | {"product": "Carillon"})
