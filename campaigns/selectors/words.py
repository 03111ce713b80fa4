"""The heading of a run: the answer first, then one sentence of context."""

from campaigns.selectors.reports import Report
from core.wording import counted_text, number_text


def heading_of(report: Report) -> tuple[str, str]:
    """What a run comes to, and what to know about it."""
    run, people = report.run, report.people
    words = {
        "waiting": ("It is planned, and nothing has left.", "At its time everybody is looked at anew."),
        "planning": ("We look at everybody once more.", "Nothing has left. You can take it back."),
        "breath": (f"{_people(report.allowed)} will get this.", "Nothing has left. You can still take it back."),
        "paused": (
            f"Paused. {_people(people['waiting'])} {'waits' if people['waiting'] == 1 else 'wait'}.",
            "What had left before has left; nothing more does.",
        ),
        "sending": (
            f"{_so_far(report)} so far, {number_text(people['waiting'])} still to go",
            "Each person is checked again just before their message leaves.",
        ),
        "cancelled": _cancelled(report),
        "attention": (
            f"{_got_it(report)} Some have no clear end.",
            "A message whose end is unknown is not sent twice; a late receipt still settles it.",
        ),
        "finished": _finished(report),
    }
    return words.get(run.state, (run.campaign.name, ""))


def _so_far(report: Report) -> str:
    if not report.tells_arrival:
        return f"{number_text(report.sent)} sent"
    return f"{number_text(report.people['delivered'])} delivered"


def _got_it(report: Report) -> str:
    """A carrier that never says what arrived leaves nothing to count but what it took."""
    if not report.tells_arrival:
        return f"It was sent to {number_text(report.sent)} of {_people(report.allowed)}."
    return f"{number_text(report.people['delivered'])} of {_people(report.allowed)} got it."


def _finished(report: Report) -> tuple[str, str]:
    silent = "It is over. This carrier does not say what arrived, only what it refused."
    return _got_it(report), "It is over; late receipts and answers still count." if report.tells_arrival else silent


def _cancelled(report: Report) -> tuple[str, str]:
    if report.run.started_at is not None:
        lead = "There is no way back; copy the campaign to write to the others."
        return f"Stopped. {_people(report.sent)} had it already.", lead
    if report.run.outgrown or report.run.recategorised:
        return "Needs a new check. Nothing has left.", "The campaign is a draft again."
    return "Taken back. Nothing has left.", "The campaign is a draft again."


def _people(count: int) -> str:
    return counted_text(count, "person", "people")
