"""WhatsApp: an approved template with this person's values, or free text while the person's conversation is open.

Beside the body stand, for a template, `template` (what was approved: its id, name, language, use case, category and text) and
`values` (by slot, what stands there, with the person's variables in it). Free text may have `buttons` and a `footer`.
"""

import re
import urllib.parse
import uuid
from collections.abc import Mapping
from typing import Any, Final

from accounts.contracts import Refused
from consent.contracts import Channel
from messaging.channels.part_types import refuse_no_text, texts_by_place
from messaging.channels.protocol import Common, Content, Rendered, Written
from messaging.channels.whatsapp_rules import whatsapp_rules
from messaging.channels.whatsapp_sending import approved_template
from messaging.channels.whatsapp_texts import Slot, TemplateText, filled_text, text_of
from messaging.content import precompile
from messaging.content_rules import ContentError
from messaging.contracts import Outbound
from messaging.models import ProviderTemplate
from messaging.providers.protocol import Button, ButtonsOutbound, TemplateOutbound

#: what may stand in an address as it is; whatever else a person's value brings is written as its bytes
_IN_ADDRESSES: Final = ":/?#[]@!$&'()*+,;=%~"
#: the places of pictures, films and documents, on cards too
_MEDIA: Final = re.compile(r"(card_\d+_)?media_link")
#: states in which a template may be changed; Meta takes changes of these
CHANGEABLE: Final = ("draft", "rejected", "paused", "approved")
#: of those, the ones the network holds a text of that is or will be sent: a change stands beside it until it is handed over
STANDING: Final = ("paused", "approved")
#: why a template of each state cannot be chosen, and what helps
NOT_CHOSEN: Final[Mapping[str, tuple[str, str]]] = {
    "draft": ("It was not submitted to WhatsApp yet.", "Submit it, and wait for the review."),
    "submitted": ("WhatsApp is still reviewing it.", "Most reviews take minutes, some a day."),
    "appealed": ("Somebody appealed, and WhatsApp has not decided yet.", "Wait for the answer, or choose another."),
    "rejected": ("WhatsApp rejected it.", "Correct it and submit it again, or choose another."),
    "paused": (
        "WhatsApp paused it because people did not like it.",
        "Wait until the pause is over, or choose another.",
    ),
    "disabled": ("WhatsApp disabled it for good.", "Write another template."),
    "gone": ("It is no longer at WhatsApp.", "Choose another template."),
}


class _WhatsApp:
    """The channel of WhatsApp."""

    name: Channel = "whatsapp"
    point_kinds: tuple[str, ...] = ("whatsapp", "phone")

    def texts(self, content: Content) -> Mapping[str, str]:
        """What stands in every slot, and the whole text."""
        values = content.parts.get("values", {})
        return {f"value_{key}": str(text) for key, text in values.items()} | {"body": content.body}

    def check(self, body: str, parts: Mapping[str, Any]) -> None:
        """Errors: Refused when the template is not approved, a slot is empty, or a free text is none WhatsApp takes."""
        if "template" in parts:
            _check_template(body, parts)
        else:
            _check_free_text(body, parts)

    def render(self, version: Content, values: Mapping[str, Any]) -> Rendered:
        """The template with this person's values, or the finished text."""
        parts = version.parts
        if "template" not in parts:
            return Rendered(precompile(version.body).render(values).strip(), dict(parts))
        text = text_of(parts["template"]["text"])
        filled = {key: _value(key, str(liquid), values) for key, liquid in parts["values"].items() if liquid}
        shown = filled_text(text, filled)
        template = {name: parts["template"][name] for name in ("name", "language", "category")}
        told = template | {"named": text.is_named, "values": filled, "text": shown.as_content()}
        return Rendered(shown.whole, {"template": told})

    def outbound(self, common: Common, rendered: Rendered) -> Outbound:
        """A template, a text with buttons, or a text."""
        shared: dict[str, Any] = {
            "permit": common.permit,
            "channel": self.name,
            "sender": common.sender,
            "recipient": common.recipient,
            "body": rendered.body,
            "callback_url": common.callback_url,
            "validity_seconds": common.validity_seconds,
            "idempotency_key": common.idempotency_key,
        }
        if "template" in rendered.parts:
            told = rendered.parts["template"]
            return TemplateOutbound(**shared, template=approved_template(told, common.idempotency_key))
        if rendered.parts.get("buttons"):
            buttons = tuple(Button(one["id"], one["title"]) for one in rendered.parts["buttons"])
            return ButtonsOutbound(**shared, buttons=buttons, footer=rendered.parts.get("footer", ""))
        return Outbound(**shared)

    def units_of(self, rendered: Rendered) -> int:
        """One message; nothing for one with nothing in it."""
        return 1 if rendered.body else 0


WHATSAPP: Final = _WhatsApp()


def compose(template: ProviderTemplate, values: Mapping[str, str]) -> Written:
    """A campaign's content from an approved template: what stands in each slot, and the whole text with that in it."""
    text = text_of(template.content)
    told: dict[str, Any] = {"name": template.name, "language": template.language, "category": template.category}
    told |= {"id": str(template.id), "use_case": template.use_case, "text": text.as_content()}
    kept = {slot.key: values.get(slot.key, "").strip() or slot.default for slot in text.slots}
    return Written(filled_text(text, kept).whole, {"template": told, "values": kept})


