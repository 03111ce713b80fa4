"""A template filled for one person, as the provider is given it: which value stands where, and what each head shows."""

from collections.abc import Iterator, Mapping
from typing import Any

from core.tenancy import require_organization_id
from messaging.channels.whatsapp_texts import Head, TemplateText, WrittenButton, text_of
from messaging.providers.protocol import ApprovedTemplate, TemplateButton, TemplateCard, TemplateMedia, TemplateValue
from messaging.template_file_links import template_file_url


def approved_template(told: Mapping[str, Any], token: str) -> ApprovedTemplate:
    """What of a rendered template leaves. Shape: `told` as `render` kept it; `token` comes back with a filled-in form."""
    text, values, named = text_of(told["text"]), told["values"], bool(told["named"])
    body, header = _values(values, "body_", named), _values(values, "header_", named)
    shared = {"name": told["name"], "language": told["language"]}
    if text.code is not None:
        code = values.get("body_1", "")
        return ApprovedTemplate(
            **shared, body=body, buttons=(TemplateButton("url", 0, code),), category="authentication"
        )
    return ApprovedTemplate(
        **shared,
        body=body,
        header=_media(text.head) if text.head is not None else header,
        buttons=tuple(_buttons(text.buttons, values, "button_", token)),
        cards=tuple(_cards(text, values, named)),
    )


def _values(values: Mapping[str, str], prefix: str, named: bool) -> tuple[TemplateValue, ...]:
    """The values of the places that begin so. Numbered ones come in the order of their numbers: JSON keeps none."""
    found = {key.removeprefix(prefix): text for key, text in values.items() if key.startswith(prefix)}
    ordered = sorted(found.items(), key=lambda one: (int(one[0]) if one[0].isdecimal() else 0, one[0]))
    return tuple(TemplateValue(text, name if named else "") for name, text in ordered)


def _media(head: Head) -> TemplateMedia:
    """What a head shows: the one a value names, else the one we keep, under an address of ours."""
    if head.link:
        return TemplateMedia(head.kind, link=head.link, filename=_filename(head))
    return TemplateMedia(
        head.kind, link=template_file_url(require_organization_id(), head.file), filename=_filename(head)
    )


def _filename(head: Head) -> str:
    """What a document is called on the phone."""
    if head.kind != "document":
        return ""
    last = head.link.partition("?")[0].rpartition("/")[2]
    return last if last.lower().endswith(".pdf") else "document.pdf"


def _buttons(
    buttons: tuple[WrittenButton, ...], values: Mapping[str, str], prefix: str, token: str
) -> Iterator[TemplateButton]:
    """The buttons that carry something for this person."""
    for place, button in enumerate(buttons):
        value = values.get(f"{prefix}{place}", "")
        if button.kind == "url" and value:
            yield TemplateButton("url", place, value)
        elif button.kind == "copy_code":
            yield TemplateButton("copy_code", place, value or button.value)
        elif button.kind == "flow":
            yield TemplateButton("flow", place, token)


def _cards(text: TemplateText, values: Mapping[str, str], named: bool) -> Iterator[TemplateCard]:
    """Every card. An answer on it carries a word of its own, so that the same words on two cards are told apart."""
    for place, card in enumerate(text.cards):
        prefix = f"card_{place}_"
        answers = (
            TemplateButton("quick_reply", index, f"card {place + 1}: {button.title}")
            for index, button in enumerate(card.buttons)
            if button.kind == "quick_reply"
        )
        carried = [*answers, *_buttons(card.buttons, values, f"{prefix}button_", "")]
        body = _values(values, f"{prefix}body_", named)
        yield TemplateCard(_media(card.head), body, tuple(sorted(carried, key=lambda one: one.index)))
