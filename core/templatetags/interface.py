"""The elements of the interface, and with them the whole builtin library: no page needs `load`.

Elements live in `templates/elements/`; a tag here only gives each of them a name and named parameters. Small words and
form fields have files of their own and are joined in below.
"""

from typing import Any

from django import template
from django.template.context import RequestContext
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core import wording
from core.elements import attribute_pairs, element
from core.templatetags import interface_fields, interface_words

register = template.Library()
for part in (interface_words.register, interface_fields.register):
    register.tags.update(part.tags)
    register.filters.update(part.filters)


# ── elements without inner text ──


@register.simple_tag
def button(text: str, kind: str = "", icon: str = "", href: str = "", **attributes: Any) -> SafeString:
    """A button, or a link that looks like one when `href` is given.

    `kind`: act, no, no-full, bare; `size`: sm, lg, xl; other keywords become attributes (`hx_post` is `hx-post`).
    """
    size, extra = attributes.pop("size", ""), attributes.pop("extra", "")
    looks = (f"btn-{kind}" if kind else "", f"btn-{size}" if size else "", "" if text else "btn-icon", extra)
    values = {"text": text, "icon": icon, "href": href, "type": attributes.pop("type", "submit")}
    busy, label = attributes.pop("busy", False), attributes.pop("label", "")
    named = {"aria-busy": "true" if busy else None, "aria-label": label or None, **attributes}
    classes = " ".join(part for part in ("btn", *looks) if part)
    return element("button", {**values, "classes": classes, "attributes": attribute_pairs(named)})


@register.simple_tag
def tile(label: str, value: Any, meta: str = "", href: str = "", tone: str = "", icon: str = "") -> SafeString:
    """One number that matters: label, figure, a line of context; the whole tile links to the people behind it."""
    values = {"label": label, "value": value, "meta": meta, "href": href, "tone": tone, "icon": icon}
    return element("tile", values)


@register.simple_tag
def tab(label: str, href: str, current: bool = False, count: int | None = None) -> SafeString:
    """One place inside a page; stands inside `tabs`."""
    return element("tab", {"label": label, "href": href, "current": current, "count": count})


@register.simple_tag
def steps(*names: str, current: int = 1, label: str = "Steps") -> SafeString:
    """A path: the names in order and which one (from 1) we are at."""
    items = [{"name": name, "position": place, "done": place < current} for place, name in enumerate(names, 1)]
    return element("steps", {"items": items, "current": current, "label": label})


@register.simple_tag
def fact(label: str, value: Any, extra: str = "") -> SafeString:
    """One line of a definition list; stands inside `<dl class="facts">`."""
    return element("fact", {"label": label, "value": wording.NOTHING if value in (None, "") else value, "extra": extra})


@register.simple_tag
def crumb(label: str, href: str = "") -> SafeString:
    """One place on the way here: a link, or the current place without `href`."""
    return element("crumb", {"label": label, "href": href})


@register.simple_tag(takes_context=True)
def pagination(context: RequestContext, page: Any = None, noun: str = "", **keyed: str) -> SafeString:
    """The foot of a list: what is in view, back and next.

    `page` is a Django page and `noun` what it holds, as for `counted`; without a page, pass `text`, `back` and `next`
    (addresses) for keyset lists.
    """
    if page is None:
        return element("pagination", keyed)
    count = page.paginator.count
    whole = wording.counted_text(count, *noun.split(",")) if noun else f"{count:,}"
    keyed = {
        "text": f"{page.start_index():,}–{page.end_index():,} of {whole}",
        "back": _address(context, page=page.previous_page_number()) if page.has_previous() else "",
        "next": _address(context, page=page.next_page_number()) if page.has_next() else "",
    }
    return element("pagination", keyed)


@register.simple_tag(takes_context=True)
def sort_head(context: RequestContext, label: str, key: str, extra: str = "") -> SafeString:
    """A table head that sorts: `?sort=key`, then `?sort=-key`; keeps the other parameters."""
    now = context["request"].GET.get("sort", "")
    order = {key: "ascending", f"-{key}": "descending"}.get(now, "")
    href = _address(context, sort=f"-{key}" if now == key else key, page=None)
    return element("sort_head", {"label": label, "href": href, "order": order, "extra": extra})


@register.simple_tag
def timeline_pin(icon: str, tone: str = "plain") -> SafeString:
    """The pin of a timeline entry; stands first inside its `<li>`."""
    return format_html('<span class="pin t-{}">{}</span>', tone, interface_words.icon(icon))


# ── elements around inner text ──


@register.simple_block_tag
def panel(content: str, title: str = "", id: str = "", meta: str = "", foot: str = "", extra: str = "") -> SafeString:
    """A panel with a head: give `id` so that the heading names the section."""
    values = {"content": content, "title": title, "id": id, "meta": meta, "foot": foot, "extra": extra}
    return element("panel", values)


@register.simple_block_tag
def page_head(content: str, title: str, lead: str = "") -> SafeString:
    """The answer as heading, one sentence of context, and the actions of the page as inner text."""
    return element("page_head", {"content": content, "title": title, "lead": lead})


@register.simple_block_tag
def note(content: str, tone: str = "note", icon: str = "", role: str = "") -> SafeString:
    """What happened, in bold, then what to do."""
    default = {"yes": "check-circle", "wait": "alert", "no": "hand", "note": "info"}.get(tone, "info")
    return element("note", {"content": content, "tone": tone, "icon": icon or default, "role": role})


@register.simple_block_tag
def empty_state(content: str, title: str, text: str = "", icon: str = "search", tone: str = "brass") -> SafeString:
    """Nothing here yet: what this is for, and the first step as inner text."""
    values = {"content": content, "title": title, "text": text, "icon": icon, "tone": tone}
    return element("empty_state", values)


@register.simple_block_tag
def dialog(content: str, id: str, title: str, text: str = "", extra: str = "") -> SafeString:
    """A dialog; any `<button command="show-modal" commandfor="id">` opens it."""
    return element("dialog", {"content": content, "id": id, "title": title, "text": text, "extra": extra})


@register.simple_block_tag
def dropdown(
    content: str, id: str, text: str = "", icon: str = "", label: str = "", kind: str = "", end: bool = True
) -> SafeString:
    """A button and the menu it opens; inner text is links, buttons or one-button forms."""
    values = {"content": content, "id": id, "text": text, "icon": icon, "label": label, "kind": kind, "end": end}
    return element("dropdown", values)


@register.simple_block_tag
def tabs(content: str, label: str) -> SafeString:
    """Places inside a page; inner text is `tab` elements."""
    return format_html('<nav class="tabs" aria-label="{}">{}</nav>', label, content)


@register.simple_block_tag
def timeline(content: str, label: str) -> SafeString:
    """What happened, newest first; inner text is `<li>` entries."""
    return format_html('<ol class="timeline" aria-label="{}">{}</ol>', label, content)


def _address(context: RequestContext, **changes: Any) -> str:
    """This page's address with some parameters changed, or left out where None."""
    parameters = context["request"].GET.copy()
    for name, value in changes.items():
        parameters.pop(name, None)
        if value is not None:
            parameters[name] = value
    return f"?{parameters.urlencode()}"
