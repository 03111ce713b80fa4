"""What a letter to one person says, made for its channel out of their words and what stands beside them.

The words themselves stand in values: the kept content, which letters share, holds no word that was written to one person.
"""

import dataclasses
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from accounts.contracts import Refused
from accounts.models import Organization
from core.phone import PhoneNumber, parse_phone
from messaging.channels import email, voice
from messaging.channels.protocol import Content, Rendered, Written
from messaging.channels.registry import channel as channel_of
from messaging.channels.whatsapp import completed
from messaging.content_rules import ContentError

_WORDS: Final = "{{ text }}"
#: the same as paragraphs: blank lines part them, single line ends stay. A break stands beside words, as Liquid drops
#: what a condition prints when it is nothing but space, which a break is in the text part
_PARAGRAPHS: Final = (
    "{% for block in blocks %}<p>{% for line in block %}"
    "{% if forloop.first %}{{ line }}{% else %}<br>{{ line }}{% endif %}{% endfor %}</p>{% endfor %}"
)


@dataclasses.dataclass(frozen=True, slots=True)
class Lettering:
    """A letter ready for its channel: the content that letters share, and what stands in its places in this one."""

    content: Content
    values: Mapping[str, Any] = dataclasses.field(repr=False)


def letter_for(channel: str, text: str, beside: Mapping[str, Any]) -> Lettering:
    """One person's words, and what the channel needs beside them, as the channel takes it.

    Shape:  `beside`: nothing for texts; `subject` and `preheader` for mail; `language`, `phone` and `machine` for calls;
            `template` (its id) and `values` by place for WhatsApp, where the template says it all.
    Errors: Refused, with the field and the remedy, when something is missing or is not fit for the channel.
    """
    for name, value in beside.items():
        if not isinstance(value, str) and name != "values":
            raise Refused(f"The {str(name)[:60]} is no text.", field=str(name)[:60], remedy="Send it as a text.")
    made = _MAKERS[channel](text.strip(), beside)
    channel_of(channel).check(made.content.body, made.content.parts)
    return made


def rendered(channel: str, made: Lettering) -> Rendered:
    """What this one person gets. Errors: Refused when it comes out empty, or too long."""
    try:
        found = channel_of(channel).render(made.content, made.values)
    except ContentError as error:
        places = made.content.parts.get("values", {})
        field = f"value_{error.variable}" if error.variable in places else "text"
        raise Refused(error.problem, field=field, remedy=error.remedy) from error
    if not found.body:
        raise Refused("It comes out empty.", field="text", remedy="Write what they shall read.")
    return found


def _plain(text: str, beside: Mapping[str, Any]) -> Lettering:
    _demand_text(text)
    return Lettering(Written(_WORDS, dict(beside)), {"text": text})


def _whatsapp(text: str, beside: Mapping[str, Any]) -> Lettering:
    """Free words, or a template whose places are filled from values."""
    _refuse_others("WhatsApp message", beside, {"template", "values"})
    if "template" not in beside:
        _refuse_others("WhatsApp text", beside, set())
        return _plain(text, {})
    if text:
        raise Refused("The template says it all.", field="text", remedy="Leave it out.")
    given = beside.get("values") or {}
    if not isinstance(given, Mapping):
        raise Refused("These are no values.", field="values", remedy="Send them by place, such as body_1.")
    values = {str(key): str(value).strip() for key, value in given.items()}
    places = {key: f"{{{{ {key} }}}}" for key, value in values.items() if value}
    content = completed("", {"template": str(beside["template"]), "values": places})
    unknown = sorted(values.keys() - content.parts["values"].keys())
    if unknown:
        remedy = f"Its places are: {', '.join(content.parts['values']) or 'none'}."
        raise Refused(f"This template has no place called {unknown[0][:60]}.", field="values", remedy=remedy)
    return Lettering(content, values)


def _email(text: str, beside: Mapping[str, Any]) -> Lettering:
    """A letter of plain words: mail programs see paragraphs."""
    _demand_text(text)
    lines = {str(name): value for name, value in beside.items() if value.strip()}
    for name, value in lines.items():
        email.refuse_line(name, value)
    parts = {name: f"{{{{ {name} }}}}" for name in lines}
    blocks: list[list[str]] = [[]]
    for line in text.split("\n"):
        if line.strip():
            blocks[-1].append(line)
        elif blocks[-1]:
            blocks.append([])
    return Lettering(Written(_PARAGRAPHS, parts), {"blocks": blocks, **lines})


def _voice(text: str, beside: Mapping[str, Any]) -> Lettering:
    """Words to be spoken; recordings are for campaigns, because they say the same to everybody."""
    _refuse_others("call to one person", beside, {"language", "phone", "machine", "legal_name"})
    voice.refuse_length(text, "text")
    organization = Organization.objects.current()
    if beside.get("legal_name", organization.legal_name.strip()) != organization.legal_name.strip():
        remedy = "Leave it out: it is the one in your settings."
        raise Refused("A call begins with your legal name, and this is another.", field="legal_name", remedy=remedy)
    parts = {name: value for name, value in beside.items() if name != "legal_name"}
    number = parse_phone(str(parts.get("phone", "")), organization.default_country)
    if isinstance(number, PhoneNumber):
        parts["phone"] = number.e164
    return Lettering(Written(_WORDS, parts), {"text": text})


_MAKERS: Final[Mapping[str, Callable[[str, Mapping[str, Any]], Lettering]]] = MappingProxyType(
    {"sms": _plain, "whatsapp": _whatsapp, "email": _email, "voice": _voice}
)


def _demand_text(text: str) -> None:
    if not text:
        raise Refused("There is no text.", field="text", remedy="Write what they shall read.")


def _refuse_others(what: str, beside: Mapping[str, Any], known: set[str]) -> None:
    unknown = sorted(set(map(str, beside)) - known)
    if unknown:
        raise Refused(f"A {what} has no {unknown[0][:60]}.", field=unknown[0][:60], remedy="Leave it out.")
