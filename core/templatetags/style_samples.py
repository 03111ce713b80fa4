"""What the style page shows: example forms and figures, so that the page renders real elements without a view's help."""

import datetime
from typing import Any

from django import forms, template

from core.forms import CarillonForm
from core.money import Money

register = template.Library()


class SampleForm(CarillonForm, forms.Form):
    """One field of every kind."""

    name = forms.CharField(label="Sender name", help_text="Letters and digits, 11 at most.", max_length=11)
    country = forms.ChoiceField(
        label="Country", choices=[("PK", "Pakistan"), ("DE", "Germany"), ("US", "United States")]
    )
    account_key = forms.CharField(
        label="Account key", disabled=True, required=False, help_text="Written once, never shown again."
    )
    text = forms.CharField(label="Message", widget=forms.Textarea(attrs={"rows": 3}))
    letter = forms.FileField(label="Registration letter", help_text="A PDF of at most 5 MB.")
    scope = forms.ChoiceField(
        label="Where it is used",
        widget=forms.RadioSelect,
        choices=[("all", "For every list"), ("some", "For chosen lists")],
    )
    updates = forms.BooleanField(label="Use for order updates", required=False)
    sticky = forms.BooleanField(
        label="People keep the sender they know",
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "switch", "role": "switch"}),
    )


@register.simple_tag
def sample_form(refused: bool = False) -> SampleForm:
    """A form as it is first seen, or as it comes back with its errors."""
    given = {"scope": "all", "updates": True, "sticky": True, "country": "PK", "account_key": "•••• •••• 8f2c"}
    if not refused:
        return SampleForm(initial={**given, "name": "NOORBAGH"}, prefix="calm")
    data = {f"refused-{name}": value for name, value in {**given, "name": "NOORBAGHSALES", "text": "Hello"}.items()}
    return SampleForm(data=data, initial=given, prefix="refused")


@register.simple_tag
def sample_money() -> Money:
    """An amount in the currency of the example organisation."""
    return Money(23_184_650, "PKR")


@register.simple_tag
def sample_moment() -> datetime.datetime:
    """The moment of the example story."""
    return datetime.datetime(2026, 11, 24, 5, 5, 12, tzinfo=datetime.UTC)


@register.simple_tag
def sample_columns() -> list[dict[str, Any]]:
    """Two weeks of messages by channel."""
    days = [5100, 5050, 3168, 2120, 1930, 5594, 5808, 13726, 5402, 3094, 6742, 1880, 6861, 10118]
    points = []
    for offset, total in enumerate(days):
        first, third = int(total * 0.65), (total // 3 if total > 10_000 else 0)
        parts = [("d1", first - third), ("d2", total - first), ("d3", third)]
        points.append({"label": str(11 + offset), "title": f"{11 + offset} Nov: {total:,} sent", "parts": parts})
    points[-1]["label"] = "Today"
    return points


@register.filter
def words_of(text: str) -> list[str]:
    """The words of a text, for a loop over literal names."""
    return text.split()
