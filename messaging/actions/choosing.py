"""Choosing on the preference page: topics and channels, how often, which hours, a pause, a language, or nothing at all any more.

What is switched on is an agreement with its whole proof, what is switched off a withdrawal; the ledger says each by itself.
"""

import dataclasses
import datetime
import uuid
from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.db import transaction

from accounts.contracts import SYSTEM
from consent.actions.ledger import KEPT_OUT, record_claims
from consent.actions.ledger_rows import lock_points
from consent.actions.points import points_of_line
from consent.actions.preferring import hold_points
from consent.actions.stopping import stop_line
from consent.models import ConsentEvent, Suppression
from consent.states import LIFTABLE
from consent.values import Claim, Provenance
from contacts.actions.people import change_contact
from core import clock
from messaging.actions.unsubscribing import note_reply
from messaging.actions.wishing import Wished, save_wishes
from messaging.preference_links import PreferenceLink
from messaging.selectors.preference_people import Chooser, chooser_of
from messaging.selectors.preference_topics import Choice, topics_of

_SOURCE: Final = "preference_page"
#: what a page that was opened before it was said does not take back: a stop, and for wishes the wishes as well
_STOPS: Final = ("withdrawn",)
_LIMITS: Final = ("withdrawn", "preferred", "paused", "resumed")
#: a page that was open longer switches nothing on: it may show what is long over
_LONGEST_OPEN: Final = datetime.timedelta(days=1)


@dataclasses.dataclass(frozen=True, slots=True)
class Chosen:
    """What the page sent: which switches were on when it was opened, which are now, and the words that stood beside each.

    `shown_in` is the language the page was shown in, and so that of the words.
    """

    was: frozenset[str]
    now: frozenset[str]
    words: Mapping[str, str]
    shown_in: str
    opened_at: datetime.datetime
    wished: Wished


@transaction.atomic
def save_choices(*, link: PreferenceLink, chosen: Chosen, evidence: Mapping[str, Any]) -> str:
    """Put into force what somebody chose; answer saved, unchanged, outdated or kept_out, or broken for a link of nobody.

    outdated  something was said after the page was opened, or its words changed: what gives them more is left as it is
    kept_out  a complaint of theirs stands against what they switched on

    Effects: an event for each choice that differs from what holds; a switch nobody touched changes nothing, whatever has
             happened since. The language is the person's as well, where the address has one person.
    Errors:  Refused, with its field, when the hours, the number or the day make no sense; nothing at all is written then.
    """
    chooser = chooser_of(link)
    if chooser is None or chooser.only_stops:
        return "broken"
    hold_points(chooser.point_ids)
    before = _events(chooser)
    left = save_wishes(
        chooser=chooser,
        wished=chosen.wished,
        overtaken=_was_overtaken(chooser, chosen, _LIMITS),
        provenance=_provenance(link),
        evidence_at=lambda point_id: _evidence_at(chooser, point_id, evidence),
    )
    _follow_language(chooser, chosen.wished)
    trouble = _switch(chooser, chosen, evidence) or ("outdated" if left else "")
    return trouble or ("saved" if _events(chooser) > before else "unchanged")


def stop_everything(*, link: PreferenceLink, evidence: Mapping[str, str]) -> list[ConsentEvent] | None:
    """Stop every channel at every address of the person; None for a link of nobody.

    Effects: one stop for each address that has none for everything yet; pressed again nothing is written. The report of the
             message the link stood in counts it.
    Source:  47 CFR 64.1200(a)(10); docs/adr/0015-a-link-speaks-for-one-address.md
    """
    chooser = chooser_of(link)
    if chooser is None:
        return None
    lines = {point_id: points_of_line(point_id) for point_id in chooser.point_ids}
    lock_points([*lines, *(each for others in lines.values() for each in others)])
    stopped = Suppression.objects.filter(channel="", kind__in=LIFTABLE, lifted_at=None)
    done = set(stopped.filter(point_id__in=chooser.point_ids).values_list("point_id", flat=True))
    events = [
        stop_line(
            actor=SYSTEM,
            point_id=point_id,
            channel="",
            source=_SOURCE,
            provenance=_provenance(link),
            evidence=_evidence_at(chooser, point_id, evidence),
            others=lines[point_id],
        )[0]
        for point_id in chooser.point_ids
        if point_id not in done
    ]
    if link.message_id is not None and chooser.point.id not in done:
        note_reply(link.message_id, events[0])
    return events


