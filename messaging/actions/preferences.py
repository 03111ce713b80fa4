"""What people choose about marketing inside WhatsApp: a stop is a stop, and only the same choice takes it back."""

from accounts.contracts import SYSTEM
from consent.actions.lifting import retract_stop
from consent.values import Provenance
from core import clock
from messaging.actions.identifying import Writer, may_lift
from messaging.models import InboundMessage


def resume_marketing(row: InboundMessage, writer: Writer) -> bool:
    """They allow marketing messages again, in WhatsApp's own settings; answer whether that lifted anything.

    Effects: what they had stopped there, at this account, is taken back; consents stand on their own earlier proof again. It
             is no new agreement, and no other stop of theirs is touched: while one holds, or nobody can be sure that it is
             them (see `may_lift`), nothing changes and the choice waits for somebody to read it. Neither does anything when
             they stopped after they had said this, in whichever order the two came.
    """
    about = InboundMessage.objects.filter(
        account_id=row.account_id, point_id=row.point_id, channel=row.channel, form="preference", kind="stop"
    )
    stops = list(about.exclude(consent_event_id=None).values_list("consent_event_id", flat=True))
    said_last = row.said_at is not None and not about.filter(said_at__gte=row.said_at).exists()
    if not stops or not said_last or not may_lift(row, writer):
        return False
    event = retract_stop(
        actor=SYSTEM,
        point_id=row.point_id,
        channel=row.channel,
        unmeant=stops,
        source="provider",
        provenance=Provenance("inbound", row.id),
        evidence={"note": "They allowed marketing messages again in WhatsApp's settings."},
    )
    if event is None:
        return False
    InboundMessage.objects.filter(id=row.id).update(kind="start", handled_at=clock.now(), consent_event_id=event.id)
    about.update(verdict="restarted")
    return True
