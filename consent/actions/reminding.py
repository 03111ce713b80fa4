"""Telling people of pleas to stop that wait: the owner first, then everybody who may decide. The mail names nobody."""

import zoneinfo
from collections.abc import Sequence

from django.conf import settings
from django.db.models import Q
from django.urls import reverse

from accounts.mail import send_notice
from accounts.models import Organization, User
from consent.models import StopRequest
from consent.selectors.stop_requests import people_who_decide
from core import clock


def remind_of_requests() -> int:
    """Mail whoever is due to hear of a plea to stop that waits; answer how many mails that is.

    Effects: each request is told to its owner once, to everybody who may decide once before its day ends, and to everybody
             once more when it has ended; one without an owner, or whose owner may not decide any more, is told to everybody at
             the first time. Mails leave after the commit; told twice is nobody, since the rows are held.
    """
    now = clock.now()
    still = StopRequest.objects.select_for_update(skip_locked=True).filter(decided_at=None)
    steps = Q(reminded_at=None, remind_at__lte=now) | Q(escalated_at=None, escalate_at__lte=now)
    due = still.filter(steps | Q(overdue_told_at=None, due_at__lte=now))
    requests = list(due.order_by("due_at", "id")[:500])
    if not requests:
        return 0
    deciders = {person.id: person for person in people_who_decide()}
    told: dict[User, list[StopRequest]] = {}
    for request in requests:
        owner = deciders.get(request.owner_id) if request.owner_id else None
        if request.due_at <= now or (request.escalated_at is None and (request.escalate_at <= now or owner is None)):
            request.escalated_at = request.escalated_at or now
            request.overdue_told_at = now if request.due_at <= now else None
            people = list(deciders.values())
        else:
            people = [owner] if owner else []
        request.reminded_at = request.reminded_at or now
        for person in people:
            told.setdefault(person, []).append(request)
    StopRequest.objects.bulk_update(requests, ["reminded_at", "escalated_at", "overdue_told_at"])
    for person, about in told.items():
        _mail(person, about)
    return len(told)


def _mail(person: User, requests: Sequence[StopRequest]) -> None:
    organization = Organization.objects.current()
    overdue = [each for each in requests if each.due_at <= clock.now()]
    context = {
        "organization": organization,
        "count": len(requests),
        "overdue": len(overdue),
        "first_due": min(each.due_at for each in requests).astimezone(zoneinfo.ZoneInfo(organization.time_zone)),
        "link": settings.PUBLIC_URL + reverse("consent:stop_requests"),
    }
    subject = f"Requests to stop wait for a decision at {organization.name}"
    send_notice(subject, "consent/mail/requests_wait.txt", context, to=[person.email])
