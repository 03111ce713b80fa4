"""The words page builders write pages with: icons, states, drawings, figures, and the elements of the interface.

Registered as a builtin library, so no page needs `load`. Elements live in `templates/elements/`; a tag here only gives
each of them a name and named parameters.
"""

import datetime
from collections.abc import Mapping
from typing import Any

from django import template
from django.forms import BoundField
from django.forms.widgets import CheckboxInput, CheckboxSelectMultiple, FileInput, HiddenInput, RadioSelect, Select
from django.template.context import RequestContext
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core import charts, wording
from core.money import Money

register = template.Library()


# ── small words ──


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
    return _element("badge", values)


@register.simple_tag
def number(value: float | None, places: int = 0) -> str:
    """A grouped number, or a dash."""
    return wording.number_text(value, places)


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
def ago(value: datetime.datetime | None, now: datetime.datetime) -> SafeString:
    """How long ago, or until."""
    if value is None:
        return SafeString(wording.NOTHING)
    text = wording.ago_text(value, now)
    return format_html('<time class="num" datetime="{}">{}</time>', value.isoformat(), text)


@register.simple_tag
def phone(masked: str) -> SafeString:
    """A number or address, already masked where the role must not see it, kept left to right in any language."""
    return format_html('<bdi class="num whitespace-nowrap" dir="ltr">{}</bdi>', masked or wording.NOTHING)


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
    return _element("meter", {"value": value, "total": total, "label": label, "tone": tone, "text": text})


# ── elements without inner text ──


@register.simple_tag
def button(text: str, kind: str = "", icon: str = "", href: str = "", **attributes: Any) -> SafeString:
    """A button, or a link that looks like one when `href` is given.

    `kind`: act, no, no-full, bare; `size`: sm, lg, xl; other keywords become attributes (`hx_post` is `hx-post`).
    """
    named = {name: attributes.pop(name, "") for name in ("size", "extra", "busy", "disabled", "label")}
    values = {"text": text, "kind": kind, "icon": icon, "href": href, **named, "type": attributes.pop("type", "submit")}
    return _element("button", {**values, "attributes": _attributes(attributes)})


@register.simple_tag
def tile(label: str, value: Any, meta: str = "", href: str = "", tone: str = "", icon: str = "") -> SafeString:
    """One number that matters: label, figure, a line of context; the whole tile links to the people behind it."""
    values = {"label": label, "value": value, "meta": meta, "href": href, "tone": tone, "icon": icon}
    return _element("tile", values)


@register.simple_tag
def tab(label: str, href: str, current: bool = False, count: int | None = None) -> SafeString:
    """One place inside a page; stands inside `tabs`."""
    return _element("tab", {"label": label, "href": href, "current": current, "count": count})


@register.simple_tag
def steps(*names: str, current: int = 1, label: str = "Steps") -> SafeString:
    """A path: the names in order and which one (from 1) we are at."""
    items = [{"name": name, "position": place, "done": place < current} for place, name in enumerate(names, 1)]
    return _element("steps", {"items": items, "current": current, "label": label})


@register.simple_tag
def fact(label: str, value: Any, extra: str = "") -> SafeString:
    """One line of a definition list; stands inside `<dl class="facts">`."""
    return _element(
        "fact", {"label": label, "value": wording.NOTHING if value in (None, "") else value, "extra": extra}
    )


@register.simple_tag
def crumb(label: str, href: str = "") -> SafeString:
    """One place on the way here: a link, or the current place without `href`."""
    return _element("crumb", {"label": label, "href": href})


@register.simple_tag(takes_context=True)
def pagination(context: RequestContext, page: Any = None, noun: str = "", **keyed: str) -> SafeString:
    """The foot of a list: what is in view, back and next.

    `page` is a Django page; without one, pass `text`, `back` and `next` (addresses) for keyset lists.
    """
    if page is None:
        return _element("pagination", keyed)
    keyed = {
        "text": f"{page.start_index():,}–{page.end_index():,} of {page.paginator.count:,} {noun}".strip(),
        "back": _address(context, page=page.previous_page_number()) if page.has_previous() else "",
        "next": _address(context, page=page.next_page_number()) if page.has_next() else "",
    }
    return _element("pagination", keyed)


@register.simple_tag(takes_context=True)
def sort_head(context: RequestContext, label: str, key: str, extra: str = "") -> SafeString:
    """A table head that sorts: `?sort=key`, then `?sort=-key`; keeps the other parameters."""
    now = context["request"].GET.get("sort", "")
    order = {key: "ascending", f"-{key}": "descending"}.get(now, "")
    href = _address(context, sort=f"-{key}" if now == key else key, page=None)
    return _element("sort_head", {"label": label, "href": href, "order": order, "extra": extra})


@register.simple_tag
def timeline_pin(icon: str, tone: str = "plain") -> SafeString:
    """The pin of a timeline entry; stands first inside its `<li>`."""
    return format_html('<span class="pin t-{}">{}</span>', tone, globals()["icon"](icon))


# ── elements around inner text ──


