"""What consent holds about people who get messages, and what happens to it."""

from core.personal_data import PersonalField, claim

_PROOF = "proof of consent and of opt-outs, at least five years after it was last relied on (16 CFR 310.5; GDPR article 7(1))"
_SHIELD = "without the keyed mark an opted-out or erased address could be written to again (GDPR article 21(3))"
_WISHES = ("weekly_cap", "hours_from", "hours_until", "hours_zone", "language")


def register_fields() -> None:
    """Claim every field of this app that says something about a person."""
    claim(
        PersonalField("consent_point", "address_sealed", "contact", True, "null", "contact"),
        PersonalField("consent_point", "hint", "contact", False, "null", "contact"),
        PersonalField("consent_point", "ending", "contact", False, "null", "contact"),  # made from hint, goes with it
        PersonalField("consent_point", "region", "contact", False, "null", "contact"),
        PersonalField("consent_point", "zones", "contact", False, "null", "contact"),
        PersonalField("consent_point", "number_type", "contact", False, "null", "contact"),
        PersonalField("consent_point", "digest", "contact", False, "keep", "suppression", _SHIELD),
        PersonalField("consent_point", "platform_digest", "contact", False, "keep", "suppression", _SHIELD),
        PersonalField("consent_consentevent", "status", "contact", False, "keep", "evidence", _PROOF),
        PersonalField("consent_consentevent", "evidence_sealed", "contact", True, "keep", "evidence", _PROOF),
        PersonalField("consent_attachment", "content_sealed", "contact", True, "keep", "evidence", _PROOF),
        PersonalField("consent_consentstate", "status", "contact", False, "delete", "contact"),
        *[PersonalField("consent_preference", name, "contact", False, "delete", "contact") for name in _WISHES],
        PersonalField("consent_suppression", "kind", "contact", False, "keep", "suppression", _SHIELD),
        PersonalField("consent_platformsuppression", "digest", "contact", False, "keep", "suppression", _SHIELD),
    )
