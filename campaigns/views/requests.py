"""What the doors put on a request."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from accounts.contracts import Actor, Belonging


class MemberRequest(HttpRequest):
    """A request through a member's door."""

    actor: Actor
    belonging: Belonging
    htmx: HtmxDetails