@register.simple_block_tag
def panel(content: str, title: str = "", id: str = "", meta: str = "", foot: str = "", extra: str = "") -> SafeString:
    """A panel with a head: give `id` so that the heading names the section."""
    values = {"content": content, "title": title, "id": id, "meta": meta, "foot": foot, "extra": extra}
    return _element("panel", values)


@register.simple_block_tag
def page_head(content: str, title: str, lead: str = "") -> SafeString:
    """The answer as heading, one sentence of context, and the actions of the page as inner text."""
    return _element("page_head", {"content": content, "title": title, "lead": lead})


@register.simple_block_tag
def note(content: str, tone: str = "note", icon: str = "", role: str = "") -> SafeString:
    """What happened, in bold, then what to do."""
    default = {"yes": "check-circle", "wait": "alert", "no": "hand", "note": "info"}.get(tone, "info")
    return _element("note", {"content": content, "tone": tone, "icon": icon or default, "role": role})


@register.simple_block_tag
def empty_state(content: str, title: str, text: str = "", icon: str = "search", tone: str = "brass") -> SafeString:
    """Nothing here yet: what this is for, and the first step as inner text."""
    values = {"content": content, "title": title, "text": text, "icon": icon, "tone": tone}
    return _element("empty_state", values)


@register.simple_block_tag
def dialog(content: str, id: str, title: str, text: str = "", extra: str = "") -> SafeString:
    """A dialog; any `<button command="show-modal" commandfor="id">` opens it."""
    return _element("dialog", {"content": content, "id": id, "title": title, "text": text, "extra": extra})


@register.simple_block_tag
def dropdown(
    content: str, id: str, text: str = "", icon: str = "", label: str = "", kind: str = "", end: bool = True
) -> SafeString:
    """A button and the menu it opens; inner text is links, buttons or one-button forms."""
    values = {"content": content, "id": id, "text": text, "icon": icon, "label": label, "kind": kind, "end": end}
    return _element("dropdown", values)


@register.simple_block_tag
def tabs(content: str, label: str) -> SafeString:
    """Places inside a page; inner text is `tab` elements."""
    return format_html('<nav class="tabs" aria-label="{}">{}</nav>', label, content)


@register.simple_block_tag
def timeline(content: str, label: str) -> SafeString:
    """What happened, newest first; inner text is `<li>` entries."""
    return format_html('<ol class="timeline" aria-label="{}">{}</ol>', label, content)


# ── fields ──

_PLAIN_CONTROLS = (CheckboxInput, HiddenInput, RadioSelect, CheckboxSelectMultiple)


@register.simple_tag
def control(field: BoundField, size: str = "", **attributes: Any) -> SafeString:
    """The control of a field alone, with the classes of the interface."""
    widget = field.field.widget
    own = widget.attrs.get("class", "")
    if not isinstance(widget, _PLAIN_CONTROLS):
        own = " ".join(part for part in ("input", f"input-{size}" if size else "", own) if part)
    elif isinstance(widget, CheckboxInput):
        own = own or "check"
    attrs = {name.replace("_", "-"): value for name, value in attributes.items()}
    return field.as_widget(attrs={**attrs, "class": own} if own else attrs)


@register.simple_tag
def field(bound: BoundField, size: str = "", extra: str = "", hint: str | None = None, **attributes: Any) -> SafeString:
    """A whole field: label, hint, control, error. Keywords become attributes of the control; an empty hint hides it."""
    kind = field_kind(bound)
    if kind == "choices":
        bound.field.widget.attrs.setdefault("class", "check")
    if hint is not None:
        bound.help_text = hint  # the control names its hint only while there is one
    values = {"field": bound, "extra": extra, "hint": bound.help_text, "kind": kind}
    return _element("field", {**values, "control": control(bound, size, **attributes)})


@register.filter
def field_kind(bound: BoundField) -> str:
    """How a field is laid out: check, choices, file, or plain."""
    kinds = ((CheckboxInput, "check"), ((RadioSelect, CheckboxSelectMultiple), "choices"), (FileInput, "file"))
    for widgets, kind in kinds:
        if isinstance(bound.field.widget, widgets):
            return kind
    return "select" if isinstance(bound.field.widget, Select) else "plain"


@register.simple_tag
def form_errors(form: Any, title: str = "") -> SafeString:
    """The summary above a refused form: each error links to its field, and focus moves here."""
    return _element("form_errors", {"form": form, "title": title}) if form and form.errors else SafeString("")


def _address(context: RequestContext, **changes: Any) -> str:
    """This page's address with some parameters changed, or left out where None."""
    parameters = context["request"].GET.copy()
    for name, value in changes.items():
        parameters.pop(name, None)
        if value is not None:
            parameters[name] = value
    return f"?{parameters.urlencode()}"


def _element(name: str, values: Mapping[str, Any]) -> SafeString:
    return render_to_string(f"elements/{name}.html", dict(values))


def _attributes(attributes: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Keywords as HTML attributes: underscores become dashes, True stands alone, False and None are left out."""
    pairs = ((name.rstrip("_").replace("_", "-"), value) for name, value in attributes.items())
    return [(name, "" if value is True else value) for name, value in pairs if value not in (None, False)]
