"""The campaigns that left somebody out, for whoever asks why they did not get it."""

import uuid
from collections.abc import Collection
from typing import Final

from django.urls import reverse
from django.utils.http import urlencode

from campaigns.models import Recipient, Run
from campaigns.reasons import words_of
from messaging.selectors.left_out import LeftOut

#: so many of the newest campaigns are looked through, and so many are told
_LOOKED_THROUGH: Final = 100
_TOLD: Final = 10


def campaigns_without(contact_ids: Collection[uuid.UUID]) -> list[LeftOut]:
    """The newest campaigns that left one of these people out, and why. Two queries, however many people a campaign has."""
    newest = Run.objects.filter(kind="launch").exclude(state="planning").select_related("campaign")
    runs = {run.id: run for run in newest.order_by("-created_at", "-id")[:_LOOKED_THROUGH]}
    rows = Recipient.objects.filter(run_id__in=runs, contact_id__in=contact_ids, outcome="left_out")
    found = sorted(rows, key=lambda row: (runs[row.run_id].created_at, row.id), reverse=True)
    return [_told(runs[row.run_id], row.reason) for row in found[:_TOLD]]


def _told(run: Run, reason: str) -> LeftOut:
    label, remedy = words_of(reason)
    page = f"{reverse('campaigns:people', args=[run.id])}?{urlencode({'show': 'left_out', 'reason': reason})}"
    return LeftOut(run.campaign.name, run.started_at or run.created_at, label, remedy, page)
