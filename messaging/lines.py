"""What a text holds that places look for: the lines they want in it, and the words and links they do not take."""

from collections.abc import Iterable

from accounts.contracts import Refused
from accounts.models import Organization
from consent.rule_types import Disclosure
from consent.rulebook import rulebook
from consent.text_review import Review, review
from core import clock
from messaging.content import has_opt_out_hint


def lines_in(text: str, organization: Organization) -> tuple[str, ...]:
    """The names of the lines a text holds, finished or with its variables; sorted."""
    said = " ".join(text.casefold().split())
    names = [name for name in (organization.name, organization.legal_name) if name.strip()]
    found = ["brand"] if any(" ".join(name.casefold().split()) in said for name in names) else []
    return tuple(found + ["stop"] * has_opt_out_hint(text))


def words_for(rule: Disclosure, organization: Organization) -> tuple[str, str]:
    """Words for a line a rule wants, in the organisation's language or else in English, and the language they are in."""
    language, snippets = organization.default_language.partition("-")[0], dict(rule.snippets)
    spoken = language if language in snippets else "en"
    return snippets[spoken].replace("{name}", organization.name), spoken


def lacking_words(text: str, *, channel: str, tier: str, region: str) -> list[str]:
    """Words for every line that the place wants in a text and that is not in it, in the order of the rules. One query."""
    organization = Organization.objects.current()
    held, today = lines_in(text, organization), clock.now().date()
    rules = rulebook().disclosures_for(region, channel, tier, today)
    missing = {rule.line: rule for rule in rules if rule.line and rule.line not in held}
    return [words_for(rule, organization)[0] for rule in missing.values()]


def words_in(text: str, *, channel: str, tier: str, places: Iterable[str]) -> Review:
    """What the rules of content of today find in a text, in these places and everywhere."""
    return review(text, places=places, channel=channel, tier=tier, day=clock.now().date(), rules=rulebook())


def refuse_words(text: str, *, channel: str, tier: str, places: Iterable[str], field: str = "body") -> None:
    """Errors: Refused, on the text, with what was found, when carriers of these places or of all would not take it."""
    found = words_in(text, channel=channel, tier=tier, places=places).blocking
    if found is not None:
        named = ", ".join(f"“{word}”" for word in found.found)
        raise Refused(f"{found.label}: {named}.", field=field, remedy=found.why, code="words_barred")
