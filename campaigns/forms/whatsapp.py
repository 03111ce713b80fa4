"""What a campaign by WhatsApp says: an approved template, and what stands in each of its places."""

import uuid
from collections.abc import Mapping
from typing import Any

from django import forms

from accounts.contracts import Refused
from campaigns.forms.campaign import CampaignForm, plain_lines
from messaging.channels.protocol import Content, Written
from messaging.channels.standing import refuse_misuse
from messaging.channels.whatsapp import compose, why_not
from messaging.channels.whatsapp_texts import Slot, TemplateText, text_of
from messaging.models import ProviderTemplate

#: characters of what stands in one place of a template
_VALUE_LENGTH = 1000


class WhatsAppForm(CampaignForm):
    """A template to WhatsApp. Its places are asked for once it is chosen."""

    channel, spoken, asks_again = "whatsapp", "WhatsApp", "choose"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        approved = ProviderTemplate.objects.filter(state="approved", unfit="").exclude(use_case="")
        self.fields["template"] = forms.ModelChoiceField(
            approved.order_by("name", "language"),
            empty_label="Choose",
            label="Template",
            help_text="Only what WhatsApp has approved may be sent to people who have not just written.",
            error_messages={"required": "Choose what people shall read."},
        )
        chosen = self._chosen()
        self.text: TemplateText | None = text_of(chosen.content) if chosen is not None else None
        for slot in self.text.slots if self.text is not None else ():
            self.fields[f"value_{slot.key}"] = forms.CharField(
                max_length=_VALUE_LENGTH,
                required=not slot.optional,
                label=_label(slot, self.text),
                initial=slot.default,
                help_text=_hint(slot),
                error_messages={"required": "Write what shall stand in its place."},
            )

    @property
    def values(self) -> list[Any]:
        """The fields of the template's places, in reading order."""
        return [self[name] for name in self.fields if name.startswith("value_")]

    @classmethod
    def typed(cls, data: Mapping[str, Any], most: int | None = None) -> Written:
        """The chosen template with what stands in its places; nothing while none is chosen."""
        template = _template(data.get("template"))
        if template is None:
            return Written("")
        texts = {slot.key: str(data.get(f"value_{slot.key}") or "") for slot in text_of(template.content).slots}
        return compose(template, {key: plain_lines(text)[:most] for key, text in texts.items()})

    @classmethod
    def fields_of(cls, content: Content) -> dict[str, Any]:
        """The template, and what stands in its places."""
        values = {f"value_{key}": text for key, text in content.parts.get("values", {}).items()}
        return {"template": content.parts.get("template", {}).get("id", "")} | values

    def clean(self) -> dict[str, Any]:
        """As every form; and the template is for this use, at the account that the sender belongs to."""
        cleaned = super().clean()
        template, sender, purpose = (cleaned.get(name) for name in ("template", "sender", "purpose"))
        if template is not None and sender is not None and purpose is not None:
            parts = {"template": {"id": str(template.id)}}
            try:
                refuse_misuse(parts, tier=purpose.tier, account_id=sender.account_id)
            except Refused as refusal:
                self.add_error(refusal.field, str(refusal))
        return cleaned

    @property
    def missing(self) -> list[tuple[ProviderTemplate, str]]:
        """The templates that cannot be chosen, newest first, and why."""
        return [(row, why) for row in ProviderTemplate.objects.order_by("-created_at") if (why := why_not(row))]

    def _chosen(self) -> ProviderTemplate | None:
        return _template(self.data.get("template") if self.is_bound else self.initial.get("template"))


def _template(given: Any) -> ProviderTemplate | None:
    if isinstance(given, ProviderTemplate):
        return given
    try:
        return ProviderTemplate.objects.filter(id=uuid.UUID(str(given))).first()
    except ValueError:
        return None


def _label(slot: Slot, text: TemplateText | None) -> str:
    """A place of a template as people find it in its text."""
    card = f" of card {slot.card + 1}" if slot.card >= 0 else ""
    if slot.part == "media":
        return f"Another picture, film or document at the head{card}"
    if slot.part == "button":
        copies = text is not None and slot.card < 0 and text.buttons[int(slot.name)].kind == "copy_code"
        return f"{'Code' if copies else 'End of the address'} of button {int(slot.name) + 1}{card}"
    return f"{{{{{slot.name}}}}} in the {'heading' if slot.part == 'header' else 'text'}{card}"


def _hint(slot: Slot) -> str:
    if slot.part == "media" and slot.optional:
        return "Leave empty for the one in the template, or write its address, beginning with https://."
    if slot.part == "media":
        return "Its address, beginning with https://. A person's variable may stand in it."
    return "Words, a person's variable, or both."
