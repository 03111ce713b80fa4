"""How allauth's log-in pages fit the house: sign-up opens an organisation, and an invitation skips that."""

from typing import Any
from urllib.parse import urlsplit, urlunsplit

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.urls import reverse

from core.middleware import client_address


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Sends people on: to the invitation they came with, else home."""

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        secret = request.session.get("invitation")
        return reverse("accounts:invitation", args=[secret]) if secret else super().get_login_redirect_url(request)

    def get_signup_redirect_url(self, request: HttpRequest) -> str:
        return self.get_login_redirect_url(request)

    def get_client_ip(self, request: HttpRequest) -> str:
        """Whose limits count: the one client address of the house, not that of a proxy."""
        address = client_address(request)
        if not address:
            raise PermissionDenied("where the request comes from cannot be told")
        return address

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Every mail of the product names it and says why it came."""
        ours = {name: _at_home(value) for name, value in context.items() if name.endswith("_url") and value}
        super().send_mail(template_prefix, email, context | ours | {"product": "Carillon"})


def _at_home(address: str) -> str:
    """A link under our own public address, whatever host the request named."""
    parts = urlsplit(address)
    return settings.PUBLIC_URL + urlunsplit(("", "", parts.path, parts.query, ""))
