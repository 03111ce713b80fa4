"""What messaging holds about people who get and write messages, and what happens to it."""

from core.personal_data import PersonalField, claim

_RECORD = "the record that a message was sent on which consent, until the evidence itself may go (16 CFR 310.5)"


def register_fields() -> None:
    """Claim every field of this app that says something about a person."""
    claim(
        PersonalField("messaging_message", "body_sealed", "contact", True, "null", "message"),
        PersonalField("messaging_message", "parts_sealed", "contact", True, "null", "message"),
        PersonalField("messaging_message", "point_id", "contact", False, "keep", "message", _RECORD),
        PersonalField("messaging_inboundmessage", "body_sealed", "contact", True, "delete", "message"),
        PersonalField("messaging_inboundmessage", "point_id", "contact", False, "delete", "message"),
        PersonalField("messaging_providerevent", "body_sealed", "contact", True, "delete", "carrier_log"),
    )
