"""What consent holds about people who get messages, how it is found, and what happens to it."""

from core.personal_data import PersonalField, PersonalRows, claim, claim_rows

_PROOF = "proof of consent and of opt-outs, for five years after its last use (16 CFR 310.5; GDPR articles 7(1) and 17(3)(e))"
_FIVE_YEARS = "at least five years after its last use, and as long as the mark of the address rests on it"
_SHIELD = (
    "without the keyed mark an opted-out or erased address could be written to again (GDPR articles 17(3)(b), 21(3))"
)
_FOR_GOOD = "for good, or until they come back by themselves"
_WISHES = ("weekly_cap", "hours_from", "hours_until", "hours_zone", "language")
#: what pages show where an address was
FORGOTTEN = "forgotten"


def register_fields() -> None:
    """Claim every field of this app that says something about a person, and say which rows are about one."""
    proof, shield = {"reason": _PROOF, "until": _FIVE_YEARS}, {"reason": _SHIELD, "until": _FOR_GOOD}
    claim(
        PersonalField("consent_point", "address_sealed", "contact", True, "null", "contact"),
        PersonalField("consent_point", "hint", "contact", False, "replace", "contact", replacement=FORGOTTEN),
        PersonalField("consent_point", "ending", "contact", False, "null", "contact"),  # made from hint, goes with it
        PersonalField("consent_point", "region", "contact", False, "null", "contact"),
        PersonalField("consent_point", "zones", "contact", False, "null", "contact"),
        PersonalField("consent_point", "number_type", "contact", False, "null", "contact"),
        PersonalField("consent_point", "digest", "contact", False, "hash", "suppression", **shield),
        PersonalField("consent_point", "platform_digest", "contact", False, "hash", "suppression", **shield),
        PersonalField("consent_consentevent", "status", "contact", False, "keep", "evidence", **proof),
        PersonalField("consent_consentevent", "evidence_sealed", "contact", True, "keep", "evidence", **proof),
        PersonalField("consent_attachment", "content_sealed", "contact", True, "keep", "evidence", **proof),
        PersonalField("consent_consentstate", "status", "contact", False, "delete", "contact"),
        PersonalField("consent_consentstate", "engaged_at", "contact", False, "delete", "contact"),
        *[PersonalField("consent_preference", name, "contact", False, "delete", "contact") for name in _WISHES],
        PersonalField("consent_stoprequest", "reason_sealed", "contact", True, "null", "contact"),
        PersonalField("consent_stoprequest", "place", "contact", False, "null", "contact"),
        PersonalField("consent_stoplistentry", "digest", "contact", False, "hash", "suppression", **shield),
        PersonalField("consent_stoplistentry", "reason_sealed", "contact", True, "null", "contact"),
        PersonalField("consent_stoplistentry", "removal_sealed", "contact", True, "null", "contact"),
        PersonalField("consent_suppression", "kind", "contact", False, "keep", "suppression", **shield),
        PersonalField("consent_platformsuppression", "digest", "contact", False, "hash", "suppression", **shield),
    )
    mine = "point_id = any(%(points)s)"
    claim_rows(
        PersonalRows("consent_consentstate", "what they agreed to and refused, as it stands", mine, 50),
        PersonalRows("consent_preference", "wishes of their preference page", mine, 51),
        PersonalRows("consent_point", "addresses", "id = any(%(points)s)", 60),
        PersonalRows("consent_stoprequest", "pleas to stop that people decided about", mine, 52),
        PersonalRows("consent_consentevent", "facts of the consent ledger", mine, 70, grows=True),
        PersonalRows(
            "consent_attachment",
            "scans and recordings filed with an agreement",
            "event_id in (select e.id from consent_consentevent e where e.point_id = any(%(points)s))",
            71,
        ),
        PersonalRows("consent_suppression", "protections", mine, 72, grows=True),
        PersonalRows(
            "consent_stoplistentry",
            "entries on lists of whom not to reach",
            "digest in (select p.digest from consent_point p where p.id = any(%(points)s))",
            74,
        ),
        PersonalRows(
            "consent_platformsuppression",
            "marks on the platform's own list",
            "digest in (select p.platform_digest from consent_point p where p.id = any(%(points)s))",
            73,
        ),
    )