def _provenance(link: PreferenceLink) -> Provenance:
    """The message the link stood in, where it says; whoever holds it may say yes again after a no of theirs."""
    return Provenance("message" if link.message_id else "preferences", link.message_id, may_raise=True)


def _evidence_at(chooser: Chooser, point_id: uuid.UUID, evidence: Mapping[str, Any]) -> dict[str, Any]:
    """The evidence for one address: what was pressed, the link that led there, when it was made, and where it was sent."""
    where = "this address" if point_id == chooser.point.id else "another address of theirs"
    page = f"The preference page behind a link that was sent to {where}"
    return {**evidence, "page": page, "link_made_at": chooser.link.made_at.isoformat()}


def _follow_language(chooser: Chooser, wished: Wished) -> None:
    """Their card says the language they chose, where the address has one person."""
    language, contact = wished.wishes.language, chooser.contact
    if "language" in wished.touched and language and contact is not None and contact.language != language:
        change_contact(actor=SYSTEM, contact=contact, language=language)


def _events(chooser: Chooser) -> int:
    return int(ConsentEvent.objects.filter(point_id__in=chooser.point_ids).count())


def _switch(chooser: Chooser, chosen: Chosen, evidence: Mapping[str, Any]) -> str:
    """Write what was switched; answer what stood against it, or nothing."""
    choices = [each for topic in topics_of(chooser, chosen.shown_in) for each in topic.choices]
    by_key = {choice.key: choice for choice in choices}
    off = [by_key[key] for key in chosen.was - chosen.now if key in by_key and by_key[key].on]
    on = [by_key[key] for key in chosen.now - chosen.was if key in by_key and not by_key[key].on]
    outdated = bool(on) and (
        _was_overtaken(chooser, chosen, _STOPS) or any(_words_changed(each, chosen) for each in on)
    )
    claims = list(_claims(chooser, off, "withdrawn", evidence))
    if not outdated:
        claims += _claims(chooser, [each for each in on if not each.elsewhere], "granted", evidence)
    found = record_claims(actor=SYSTEM, claims=claims, provenance=_provenance(chooser.link)) if claims else []
    if outdated:
        return "outdated"
    return "kept_out" if KEPT_OUT in found else ""


def _was_overtaken(chooser: Chooser, chosen: Chosen, statuses: Iterable[str]) -> bool:
    """Whether such a thing was said after the page was opened, or the page is too old: it never takes back what is newer."""
    later = ConsentEvent.objects.filter(point=chooser.point, recorded_at__gt=chosen.opened_at)
    since = later.filter(status__in=list(statuses)).exists()
    return since or not clock.now() - _LONGEST_OPEN < chosen.opened_at <= clock.now()


def _words_changed(choice: Choice, chosen: Chosen) -> bool:
    return choice.wording is None or chosen.words.get(choice.key) != str(choice.wording.id)


def _claims(chooser: Chooser, choices: Iterable[Choice], status: str, evidence: Mapping[str, Any]) -> Iterable[Claim]:
    for choice in choices:
        for point_id in choice.point_ids:
            yield Claim(
                point_id=point_id,
                purpose_id=choice.purpose_id,
                channel=choice.channel,
                status=status,
                source=_SOURCE,
                occurred_at=clock.now(),
                wording_id=choice.wording.id if choice.wording is not None and status == "granted" else None,
                evidence=_evidence_at(chooser, point_id, evidence),
            )
