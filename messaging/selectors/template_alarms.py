"""Templates of which the network said something that somebody should know, in words."""

import datetime
from typing import Final

from django.db.models import Q

from core import clock
from messaging.models import ProviderTemplate

#: how long news that leave nothing to wait for are worth a place on the first page
_NEWS_DAYS: Final = 7
_STATES: Final = {
    "paused": "is paused by WhatsApp",
    "rejected": "was rejected by WhatsApp",
    "disabled": "was disabled by WhatsApp",
}


def alarming_templates(most: int) -> list[ProviderTemplate]:
    """Templates that are about to change their category, are disliked or paused, or were refused this week. One query."""
    since = clock.now() - datetime.timedelta(days=_NEWS_DAYS)
    alarming = (
        ~Q(next_category="")
        | Q(quality="red", state="approved")
        | Q(state="paused")
        | Q(state__in=["rejected", "disabled"], news_at__gte=since)
    )
    rows = ProviderTemplate.objects.exclude(state="gone").filter(alarming).defer("content")
    return list(rows.order_by("-news_at", "-id")[:most])


def alarm_words(template: ProviderTemplate) -> tuple[str, str]:
    """What happened to one of them, and what it does."""
    name = template.name
    if template.state in _STATES:
        return f"“{name}” {_STATES[template.state]}", "Campaigns with it hold until WhatsApp lets it be used."
    if template.next_category:
        text = "Its price changes with it. Look at the campaigns that use it."
        return f"WhatsApp will call “{name}” {template.next_category}", text
    return f"People do not like “{name}”", "Campaigns with it hold until its quality is better."
