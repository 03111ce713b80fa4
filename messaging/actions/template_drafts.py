"""Between what people write of a template and what its network is told and tells of it."""

from collections.abc import Iterable, Mapping

from messaging.channels.whatsapp_texts import Head, TemplateText, WrittenButton, WrittenCard, WrittenCode
from messaging.providers.template_messages import DraftButton, DraftCard, DraftCode, DraftMedia, DraftTemplate

Files = Mapping[str, tuple[str, bytes]]


def draft_of(name: str, language: str, category: str, text: TemplateText, files: Files) -> DraftTemplate:
    """A template as it is handed over. Shape: `files` by id, as type of content and bytes."""
    code = text.code
    return DraftTemplate(
        name=name,
        language=language,
        category=category,
        body=text.body,
        header=text.header,
        footer=text.footer,
        buttons=tuple(_buttons(text.buttons, text.samples, "button_")),
        header_samples=_samples(text, "header"),
        body_samples=_samples(text, "body"),
        named=text.is_named,
        media=_media(text.head, files) if text.head is not None else None,
        cards=tuple(
            DraftCard(
                _media(card.head, files),
                card.body,
                tuple(_buttons(card.buttons, text.samples, f"card_{place}_button_")),
                _samples(text, "body", place),
            )
            for place, card in enumerate(text.cards)
        ),
        code=DraftCode(code.kind, code.security, code.minutes, code.words, code.fill_words, code.app, code.signature)
        if code is not None
        else None,
    )


def _media(head: Head, files: Files) -> DraftMedia:
    content_type, raw = files.get(head.file, ("", b""))
    return DraftMedia(head.kind, content_type, raw)


def _buttons(buttons: Iterable[WrittenButton], samples: Mapping[str, str], prefix: str) -> Iterable[DraftButton]:
    for place, one in enumerate(buttons):
        yield DraftButton(one.kind, one.title, one.value, samples.get(f"{prefix}{place}", ""), one.screen)


def _samples(text: TemplateText, part: str, card: int = -1) -> tuple[tuple[str, str], ...]:
    slots = [slot for slot in text.slots if (slot.part, slot.card) == (part, card)]
    return tuple((slot.name, str(text.samples.get(slot.key, ""))) for slot in slots)


def text_of_draft(draft: DraftTemplate, before: TemplateText) -> TemplateText:
    """A template as its network tells it.

    Shape: `before` is how we had it; files of ours stay where the head is still of their kind.
    """
    samples = _told("header_", draft.header_samples) | _told("body_", draft.body_samples)
    samples |= _ends("button_", draft.buttons)
    cards = []
    for place, card in enumerate(draft.cards):
        samples |= _told(f"card_{place}_body_", card.body_samples) | _ends(f"card_{place}_button_", card.buttons)
        known = before.cards[place].head if place < len(before.cards) else None
        cards.append(WrittenCard(_head(card.media, known), card.body, _written(card.buttons)))
    code = draft.code
    return TemplateText(
        draft.body,
        draft.header,
        draft.footer,
        _written(draft.buttons),
        samples,
        head=_head(draft.media, before.head) if draft.media is not None else None,
        cards=tuple(cards),
        code=WrittenCode(code.kind, code.security, code.minutes, code.words, code.fill_words, code.app, code.signature)  # type: ignore[arg-type]
        if code is not None
        else None,
    )


def _head(media: DraftMedia, known: Head | None) -> Head:
    file = known.file if known is not None and known.kind == media.kind else ""
    return Head(media.kind, file)  # type: ignore[arg-type]


def _told(prefix: str, samples: Iterable[tuple[str, str]]) -> dict[str, str]:
    return {f"{prefix}{name}": sample for name, sample in samples}


def _ends(prefix: str, buttons: Iterable[DraftButton]) -> dict[str, str]:
    return {f"{prefix}{place}": one.sample for place, one in enumerate(buttons) if one.sample}


def _written(buttons: Iterable[DraftButton]) -> tuple[WrittenButton, ...]:
    return tuple(WrittenButton(one.kind, one.title, one.value, one.screen) for one in buttons)  # type: ignore[arg-type]
