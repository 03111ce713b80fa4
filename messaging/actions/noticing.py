"""What people are told about an agreement of theirs, once each: the request to confirm it, and the receipt of it.

A notice is a message like any other: it goes through a lane, and the gate decides about it as it leaves, with a question of its
own (`Ask.notice`). What it rests on is the very agreement it is about.
"""

import dataclasses
import datetime
import logging
import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.db import connection

from accounts.contracts import Refused
from accounts.models import Organization
from consent.actions.ledger_rows import lock_points
from consent.contracts import Notice
from consent.models import ConsentEvent, Preference
from consent.rulebook import rulebook
from contacts.models import ContactPoint
from core import clock
from core.ids import new_id
from core.phone import PhoneNumber, parse_phone
from core.tenancy import require_organization_id
from messaging.actions.lettering import rendered
from messaging.actions.messaging_one import made_letter, version_for
from messaging.actions.queueing import Errand, Wish, queue_letters
from messaging.channels.protocol import lack_of
from messaging.channels.registry import channel as channel_of
from messaging.channels.voice_rules import call_rules
from messaging.confirmation_links import notice_place
from messaging.models import Message, Sender
from messaging.notice_words import NoticeLanguage, notice_language
from messaging.states import NOTICE_ORIGINS, ORIGIN_OF_REQUEST

logger = logging.getLogger(__name__)

#: how many agreements one pass looks at; the next pass comes within a minute
BATCH: Final = 500
_ASKED_ON: Final = ("sms", "whatsapp", "voice", "email")
_WINDOW: Final = datetime.timedelta(hours=24)

# Agreements that wait to be confirmed, about which nobody was asked, of somebody who has just agreed and was not asked too
# often. One that waits on WhatsApp is asked once its person has written: before that only templates may be sent.
_WAITING = """
select e.id from consent_consentstate s
join consent_consentevent e on e.organization_id = s.organization_id and e.id = s.event_id
where s.organization_id = %(organization)s and s.status = 'pending' and s.changed_at > %(fresh)s and s.channel = any(%(channels)s)
  and e.occurred_at > %(fresh)s
  and not exists (select from messaging_message m where m.organization_id = s.organization_id
                  and m.origin = %(origin)s and m.origin_id = e.id)
  and (select count(*) from messaging_message m where m.organization_id = s.organization_id and m.point_id = s.point_id
       and m.origin = %(origin)s and m.created_at > %(since)s) < %(most)s
  and (s.channel <> 'whatsapp' or exists (
    select from messaging_inboundmessage i where i.organization_id = s.organization_id and i.point_id = s.point_id
      and i.sender_id = any(%(senders)s) and i.form not in ('preference', 'number_changed')
      and coalesce(i.said_at, i.received_at) > %(open)s))
order by s.changed_at, s.id limit %(batch)s
"""


@dataclasses.dataclass(frozen=True, slots=True)
class Notified:
    """Somebody to be told: the agreement, the line it leaves by, and the language they read."""

    event: ConsentEvent
    sender: Sender
    language: NoticeLanguage


def ask_to_confirm() -> int:
    """Ask whoever has just agreed, and has to confirm it, to do so; answer how many were asked. In the organisation in scope.

    Effects: one message each, and never another about the same agreement, whatever becomes of it. Who agreed too long ago is
             not asked, nor is an address that was asked too often (`asking` in confirmations.toml); whoever cannot be asked
             yet, for want of a line or because their conversation is closed, is asked once it can be, within the same days.
    Source:  consent/rules/confirmations.toml.
    """
    senders = lines_by_channel(_ASKED_ON)
    ids = _waiting(senders)
    if not ids:
        return 0
    events = list(ConsentEvent.objects.filter(id__in=ids).select_related("purpose", "point", "wording"))
    # two workers at once queue up here, and the second finds what the first has asked
    lock_points(event.point_id for event in events)
    told = set(Message.objects.filter(origin=ORIGIN_OF_REQUEST, origin_id__in=ids).values_list("origin_id", flat=True))
    fresh: dict[uuid.UUID, ConsentEvent] = {}
    for event in sorted(events, key=lambda each: (each.recorded_at, each.id)):
        if event.id not in told:
            fresh.setdefault(event.point_id, event)  # one address at a time: the next pass counts this one
    return tell("confirm", list(fresh.values()), senders, _request)


def tell(notice: Notice, events: Sequence[ConsentEvent], senders: Mapping[str, Sender], words: Any) -> int:
    """Queue one notice for each agreement; answer how many. One that cannot be made holds up no other."""
    organization, languages = Organization.objects.current(), languages_of([event.point_id for event in events])
    letters = []
    for event in events:
        language = notice_language(
            *languages.get(event.point_id, ()), *_language_of(event), organization.default_language
        )
        notified = Notified(event, senders[event.channel], language)
        try:
            letters.append(_letter(notice, notified, organization, words(notified, organization)))
        except Refused as refusal:
            logger.warning("a notice cannot be made", extra={"event_id": event.id, "field": refusal.field})
    return queue_letters(letters)


