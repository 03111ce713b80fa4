"""Fields of a form, laid out by their kind. Part of the builtin library `interface`."""

from typing import Any

from django import template
from django.forms import BoundField
from django.forms.widgets import CheckboxInput, CheckboxSelectMultiple, FileInput, HiddenInput, RadioSelect, Select
from django.utils.safestring import SafeString

from core.elements import element

register = template.Library()

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
def field(
    bound: BoundField, size: str = "", extra: str = "", hint: str | None = None, told: bool = False, **attributes: Any
) -> SafeString:
    """A whole field: label, hint, control, error. Keywords become attributes of the control; an empty hint hides it.

    Shape: `told` where the page says already that it may be left empty.
    """
    kind = field_kind(bound)
    if kind == "choices":
        bound.field.widget.attrs.setdefault("class", "check")
    if hint is not None:
        bound.help_text = hint  # the control names its hint only while there is one
    optional = not (bound.field.required or told)
    values = {"field": bound, "extra": extra, "hint": bound.help_text, "kind": kind, "optional": optional}
    return element("field", {**values, "control": control(bound, size, **attributes)})


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
    return element("form_errors", {"form": form, "title": title}) if form and form.errors else SafeString("")
