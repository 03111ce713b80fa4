"""How often one person is written to, as the organisation sets it: a number, a time, what is too much, and what it leaves out."""

import uuid
from collections.abc import Collection
from typing import Final

from accounts.actions.audit import record_audit
from accounts.actions.organizations import change_settings
from accounts.contracts import Actor, Refused
from accounts.models import Organization
from consent.models import Purpose

#: bounds of what can be set: messages to one person, and days
MOST_MESSAGES: Final = 1000
MOST_DAYS: Final = 90


def set_limits(
    *, actor: Actor, most: int | None, days: int, waits: bool, outside: Collection[uuid.UUID]
) -> Organization:
    """Set the organisation's own limit; the law's hold whatever is set here.

    Shape:   `most` messages in any `days` days, None for no limit; `waits` lets one more leave when there is room, else it is
             refused; `outside` are the purposes the limit does not count and does not hold back.
    Effects: settings and purposes, with a line of the audit trail where they changed. It holds from the next decision on.
    Errors:  Refused outside the bounds, or for a purpose nobody has; nothing is written.
    """
    actor.require("change_settings")
    if most is not None and not 1 <= most <= MOST_MESSAGES:
        remedy = f"Write a number from 1 to {MOST_MESSAGES}, or nothing for no limit of your own."
        raise Refused("Nobody can keep to that number.", field="most", remedy=remedy)
    if not 1 <= days <= MOST_DAYS:
        raise Refused(
            "That is no span of days we count.", field="days", remedy=f"Write a number from 1 to {MOST_DAYS}."
        )
    purposes = list(Purpose.objects.select_for_update().filter(archived_at=None).order_by("id"))
    if not set(outside) <= {purpose.id for purpose in purposes}:
        raise Refused("There is no such purpose.", field="outside", remedy="Choose from the list of your purposes.")
    organization = change_settings(actor=actor, message_cap=most, message_cap_days=days, message_cap_waits=waits)
    changed = [purpose for purpose in purposes if purpose.is_outside_limits != (purpose.id in outside)]
    for purpose in changed:
        purpose.is_outside_limits = not purpose.is_outside_limits
    if changed:
        Purpose.objects.bulk_update(changed, ["is_outside_limits"])
        free = sorted(purpose.key for purpose in purposes if purpose.is_outside_limits)
        record_audit(actor=actor, action="limits.changed", on=("organization", organization.id), data={"outside": free})
    return organization
