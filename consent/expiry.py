"""When an agreement ends by age: the one answer that the ledger, pages, lists and the API give; the gate's SQL says the same.

Source: `consent_expiry` of the policy file. The months count from the date of the agreement itself, however late it was recorded.
"""

import datetime
from typing import cast

from django.db.models import DateTimeField, Func, Q
from django.db.models.lookups import LessThanOrEqual

from consent.contracts import ConsentStatus, Tier
from consent.models import ConsentState
from consent.rulebook import rulebook


def has_ended(agreed_at: datetime.datetime, tier: str, moment: datetime.datetime) -> bool:
    """Whether an agreement of this date, to a purpose of this tier, is too old at a moment; when it ends it has ended."""
    return rulebook().consent_expires_at(cast(Tier, tier), agreed_at) <= moment


def status_at(state: ConsentState, tier: str, moment: datetime.datetime) -> ConsentStatus:
    """What a state says at a moment for a purpose of this tier: an agreement that has ended is none."""
    if state.status == "granted" and has_ended(state.changed_at, tier, moment):
        return "expired"
    return cast(ConsentStatus, state.status)


def too_old(moment: datetime.datetime) -> Q:
    """The agreements that have ended at this moment, for counting states."""
    ended = Q()
    for tier, months in rulebook().policy.expiry_months:
        # PostgreSQL counts calendar months as the rulebook does; no subtraction of months gives the same days
        ends = Func(
            "changed_at",
            template=f"(%(expressions)s + make_interval(months => {months:d}))",
            output_field=DateTimeField(),
        )
        ended |= Q(purpose__tier=tier) & Q(LessThanOrEqual(ends, moment))
    return Q(status="granted") & ended
