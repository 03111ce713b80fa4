"""Postmark's answers and webhooks, as its documentation shows them.

Source: https://postmarkapp.com/developer/api/email-api and https://postmarkapp.com/developer/webhooks/webhooks-overview,
        as django-anymail 15.2 and the Node library 4.0 know them, 25 November 2026. Ids and descriptions are the sandbox's own.
"""

import datetime
import pathlib
import tomllib
from typing import Any

from sandbox.mail_wills import Report

_TABLE = tomllib.loads((pathlib.Path(__file__).parent / "mail.toml").read_text("utf-8"))["postmark"]


def accepted(recipient: str, message_id: str, at: datetime.datetime) -> dict[str, Any]:
    """The answer to a mail that was taken."""
    moment = at.isoformat()
    return {"To": recipient, "SubmittedAt": moment, "MessageID": message_id, "ErrorCode": 0, "Message": "OK"}


def error(code: int) -> dict[str, Any]:
    """The body of an answer that refuses."""
    return {"ErrorCode": code, "Message": _TABLE["errors"][str(code)]}


def webhook(report: Report, sent: dict[str, Any], number: int, at: datetime.datetime) -> dict[str, Any]:
    """What is posted for one report. Shape: `sent` has message_id, recipient, sender, stream, metadata and subject."""
    shared = {
        "RecordType": report.record,
        "MessageID": sent["message_id"],
        "ServerID": 1,
        "MessageStream": sent["stream"],
        "Metadata": sent["metadata"],
        "Tag": "",
    }
    moment = at.astimezone(datetime.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    if report.record == "Delivery":
        return shared | {"Recipient": sent["recipient"], "DeliveredAt": moment, "Details": "250 2.0.0 OK"}
    if report.record == "SubscriptionChange":
        return shared | {
            "Recipient": sent["recipient"],
            "ChangedAt": moment,
            "Origin": "Recipient",
            "SuppressSending": True,
            "SuppressionReason": report.type,
        }
    return shared | {
        "ID": number,
        "Type": report.type,
        "TypeCode": _TABLE["type_codes"][report.type],
        "Name": report.type,
        "Description": "A sample of the sandbox.",
        "Details": "smtp; sample",
        "Email": sent["recipient"],
        "From": sent["sender"],
        "BouncedAt": moment,
        "DumpAvailable": False,
        "Inactive": report.type in ("HardBounce", "SpamComplaint"),
        "CanActivate": report.type == "HardBounce",
        "Subject": sent["subject"],
    }


def inbound(message_id: str, person: str, business: str, text: str) -> dict[str, Any]:
    """What is posted when a person answers a mail."""
    return {
        "FromName": "",
        "MessageStream": "inbound",
        "From": person,
        "FromFull": {"Email": person, "Name": "", "MailboxHash": ""},
        "To": business,
        "ToFull": [{"Email": business, "Name": "", "MailboxHash": ""}],
        "CcFull": [],
        "BccFull": [],
        "OriginalRecipient": business,
        "Subject": "Re: your mail",
        "MessageID": message_id,
        "ReplyTo": "",
        "Date": "",
        "TextBody": text,
        "HtmlBody": "",
        "StrippedTextReply": text,
        "Tag": "",
        "Headers": [],
        "Attachments": [],
    }
