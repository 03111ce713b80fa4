"""Charging: units are held before a message may leave, and charged or given back by what came of the attempt."""

import datetime
import uuid
from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import F
from django.db.models.functions import Greatest, Least

from accounts.contracts import SYSTEM
from billing.actions.ledger import finish_units, reserve_units
from billing.contracts import Charge
from billing.price_book import Line, category_of, line_of, lines_for
from billing.selectors import quoted_lines, rates
from core import clock
from core.tenancy import require_organization_id
from messaging.models import Message, Sender
from messaging.selectors.price_categories import template_categories
from messaging.states import KEYWORD_ORIGINS, WAITING_FOR_UNITS

#: how long a message without units waits until it asks again
WAIT_SECONDS = 60
_BATCH = 2000

# The attempts for which units are held and whose end is known: their own outcome says it, or the end of their message. A
# message is charged once: of attempts that stayed unclear only the last can be the one the carrier took.
_KNOWN = """
select a.id, case
    when a.outcome = 'accepted' then true
    when a.outcome in ('not_accepted', 'aborted_before_call') then false
    else m.state = 'accepted' and not exists (
      select from messaging_sendattempt other where other.organization_id = a.organization_id
      and other.message_id = a.message_id and other.id <> a.id
      and (other.outcome = 'accepted' or other.number > a.number)) end
from messaging_sendattempt a
join messaging_message m on m.organization_id = a.organization_id and m.id = a.message_id
where a.organization_id = %(organization)s and a.units_held
  and (a.outcome in ('accepted', 'not_accepted', 'aborted_before_call')
       or m.state in ('accepted', 'rejected', 'suppressed', 'cancelled', 'expired', 'quarantined'))
order by a.id limit %(batch)s for update of a skip locked
"""


def hold_units(*, sender: Sender, attempts: Sequence[tuple[uuid.UUID, Message]]) -> set[uuid.UUID]:
    """Hold what these attempts cost, in their order, as far as the units reach; answer the attempts that may be made.

    Shape:   attempt id and message, the message with its point and purpose; those that cost nothing are held as they are.
    Effects: what was quoted for their origin is what they cost, else the prices of today. Two statements, one more where some
             were not quoted and two more for WhatsApp then; none for the practice carrier. The balance is locked until the
             caller's transaction ends.
    Errors:  NoPrice when the price book has no line for the channel: nothing is sent that has no price.
    """
    free = {attempt_id for attempt_id, message in attempts if is_free(sender, message)}
    priced = [(attempt_id, message) for attempt_id, message in attempts if attempt_id not in free]
    if not priced:
        return free
    quoted = quoted_lines({message.origin_id for _, message in priced})
    today = _prices_today([message for _, message in priced if message.origin_id not in quoted])
    charges = []
    for attempt_id, message in priced:
        lines = quoted[message.origin_id] if message.origin_id in quoted else today[message.template_version_id]
        _, price, version = line_of(lines, message.point.region.partition("-")[0])
        charges.append(
            Charge(attempt_id, message.id, price * message.units, version, message.channel, _origin_of(message))
        )
    return free | reserve_units(actor=SYSTEM, charges=charges)


def _prices_today(messages: Sequence[Message]) -> dict[uuid.UUID, list[Line]]:
    """What messages nobody quoted cost now, by the version of their text. Errors: NoPrice."""
    if not messages:
        return {}
    known, today, channel = rates(), clock.now().date(), messages[0].channel
    tiers = {message.template_version_id: message.purpose.tier for message in messages}
    approved = template_categories(tiers) if channel == "whatsapp" else {}
    return {
        version_id: lines_for(
            known, channel=channel, category=category_of(channel, tier, approved.get(version_id, "")), on=today
        )
        for version_id, tier in tiers.items()
    }


def is_free(sender: Sender, message: Message) -> bool:
    """Whether a message costs nothing: what the practice carrier gets, and the answer to somebody's keyword.

    An answer the law or the carriers ask for must not depend on a balance, so it has no price.
    """
    return sender.account.practice or message.origin in KEYWORD_ORIGINS


def _origin_of(message: Message) -> uuid.UUID | None:
    """Whatever sent it to many. What was written to one address belongs to nothing larger: no sum is kept for it."""
    return None if message.origin_id == message.point_id else message.origin_id


def await_units(messages: Sequence[Message]) -> None:
    """Claimed messages without units wait a minute, and say why; nothing is lost and their claim does not count."""
    if not messages:
        return
    later = clock.now() + datetime.timedelta(seconds=WAIT_SECONDS)
    Message.objects.filter(id__in=[message.id for message in messages]).update(
        state="ready",
        reason=WAITING_FOR_UNITS,
        next_at=Least(F("expires_at"), later),
        lease_token=None,
        lease_until=None,
        claim_count=Greatest(F("claim_count") - 1, 0),
    )


def settle_known() -> int:
    """Charge or give back what is still held for attempts whose end has become known since; answer how many.

    Effects: units of what the carrier took are charged, all others given back: also those of a message whose end nobody
             knew when its time was over, because nothing is charged that nobody can prove.
    """
    parameters: dict[str, Any] = {"organization": require_organization_id(), "batch": _BATCH}
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, parameters)
        known = cursor.fetchall()
        if not known:
            return 0
        taken, not_taken = ([one for one, was_taken in known if was_taken is wanted] for wanted in (True, False))
        cursor.execute(
            "update messaging_sendattempt set units_held = false where id = any(%s)", [[one for one, _ in known]]
        )
    finish_units(actor=SYSTEM, taken=taken, not_taken=not_taken)
    return len(known)