def lines_by_channel(channels: Sequence[str]) -> dict[str, Sender]:
    """The line by which notices leave on each channel: the organisation's oldest that is at work, a practice line last.

    None on a channel for which the organisation has not told what every message there must say, such as who calls.
    """
    organization = Organization.objects.current()
    channels = [each for each in channels if _has_all(each, organization)]
    ready = Sender.objects.filter(channel__in=channels, paused_at=None, account__state="connected").select_related(
        "account"
    )
    found: dict[str, Sender] = {}
    for sender in sorted(ready, key=lambda each: (each.account.practice, each.id)):
        found.setdefault(sender.channel, sender)
    return found


def _has_all(channel: str, organization: Organization) -> bool:
    lacks = lack_of(channel_of(channel), organization) is not None
    return not lacks and (channel != "voice" or bool(_phone_of(organization)))


def _phone_of(organization: Organization) -> str:
    """The number that a call names, for whoever wants to ask: where people get help; empty where that is none."""
    number = parse_phone(organization.support_contact, organization.default_country)
    return number.e164 if isinstance(number, PhoneNumber) else ""


def languages_of(point_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[str]]:
    """The languages of people behind addresses, what they chose themselves first. Two queries."""
    found: dict[uuid.UUID, list[str]] = {}
    chosen = Preference.objects.filter(point_id__in=point_ids).values_list("point_id", "language")
    cards = ContactPoint.objects.filter(point_id__in=point_ids).order_by("created_at", "id")
    for point_id, language in [*chosen, *cards.values_list("point_id", "contact__language")]:
        if language:
            found.setdefault(point_id, []).append(language)
    return found


def _language_of(event: ConsentEvent) -> tuple[str, ...]:
    """The language of the words they agreed to, which they can read."""
    return (event.wording.language,) if event.wording is not None else ()


def _waiting(senders: Mapping[str, Sender]) -> list[uuid.UUID]:
    rule, now = rulebook().asking, clock.now()
    asked: dict[str, Any] = {
        "organization": require_organization_id(),
        "origin": ORIGIN_OF_REQUEST,
        "channels": list(senders),
        "senders": [sender.id for sender in senders.values()],
        "fresh": now - datetime.timedelta(days=rule.fresh_days),
        "since": now - datetime.timedelta(hours=rule.hours),
        "open": now - _WINDOW,
        "most": rule.most,
        "batch": BATCH,
    }
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, asked)
        return [row[0] for row in cursor.fetchall()]


def _request(notified: Notified, organization: Organization) -> tuple[str, dict[str, str]]:
    """The text of a request to confirm, and what stands beside it."""
    event, language = notified.event, notified.language
    assert event.purpose is not None, "an agreement is about a purpose"
    ends = rulebook().confirmation_ends_at(event.recorded_at)
    told = {
        "name": organization.name,
        "purpose": event.purpose.name,
        "channel": language.words[event.channel],
        "link": notice_place("confirm"),
        "date": language.day(ends),
    }
    if event.channel == "voice":
        spoken = language if language.code in call_rules().languages else notice_language()
        beside = {"language": spoken.code, "phone": _phone_of(organization), "machine": "hang_up"}
        return spoken.say("ask_call", **told, key=call_rules().confirm_key), beside
    if event.channel == "email":
        return language.say("ask_mail", **told), {"subject": language.say("ask_subject", **told)}
    return language.say("ask_text", **told), {}


def _letter(
    notice: Notice, notified: Notified, organization: Organization, words: tuple[str, dict[str, str]]
) -> tuple[Errand, Wish]:
    event, sender = notified.event, notified.sender
    assert event.purpose is not None, "an agreement is about a purpose"
    made = made_letter(sender, event.purpose, event.point.kind, *words, organization)
    found = rendered(sender.channel, made)
    now = clock.now()
    errand = Errand(
        origin=next(origin for origin, each in NOTICE_ORIGINS.items() if each == notice),
        origin_id=event.id,
        sender_id=sender.id,
        channel=sender.channel,
        purpose_id=event.purpose.id,
        template_version_id=version_for(sender.channel, event.purpose, made.content).id,
        expires_at=min(now + _WINDOW, rulebook().confirmation_ends_at(event.recorded_at)),
    )
    units = channel_of(sender.channel).units_of(found)
    return errand, Wish(new_id(), event.point_id, found.body, units, found.parts)
