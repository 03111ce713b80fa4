"""What accounts holds about people who log in, and what happens to it."""

from core.personal_data import PersonalField, PersonalRows, claim, claim_rows


def register_fields() -> None:
    """Claim every field of this app that says something about a person."""
    claim(
        PersonalField("accounts_user", "email", "member", False, "hash", "account"),
        PersonalField("accounts_user", "full_name", "member", False, "null", "account"),
        PersonalField("accounts_invitation", "email", "member", False, "delete", "account"),
        PersonalField("accounts_guest", "address_sealed", "guest", True, "delete", "account"),
        PersonalField("accounts_guest", "label", "guest", False, "delete", "account"),
        PersonalField("accounts_guest", "hint", "guest", False, "delete", "account"),
        PersonalField("accounts_organization", "postal_address", "member", False, "null", "account"),
        PersonalField(
            "accounts_agreement", "address", "member", False, "keep", "evidence", "proof of who accepted the contract"
        ),
        PersonalField("accounts_auditevent", "address", "member", False, "keep", "audit", "security of processing"),
        PersonalField("accounts_auditevent", "agent", "member", False, "keep", "audit", "security of processing"),
        PersonalField(
            "accounts_idempotencykey",
            "answer_sealed",
            "contact",
            True,
            "keep",
            "api answers",
            reason="an application that asks again within a day gets the same answer, so that nothing is done twice",
            until="after 24 hours",
        ),
        PersonalField(
            "accounts_apirequestlog", "address", "application", False, "keep", "api log", "security of processing"
        ),
        PersonalField(
            "accounts_apirequestlog", "agent", "application", False, "keep", "api log", "security of processing"
        ),
    )
    claim_rows(
        PersonalRows("accounts_idempotencykey", "answers to applications, some of which may name them", "true", 99)
    )
