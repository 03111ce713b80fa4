"""Logs by allow-list: a line carries the event's name and known fields; anything else does not exist.

A number, an address, a name or a body has no field here, so it cannot be logged by accident. What a field says in words (a
reason, a state, the event itself) passes a net that takes out whatever looks like a number or an address.

The address of a page may hold a secret (a webhook's token, an invitation), so a line about a request names its route instead.
"""

import datetime
import json
import logging
import re
import uuid
from typing import Any

FIELDS = frozenset(
    [
        "organization_id",
        "request_id",
        "route",
        "method",
        "status",
        "duration_ms",
        "task",
        "queue",
        "sender_id",
        "run_id",
        "message_id",
        "attempt_id",
        "count",
        "provider",
        "code",
        "reason",
        "error",
        "part",
        "pid",
        "port",
        "job_id",
        "event_id",
        "rows",
        "outcome",
        "state",
    ]
)
#: a net below the allow-list: digits that look like a phone number, and anything with an @ between words; ids of ours pass
_SUSPECT = re.compile(
    r"(?P<id>\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b)|\+?\(?\d[\d\s().-]{7,}\d|[^\s@]+@[^\s@]+"
)
#: what follows the kind in the address of a webhook (the account's token, an attempt, its mark), not in a route
_WEBHOOK = re.compile(r"(/webhooks/[^/\s]+/[^/\s]+/)(?!<)[^\s\"]+")
_LONGEST = 500
#: values that cannot hold words
_PLAIN = (bool, int, float, uuid.UUID, type(None))


class AllowListFormatter(logging.Formatter):
    """One JSON object per line: time, level, logger, event, allowed fields, and the class (not the text) of an error."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.datetime.fromtimestamp(record.created, datetime.UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": _scrubbed(_event(record)),
        }
        line |= {name: _told(value) for name, value in vars(record).items() if name in FIELDS}
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__name__
            line["where"] = _frames(record.exc_info[2])
        return json.dumps(line)


def _told(value: Any) -> str:
    return str(value) if isinstance(value, _PLAIN) else _scrubbed(str(value))


def _event(record: logging.LogRecord) -> str:
    """The words of a line; where the framework names the address of a request, its route."""
    if record.name.startswith("celery") and record.args:
        return str(record.msg).partition("%")[0].strip() or "a task"  # its arguments hold texts of errors
    request = getattr(record, "request", None)
    if request is None or not hasattr(request, "resolver_match") or not isinstance(record.args, tuple):
        return record.getMessage()
    route = getattr(request.resolver_match, "route", None)
    told = "/" + route if route is not None else "[no route]"
    return str(record.msg) % tuple(told if str(arg).startswith("/") else arg for arg in record.args)


def _scrubbed(text: str) -> str:
    text = _WEBHOOK.sub(r"\1[removed]", text[: 2 * _LONGEST])
    return _SUSPECT.sub(lambda found: found["id"] or "[removed]", text)[:_LONGEST]


def _frames(trace: Any) -> list[str]:
    """The last ten frames as file:line:function; never a value."""
    frames = []
    while trace is not None:
        code = trace.tb_frame.f_code
        frames.append(f"{code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}:{code.co_name}")
        trace = trace.tb_next
    return frames[-10:]
