"""Units in templates."""

from django import template

from billing.contracts import units_text

register = template.Library()
register.filter("units", units_text)
