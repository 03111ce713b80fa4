"""Receipts: whoever agreed is told what to, once, with a link to the very words; the link only ever reads."""

import dataclasses
import datetime
import uuid
from typing import Any, Final

from django.db import connection

from accounts.models import Organization
from consent.actions.ledger_rows import lock_points
from consent.actions.purposes import RECEIPT_CHANNELS
from consent.models import ConsentEvent, ConsentState, Purpose
from consent.rulebook import rulebook
from consent.selectors.receipts import open_evidence
from consent.selectors.words import receipt_number
from core import clock
from core.ids import new_id
from core.tenancy import require_organization_id
from messaging.actions.noticing import BATCH, Notified, languages_of, lines_by_channel, tell
from messaging.confirmation_links import notice_place
from messaging.models import Message
from messaging.notice_words import NoticeLanguage, notice_language
from messaging.states import ORIGIN_OF_RECEIPT

#: an agreement is told back while it is fresh; after an outage of the product as long as this, nobody is surprised by it
_FRESH: Final = datetime.timedelta(hours=6)
_WINDOW: Final = datetime.timedelta(hours=24)
#: what is answered by itself: a START by its own confirmation
_ANSWERED: Final = ("keyword",)
_HOW: Final = {
    **dict.fromkeys(("web_form", "qr", "preference_page", "confirm_link"), "how_from_page"),
    **dict.fromkeys(("keyword", "confirm_reply"), "how_from_message"),
    **dict.fromkeys(("keypress", "spoken", "confirm_key"), "how_from_call"),
    "paper": "how_from_paper",
}

_AGREED = """
select e.id from consent_consentevent e
join consent_consentstate s on s.organization_id = e.organization_id and s.event_id = e.id and s.status = 'granted'
where e.organization_id = %(organization)s and e.id >= %(first)s and e.recorded_at > %(since)s and e.status = 'granted'
  and (e.purpose_id::text || ' ' || e.channel) = any(%(told)s) and e.channel = any(%(channels)s) and e.source <> all(%(answered)s)
  and not exists (select from messaging_message m where m.organization_id = e.organization_id
                  and m.origin = %(origin)s and m.origin_id = e.id)
  and (select count(*) from messaging_message m where m.organization_id = e.organization_id and m.point_id = e.point_id
       and m.origin = %(origin)s and m.created_at > %(day)s) < %(most)s
  and (e.channel <> 'whatsapp' or exists (
    select from messaging_inboundmessage i where i.organization_id = e.organization_id and i.point_id = e.point_id
      and i.sender_id = any(%(senders)s) and i.form not in ('preference', 'number_changed')
      and coalesce(i.said_at, i.received_at) > %(open)s))
order by e.id limit %(batch)s
"""


def send_receipts() -> int:
    """Tell whoever has agreed what they agreed to, where their purpose wants that; answer how many. In the organisation in scope.

    Effects: one message each, and never another about the same agreement. One that ended meanwhile is told of no more.
    """
    told = [
        f"{purpose.id} {channel}"
        for purpose in Purpose.objects.exclude(receipts_on="").only("id", "receipts_on")
        for channel in purpose.receipt_channels
    ]
    senders = lines_by_channel(RECEIPT_CHANNELS) if told else {}
    if not senders:
        return 0
    rule, now = rulebook().asking, clock.now()
    asked: dict[str, Any] = {
        "organization": require_organization_id(),
        "first": _first_id(),
        "since": now - _FRESH,
        "told": told,
        "channels": list(senders),
        "senders": [sender.id for sender in senders.values()],
        "answered": list(_ANSWERED),
        "origin": ORIGIN_OF_RECEIPT,
        "day": now - datetime.timedelta(hours=rule.hours),
        "most": rule.most,
        "open": now - _WINDOW,
        "batch": BATCH,
    }
    with connection.cursor() as cursor:
        cursor.execute(_AGREED, asked)
        ids = [row[0] for row in cursor.fetchall()]
    if not ids:
        return 0
    events = list(ConsentEvent.objects.filter(id__in=ids).select_related("purpose", "point", "wording"))
    lock_points(event.point_id for event in events)
    done = set(Message.objects.filter(origin=ORIGIN_OF_RECEIPT, origin_id__in=ids).values_list("origin_id", flat=True))
    fresh: dict[uuid.UUID, ConsentEvent] = {}
    for event in sorted(events, key=lambda each: each.id):
        if event.id not in done:
            fresh.setdefault(event.point_id, event)
    return tell("receipt", list(fresh.values()), senders, _words)


def _first_id() -> uuid.UUID:
    """No id of a fresh event is below it. Ids are made by the machine's own clock, which demos and tests do not move."""
    hours = int(_FRESH.total_seconds() * 1000) + 3_600_000  # one more, as `earliest_id` has it
    return uuid.UUID(int=((new_id().int >> 80) - hours) << 80)


def _words(notified: Notified, organization: Organization) -> tuple[str, dict[str, str]]:
    event, language = notified.event, notified.language
    assert event.purpose is not None, "an agreement is about a purpose"
    told = {
        "name": organization.name,
        "purpose": event.purpose.name,
        "channel": language.words[event.channel],
        "link": notice_place("receipt"),
        "date": language.day(event.occurred_at),
    }
    if event.channel == "email":
        return language.say("receipt_mail", **told), {"subject": language.say("receipt_subject", **told)}
    return language.say("receipt_text", **told), {}


@dataclasses.dataclass(frozen=True, slots=True)
class ShownReceipt:
    """What the page behind a receipt's link shows. `agreed` is the agreement itself, `confirmed` its confirmation, if any."""

    agreed: ConsentEvent
    confirmed: ConsentEvent | None
    organization: Organization
    language: NoticeLanguage
    holds: bool

    @property
    def number(self) -> str:
        """The number people can read to each other."""
        event = self.confirmed or self.agreed
        return receipt_number(event.id, event.status)

    @property
    def how(self) -> str:
        """How they agreed, in their language."""
        return self.language.words[_HOW.get(self.agreed.source, "how_from_elsewhere")]


def receipt_of(event_id: uuid.UUID, wished: str = "") -> ShownReceipt | None:
    """What a link is about; None when nothing is known of it any more. Seven queries at most, and no write."""
    events = ConsentEvent.objects.select_related("point", "purpose", "wording")
    event = events.filter(id=event_id, status="granted", purpose__isnull=False).first()
    if event is None or not event.point.address_sealed:
        return None
    confirms = open_evidence(event).get("confirms")
    agreed = events.filter(id=confirms, point_id=event.point_id).first() if confirms else None
    organization = Organization.objects.current()
    theirs = languages_of([event.point_id]).get(event.point_id, [])
    written = [event.wording.language] if event.wording is not None else []
    holds = ConsentState.objects.filter(event=event, status="granted").exists()
    language = notice_language(wished, *theirs, *written, organization.default_language)
    return ShownReceipt(agreed or event, event if agreed else None, organization, language, holds)
