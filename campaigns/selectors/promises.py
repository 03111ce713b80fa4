"""Whom a campaign would write to more often than the words they agreed to promise, asked before it is launched."""

from django.db import connection

from campaigns.models import Run
from consent.models import Wording
from core import clock
from messaging.selectors.frequency import HELD, frequency_parameters

# One more than they have had already. Whoever has had nothing yet cannot be above a promise of at least one.
_WOULD_BE_OVER = f"""
with {HELD}
select count(distinct recipient.id) from held
join campaigns_recipient recipient on recipient.organization_id = %(organization)s and recipient.run_id = %(run)s
  and recipient.outcome = 'allowed' and recipient.point_id = held.point_id
where held.channel = %(channel)s and held.got + 1 > held.promised
"""


def would_be_over(run: Run) -> int | None:
    """How many who would get this would then have more than they were promised; None where no words promise a number.

    Two queries, one where none does.
    """
    about = Wording.objects.filter(purpose=run.purpose_id, channel=run.sender.channel, most_messages__isnull=False)
    if not about.exists():
        return None
    at = max(clock.now(), run.planned_for)
    asked = frequency_parameters(at, [run.purpose_id]) | {"run": run.id, "channel": run.sender.channel}
    with connection.cursor() as cursor:
        cursor.execute(_WOULD_BE_OVER, asked)
        (count,) = cursor.fetchone()
    return int(count)
