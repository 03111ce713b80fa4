"""What contacts holds about people an organisation knows, and what happens to it."""

from core.personal_data import PersonalField, claim

_PLAIN = ("first_name", "last_name", "search_name", "language", "country", "city", "time_zone", "is_minor", "fields")


def register_fields() -> None:
    """Claim every field of this app that says something about a person."""
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
    )
