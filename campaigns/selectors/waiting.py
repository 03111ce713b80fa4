"""A run that is launched and waits for its people's hours: until when, and what o'clock that is where they are."""

import datetime
import zoneinfo
from typing import Final

from accounts.models import Organization
from campaigns.models import Recipient, Run
from campaigns.selectors.reports import Report
from consent.models import Point
from contacts.models import Contact
from core import clock
from core.wording import counted_text, time_text
from messaging.selectors.calls import tries_ahead

#: a step that is this near is no waiting; seconds
_NEAR: Final = 15
#: of how many people who wait for the same moment the clocks are compared
_SAMPLE: Final = 20


def waits_until(run: Run) -> datetime.datetime | None:
    """When a run that is sending goes on; None while something of it is on its way. No query."""
    near = clock.now() + datetime.timedelta(seconds=_NEAR)
    if run.state != "sending" or run.awaits_template or run.next_at is None:
        return None
    return run.next_at if run.next_at > near else None


def waiting_badge() -> dict[str, object]:
    """The state of such a run as a badge."""
    return {"label": "Waiting", "tone": "note", "icon": "clock", "live": False}


def waiting_heading(report: Report) -> tuple[str, str] | None:
    """What a waiting run comes to, and what to know about it; None for one that does not wait. Five queries at most."""
    at = waits_until(report.run)
    if at is None:
        return None
    again = _again_heading(report, at)
    if again is not None:
        return again
    zone, there = Organization.objects.current().time_zone, their_time(report.run, at)
    ours = time_text(at, zone, clock.now())
    begins = "goes on" if report.sent else "begins"
    heading = f"Waiting: {begins} {there} (their time)." if there else f"Waiting: {begins} {ours}."
    people = counted_text(report.people["waiting"], "person", "people")
    return heading, f"It is quiet time where they are. {ours} here; {people} still to go."


def _again_heading(report: Report, at: datetime.datetime) -> tuple[str, str] | None:
    """What a run of calls comes to while what happens next is a further try; None where it is not. Two queries at most."""
    run = report.run
    ahead = tries_ahead(origin_id=run.id) if run.sender.channel == "voice" else None
    if ahead is None or not ahead.calls or (ahead.at is not None and ahead.at > at):
        return None
    calls = counted_text(ahead.calls, "call")
    zone = Organization.objects.current().time_zone
    when = f" at {time_text(ahead.at, zone, clock.now())}" if ahead.at is not None else " at once"
    first = when if ahead.calls == 1 else f", the first{when}"
    others = report.people["waiting"] - ahead.calls
    rest = f"{counted_text(others, 'other person waits', 'others wait')} for their hours" if others > 0 else ""
    return (
        f"{calls} will be tried again{first}.",
        f"The line was busy or nobody answered. {rest or 'Everybody else has been called'}.",
    )


def their_time(run: Run, at: datetime.datetime) -> str:
    """The time of day of a moment where those are who wait for it; empty where their clocks differ. Three queries at most."""
    rows = Recipient.objects.filter(run=run, due_at=at, promoted_at=None).order_by("id")[:_SAMPLE]
    waiting = list(rows.values_list("contact_id", "point_id"))
    told = dict(Contact.objects.filter(id__in=[who for who, _ in waiting]).values_list("id", "time_zone"))
    known = dict(Point.objects.filter(id__in=[point for _, point in waiting]).values_list("id", "zones"))
    zones = {zone for who, point in waiting for zone in (told.get(who) or known.get(point) or "").split()}
    times = {at.astimezone(zoneinfo.ZoneInfo(zone)).strftime("%H:%M") for zone in zones}
    return times.pop() if len(times) == 1 else ""
