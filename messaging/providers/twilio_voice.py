"""Twilio Programmable Voice: making a call, reading what Twilio asks and reports about it, and TwiML.

Docs: https://www.twilio.com/docs/voice/api/call-resource, https://www.twilio.com/docs/voice/twiml/gather, .../twiml/play and
      https://www.twilio.com/docs/voice/answering-machine-detection, read 23 November 2026; see docs/providers/twilio_voice.md.

It shares account, credentials and signatures with messages, so `Twilio` of twilio.py uses it; nothing here holds a secret.
"""

import pathlib
import re
import tomllib
from collections.abc import Mapping
from typing import Any, Final
from xml.sax import saxutils

from messaging.contracts import Accepted, ReceiptStatus
from messaging.providers import callbacks
from messaging.providers.call_message import AnsweredBy, CallAsks, CallEnd, CallOutbound, CallReceipt, Recording, Turn
from messaging.providers.protocol import (
    BadSignature,
    CodeMeaning,
    Misconfigured,
    OutcomeUnknown,
    WebhookAnswer,
    WebhookRequest,
)

_SID: Final = re.compile(r"CA[0-9a-fA-F]{32}")
_KEY: Final = re.compile(r"[0-9*#]")
_DECIMAL: Final = re.compile(r"(?:0|1)(?:\.[0-9]{1,17})?")
_NOT_XML: Final = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_RING_SECONDS: Final = range(5, 601)
_EVENTS: Final = ("initiated", "ringing", "answered", "completed")
_MACHINE_SECONDS: Final = "30"

#: their statuses in our words; that a call was answered proves no more than that it left, its end says what came of it
STATUSES: Final[dict[str, ReceiptStatus]] = {
    "queued": "accepted",
    "initiated": "queued",
    "ringing": "sent",
    "in-progress": "sent",
    "completed": "delivered",
    "busy": "failed",
    "no-answer": "failed",
    "failed": "failed",
    "canceled": "failed",
}
_ENDS: Final[dict[str, CallEnd]] = {
    "completed": "answered",
    "busy": "busy",
    "no-answer": "no_answer",
    "failed": "failed",
    "canceled": "cancelled",
}
#: who answered, in our words; anything else that is said is not known
_ANSWERED_BY: Final[dict[str, AnsweredBy]] = {
    "": "",
    "human": "human",
    "machine_start": "machine",
    "machine_end_beep": "machine",
    "machine_end_silence": "machine",
    "machine_end_other": "machine",
    "fax": "fax",
}


def _read_codes() -> dict[str, CodeMeaning]:
    table = tomllib.loads(pathlib.Path(__file__).with_name("twilio_voice_codes.toml").read_text())
    return {code: CodeMeaning(code, entry["action"], entry["meaning"]) for code, entry in table["codes"].items()}


CODES: Final = _read_codes()


def call_fields(outbound: CallOutbound) -> list[tuple[str, str]]:
    """The form of one call. Errors: Misconfigured when it could never be accepted; nothing has left."""
    if outbound.ring_seconds not in _RING_SECONDS:
        raise Misconfigured("ring_seconds must lie between 5 and 600; change how long calls ring")
    if not outbound.answer_url:
        raise Misconfigured("answer_url is missing: a call must know where to ask what to say")
    return [
        ("To", outbound.recipient),
        ("From", outbound.sender),
        ("Url", outbound.answer_url),
        ("Method", "POST"),
        ("StatusCallback", outbound.callback_url),
        ("StatusCallbackMethod", "POST"),
        *(("StatusCallbackEvent", event) for event in _EVENTS),
        ("Timeout", str(outbound.ring_seconds)),
        ("TimeLimit", str(outbound.most_seconds)),
        ("MachineDetection", "DetectMessageEnd" if outbound.waits_for_beep else "Enable"),
        ("MachineDetectionTimeout", _MACHINE_SECONDS),
    ]


def accepted_call(found: Mapping[str, Any]) -> Accepted:
    """The call Twilio took. Errors: OutcomeUnknown when the answer names none: it may be ringing all the same."""
    sid = found.get("sid")
    if not isinstance(sid, str) or not _SID.fullmatch(sid):
        raise OutcomeUnknown("the answer has no call id")
    return Accepted(sid, STATUSES.get(str(found.get("status")), "accepted"))


def is_call(fields: Mapping[str, str]) -> bool:
    """Whether a webhook speaks of a call."""
    return bool(_SID.fullmatch(fields.get("CallSid", "")))


