"""The reports of consent as CSV files: one number in each row, with what it counts. They name programmes and no person."""

from collections.abc import Iterable, Iterator
from typing import IO

from campaigns.selectors.compliance import ComplianceReport
from campaigns.selectors.ending import AHEAD, Ending, EndingLine
from core.spreadsheets import csv_file

HEADERS = ("Part", "About", "Detail", "Measure", "Number")
ENDING_HEADERS = ("Purpose", "Channel", "Known from", "Hold now", *(f"End within {days} days" for days in AHEAD))
Row = list[str]


def compliance_file(report: ComplianceReport) -> IO[bytes]:
    """Every number of the compliance report, one in a row; whoever answers with the file closes it."""
    return csv_file(HEADERS, ([str(cell) for cell in row] for row in _rows(report)))


def ending_file(rows: Iterable[Ending]) -> IO[bytes]:
    """Whose agreements end soon, one source of a purpose and channel in a row."""
    return csv_file(ENDING_HEADERS, (_ending(row, line) for row in rows for line in row.lines))


def _ending(row: Ending, line: EndingLine) -> Row:
    numbers = (line.holds, line.in_30, line.in_60, line.in_90)
    return [row.purpose, row.channel_label, line.source, *map(str, numbers)]


def _rows(report: ComplianceReport) -> Iterator[tuple[str | int | float, ...]]:
    yield "Report", "Days", "", "Days up to now", report.days
    for source in report.sources:
        part = "Growth and loss", source.label, ""
        yield *part, "Agreed", source.agreed
        yield *part, "Claimed without proof", source.claimed
        yield *part, "Stopped", source.stopped
    for purpose in report.purposes:
        part = "How it stands now", purpose.purpose, purpose.channel
        yield *part, "Agreed, with proof", purpose.agreed
        yield *part, "Claimed without proof", purpose.claimed
        yield *part, "End within 90 days", purpose.ending
        yield *part, "Too old", purpose.ended
    yield from _effects(report)
    yield from _stops(report)
    for line in report.practice:
        part = "Promised frequency", line.purpose, line.channel_label
        yield *part, "People written to", line.people
        yield *part, "Most to one person", line.most
        yield *part, f"Over the promise ({line.promise or 'of earlier words'})", line.over


def _effects(report: ComplianceReport) -> Iterator[tuple[str | int | float, ...]]:
    effects = report.effects
    yield "What the rules did", "Campaigns", "", "Launched", effects.campaigns
    yield "What the rules did", "People", "", "Planned", effects.people
    yield "What the rules did", "People", "", "Left out", effects.left_out
    yield "What the rules did", "People", "", "Waited for their hours", effects.deferred
    for line in effects.lines:
        yield "Left out by reason", line.label, line.code, "In plans", line.planned
        yield "Left out by reason", line.label, line.code, "At sending", line.at_sending


def _stops(report: ComplianceReport) -> Iterator[tuple[str | int | float, ...]]:
    stops, part = report.stops, "How fast a stop is heard"
    yield part, "Stops in messages", "", "Count", stops.in_messages
    yield part, "Whose moment the carrier tells", "", "Count", stops.told
    for name, seconds in (("Half of them", stops.median), ("99 of 100", stops.p99), ("The worst", stops.worst)):
        if seconds is not None:
            yield part, name, "", "Seconds", seconds
    yield part, "Asked by other ways", "", "Count", stops.by_hand
    yield part, "Wait for a judgement", "", "Count", stops.open
    yield part, "Past the last day", "", "Count", stops.overdue
