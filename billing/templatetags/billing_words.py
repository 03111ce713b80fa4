"""Units in templates."""

from django import template

from billing.contracts import units_text
from billing.states import CHANNEL_NAMES

register = template.Library()
register.filter("units", units_text)
register.filter("channel_name", lambda word: CHANNEL_NAMES.get(word, word))