def why_not(template: ProviderTemplate) -> str:
    """Why a template cannot be chosen, with what helps; empty when it can."""
    if template.state != "approved":
        return " ".join(NOT_CHOSEN[template.state])
    if template.unfit:
        return f"It cannot be filled here: {template.unfit}"
    return "" if template.use_case else "Nobody has said yet what it is for. Open it and say so."


def last_text_of(template: ProviderTemplate) -> TemplateText:
    """The text as somebody wrote it last: the change that waits, if there is one."""
    return text_of(template.changed or template.content)


def completed(body: str, parts: Mapping[str, Any]) -> Written:
    """A content as an application sends it: a template named by its id alone, with the values, becomes the whole."""
    if not isinstance(parts.get("template"), str):
        return Written(body, parts)
    row = ProviderTemplate.objects.filter(id=_id(parts["template"])).first()
    if row is None:
        raise Refused("There is no such template.", field="template", remedy="List the templates.")
    return compose(row, texts_by_place(parts, "values"))


def _check_template(body: str, parts: Mapping[str, Any]) -> None:
    told, values = parts["template"], texts_by_place(parts, "values")
    if not isinstance(told, Mapping):
        raise Refused("This is no template.", field="template", remedy="Give the id of one.")
    row = ProviderTemplate.objects.filter(id=_id(told.get("id"))).first()
    if row is None:
        raise Refused("There is no such template.", field="template", remedy="Choose one of the list.")
    if row.state != "approved":
        problem, remedy = NOT_CHOSEN[row.state]
        raise Refused(problem, field="template", remedy=remedy)
    if row.unfit:
        raise Refused(f"This template cannot be filled here: {row.unfit}", field="template", remedy="Choose another.")
    if row.use_case not in whatsapp_rules().use_cases:
        remedy = "Open the template and say what it is for."
        raise Refused("Nobody has said yet what this template is for.", field="template", remedy=remedy)
    for slot in text_of(row.content).slots:
        _check_value(slot, values.get(slot.key, ""))
    if (body, dict(parts)) != (compose(row, values).body, dict(compose(row, values).parts)):
        remedy = "Choose the template again."
        raise Refused("This is not what WhatsApp approved.", field="template", remedy=remedy)


def _check_value(slot: Slot, liquid: str) -> None:
    field = f"value_{slot.key}"
    if not liquid.strip():
        if slot.optional:
            return
        raise Refused("Nothing stands here.", field=field, remedy="Write what shall stand in its place.")
    whole = f"{{{{ {slot.key} }}}}"  # a letter to one person: what it brings is looked at when it is rendered
    if slot.part == "media" and liquid.strip() != whole and not liquid.strip().startswith("https://"):
        remedy = "Write where it lies, beginning with https://."
        raise Refused("This is no web address.", field=field, remedy=remedy)
    try:
        precompile(liquid)
    except ContentError as error:
        raise Refused(error.problem, field=field, remedy=error.remedy) from error


def _check_free_text(body: str, parts: Mapping[str, Any]) -> None:
    limits = whatsapp_rules().text
    unknown = sorted(set(parts) - {"buttons", "footer"})
    if unknown:
        raise Refused(f"A WhatsApp text has no {unknown[0]}.", field=unknown[0], remedy="Leave it out.")
    if not body.strip() or len(body) > limits.most_characters:
        remedy = f"Write 1 to {limits.most_characters:,} characters."
        raise Refused("There is no text, or too much of it.", field="body", remedy=remedy)
    try:
        precompile(body)
    except ContentError as error:
        raise Refused(error.problem, field="body", remedy=error.remedy) from error
    refuse_no_text(parts, {"footer"})
    titles = _titles(parts.get("buttons", []))
    if len(titles) > limits.most_buttons or any(not 0 < len(title) <= limits.button_characters for title in titles):
        remedy = f"{limits.most_buttons} at most, of 1 to {limits.button_characters} characters each."
        raise Refused("There are too many buttons, or one says too much.", field="buttons", remedy=remedy)
    if len(parts.get("footer", "")) > limits.footer_characters:
        remedy = f"{limits.footer_characters} characters at most."
        raise Refused("The footer is too long.", field="footer", remedy=remedy)


def _titles(buttons: Any) -> list[str]:
    """What the buttons say. Errors: Refused for what are none: each has an id, which comes back when it is pressed."""
    if not isinstance(buttons, list) or not all(_is_button(one) for one in buttons):
        remedy = "Send a list of buttons, each with an id and a title."
        raise Refused("These are no buttons.", field="buttons", remedy=remedy)
    return [one["title"] for one in buttons]


def _is_button(told: Any) -> bool:
    return isinstance(told, Mapping) and isinstance(told.get("title"), str) and _is_named(told.get("id"))


def _is_named(identifier: Any) -> bool:
    return isinstance(identifier, str) and bool(identifier.strip())


def _value(key: str, liquid: str, values: Mapping[str, Any]) -> str:
    """One person's value for a slot: on one line, as Meta wants it. Errors: ContentError when it comes out unfit."""
    found = re.sub(r"\s+", " ", precompile(liquid).render(values)).strip()
    if not found:
        raise ContentError(f"Nothing stands in {key.replace('_', ' ')} for them.", "Give it a default.", key)
    if not _MEDIA.fullmatch(key):
        return found
    if not found.startswith("https://"):
        raise ContentError("This is no web address.", "Begin it with https://.", key)
    return urllib.parse.quote(found, safe=_IN_ADDRESSES)


def _id(value: Any) -> uuid.UUID | None:
    try:
        return uuid.UUID(str(value))
    except ValueError:
        return None
