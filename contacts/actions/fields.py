"""Custom fields: opening one, and reading what people type into it (B4)."""

import datetime
import decimal
import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.text import slugify

from accounts.actions.audit import record_audit
from accounts.contracts import Actor, Refused
from contacts.claims import consent_answer
from contacts.contracts import MappedColumn
from contacts.contracts import Mapping as ColumnMapping
from contacts.evidence_dates import read_evidence_date
from contacts.mapping import check_mapping, known_headers
from contacts.models import CustomField
from contacts.spelling import clean_text, fold

MOST_FIELDS = 50
LONGEST_TEXT = 500
_NUMBER = re.compile(r"[+-]?\d{1,18}(\.\d{1,9})?")
_CONSENT_FIELDS = ("consent", "opted_out")


def open_field(*, actor: Actor, label: str, kind: str, choices: Sequence[str] = (), key: str = "") -> CustomField:
    """Start keeping one more thing about people.

    Errors: Refused when the name is about consent (the ledger alone keeps that), taken or unusable, when a choice has no
            choices, or when there are as many fields as one organisation may have.
    """
    actor.require("change_contacts")
    label = " ".join(label.split())
    key = key or slugify(label)[:40].replace("-", "_").strip("_")
    _demand_name(key, label)
    if kind == "choice" and not [choice for choice in choices if choice.strip()]:
        raise Refused("A choice needs something to choose from.", field="choices", remedy="Write one choice a line.")
    if CustomField.objects.filter(key=key).exists():
        raise Refused("There is a field of that name.", field="label", remedy="Use it, or choose another name.")
    if CustomField.objects.count() >= MOST_FIELDS:
        raise Refused(f"There are {MOST_FIELDS} fields, as many as we keep.", remedy="Use one that exists.")
    listed = list(dict.fromkeys(filter(None, map(clean_text, choices)))) if kind == "choice" else []
    field = CustomField.objects.create(key=key, label=label, kind=kind, choices=listed)
    record_audit(actor=actor, action="field.opened", on=("field", field.id), data={"key": key, "kind": kind})
    return field


def _demand_name(key: str, label: str) -> None:
    """A field whose name speaks of consent would be a second, unproven ledger."""
    column = MappedColumn(0, label, f"custom:{key}")
    problems = check_mapping(ColumnMapping((column, MappedColumn(1, "phone", "phone"))), [label, "phone"])
    for problem in problems:
        if problem.code == "custom_consent":
            raise Refused(
                "A field cannot be about consent: consent is kept with its proof.",
                field="label",
                remedy="Record it on the contact, or import it into a consent column.",
            )
        raise Refused("This name cannot be used.", field="label", remedy="Begin with a letter from A to Z.")
    for text in (key, label):
        if known_headers().get(fold(text), "").startswith(_CONSENT_FIELDS):
            raise Refused(
                "A field cannot be about consent: consent is kept with its proof.",
                field="label",
                remedy="Record it on the contact, or import it into a consent column.",
            )


def typed_fields(custom: Mapping[str, str]) -> dict[str, Any]:
    """What people typed into custom fields, as the values we keep; empty texts are left out. One query if any is filled.

    Errors: Refused naming the field whose value does not fit, or that does not exist.
    """
    filled = {key: text for key, text in custom.items() if text.strip()}
    if not filled:
        return {}
    known = {field.key: field for field in CustomField.objects.filter(key__in=filled)}
    values = {}
    for key, text in filled.items():
        if key not in known:
            raise Refused("There is no such field.", field=f"custom_{key}", remedy="Open the field first.")
        value = read_value(known[key].kind, known[key].choices, text)
        if value is None:
            raise Refused(
                f"{known[key].label}: this does not fit.", field=f"custom_{key}", remedy=REMEDIES[known[key].kind]
            )
        values[key] = value
    return values


REMEDIES = {
    "text": f"Write at most {LONGEST_TEXT} characters.",
    "number": "Write a number such as 12 or 12.5.",
    "date": "Write it as 2026-03-31.",
    "boolean": "Write yes or no.",
    "choice": "Write one of the choices.",
}


def read_value(kind: str, choices: Sequence[str], text: str) -> Any | None:
    """One value of a custom field as JSON keeps it, None when the text does not fit its kind.

    Shape: text as it is; number int or float; date "2026-03-31"; boolean True or False; choice as it is spelled there.
    """
    text = clean_text(text)
    if kind == "text":
        return text if len(text) <= LONGEST_TEXT else None
    if kind == "number":
        return _number(text)
    if kind == "date":
        return _date(text)
    if kind == "boolean":
        return _boolean(text)
    return next((choice for choice in choices if fold(choice) == fold(text)), None)


def _number(text: str) -> int | float | None:
    plain = text.replace("\u00a0", "").replace(" ", "")
    if not _NUMBER.fullmatch(plain):
        return None
    value = decimal.Decimal(plain)
    return int(value) if value == value.to_integral_value() else float(value)


def _date(text: str) -> str | None:
    """A day as ISO 8601 writes it; days before evidence exists (birthdays) only as 1985-12-31."""
    try:
        return datetime.date.fromisoformat(text).isoformat()
    except ValueError:
        found = read_evidence_date(text)
    return found.date().isoformat() if isinstance(found, datetime.datetime) else None


def _boolean(text: str) -> bool | None:
    answer = consent_answer(text)
    if answer == "yes":
        return True
    return False if fold(text) in {"no", "n", "false", "f", "0", "nein", "non", "não", "nao"} else None
