"""The Twilio wire as values: forms in, JSON out, dates, errors and the checks at the door. No sockets here."""

import datetime
import email.utils
import functools
import pathlib
import re
import tomllib
import urllib.parse
from typing import Any

import orjson

from sandbox.messages import Message

API_VERSION = "2010-04-01"
RULES: dict[str, Any] = tomllib.loads((pathlib.Path(__file__).parent / "twilio.toml").read_text("utf-8"))
LIMITS: dict[str, Any] = RULES["limits"]
_ADDRESS = re.compile(r"(?:(?:whatsapp|rcs):)?\+[1-9]\d{6,14}|whatsapp:[A-Z]{2}\.\w+")
_SENDER = re.compile(r"(?:(?:whatsapp|rcs):)?\+[1-9]\d{6,14}|\d{3,8}|(?=.*[A-Za-z])[A-Za-z0-9 +\-_&]{1,11}|rcs:\w+")
_SERVICE = re.compile(r"MG[0-9a-fA-F]{32}")
_PRICE = float(RULES["price"]["per_segment"])

Form = dict[str, list[str]]


def read_form(raw: bytes) -> Form:
    """The fields of a form post; a name may come more than once."""
    form: Form = {}
    for name, value in urllib.parse.parse_qsl(raw.decode("utf-8", "replace"), keep_blank_values=True):
        form.setdefault(name, []).append(value)
    return form


def field(form: Form, name: str) -> str:
    """The last value of a field, empty when it is absent."""
    values = form.get(name)
    return values[-1] if values else ""


def error(code: int, detail: str = "") -> tuple[int, bytes]:
    """HTTP status and body of an error answer."""
    status, message = RULES["errors"][str(code)]
    more = f"https://www.twilio.com/docs/errors/{code}"
    text = f"{message}: {detail}" if detail else message
    return status, orjson.dumps({"code": code, "message": text, "more_info": more, "status": status})


def is_address(text: str) -> bool:
    """Whether a text is an address of a phone or of one of the carrier's other channels."""
    return _ADDRESS.fullmatch(text) is not None


def refusal(form: Form, senders: dict[str, int], now: float) -> int:
    """The code of the first rule this send request breaks, 0 when it may pass."""
    sender = field(form, "From")
    if not field(form, "To"):
        return 21604
    if not _ADDRESS.fullmatch(field(form, "To")):
        return 21211
    if not sender and not field(form, "MessagingServiceSid"):
        return 21603
    if sender and (not _SENDER.fullmatch(sender) or sender in senders):
        return senders.get(sender, 21212)
    return _content_refusal(form) or _delivery_refusal(form) or _schedule_refusal(form, now)


def _content_refusal(form: Form) -> int:
    media = form.get("MediaUrl", [])
    if not (field(form, "Body") or media or field(form, "ContentSid")):
        return 21602
    if len(field(form, "Body")) > LIMITS["body_characters"]:
        return 21617
    if len(media) > LIMITS["media_files"]:
        return 21623
    return 0 if all(url.startswith(("http://", "https://")) for url in media) else 21620


def _delivery_refusal(form: Form) -> int:
    callback, validity = field(form, "StatusCallback"), field(form, "ValidityPeriod")
    if callback and not is_callable(callback):
        return 21609
    shortest, longest = LIMITS["validity_seconds"]
    if validity and not (validity.isdecimal() and shortest <= int(validity) <= longest):
        return 21624
    return 0


def is_callable(url: str) -> bool:
    """Absolute, over HTTP, and without an underscore in the host name."""
    try:
        parts = urllib.parse.urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and host != "" and "_" not in host


def _schedule_refusal(form: Form, now: float) -> int:
    if field(form, "ScheduleType") != "fixed":
        return 0
    if not _SERVICE.fullmatch(field(form, "MessagingServiceSid")):
        return 35118
    moment = send_at(form)
    if moment is None:
        return 35111
    earliest, latest = LIMITS["schedule_seconds"]
    return 0 if earliest <= moment - now <= latest else 35114


