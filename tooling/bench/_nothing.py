"""The limit of the webhooks: the same server and Django, no middleware, one view that answers 204 and does nothing.

It is a settings module and its own list of addresses at once.
"""

import secrets

from django.http import HttpRequest, HttpResponse
from django.urls import re_path

SECRET_KEY = secrets.token_hex()
ALLOWED_HOSTS = ["127.0.0.1"]
INSTALLED_APPS: list[str] = []
MIDDLEWARE: list[str] = []
ROOT_URLCONF = __name__


def nothing(_request: HttpRequest) -> HttpResponse:
    """204."""
    return HttpResponse(status=204)


urlpatterns = [re_path("", nothing)]
