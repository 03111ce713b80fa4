"""What contacts holds about people an organisation knows, how it is found, and what happens to it."""

from core.personal_data import PersonalField, PersonalRows, claim, claim_rows

_PLAIN = (
    "first_name", "last_name", "search_name", "language", "country", "city", "time_zone", "is_minor", "external_id", "fields",
)  # fmt: skip
_FILE = "a file holds many people; a row about somebody who was erased is refused when it is brought in (GDPR article 17(3)(b))"
_WEEK = "when it is brought in or given up, after seven days at the latest"


def register_fields() -> None:
    """Claim every field of this app that says something about a person, and say which rows are about one."""
    claim(
        *[PersonalField("contacts_contact", column, "contact", False, "delete", "contact") for column in _PLAIN],
        PersonalField("contacts_nameword", "word", "contact", False, "delete", "contact"),
        PersonalField("contacts_nameword", "contact_id", "contact", False, "delete", "contact"),
        PersonalField("contacts_contactpoint", "label", "contact", False, "delete", "contact"),
        PersonalField("contacts_contactpoint", "point_id", "contact", False, "delete", "contact"),
        PersonalField("contacts_listmember", "contact_id", "contact", False, "delete", "contact"),
        PersonalField("contacts_contacttag", "contact_id", "contact", False, "delete", "contact"),
        PersonalField("contacts_note", "body_sealed", "contact", True, "delete", "contact"),
        PersonalField("contacts_importrow", "contact_id", "contact", False, "null", "contact"),
        PersonalField("contacts_importrow", "cells_sealed", "contact", True, "null", "contact"),
        PersonalField("contacts_importrow", "former_sealed", "contact", True, "null", "contact"),
        PersonalField(
            "contacts_importjob", "file_path", "contact", False, "keep", "contact", reason=_FILE, until=_WEEK
        ),
    )
    mine = "contact_id = %(contact)s"
    claim_rows(
        PersonalRows("contacts_nameword", "words they are found by", mine, 80),
        PersonalRows("contacts_contactpoint", "links to their addresses", mine, 80),
        PersonalRows("contacts_listmember", "places on lists", mine, 80),
        PersonalRows("contacts_contacttag", "tags", mine, 80),
        PersonalRows("contacts_note", "notes", mine, 80),
        PersonalRows("contacts_importrow", "rows of imports", mine, 81),
        PersonalRows("contacts_contact", "the person", "id = %(contact)s", 90),
        PersonalRows(
            "contacts_importjob",
            "files that wait to be brought in",
            "state in ('uploaded', 'checking', 'checked', 'running')",
            95,
        ),
    )
