"""People who have had enough for now: when they may be written to again, said beside those who are left out for it."""

import datetime
import uuid
from collections.abc import Iterable
from typing import Final

from django.db.models import Max, Min

from campaigns.models import Recipient, Run
from consent.models import DecisionRecord

FULL: Final = "freq_cap"


def possible_again(run: Run) -> tuple[datetime.datetime, datetime.datetime] | None:
    """The first and the last moment at which those left out by a limit may get a message; None where nobody knows. One query."""
    out = Recipient.objects.filter(run=run, outcome="left_out", reason=FULL)
    found = DecisionRecord.objects.filter(id__in=out.values("decision_id")).aggregate(
        first=Min("until"), last=Max("until")
    )
    return (found["first"], found["last"]) if found["first"] is not None else None


def possible_for(decision_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, datetime.datetime]:
    """Of kept decisions that refuse for a limit, when another answer may come. One query, none where none is asked about."""
    ids = set(decision_ids)
    kept = DecisionRecord.objects.filter(id__in=ids, reason=FULL, outcome="denied", until__isnull=False)
    return dict(kept.values_list("id", "until")) if ids else {}