def send_at(form: Form) -> float | None:
    """The hour a message was asked for. Units: seconds since 1970; None when there is none that can be read."""
    return _moment(field(form, "SendAt"))


def _moment(text: str) -> float | None:
    try:
        moment = datetime.datetime.fromisoformat(text)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)).timestamp()


@functools.lru_cache(maxsize=4096)
def rfc2822(second: int) -> str:
    """A date as the wire writes it: `Mon, 23 Nov 2026 15:00:00 +0000`."""
    return email.utils.format_datetime(datetime.datetime.fromtimestamp(second, datetime.UTC))


def uri_of(account: str, sid: str = "", query: str = "") -> str:
    """Path of the message list or of one message."""
    path = f"/{API_VERSION}/Accounts/{account}/Messages" + (f"/{sid}" if sid else "")
    return f"{path}.json" + (f"?{query}" if query else "")


def date_sent(message: Message) -> float | None:
    """When the message left; None while it is still queued. Units: seconds of business time."""
    if message.direction == "inbound":
        return message.created
    if message.now().status in ("accepted", "queued", "scheduled", "canceled"):
        return None
    first = next((step.after for step in message.steps if step.status != "queued"), 0.0)
    return message.started + first


def message_json(message: Message) -> dict[str, Any]:
    """The resource as the API shows it now. While a service is choosing, sender and parts are not known yet."""
    step, sent = message.now(), date_sent(message)
    undecided = message.service is not None and step.status in ("accepted", "scheduled")
    uri = uri_of(message.account, message.sid)
    return {
        "account_sid": message.account,
        "api_version": API_VERSION,
        "body": message.body,
        "date_created": rfc2822(int(message.created)),
        "date_sent": None if sent is None else rfc2822(int(sent)),
        "date_updated": rfc2822(int((message.started or message.created) + step.after)),
        "direction": message.direction,
        "error_code": step.code or None,
        "error_message": RULES["delivery"].get(str(step.code)) if step.code else None,
        "from": None if undecided else message.sender,
        "messaging_service_sid": message.service,
        "num_media": str(len(message.media)),
        "num_segments": "0" if undecided else str(message.segments),
        "price": None if sent is None else f"-{_PRICE * message.segments:.5f}",
        "price_unit": RULES["price"]["unit"],
        "sid": message.sid,
        "status": step.status,
        "subresource_uris": {"media": uri.removesuffix(".json") + "/Media.json"},
        "to": message.recipient,
        "uri": uri,
    }


def account_json(sid: str, now: float) -> dict[str, Any]:
    """The account resource, enough for a check of credentials."""
    return {
        "sid": sid,
        "friendly_name": "Sandbox account",
        "status": "active",
        "type": "Full",
        "owner_account_sid": sid,
        "date_created": rfc2822(int(now)),
        "date_updated": rfc2822(int(now)),
        "subresource_uris": {"messages": uri_of(sid)},
        "uri": f"/{API_VERSION}/Accounts/{sid}.json",
    }


def sent_within(message: Message, query: Form) -> bool:
    """Whether a message passes the DateSent filters of a list; what has not been sent passes none of them."""
    sent = None
    for name in ("DateSent", "DateSent<", "DateSent>"):
        if not (wanted := field(query, name)):
            continue
        sent = date_sent(message) if sent is None else sent
        moment = _moment(wanted)
        if sent is None or moment is None or not _compares(name, sent, moment, whole_day=len(wanted) == 10):
            return False
    return True


def _compares(name: str, sent: float, moment: float, whole_day: bool) -> bool:
    """A day without an hour covers the whole day; `<` and `>` include their bound, as the carrier does."""
    length = 86400.0 if whole_day else 1.0
    if name == "DateSent<":
        return sent < moment + length
    return sent >= moment and (name == "DateSent>" or sent < moment + length)
