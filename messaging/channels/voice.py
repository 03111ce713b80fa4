"""Announcement calls: who calls and how to end it are said around the words somebody wrote, so they cannot be forgotten.

Beside the text stand `language`, `phone` (a number people can call) and `machine`: what happens when a machine answers,
`hang_up` or `leave_message`. With `audio`, the id of an uploaded recording, that is played and the text is what it says.
Nobody writes who calls: it is the organisation's legal name as it is when the call is made.
"""

import re
import uuid
from collections.abc import Mapping
from typing import Any, Final

from accounts.contracts import Refused
from accounts.models import Organization
from consent.contracts import Channel
from core.phone import PhoneNumber, grouped_phone, parse_phone
from messaging.channels.email_imprint import imprint
from messaging.channels.part_types import refuse_no_text
from messaging.channels.protocol import Common, Content, Rendered
from messaging.channels.voice_rules import Phrases, call_rules
from messaging.content import precompile
from messaging.content_rules import ContentError
from messaging.models import AnnouncementAudio
from messaging.providers.call_message import CallOutbound

PARTS: Final = frozenset({"language", "phone", "machine", "audio"})
#: what texts of former versions kept; it is read by nobody
_FORMER: Final = frozenset({"legal_name"})
#: names of values that are nothing but a link
_LINK: Final = re.compile(r"(?:^|[._])(?:ur[il]|link)s?(?:$|[._\[])")
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
        refuse_no_text(parts, PARTS)
        _check_words(body, recorded="audio" in parts)
        _check_audio(parts)
        _check_language(parts)
        lack = self.lack_of(Organization.objects.current())
        if lack is not None:
            raise lack
        _check_phone(parts)
        unknown = sorted(set(parts) - PARTS - _FORMER)
        if unknown:
            raise Refused(f"A call has no {unknown[0]}.", field=unknown[0], remedy="Leave it out.")

    def render(self, version: Content, values: Mapping[str, Any]) -> Rendered:
        """What one person hears, sentence by sentence, and what a machine gets instead.

        Shape: `says` and `left` are sentences; a recording stands among them as its id (`play`) and what it says (`words`).
        """
        parts, phrases = version.parts, _phrases(version.parts)
        words = precompile(version.body).render(values).strip()
        if not words:
            return Rendered("")
        names = {"name": imprint().legal_name, "phone": spoken_phone(parts["phone"])}
        opening, contact, menu = (
            sentence.format(**names) for sentence in (phrases.opening, phrases.contact, phrases.menu)
        )
        message = {"play": parts["audio"], "words": words} if parts.get("audio") else words
        left = [phrases.left_opening.format(**names), message, phrases.left_closing.format(**names)]
        leaves = parts["machine"] == "leave_message"
        said = {
            "language": parts["language"],
            "says": [opening, message, contact, menu],
            "left": left if leaves else [],
        }
        return Rendered(" ".join([opening, words, contact, menu]), said)

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

    def lack_of(self, organization: Organization) -> Refused | None:
        """What the organisation has to give before anybody is called: the legal name that is said first."""
        if organization.legal_name.strip():
            return None
        remedy = "Write it in the settings of your organisation."
        wrong = "A call must begin with your legal name, and there is none."
        return Refused(wrong, field="legal_name", remedy=remedy, code="legal_name_missing")


VOICE: Final = _Voice()


def spoken_phone(number: str) -> str:
    """A number as it is read out: digit by digit, in the groups its country writes."""
    groups = grouped_phone(number).replace("-", " ").lstrip("+").split()
    return ", ".join(" ".join(group) for group in groups)


def _phrases(parts: Mapping[str, Any]) -> Phrases:
    return call_rules().languages[parts["language"]]


def refuse_length(words: str, field: str = "body", *, recorded: bool = False) -> None:
    """Errors: Refused when there is nothing to say, or more than anybody listens to."""
    if not words.strip():
        remedy = "Write what the recording says, word for word." if recorded else "Write what people shall hear."
        raise Refused("There are no words.", field=field, remedy=remedy)
    longest = call_rules().recording.most_characters if recorded else call_rules().most_characters
    if len(words) > longest:
        raise Refused(f"That is longer than {longest:,} characters.", field=field, remedy="Nobody listens so long.")


def _check_words(body: str, *, recorded: bool) -> None:
    refuse_length(body, recorded=recorded)
    try:
        variables = precompile(body).variables
    except ContentError as error:
        raise Refused(error.problem, field="body", remedy=error.remedy) from error
    if recorded and (variables or "{%" in body):
        remedy = "Write what it says, word for word, or let a voice read the text."
        raise Refused("A recording says the same to everybody.", field="body", remedy=remedy)
    links = sorted(name for name in variables if _LINK.search(name))
    if links:
        remedy = "Leave it out. People end the calls with a key, and can call the number that is said."
        raise Refused(f"{links[0]} is a link: a call would read it out, letter by letter.", field="body", remedy=remedy)


def _check_audio(parts: Mapping[str, Any]) -> None:
    if "audio" in parts and audio_named(parts["audio"]) is None:
        raise Refused("This recording is not there.", field="audio", remedy="Upload it again.")


def audio_named(audio_id: Any) -> AnnouncementAudio | None:
    """The organisation's recording of that id without its sound, or None where none is: the id was typed or sent."""
    try:
        wanted = uuid.UUID(str(audio_id))
    except ValueError:
        return None
    return AnnouncementAudio.objects.defer("audio_sealed").filter(id=wanted).first()


def _check_language(parts: Mapping[str, Any]) -> None:
    if parts.get("language") not in call_rules().languages:
        known = ", ".join(sorted(call_rules().languages))
        raise Refused("Calls cannot be made in this language.", field="language", remedy=f"Choose one of: {known}.")
    if parts.get("machine") not in MACHINE:
        remedy = f"Choose one of: {', '.join(MACHINE)}."
        raise Refused("Nothing says what happens when a machine answers.", field="machine", remedy=remedy)


def _check_phone(parts: Mapping[str, Any]) -> None:
    """A number people can call about the calls; where a machine gets the words it must be free of charge."""
    parsed = parse_phone(str(parts.get("phone", "")))
    if not isinstance(parsed, PhoneNumber) or parsed.kind == "premium" or parsed.e164 != parts.get("phone"):
        remedy = "Write it with its country code; no premium number."
        raise Refused("A call must name a number people can call.", field="phone", remedy=remedy)
    if parts["machine"] == "leave_message" and parsed.kind != "toll_free":
        remedy = "Give a toll-free number that leads straight to an opt-out, or hang up when a machine answers."
        raise Refused("A message left on a machine must name a toll-free number.", field="phone", remedy=remedy)
