"""When an agreement ends by age: the one answer that the ledger, pages, lists and the API give; the gate's SQL says the same.

Source: `consent_expiry` of the policy file. The months count from the date of the agreement itself, however late it was recorded,
or from the last time the person used it, where that is later: a reply, a click, an order about this very purpose. A purpose may
set fewer months than the policy, and never more.
"""

import datetime
from typing import cast

from django.db.models import DateTimeField, DurationField, F, Func, Q
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Greatest
from django.db.models.lookups import LessThanOrEqual

from consent.contracts import ConsentStatus, Tier
from consent.models import ConsentState, Purpose
from consent.rulebook import Rulebook, add_months, rulebook


def months_of(tier: str, own_months: int | None, rules: Rulebook | None = None) -> int:
    """After how many months without use an agreement ends: the policy's, or the purpose's own where those are fewer.

    Nought for a tier that no rule names; the gate lets nothing of such a tier leave.
    """
    months = dict((rules or rulebook()).policy.expiry_months).get(cast(Tier, tier), 0)
    return min(months, own_months or months)


def ends_at(
    agreed_at: datetime.datetime,
    tier: str,
    *,
    own_months: int | None = None,
    engaged_at: datetime.datetime | None = None,
) -> datetime.datetime:
    """When an agreement of this date, last used then, ends unless it is used again."""
    return add_months(max(agreed_at, engaged_at or agreed_at), months_of(tier, own_months))


def has_ended(
    agreed_at: datetime.datetime,
    tier: str,
    moment: datetime.datetime,
    *,
    own_months: int | None = None,
    engaged_at: datetime.datetime | None = None,
) -> bool:
    """Whether an agreement is too old at a moment; when it ends it has ended."""
    return ends_at(agreed_at, tier, own_months=own_months, engaged_at=engaged_at) <= moment


def end_of(state: ConsentState, purpose: Purpose) -> datetime.datetime:
    """When the agreement of a state to this purpose ends unless it is used again."""
    return ends_at(state.changed_at, purpose.tier, own_months=purpose.expiry_months, engaged_at=state.engaged_at)


def status_at(state: ConsentState, purpose: Purpose, moment: datetime.datetime) -> ConsentStatus:
    """What a state says at a moment for this purpose: an agreement that has ended is none."""
    if state.status == "granted" and end_of(state, purpose) <= moment:
        return "expired"
    return cast(ConsentStatus, state.status)


def too_old(moment: datetime.datetime) -> Q:
    """The agreements that have ended at this moment, for counting states."""
    ended = Q()
    for tier, months in rulebook().policy.expiry_months:
        ended |= Q(purpose__tier=tier) & Q(LessThanOrEqual(_end(months), moment))
    return Q(status="granted") & ended


def _end(months: int) -> CombinedExpression:
    # PostgreSQL counts calendar months as the rulebook does; no subtraction of months gives the same days. Both `least` and
    # `greatest` pass over what is empty.
    span = Func(
        F("purpose__expiry_months"),
        template=f"make_interval(months => least({months:d}, %(expressions)s::integer))",
        output_field=DurationField(),
    )
    used = Greatest("changed_at", "engaged_at", output_field=DateTimeField())
    return CombinedExpression(used, CombinedExpression.ADD, span, output_field=DateTimeField())
