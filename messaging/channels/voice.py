"""Announcement calls: who calls and how to end it are said around the words somebody wrote, so they cannot be forgotten.

Beside the text stand `language`, `legal_name` (said first), `phone` (a number people can call) and `machine`: what happens
when a machine answers, `hang_up` or `leave_message`.
"""

from collections.abc import Mapping
from typing import Any, Final

from accounts.contracts import Refused
from accounts.models import Organization
from consent.contracts import Channel
from core.phone import PhoneNumber, grouped_phone, parse_phone
from messaging.channels.protocol import Common, Content, Rendered
from messaging.channels.voice_rules import Phrases, call_rules
from messaging.content import precompile
from messaging.content_rules import ContentError
from messaging.providers.call_message import CallOutbound

PARTS: Final = frozenset({"language", "legal_name", "phone", "machine"})
#: what happens when a machine answers, with what the team reads about it
MACHINE: Final[Mapping[str, str]] = {
    "hang_up": "Hang up, and say nothing",
    "leave_message": "Leave the message after the beep",
}


class _Voice:
    """The channel of announcement calls."""

    name: Channel = "voice"
    point_kinds: tuple[str, ...] = ("phone",)

    def texts(self, content: Content) -> Mapping[str, str]:
        """The words are all a person's values can stand in; the frame has none."""
        return {"body": content.body}

    def check(self, body: str, parts: Mapping[str, Any]) -> None:
        """Errors: Refused, with the field and the remedy, when a call could not say who calls, how to end it, or anything."""
        _check_words(body)
        _check_language(parts)
        _check_legal_name(parts)
        _check_phone(parts)
        unknown = sorted(set(parts) - PARTS)
        if unknown:
            raise Refused(f"A call has no {unknown[0]}.", field=unknown[0], remedy="Leave it out.")

    def render(self, version: Content, values: Mapping[str, Any]) -> Rendered:
        """What one person hears, sentence by sentence, and what a machine gets instead."""
        parts, phrases = version.parts, _phrases(version.parts)
        words = precompile(version.body).render(values).strip()
        if not words:
            return Rendered("")
        names = {"name": parts["legal_name"], "phone": spoken_phone(parts["phone"])}
        says = [phrases.opening, "", phrases.contact, phrases.menu]
        says = [words if not sentence else sentence.format(**names) for sentence in says]
        left = [phrases.left_opening.format(**names), words, phrases.left_closing.format(**names)]
        leaves = parts["machine"] == "leave_message"
        return Rendered(" ".join(says), {"language": parts["language"], "says": says, "left": left if leaves else []})

    def outbound(self, common: Common, rendered: Rendered) -> CallOutbound:
        """The call on its way out; the carrier asks beside our address for receipts what to say."""
        rules = call_rules()
        return CallOutbound(
            permit=common.permit,
            channel=self.name,
            sender=common.sender,
            recipient=common.recipient,
            body=rendered.body,
            callback_url=common.callback_url,
            validity_seconds=common.validity_seconds,
            idempotency_key=common.idempotency_key,
            answer_url=common.callback_url.replace("/status/", "/voice/", 1),
            ring_seconds=rules.ring_seconds,
            most_seconds=rules.most_seconds,
            waits_for_beep=bool(rendered.parts["left"]),
        )

    def units_of(self, rendered: Rendered) -> int:
        """One call; nothing for one that would say nothing."""
        return 1 if rendered.body else 0


VOICE: Final = _Voice()


def spoken_phone(number: str) -> str:
    """A number as it is read out: digit by digit, in the groups its country writes."""
    groups = grouped_phone(number).replace("-", " ").lstrip("+").split()
    return ", ".join(" ".join(group) for group in groups)


def _phrases(parts: Mapping[str, Any]) -> Phrases:
    return call_rules().languages[parts["language"]]


def refuse_length(words: str, field: str = "body") -> None:
    """Errors: Refused when there is nothing to say, or more than anybody listens to."""
    if not words.strip():
        raise Refused("There are no words.", field=field, remedy="Write what people shall hear.")
    if len(words) > call_rules().most_characters:
        longest = call_rules().most_characters
        raise Refused(f"That is longer than {longest:,} characters.", field=field, remedy="Nobody listens so long.")


def _check_words(body: str) -> None:
    refuse_length(body)
    try:
        precompile(body)
    except ContentError as error:
        raise Refused(error.problem, field="body", remedy=error.remedy) from error


def _check_language(parts: Mapping[str, Any]) -> None:
    if parts.get("language") not in call_rules().languages:
        known = ", ".join(sorted(call_rules().languages))
        raise Refused("Calls cannot be made in this language.", field="language", remedy=f"Choose one of: {known}.")
    if parts.get("machine") not in MACHINE:
        remedy = f"Choose one of: {', '.join(MACHINE)}."
        raise Refused("Nothing says what happens when a machine answers.", field="machine", remedy=remedy)


def _check_legal_name(parts: Mapping[str, Any]) -> None:
    """A call says first, by the legal name, who is responsible for it."""
    legal_name = Organization.objects.current().legal_name.strip()
    if not legal_name:
        remedy = "Write it in the settings of your organisation."
        raise Refused("A call must begin with your legal name, and there is none.", field="legal_name", remedy=remedy)
    if parts.get("legal_name") != legal_name:
        remedy = f"It is “{legal_name}” in your settings."
        raise Refused("A call must begin with your legal name.", field="legal_name", remedy=remedy)


def _check_phone(parts: Mapping[str, Any]) -> None:
    """A number people can call about the calls; where a machine gets the words it must be free of charge."""
    parsed = parse_phone(str(parts.get("phone", "")))
    if not isinstance(parsed, PhoneNumber) or parsed.kind == "premium" or parsed.e164 != parts.get("phone"):
        remedy = "Write it with its country code; no premium number."
        raise Refused("A call must name a number people can call.", field="phone", remedy=remedy)
    if parts["machine"] == "leave_message" and parsed.kind != "toll_free":
        remedy = "Give a toll-free number that leads straight to an opt-out, or hang up when a machine answers."
        raise Refused("A message left on a machine must name a toll-free number.", field="phone", remedy=remedy)
