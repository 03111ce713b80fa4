"""What a text holds that places look for: the lines they want in it, and the words and links they do not take."""

import re
from collections.abc import Iterable
from typing import Final

from accounts.contracts import Refused
from accounts.models import Organization
from consent.rule_types import Disclosure
from consent.rulebook import rulebook
from consent.text_review import Finding, Review, review
from core import clock
from messaging.channels.protocol import Content
from messaging.channels.registry import channel as channel_of
from messaging.content import has_opt_out_hint
from messaging.models import Sender
from messaging.preference_links import place as preference_place
from messaging.registering import kind_of_sender
from messaging.text_overrides import not_allowed

#: what makes a line stand in a text, as we or anybody would write it, in small letters
_SAID: Final[dict[str, re.Pattern[str]]] = {
    "rates": re.compile(
        r"\bdata rates\b|\btarifas de (?:mensajes|mensagens)\b|\bfrais de messages\b|\bdatengebühren\b"
    ),
    "help": re.compile(r"\bhelp (?:for|4) (?:help|info)|\bhelp para (?:ayuda|ajuda)\b|\bhelp pour\b|\bhelp für\b"),
    "frequency": re.compile(
        r"\b(?:msgs?|messages?|texts?|mensajes?|mensagens) ?(?:/|per|a|each|al|por|par) ?"
        r"(?:day|week|month|mo|d[ií]a|semana|m[eê]s|mois)\b"
        r"|\b(?:frequency|frecuencia|fréquence|frequência)\b[\w ]* (?:varies|var[ií]a|varie)\b|\bhäufigkeit der nachrichten\b"
    ),
}
#: asks for an answer, which a sender without a number never gets
_ANSWER: Final = re.compile(
    r"\b(?:reply|answer|respond\w*|répondez|antworten sie|rispondi)\b(?: with)?\W+\w+", re.IGNORECASE
)
_LINK: Final = re.compile(r"\{\{-?\s*preferences_url\b")


def lines_in(text: str, organization: Organization, *, one_way: bool = False) -> tuple[str, ...]:
    """The names of the lines a text holds, finished or with its variables; sorted.

    Shape: `one_way`: nobody can answer its sender, so words that ask for an answer say nothing, and the person's own page does.
    """
    said = " ".join(text.casefold().split())
    names = [name for name in (organization.name, organization.legal_name) if name.strip()]
    found = {line for line, pattern in _SAID.items() if pattern.search(said)}
    if any(" ".join(name.casefold().split()) in said for name in names):
        found.add("brand")
    if _says_stop_without_an_answer(text) if one_way else has_opt_out_hint(text):
        found.add("stop")
    return tuple(sorted(found))


def _says_stop_without_an_answer(text: str) -> bool:
    leads_to_page = preference_place() in text or _LINK.search(text) is not None
    return leads_to_page or has_opt_out_hint(_ANSWER.sub("", text))


def words_for(rule: Disclosure, organization: Organization) -> tuple[str, str]:
    """Words for a line a rule wants, in the organisation's language or else in English, and the language they are in."""
    language, snippets = organization.default_language.partition("-")[0], dict(rule.snippets)
    spoken = language if language in snippets else "en"
    return snippets[spoken].replace("{name}", organization.name), spoken


def lacking_words(text: str, *, sender: Sender, tier: str, region: str) -> list[str]:
    """Words for every line that the place wants in a text and that is not in it, in the order of the rules. One query."""
    organization = Organization.objects.current()
    one_way = kind_of_sender(sender.channel, sender.address, practice=False) == "alphanumeric"
    held, today = lines_in(text, organization, one_way=one_way), clock.now().date()
    rules = rulebook().disclosures_for(region, sender.channel, tier, today)
    missing = {rule.line: rule for rule in rules if rule.when == "each" and rule.line not in held}
    return [words_for(rule, organization)[0] for rule in missing.values()]


def all_words(channel: str, content: Content) -> str:
    """Everything people would read or hear of a content, as one text: of a mail its subject as well."""
    return "\n".join(channel_of(channel).texts(content).values())


def words_in(text: str, *, channel: str, tier: str, places: Iterable[str]) -> Review:
    """What the rules of content of today find in a text, in these places and everywhere."""
    return review(text, places=places, channel=channel, tier=tier, day=clock.now().date(), rules=rulebook())


def refuse_words(
    text: str, *, channel: str, tier: str, places: Iterable[str], field: str = "body", to_send: bool = True
) -> None:
    """Refuse a text for its words. One query where a second person has to allow it; `to_send` false: it is only written.

    Errors: Refused, on the text, with what was found, when carriers of these places or of all would not take it, or when a
            second person has to allow this very text before it is sent and nobody has.
    """
    found = words_in(text, channel=channel, tier=tier, places=places)
    if found.blocking is not None:
        wrong = found.blocking
        raise Refused(_named(wrong), field=field, remedy=wrong.why, code="words_barred")
    waits = not_allowed(found.judged, text, channel=channel, tier=tier) if to_send else []
    if waits:
        remedy = f"{waits[0].why} Or ask a second person to allow this text, as the check of a campaign offers."
        raise Refused(_named(waits[0]), field=field, remedy=remedy, code="words_need_second_person")


def _named(found: Finding) -> str:
    return f"{found.label}: {', '.join(f'“{word}”' for word in found.found)}."
