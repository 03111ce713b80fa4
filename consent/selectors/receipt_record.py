"""The receipt that a person is handed: one event of the ledger in the fields of ISO/IEC TS 27560, as far as they are known.

Source: ISO/IEC TS 27560:2023 by the names that the W3C Data Privacy Vocabulary lists for it (read 23 November 2026). Its
mandatory parts are the identity of the record and of its shape; the rest is told where it is known.
"""

import hashlib
from collections.abc import Mapping
from typing import Any, Final

from accounts.contracts import Actor
from accounts.models import Organization
from consent.models import ConsentEvent
from consent.proof.facts import moment_text
from consent.selectors.receipts import Receipt, receipt
from consent.states import POINT_CHANNELS

SCHEMA: Final = "ISO/IEC TS 27560:2023, profile carillon-receipt/1"
#: what our events are called in the vocabulary's list of states
_STATES: Final[Mapping[str, str]] = {
    "granted": "given",
    "withdrawn": "withdrawn",
    "pending": "requested",
    "unproven": "unknown",
    "expired": "expired",
    "lifted": "given",
}
_PII: Final = {"phone": "telephone number", "email": "email address", "whatsapp": "WhatsApp id"}
_WITHDRAWAL: Final[Mapping[str, str]] = {
    "sms": "Answer any message with STOP.",
    "whatsapp": "Answer any message with STOP.",
    "voice": "Press the key that the call names, or say stop.",
    "email": "Follow the unsubscribe link in any mail, or answer it with stop.",
}
_KEPT: Final = "At least five years after it was last relied on (16 CFR 310.5)."


def receipt_record(actor: Actor, event: ConsentEvent) -> dict[str, Any]:
    """One event as a person can keep it. Nine queries at most. Errors: NotAllowed without the right to see addresses."""
    slip = receipt(actor, event)
    organization = Organization.objects.current()
    return {
        "schema_version": SCHEMA,
        "record_id": str(event.id),
        "receipt_number": slip.number,
        "pii_principal_id": slip.address,
        "pii_controllers": [
            {
                "party_id": str(organization.id),
                "party_name": organization.legal_name or organization.name,
                "party_address": organization.postal_address or organization.place,
                "party_contact": organization.support_contact,
                "party_url": organization.consent_page_url,
                "party_type": "controller",
            }
        ],
        "purposes": [_purpose(event, slip, organization)],
        "event": {
            "event_type": "explicit consent" if event.status in ("granted", "lifted") else event.status,
            "event_state": _STATES.get(event.status, event.status),
            "event_time": moment_text(event.occurred_at),
            "recorded_time": moment_text(event.recorded_at),
            "recorded_by": slip.recorded_by,
        },
        "still_in_force": slip.standing["label"],
    }


def _purpose(event: ConsentEvent, slip: Receipt, organization: Organization) -> dict[str, Any]:
    channels = [event.channel] if event.channel else list(POINT_CHANNELS[event.point.kind])
    return {
        "purpose": slip.covers,
        "purpose_category": event.purpose.tier if event.purpose else "all",
        "lawful_basis": "consent",
        "channels": channels,
        "collection_method": slip.how,
        "collected_at": slip.where,
        "privacy_notice": _notice(event, slip),
        "withdrawal_method": list(dict.fromkeys(_WITHDRAWAL[channel] for channel in channels)),
        "retention_period": _KEPT,
        "jurisdiction": event.point.region or organization.default_country,
        "recipient_third_parties": ["the carrier that delivers the message"],
        "pii_information": [{"pii_type": _PII[event.point.kind], "sensitive": False}],
    }


def _notice(event: ConsentEvent, slip: Receipt) -> dict[str, Any]:
    """The words, exactly, with their version; where nobody kept words it says so by leaving the version out."""
    if event.wording is None:
        return {"text": slip.words}
    words = event.wording
    return {
        "text": words.text,
        "language": words.language,
        "version": words.version,
        "version_id": str(words.id),
        "sha256": hashlib.sha256(words.text.encode()).hexdigest(),
    }
