"""What campaigns hold about people they were planned for, how it is found, and what happens to it."""

from core.personal_data import PersonalField, PersonalRows, claim, claim_rows

_REPORT = (
    "the numbers of a report stay true, and say who was left out and why; an id names nobody once the person is gone"
)
_UNTIL = "as long as the campaign's report"
# by run, as the index has them
_THEIRS = "run_id in (select r.id from campaigns_run r) and contact_id = %(contact)s"
_SENT = """in (select m.id from messaging_message m where m.point_id <> all(%(points)s) and m.id in (
  select c.id from campaigns_recipient c
  where c.run_id in (select r.id from campaigns_run r) and c.contact_id = %(contact)s))"""


def register_fields() -> None:
    """Claim every field of this app that says something about a person, and say which rows are about one."""
    report = {"reason": _REPORT, "until": _UNTIL}
    claim(
        PersonalField("campaigns_recipient", "contact_id", "contact", False, "keep", "message", **report),
        PersonalField("campaigns_recipient", "point_id", "contact", False, "keep", "message", **report),
    )
    claim_rows(
        PersonalRows("campaigns_recipient", "places in campaigns", _THEIRS, 11),
        # a recipient's id is that of their message; over an address somebody else has too it is found by nothing else
        PersonalRows("messaging_message", "messages of campaigns to them over shared addresses", f"id {_SENT}", 20),
        PersonalRows("messaging_call", "calls of campaigns to them over shared addresses", f"message_id {_SENT}", 21),
    )
