"""What every campaign is asked: what for, from whom, to whom. Each channel adds what it says and what that needs beside."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms

from accounts.contracts import Actor, Refused
from campaigns.actions.writing import Draft, refuse_content
from consent.models import Purpose
from contacts.models import List
from contacts.selectors.lists import lists_with_counts
from core.forms import CarillonForm
from messaging.channels.protocol import Content, Written
from messaging.models import Sender

#: characters of one field that are looked at while somebody writes; how many may be saved is up to the channel
TEXT_LENGTH = 2000


class _Lists(forms.ModelMultipleChoiceField):
    """Lists with how many people they hold."""

    def __init__(self, counts: dict[Any, int], **options: Any) -> None:
        self.counts = counts
        widget = forms.CheckboxSelectMultiple()
        super().__init__(List.objects.order_by("name"), widget=widget, **options)

    def label_from_instance(self, obj: Any) -> str:
        """Name and size."""
        return f"{obj.name} ({self.counts.get(obj.id, 0):,})"


class CampaignForm(CarillonForm, forms.Form):
    """What, to whom, from which sender. A channel's own form says its name, its fields and how they become a content.

    Shape: `beside` are the fields that become parts of the same name, left out where they are empty; the field `body` is the
           text. Templates: `campaigns/_parts_<channel>.html` for the fields, `campaigns/_preview_<channel>.html` for a look.
    """

    channel: ClassVar[str]
    #: the channel's name in the middle of a sentence
    spoken: ClassVar[str]
    beside: ClassVar[tuple[str, ...]] = ()
    #: the button that brings the form again with what somebody chose, and saves nothing
    asks_again: ClassVar[str] = ""
    #: characters of one field that are looked at while somebody writes
    longest: ClassVar[int] = TEXT_LENGTH

    name = forms.CharField(max_length=80, label="Name", help_text="For your team; people do not see it.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        counts = {group.id: group.people for group in lists_with_counts()}
        self.fields["purpose"] = forms.ModelChoiceField(
            Purpose.objects.filter(archived_at=None).order_by("name"),
            empty_label="Choose",
            help_text="Only people who agreed to this purpose get it.",
        )
        self.fields["sender"] = forms.ModelChoiceField(
            Sender.objects.filter(channel=self.channel).order_by("label"), empty_label="Choose"
        )
        self.fields["included"] = _Lists(
            counts, label="Goes to", error_messages={"required": "Choose at least one list."}
        )
        self.fields["excluded"] = _Lists(
            counts, label="Leaves out", required=False, help_text="People on these lists do not get it."
        )
        self.order_fields(("name", "purpose", "sender", "included", "excluded"))

    @classmethod
    def received(cls, actor: Actor, files: Mapping[str, Any]) -> dict[str, str]:
        """What uploaded files become: values of fields. Errors: Refused, with the field, for one that cannot be used."""
        return {}

    @classmethod
    def typed(cls, data: Mapping[str, Any], most: int | None = None) -> Written:
        """What the campaign would say with what stands in the form now, fit or not; `most` characters of each field."""
        texts = {name: plain_lines(str(data.get(name) or ""))[:most] for name in ("body", *cls.beside)}
        return Written(texts.pop("body"), {name: text for name, text in texts.items() if text})

    @classmethod
    def glimpse(cls, data: Mapping[str, Any]) -> Written:
        """`typed` as far as anybody looks while somebody writes."""
        return cls.typed(data, cls.longest + 1)

    @classmethod
    def fields_of(cls, content: Content) -> dict[str, Any]:
        """A content as values of the form's fields: the way back from `typed`."""
        return {"body": content.body} | {name: content.parts.get(name, "") for name in cls.beside}

    @classmethod
    def asked_again(cls, data: Mapping[str, Any]) -> dict[str, Any]:
        """The fields that the button `asks_again` changes, with their new values."""
        return {}

    def clean(self) -> dict[str, Any]:
        """Everything typed, once what is said is fit for the channel and every name in it is known."""
        cleaned = super().clean() or {}
        if not self.errors.keys() & self._said:
            try:
                refuse_content(self.channel, self._content())
            except Refused as refusal:
                self.add_error(refusal.field if refusal.field in self.fields else None, str(refusal))
        return cleaned

    def draft(self) -> Draft:
        """The campaign as it was typed; for a form that is valid."""
        content = self._content()
        told = {name: self.cleaned_data[name] for name in ("name", "purpose", "sender", "included", "excluded")}
        return Draft(**told, body=content.body, parts=content.parts)

    @property
    def _said(self) -> set[str]:
        """The fields that make the content: all but those every campaign has."""
        return set(self.fields) - {"name", "purpose", "sender", "included", "excluded"}

    def _content(self) -> Content:
        return self.typed(self.cleaned_data)


def plain_lines(text: str) -> str:
    """A text as it will be sent: browsers end lines with two characters, phones need one."""
    return text.replace("\r\n", "\n").replace("\r", "\n")
