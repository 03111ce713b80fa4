"""Units in templates."""

from django import template

from billing.contracts import units_text
from billing.states import CHANNEL_NAMES
from core.wording import version_text

register = template.Library()
register.filter("units", units_text)
register.filter("channel_name", lambda word: CHANNEL_NAMES.get(word, word))


@register.filter
def price_words(version: str) -> str:
    """Which price it was: "price list of 1 Nov 2026", or the organisation's own."""
    own, _, day = version.rpartition(" ")
    return f"your own price since {version_text(day)}" if own else f"price list of {version_text(day)}"
