"""Small words of a page: icons, states, figures, moments and drawings. Part of the builtin library `interface`."""

import datetime
from collections.abc import Mapping
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core import charts, wording
from core.elements import element
from core.money import Money
from core.phone import grouped_phone

register = template.Library()


@register.simple_tag
def icon(name: str, size: str = "", label: str = "", extra: str = "") -> SafeString:
    """An icon of the sprite; silent unless `label` gives it a spoken name. `size="lg"` is 20 px."""
    classes = " ".join(part for part in ("icon", "icon-lg" if size == "lg" else "", extra) if part)
    spoken = format_html('role="img" aria-label="{}"', label) if label else SafeString('aria-hidden="true"')
    link = f"{static('img/icons.svg')}#{name}"
    return format_html('<svg class="{}" {}><use href="{}"/></svg>', classes, spoken, link)


@register.simple_tag
def state_badge(state: Any, tone: str = "plain", icon: str = "", live: bool = False, extra: str = "") -> SafeString:
    """A state as a badge: always a shape and a word.

    Shape: `state` is the word itself, or a mapping or object with label, tone, icon and live.
    """
    values = {"label": state, "tone": tone, "icon": icon, "live": live, "extra": extra}
    for key in ("label", "tone", "icon", "live"):
        found = state.get(key) if isinstance(state, Mapping) else getattr(state, key, None)
        if found is not None and not isinstance(state, str):
            values[key] = found
    return element("badge", values)


@register.simple_tag
def number(value: float | None, places: int = 0) -> str:
    """A grouped number, or a dash."""
    return wording.number_text(value, places)


@register.filter
def counted(count: int, words: str) -> str:
    """A number with what it counts: `5|counted:"person,people"`; one word alone takes an s."""
    return wording.counted_text(count, *words.split(","))


@register.filter
def language_name(code: str) -> str:
    """A language in words: `en_US|language_name`."""
    return wording.language_text(code)


@register.filter
def rules_day(version: str) -> str:
    """A version of the rules by its day."""
    return wording.version_text(version)


@register.simple_tag
def percent(part: float | None, whole: float | None, places: int = 1) -> str:
    """A share of a whole in per cent."""
    return wording.percent_text(part, whole, places)


@register.simple_tag
def money(value: Money | int | None, currency: str = "") -> SafeString:
    """An amount: a Money, or minor units with their currency."""
    amount = Money(value, currency) if isinstance(value, int) else value
    return format_html('<span class="num whitespace-nowrap">{}</span>', wording.money_text(amount))


@register.simple_tag
def local_time(
    value: datetime.datetime | None, zone: str = "UTC", now: datetime.datetime | None = None, style: str = "short"
) -> SafeString:
    """A moment in the given zone; hovering shows it in full."""
    if value is None:
        return SafeString(wording.NOTHING)
    text = wording.time_text(value, zone, now, style)
    full = wording.time_text(value, zone, style="seconds")
    return format_html('<time class="num" datetime="{}" title="{}">{}</time>', value.isoformat(), full, text)


@register.simple_tag
def told_time(
    value: datetime.datetime | None, zone: str = "UTC", now: datetime.datetime | None = None, style: str = "evidence"
) -> SafeString:
    """A moment of evidence in the given zone: the day alone where only the day is known."""
    if value is None:
        return SafeString(wording.NOTHING)
    text, full = (wording.told_text(value, zone, now, each) for each in (style, "seconds"))
    return format_html('<time class="num" datetime="{}" title="{}">{}</time>', value.isoformat(), full, text)


@register.simple_tag
def ago(value: datetime.datetime | None, now: datetime.datetime) -> SafeString:
    """How long ago, or until."""
    if value is None:
        return SafeString(wording.NOTHING)
    text = wording.ago_text(value, now)
    return format_html('<time class="num" datetime="{}">{}</time>', value.isoformat(), text)


@register.simple_tag
def phone(masked: str) -> SafeString:
    """A number or address, already masked where the role must not see it, kept left to right in any language; a whole
    number is grouped as its country writes it."""
    text = grouped_phone(masked) if masked else wording.NOTHING
    return format_html('<bdi class="num whitespace-nowrap" dir="ltr">{}</bdi>', text)


@register.filter
def browser_name(user_agent: str) -> str:
    """A browser in words people know."""
    return wording.browser_text(user_agent)


# ── drawings ──


@register.simple_tag
def bar(label: str = "", parts: Any = None, large: bool = True, **amounts: float) -> SafeString:
    """A split bar: `parts` as (fill, amount) pairs, or one keyword per fill: yes=5731 note=377 d0=5256."""
    return charts.bar(list(parts or amounts.items()), label, large)


@register.simple_tag
def ring(value: float, total: float, label: str, tone: str = "note", text: str = "") -> SafeString:
    """A clock of what is left."""
    return charts.ring(value, total, label, tone, text)


@register.simple_tag
def sparkline(values: Any, label: str) -> SafeString:
    """The course of one number: a sequence, or numbers in one string."""
    return charts.sparkline([float(part) for part in values.split()] if isinstance(values, str) else values, label)


@register.simple_tag
def columns(points: Any, label: str) -> SafeString:
    """Stacked columns over time; see core.charts.columns for the shape."""
    return charts.columns(points, label)


@register.simple_tag
def meter(value: float, total: float, label: str, tone: str = "", text: str = "") -> SafeString:
    """A share of something, with an optional line of text below."""
    return element("meter", {"value": value, "total": total, "label": label, "tone": tone, "text": text})
