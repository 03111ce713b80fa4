"""Templates a network approves, as pages and the API show them."""

import dataclasses
from collections.abc import Mapping
from typing import Final

from messaging.channels.whatsapp import CHANGEABLE, why_not
from messaging.channels.whatsapp_checks import refusals
from messaging.channels.whatsapp_rules import UseCase, whatsapp_rules
from messaging.channels.whatsapp_texts import VARIABLE, Slot, TemplateText, text_of
from messaging.models import ProviderAccount, ProviderTemplate
from messaging.providers.registry import PROVIDERS
from messaging.providers.template_messages import ManagesTemplates
from messaging.providers.whatsapp_cloud_templates import REASONS

Badge = Mapping[str, str]
BADGES: Final[Mapping[str, Badge]] = {
    "draft": {"label": "Draft", "tone": "plain", "icon": "edit"},
    "submitted": {"label": "In review", "tone": "wait", "icon": "clock"},
    "appealed": {"label": "In appeal", "tone": "wait", "icon": "clock"},
    "approved": {"label": "Approved", "tone": "yes", "icon": "check"},
    "rejected": {"label": "Rejected", "tone": "no", "icon": "x"},
    "paused": {"label": "Paused by WhatsApp", "tone": "wait", "icon": "pause"},
    "disabled": {"label": "Disabled by WhatsApp", "tone": "no", "icon": "x"},
    "gone": {"label": "Gone from WhatsApp", "tone": "plain", "icon": "x"},
}
QUALITIES: Final[Mapping[str, Badge]] = {
    "green": {"label": "Good", "tone": "yes", "icon": "check"},
    "yellow": {"label": "Getting worse", "tone": "wait", "icon": "alert"},
    "red": {"label": "Bad", "tone": "no", "icon": "alert"},
}


@dataclasses.dataclass(frozen=True, slots=True)
class TemplateCard:
    """A template with its words: how it stands, what it is for, why it cannot be chosen."""

    template: ProviderTemplate
    badge: Badge
    quality: Badge | None
    text: TemplateText
    use_case: UseCase | None
    why_not: str
    reason: str
    changeable: bool
    change: TemplateText | None = None

    @property
    def language(self) -> str:
        """The language in words; the code where WhatsApp has one that the list of languages does not."""
        return whatsapp_rules().languages.get(self.template.language, self.template.language)

    @property
    def specimen(self) -> TemplateText:
        """The text with its samples in their places; where there is none, the variable stays."""
        return _specimen(self.text)

    @property
    def missing(self) -> list[str]:
        """What has to be put right before a draft, or a change, can be submitted."""
        if self.change is not None:
            return [str(each) for each in refusals(self.change)]
        return [str(each) for each in refusals(self.text)] if self.template.state == "draft" else []

    @property
    def submittable(self) -> bool:
        """Whether there is something to hand over: all but the text WhatsApp approved already."""
        return self.changeable and (self.template.state != "approved" or self.change is not None)

    @property
    def changed_specimen(self) -> TemplateText | None:
        """The change with its samples in their places; None when nothing was changed."""
        return _specimen(self.change) if self.change is not None else None

    @property
    def samples(self) -> list[tuple[str, str]]:
        """Each place of the text with the sample the review sees there, in reading order."""
        found = [(slot, str(self.text.samples.get(slot.key, ""))) for slot in self.text.slots]
        return [(_place(slot), sample) for slot, sample in found if sample]

    @property
    def needs_use(self) -> bool:
        """Whether somebody has to say what it is for."""
        return self.template.state == "approved" and self.use_case is None and not self.template.unfit

    @property
    def uses(self) -> list[UseCase]:
        """What its category allows it to be for."""
        return [case for case in whatsapp_rules().use_cases.values() if case.fits(self.template.category)]


def template_card(template: ProviderTemplate) -> TemplateCard:
    """One template with its words. No query where its account is there."""
    reason = REASONS.get(template.reason, "")
    if template.reason == "NOT_TAKEN":
        reason = "WhatsApp did not take it."
    return TemplateCard(
        template=template,
        badge=BADGES[template.state],
        quality=QUALITIES.get(template.quality),
        text=text_of(template.content),
        use_case=whatsapp_rules().use_cases.get(template.use_case),
        why_not=why_not(template),
        reason=reason,
        changeable=template.state in CHANGEABLE,
        change=text_of(template.changed) if template.changed else None,
    )


def template_cards() -> list[TemplateCard]:
    """All templates, newest first. One query."""
    rows = ProviderTemplate.objects.select_related("account").defer("account__credentials_sealed")
    return [template_card(row) for row in rows.order_by("-created_at", "-id")]


def template_accounts() -> list[ProviderAccount]:
    """The accounts whose network approves templates, oldest first. One query."""
    names = [name for name, one in PROVIDERS.items() if issubclass(one, ManagesTemplates)]
    rows = ProviderAccount.objects.defer("credentials_sealed").filter(provider__in=names)
    return list(rows.order_by("created_at", "id"))


def _specimen(text: TemplateText) -> TemplateText:
    cards = tuple(
        dataclasses.replace(card, body=_filled(card.body, f"card_{place}_body", text.samples))
        for place, card in enumerate(text.cards)
    )
    header, body = _filled(text.header, "header", text.samples), _filled(text.body, "body", text.samples)
    return dataclasses.replace(text, header=header, body=body, cards=cards)


def _filled(words: str, part: str, samples: Mapping[str, str]) -> str:
    return VARIABLE.sub(lambda found: str(samples.get(f"{part}_{found[1]}") or found[0]), words)


def _place(slot: Slot) -> str:
    """A place of a template in words."""
    card = f" of card {slot.card + 1}" if slot.card >= 0 else ""
    if slot.part == "button":
        return f"End of the address of button {int(slot.name) + 1}{card}"
    where = " in the heading" if slot.part == "header" else f" in the text{card}" if card else ""
    return f"{{{{{slot.name}}}}}{where}"
