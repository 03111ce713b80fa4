"""What HTTP providers share: one timed request, errors in the family's words, and careful reading of answers.

Logs say which provider, how long and with what result; never a URL, a header, an address or a body.
"""

import base64
import email.utils
import json
import logging
import urllib.parse
from collections.abc import Mapping
from typing import Any, Final

import yarl

from core.http import Answer, MaybeSent, NotSent, Session
from messaging.providers.protocol import BadSignature, Misconfigured, OutcomeUnknown, Unavailable

_log = logging.getLogger(__name__)

DEFAULT_RETRY_SECONDS: Final = 5.0
_LONGEST_RETRY_SECONDS: Final = 900.0
_MOST_FORM_FIELDS: Final = 500


async def call(
    provider: str, session: Session | None, method: str, url: yarl.URL, headers: Mapping[str, str], body: bytes = b""
) -> Answer:
    """Let one request leave and bring its answer, whatever the status.

    Errors: Unavailable - nothing was written; OutcomeUnknown - it may have arrived.
    """
    if session is None:
        raise RuntimeError("This provider was made without a session; give it an open core.http.Session to call with.")
    try:
        answer = await session.request(method, url, headers=headers, body=body)
    except NotSent as error:
        _log.info("provider not reached", extra={"provider": provider, "reason": error.reason})
        raise Unavailable(error.reason) from None
    except MaybeSent as error:
        _log.warning("provider answer lost", extra={"provider": provider, "reason": error.reason})
        raise OutcomeUnknown(error.reason) from None
    _log.debug(
        "provider answered",
        extra={"provider": provider, "status": answer.status, "duration_ms": round(answer.seconds * 1000)},
    )
    return answer


def json_object(answer: Answer) -> dict[str, Any]:
    """The answer's JSON object; empty when it is anything else."""
    try:
        found = json.loads(answer.body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def retry_after_seconds(answer: Answer) -> float:
    """How long to wait: Retry-After in seconds, or as a date measured by the answer's own Date.

    Units: seconds, between 1 and 900; 5 when nothing usable was said.
    """
    said = answer.headers.get("retry-after", "").strip()
    try:
        seconds = (
            float(said) if said.isascii() and said.isdigit() else _seconds_until(said, answer.headers.get("date", ""))
        )
    except (TypeError, ValueError, OverflowError):
        return DEFAULT_RETRY_SECONDS
    return min(max(seconds, 1.0), _LONGEST_RETRY_SECONDS)


def _seconds_until(then: str, now: str) -> float:
    return (email.utils.parsedate_to_datetime(then) - email.utils.parsedate_to_datetime(now)).total_seconds()


def basic_authorization(user: str, password: str) -> str:
    """The value of an Authorization header for HTTP Basic."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def required_credential(credentials: Mapping[str, str], field: str) -> str:
    """One credential. Errors: Misconfigured names the field that is missing or empty."""
    value = credentials.get(field, "").strip()
    if not value:
        raise Misconfigured(f"{field} is missing: copy it from the provider's console into this provider account")
    return value


def form_pairs(body: bytes) -> tuple[tuple[str, str], ...]:
    """The decoded fields of a form body, in order, empty ones included.

    Errors: BadSignature when it is not UTF-8 or has more than 500 fields: nothing in it can be believed.
    """
    try:
        pairs = urllib.parse.parse_qsl(
            body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=_MOST_FORM_FIELDS
        )
    except ValueError:
        raise BadSignature("the form body cannot be read") from None
    return tuple(pairs)
