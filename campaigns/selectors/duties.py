"""What the law wants said that this check could not see to: lines that are missing in the text, and what is in people's hands."""

import dataclasses
from collections.abc import Sequence
from typing import Final

from django.db import connection

from accounts.contracts import Actor
from accounts.models import Organization
from campaigns.models import Recipient, Run
from campaigns.selectors.checks import Check
from consent.models import Point
from consent.rule_types import Disclosure
from consent.rule_words import listed, place_name
from consent.rulebook import rulebook
from consent.text_review import Review
from core import clock
from messaging.line_book import AddedLine, Reader, line_book
from messaging.lines import all_words, lines_in, words_for, words_in
from messaging.registering import kind_of_sender
from messaging.selectors.text_overrides import Judgement, judgement_of

_WHEN: Final[dict[str, str]] = {
    "each": "",
    "first": "in the first text to somebody",
    "month": "in the first text of a month",
}
_READ_IN = """
select distinct coalesce(nullif(point.region, ''), c.country), c.language
from campaigns_recipient r
join consent_point point on point.organization_id = r.organization_id and point.id = r.point_id
join contacts_contact c on c.organization_id = r.organization_id and c.id = r.contact_id
where r.organization_id = %(organization)s and r.run_id = %(run)s and r.outcome = 'allowed'
order by 1, 2
"""


@dataclasses.dataclass(frozen=True, slots=True)
class Duty:
    """One thing to be said: where, what, and the law behind it. `words` could be said, empty where they are nobody's to give.

    `unread` is true of words in another language than English that no native speaker has read.
    """

    places: str
    says: str
    statute: str
    url: str
    words: str = ""
    unread: bool = False
    #: in which of the texts it stands, where not in each
    when: str = ""


def duties(check: Check) -> list[Duty]:
    """What whoever wrote the text has to see to, for the countries of those who would get it; nothing of it is checked."""
    run, today = check.run, clock.now().date()
    found: dict[str, Disclosure] = {}
    for country in sorted(run.parts_by_country or {}):
        for rule in rulebook().disclosures_for(country, run.sender.channel, run.purpose.tier, today):
            if rule.keeper == "people":
                found[rule.id] = rule
    return [Duty(_places(rule), rule.says, rule.source.statute, rule.source.url) for rule in found.values()]


def missing_lines(check: Check) -> list[Duty]:
    """The lines that keep people out of this check, in words that could be added: those of the places of these people alone.

    Three queries, none where no line is missing.
    """
    run, today = check.run, clock.now().date()
    if not any(row.code == "line_missing" for group in check.groups for row in group.rows):
        return []
    organization = Organization.objects.current()
    kind = kind_of_sender(run.sender.channel, run.sender.address, practice=False)
    held = lines_in(run.template_version.body, organization, one_way=kind == "alphanumeric")
    found: dict[str, Disclosure] = {}
    for region in _regions_kept_out(check):
        for rule in rulebook().disclosures_for(region, run.sender.channel, run.purpose.tier, today):
            if rule.when == "each" and rule.line not in held:
                found[rule.id] = rule
    return [_line(rule, organization) for rule in found.values()]


def added_lines(check: Check) -> list[Duty]:
    """The lines that are put into the text for those who get it, each in every language it is said in (D19).

    Three queries; none where no place has a line put into such texts.
    """
    run = check.run
    book = line_book(run.sender, run.purpose)
    if not book.is_open:
        return []
    found: dict[tuple[str, str], AddedLine] = {}
    for place, language in _read_in(run):
        for line in book.lacking(run.template_version.body, Reader(place, language)):
            found.setdefault((line.rule.id, line.words), line)
    return [_added(line) for line in found.values()]


def words_of(check: Check) -> Review:
    """What the rules of content find in the text, for the countries of those who would get it."""
    run = check.run
    text, countries = text_of(check), run.parts_by_country or {}
    return words_in(text, channel=run.sender.channel, tier=run.purpose.tier, places=countries)


def text_of(check: Check) -> str:
    """Everything the message of a check says, as rules of content read it."""
    return all_words(check.run.sender.channel, check.run.template_version)


def judgement(actor: Actor, check: Check, review: Review) -> Judgement | None:
    """Where the text of a check stands with its second person; None where nothing in it needs one."""
    run = check.run
    return judgement_of(actor, review, text_of(check), channel=run.sender.channel, tier=run.purpose.tier)


def _read_in(run: Run) -> list[tuple[str, str]]:
    """The places and languages in which a text of a run is read."""
    with connection.cursor() as cursor:
        cursor.execute(_READ_IN, {"organization": run.organization_id, "run": run.id})
        return list(cursor.fetchall())


def _added(line: AddedLine) -> Duty:
    rule = line.rule
    return Duty(
        _places(rule), rule.says, rule.source.statute, rule.source.url, line.words, line.unread, _WHEN[rule.when]
    )


def _regions_kept_out(check: Check) -> list[str]:
    """Where the numbers are from to which the text cannot go."""
    points = Recipient.objects.filter(run=check.run, reason="line_missing").values("point_id")
    found = Point.objects.filter(id__in=points).order_by("region").distinct()
    return list(found.values_list("region", flat=True))


def _line(rule: Disclosure, organization: Organization) -> Duty:
    words, spoken = words_for(rule, organization)
    unread = spoken != "en" and spoken not in rule.native
    return Duty(_places(rule), rule.says, rule.source.statute, rule.source.url, words, unread)


def _places(rule: Disclosure) -> str:
    names: Sequence[str] = [place_name(place) for place in rule.places]
    return listed(names) if len(names) <= 3 else f"{listed(names[:2])} and {len(names) - 2} more"
