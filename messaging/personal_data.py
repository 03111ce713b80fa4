"""What messaging holds about people who get and write messages, how it is found, and what happens to it."""

from core.personal_data import PersonalField, PersonalRows, claim, claim_rows

_RECORD = "the record that a message was sent on which consent, until the evidence itself may go (16 CFR 310.5)"
_CARRIER = (
    "bills of carriers name a message by it, and a report that comes again would be taken for news; an id that holds a number"
    " becomes its keyed mark"
)
_FIVE_YEARS = "at least five years after its last use, and as long as the mark of the address rests on it"
_MESSAGE_IDS = "message_id in (select m.id from messaging_message m where m.point_id = any(%(points)s))"
# the log has no organisation: our accounts lead to ours
REPORTS = """account_id in (select a.id from messaging_provideraccount a) and (
  attempt_id in (select t.id from messaging_sendattempt t join messaging_message m on m.id = t.message_id
                 where m.point_id = any(%(points)s))
  or provider_message_id <> '' and provider_message_id in (
    select m.provider_message_id from messaging_message m where m.point_id = any(%(points)s)
    union all select i.provider_message_id from messaging_inboundmessage i where i.point_id = any(%(points)s)))"""


def register_fields() -> None:
    """Claim every field of this app that says something about a person, and say which rows are about one."""
    record = {"reason": _RECORD, "until": _FIVE_YEARS}
    carrier = {"reason": _CARRIER, "until": _FIVE_YEARS}
    claim(
        PersonalField("messaging_message", "body_sealed", "contact", True, "null", "message"),
        PersonalField("messaging_message", "parts_sealed", "contact", True, "null", "message"),
        PersonalField("messaging_message", "point_id", "contact", False, "keep", "message", **record),
        PersonalField("messaging_message", "provider_message_id", "contact", False, "hash", "message", **carrier),
        PersonalField("messaging_call", "keys", "contact", False, "null", "message"),
        PersonalField("messaging_inboundmessage", "body_sealed", "contact", True, "null", "message"),
        PersonalField("messaging_inboundmessage", "media_id", "contact", False, "null", "message"),
        PersonalField(
            "messaging_inboundmessage", "provider_message_id", "contact", False, "hash", "message", **carrier
        ),
        PersonalField("messaging_inboundmessage", "point_id", "contact", False, "keep", "message", **record),
        PersonalField("messaging_permissionask", "point_id", "contact", False, "keep", "message", **record),
        PersonalField("messaging_carrierdrift", "point_id", "contact", False, "keep", "message", **record),
        PersonalField("messaging_providerevent", "body_sealed", "contact", True, "null", "carrier_log"),
        PersonalField(
            "messaging_providerevent", "provider_message_id", "contact", False, "hash", "carrier_log", **carrier
        ),
        PersonalField("messaging_providerevent", "event_key", "contact", False, "hash", "carrier_log", **carrier),
    )
    claim_rows(
        PersonalRows("messaging_message", "messages to them", "point_id = any(%(points)s)", 20),
        PersonalRows("messaging_call", "calls to them", _MESSAGE_IDS, 21),
        PersonalRows("messaging_inboundmessage", "messages from them", "point_id = any(%(points)s)", 42),
        PersonalRows("messaging_permissionask", "questions whether they still agree", "point_id = any(%(points)s)", 19),
        PersonalRows("messaging_carrierdrift", "what carriers' lists say", "point_id = any(%(points)s)", 23),
        PersonalRows("messaging_providerevent", "reports of carriers, as they came", REPORTS, 25, late=True),
    )
