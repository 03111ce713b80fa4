"""Contacts as a Django app: it registers its personal data."""

from django.apps import AppConfig


class ContactsConfig(AppConfig):
    """Registers what contacts holds about people, and that it is who knows them."""

    name = "contacts"

    def ready(self) -> None:
        from contacts import personal_data
        from contacts.actions.erasing import PLACE, People, demand_unmoved, rows_kept_about
        from core.personal_data import PersonalRows, claim_deed, claim_rows, use_directory

        personal_data.register_fields()
        refused = "refused rows of imports"
        claim_rows(PersonalRows("contacts_importrow", refused, "", 82, late=True, find=rows_kept_about))
        claim_deed("hold the person", PLACE, demand_unmoved)
        use_directory(People())
