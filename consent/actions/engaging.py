"""That somebody used what they agreed to: a reply, a click or an order keeps the agreement to that purpose from growing old."""

import datetime
import uuid

from django.db.models import Q

from accounts.actions.audit import record_audit
from accounts.contracts import Actor, Refused
from consent.expiry import too_old
from consent.models import ConsentState, Purpose
from consent.rulebook import rulebook
from core import clock

#: a later use within so long changes nothing: a talk of twenty messages is one use, and one write
_FINE = datetime.timedelta(days=1)


def record_engagement(
    *, point_id: uuid.UUID, purpose_id: uuid.UUID, channel: str, kind: str, at: datetime.datetime
) -> bool:
    """Somebody used what they agreed to; answer whether that keeps their agreement longer.

    Shape:   kind is a word of `consent_expiry.renewed_by`; one that the policy does not name changes nothing.
    Effects: the state of this purpose on this channel alone grows old from then. Only an agreement that has not ended by then is
             kept: what has ended begins anew with a new yes, and with nothing else. One statement.
    """
    if kind not in rulebook().policy.renewed_by:
        return False
    agreed = ConsentState.objects.filter(point_id=point_id, purpose_id=purpose_id, channel=channel, status="granted")
    newer = Q(engaged_at=None) | Q(engaged_at__lt=at - _FINE)
    return bool(agreed.filter(newer, changed_at__lte=at).exclude(too_old(at)).update(engaged_at=at))


def report_engagement(
    *, actor: Actor, point_id: uuid.UUID, purpose: Purpose, channel: str, kind: str, occurred_at: datetime.datetime
) -> bool:
    """An application reports that somebody clicked, ordered or replied; answer whether that keeps their agreement longer.

    Effects: as `record_engagement`, and an audit row where it does, since an agreement may rest on it.
    Errors:  Refused for a moment that has not come yet.
    """
    actor.require("change_consent")
    if occurred_at > clock.now() + datetime.timedelta(minutes=5):
        remedy = "Send the moment at which it happened."
        raise Refused("This has not happened yet.", field="occurred_at", remedy=remedy)
    kept = record_engagement(point_id=point_id, purpose_id=purpose.id, channel=channel, kind=kind, at=occurred_at)
    if kept:
        data = {"channel": channel, "kind": kind, "occurred_at": occurred_at.isoformat(), "purpose": purpose.key}
        record_audit(actor=actor, action="engagement.reported", on=("point", point_id), data=data)
    return kept


def set_expiry(*, actor: Actor, purpose: Purpose, months: int | None) -> Purpose:
    """Let agreements to a purpose end sooner than the policy does, after so many months without use; None is as the policy.

    Effects: it holds at once, for agreements of any date; audit row with before and after.
    Errors:  Refused for more months than the policy allows.
    """
    actor.require("change_consent")
    purpose = Purpose.objects.select_for_update().get(id=purpose.id)
    most = dict(rulebook().policy.expiry_months)[purpose.tier]  # type: ignore[index]
    if months is not None and not 1 <= months <= most:
        raise Refused(
            f"The policy lets these agreements end after {most} months.",
            field="months",
            remedy=f"Choose 1 to {most} months, or leave it empty.",
        )
    if purpose.expiry_months != months:
        data = {"key": purpose.key, "before": purpose.expiry_months, "after": months}
        Purpose.objects.filter(id=purpose.id).update(expiry_months=months)
        purpose.expiry_months = months
        record_audit(actor=actor, action="purpose.expiry_set", on=("purpose", purpose.id), data=data)
    return purpose
