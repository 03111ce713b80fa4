"""Units in templates."""

from django import template

from accounts.choices import country_name
from billing.contracts import units_text
from billing.states import CHANNEL_NAMES

register = template.Library()
register.filter("units", units_text)
register.filter("country_name", country_name)
register.filter("channel_name", lambda word: CHANNEL_NAMES.get(word, word))
