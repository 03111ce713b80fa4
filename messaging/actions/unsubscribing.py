"""Unsubscribing by the address at the end of a mail: by the mail program's own button, or by the page behind the link."""

import dataclasses
import uuid

from accounts.contracts import SYSTEM
from accounts.models import Organization
from consent.actions.ledger import stop_point
from consent.actions.ledger_rows import lock_points
from consent.models import ConsentEvent, Point, Suppression
from consent.states import LIFTABLE
from consent.values import Provenance
from core import clock, vault
from core.ids import new_id
from core.tenancy import require_organization_id
from messaging.models import InboundMessage, Message
from messaging.unsubscribe_links import UnsubscribeLink


@dataclasses.dataclass(frozen=True, slots=True)
class Subscription:
    """What the page behind a link shows: who writes, to which mailbox (masked), and whether that has been stopped."""

    organization: str
    hint: str
    stopped: bool


def subscription(link: UnsubscribeLink) -> Subscription | None:
    """What a link is about, without changing anything; None when nothing is known of the address any more."""
    point = _point(link)
    if point is None:
        return None
    return Subscription(Organization.objects.current().name, point.hint, _stop(point) is not None)


def unsubscribe(*, link: UnsubscribeLink, source: str, evidence: dict[str, str]) -> ConsentEvent | None:
    """Stop every mail to the address of a link; answer the event that proves it, None when the address is unknown.

    Effects: one event, every consent of the mailbox to email withdrawn, a suppression, and a row among the replies to the mail
             it stood in, all in the caller's transaction. Pressed again at the same mail while the stop holds, the event of the
             first time is the answer and nothing is written. Any other stop that holds already makes no difference: it may
             be older than a yes of theirs, or wait for somebody who judges that it was none.
    Source:  RFC 8058, section 3.2; 16 CFR 316.5 (no login, no fee, nothing asked beyond the address).
    """
    point = _point(link)
    if point is None:
        return None
    lock_points([point.id])  # two presses at the same moment queue up here
    before = _pressed_before(point, link)
    if before is not None:
        return before
    event = stop_point(
        actor=SYSTEM,
        point_id=point.id,
        channel="email",
        source=source,
        provenance=Provenance("message", link.message_id),
        evidence=evidence,
    )
    note_reply(link.message_id, event)
    return event


def note_reply(message_id: uuid.UUID, event: ConsentEvent) -> None:
    """The stop among what people answered to the mail, so that a report counts it; nothing once the mail is no longer known."""
    mail = Message.objects.select_related("sender").filter(id=message_id, point_id=event.point_id).first()
    if mail is None:
        return
    row_id = new_id()
    InboundMessage.objects.create(
        id=row_id,
        account_id=mail.sender.account_id,
        sender_id=mail.sender_id,
        channel=mail.channel,
        point_id=mail.point_id,
        body_sealed=vault.seal(require_organization_id(), "messaging_inboundmessage", "body_sealed", row_id, ""),
        kind="stop",
        form="unsubscribe",
        provider_message_id=f"unsubscribe:{event.id}",
        message_id=mail.id,
        origin=mail.origin,
        origin_id=mail.origin_id,
        received_at=clock.now(),
        handled_at=clock.now(),
        consent_event_id=event.id,
    )


def _point(link: UnsubscribeLink) -> Point | None:
    return Point.objects.filter(kind="email", digest=link.address_digest).first()


def _pressed_before(point: Point, link: UnsubscribeLink) -> ConsentEvent | None:
    """The event of the first press at this very mail since the stop that holds."""
    held = _stop(point)
    if held is None:
        return None
    about = ConsentEvent.objects.filter(point=point, purpose=None, channel="email", status="withdrawn")
    pressed = about.filter(origin="message", origin_id=link.message_id, recorded_at__gte=held.created_at)
    return pressed.order_by("recorded_at", "id").first()


def _stop(point: Point) -> Suppression | None:
    """The stop of the person's own that holds for mail to this address."""
    held = Suppression.objects.filter(point=point, channel__in=["", "email"], kind__in=LIFTABLE, lifted_at=None)
    return held.select_related("event").order_by("created_at", "id").first()