def call_receipt(request: WebhookRequest, fields: Mapping[str, str], secret: bytes) -> CallReceipt:
    """News about a call. A machine that was on the line is no delivery: nobody heard it."""
    sid, raw = fields["CallSid"], fields["CallStatus"]
    answered_by = _answered_by(fields)
    status = STATUSES.get(raw, "unknown")
    if status == "delivered" and answered_by in ("machine", "fax"):
        status = "sent"
    seconds = fields.get("CallDuration", "")
    return CallReceipt(
        sid,
        status,
        raw,
        _code(raw, fields),
        callbacks.attempt_of(request.url, secret),
        event_key=f"{sid}:{raw}",
        end=_ENDS.get(raw, ""),
        answered_by=answered_by,
        seconds=int(seconds) if seconds.isascii() and seconds.isdigit() and len(seconds) < 7 else None,
        verdict=_verdict(fields),
    )


def read_question(request: WebhookRequest, fields: Mapping[str, str], secret: bytes) -> CallAsks:
    """What Twilio asks in a call. Errors: BadSignature when it is no question about a call."""
    if not is_call(fields) or fields.get("CallbackSource"):
        raise BadSignature("the webhook asks nothing about a call")
    sid, digits = fields["CallSid"], fields.get("Digits", "")
    key = digits if _KEY.fullmatch(digits) else ""
    turn = "".join(request.query.get("turn", []))[:4]
    said = "" if digits else fields.get("SpeechResult", "").strip()
    event_key = f"{sid}:key:{turn}:{key}" if key else f"{sid}:{'said' if said else 'asks'}:{turn}"
    return CallAsks(
        sid,
        event_key,
        callbacks.attempt_of(request.url, secret),
        _answered_by(fields),
        key,
        said=said,
        sure=_sureness(fields.get("Confidence", "")) if said else None,
        silent=bool(turn) and not digits and not said,
        verdict=_verdict(fields),
    )


def say(turn: Turn, override: str = "") -> WebhookAnswer:
    """TwiML for one turn. Everything somebody wrote is spoken as text, whatever it looks like; a recording is played once.

    Shape: `override` is what makes Twilio repeat the report of a key or of words when it fails: a stop must not be lost.
           Silence is reported too, so that we hang up ourselves and know it. Swearing is not starred out: it may be a stop.
    """
    spoken = "".join(_verb(words, turn.language) for words in turn.says if words)
    if turn.keys_url:
        words = (
            f' input="dtmf speech" speechTimeout="auto" language={_attribute(turn.language)} profanityFilter="false"'
            if turn.hears_words
            else ' input="dtmf"'
        )
        spoken = (
            f'<Gather{words} numDigits="1" timeout="{turn.wait_seconds}" actionOnEmptyResult="true" method="POST"'
            f" action={_attribute(turn.keys_url + override)}>{spoken}</Gather>"
        )
    document = f'<?xml version="1.0" encoding="UTF-8"?><Response>{spoken}<Hangup/></Response>'
    return WebhookAnswer(200, "text/xml", document.encode())


def _verb(words: str | Recording, language: str) -> str:
    if isinstance(words, Recording):
        return f"<Play>{_text(words.url)}</Play>"
    return f"<Say language={_attribute(language)}>{_text(words)}</Say>"


def _text(words: str) -> str:
    return saxutils.escape(_NOT_XML.sub("", words))


def _attribute(value: str) -> str:
    return saxutils.quoteattr(_NOT_XML.sub("", value))


def _answered_by(fields: Mapping[str, str]) -> AnsweredBy:
    return _ANSWERED_BY.get(fields.get("AnsweredBy", ""), "unknown")


def _sureness(text: str) -> float | None:
    """How sure Twilio is of the words: a decimal from 0 to 1; None for anything else."""
    return float(text) if _DECIMAL.fullmatch(text) else None


def _verdict(fields: Mapping[str, str]) -> str:
    """Twilio's own word for who answered; empty for what is no word of this kind."""
    word = fields.get("AnsweredBy", "")
    return word if word in _ANSWERED_BY or word == "unknown" else ""


def _code(raw: str, fields: Mapping[str, str]) -> str:
    """The code of a bad end: what the phone network answered, where it says more than the status."""
    if STATUSES.get(raw) != "failed":
        return ""
    answer = f"sip_{fields.get('SipResponseCode', '')}"
    return answer if raw == "failed" and answer in CODES else raw
