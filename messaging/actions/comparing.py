"""Comparing how often programmes write with how often they promised to, and telling who answers for it when they write more."""

from collections.abc import Sequence

from django.conf import settings
from django.urls import reverse

from accounts.actions.audit import record_audit
from accounts.contracts import SYSTEM
from accounts.mail import send_notice
from accounts.models import Organization
from accounts.selectors import members_with
from consent.models import Purpose
from core import clock
from messaging.promise_models import FrequencyAlert
from messaging.selectors.frequency import PracticeLine, practice, promising_purposes


def compare_promises() -> int:
    """Compare practice with what was promised, purpose by purpose and person by person; answer how many alerts are open.

    Effects: an alert opens with the first person above their promise, follows the count, and ends when nobody is above it any
             more; an audit row for each opening and end. Whoever may change consent is mailed once for all that opened; the
             mail names purposes and numbers, and no person.
    Source:  CTIA Messaging Principles 5.1: messages keep to the frequency that the call to action told.
    """
    # two comparisons at once would both open one; a purpose is held as its words are published
    list(Purpose.objects.select_for_update().filter(id__in=promising_purposes()).order_by("id").values_list("id"))
    now = clock.now()
    still = {(row.purpose_id, row.channel): row for row in FrequencyAlert.objects.filter(ended_at=None)}
    over = [line for line in practice() if line.over]
    opened = [line for line in over if (line.purpose_id, line.channel) not in still]
    for line in over:
        alert = still.pop((line.purpose_id, line.channel), None)
        alert = alert or FrequencyAlert(purpose_id=line.purpose_id, channel=line.channel, most_people=0, began_at=now)
        alert.people, alert.most_messages, alert.compared_at = line.over, line.most_over, now
        alert.most_people = max(alert.most_people, line.over)
        alert.save()
        if line in opened:
            _audit("frequency.exceeded", alert, {"people": line.over, "messages": line.most_over})
    for alert in still.values():
        alert.people, alert.compared_at, alert.ended_at = 0, now, now
        alert.save(update_fields=["people", "compared_at", "ended_at"])
        _audit("frequency.kept_again", alert, {"people": alert.most_people})
    if opened:
        _mail(opened)
    return len(over)


def _audit(action: str, alert: FrequencyAlert, data: dict[str, int]) -> None:
    record_audit(actor=SYSTEM, action=action, on=("purpose", alert.purpose_id), data=data | {"channel": alert.channel})


def _mail(lines: Sequence[PracticeLine]) -> None:
    organization = Organization.objects.current()
    link = settings.PUBLIC_URL + reverse("messaging:frequency")
    context = {"organization": organization, "lines": lines, "link": link}
    subject = f"More messages than promised at {organization.name}"
    for person in members_with("change_consent"):
        send_notice(subject, "messaging/mail/frequency_exceeded.txt", context, to=[person.email])
