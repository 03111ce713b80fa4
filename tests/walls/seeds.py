"""One row of every tenant model for one organisation, every text in it a canary, so that a leak can be seen.

Rows are filled by the type of each field. A model with rules of its own gets a line in FIELDS; a row that cannot be made
fails the tests that need it, loudly.
"""

import dataclasses
import datetime
import os
import uuid
from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import models

from accounts.actions.guests import add_guest
from accounts.actions.members import invite_member
from accounts.actions.roles import make_role
from accounts.models import Organization
from core import clock, vault
from core.email import parse_email
from core.ids import new_id
from core.tenancy import TenantModel, require_organization_id, tenant_context
from tests.factories.accounts import Team, make_key

CANARY = "CANARY"
#: what a field must be where its type alone does not say it: model → field → value, or what to make of the seeds so far
FIELDS: dict[str, dict[str, Any]] = {
    "billing.LedgerEntry": {"kind": "top_up", "debit": "outside", "credit": "available"},
    "consent.Wording": {"per": "month", "most_messages": 4},
    "consent.Point": {"zones": "America/New_York", "region": "US-NY"},
    "consent.ConsentEvent": {"status": "granted", "actor_kind": "system"},
    "consent.ConsentState": {"status": "granted"},
    # one holds at a time for an address, a channel and a kind
    "consent.Suppression": {"kind": "complaint", "channel": lambda _: f"c{_rows_there('consent.Suppression')}"[:8]},
    "consent.StopList": {"kind": "own", "country": ""},
    "consent.StopListEntry": {"form": "phone", "pattern": "", "channel": ""},
    "consent.StopRequest": {"way": "letter"},
    "consent.Preference": {"hours_zone": ""},
    "consent.DecisionRecord": {"outcome": "allowed", "rules_version": "1"},
    "contacts.ImportJob": {
        "state": "checked",
        "headers": ["Phone"],
        "mapping": [{"position": 0, "header": "Phone", "field": "phone", "confidence": 1.0}],
        "checked_counts": {"rows": 1, "created": 1},
    },
    "contacts.ImportRow": {
        "number": lambda _: apps.get_model("contacts.ImportRow").objects.count() + 1,
        "outcome": "rejected",
        "code": "bad_phone",
        "cause": "letters",
        "consent_note": "",
    },
    "contacts.Contact": {"time_zone": "America/New_York", "language": "en", "country": "US"},
    "messaging.ProviderAccount": {"provider": "twilio"},
    "messaging.MessageEvent": {"message_id": lambda seeds: seeds["messaging.Message"].id},
    "messaging.PermissionAsk": {"answered_at": lambda _: clock.now()},
    "messaging.Message": {"origin": "campaign", "state": "accepted"},
    "messaging.CarrierDrift": {"channel": "sms", "because": "opted_out"},
    "messaging.ProviderTemplate": {"language": "en_US", "use_case": "support", "category": "utility"},
    "messaging.Registration": {
        "kind": "a2p_campaign",
        "country": "US",
        "state": "approved",
        "category": "",
        "number": "CM00000001",
    },
    "messaging.TextOverride": {
        "channel": "sms",
        "tier": "marketing",
        "asked_at": lambda _: clock.now(),
        "fingerprint": lambda _: os.urandom(32),
        "findings": [],
    },
    "messaging.InboundMessage": {"kind": "text", "channel": "sms", "verdict": "asked"},
    "campaigns.Recipient": {
        "outcome": "left_out",
        "reason": "no_consent",
        "contact_id": lambda seeds: seeds["contacts.Contact"].id,
    },
}

#: rows nobody but a trigger writes: model → the model whose rows it follows
WRITTEN_BY_TRIGGER = {
    "billing.Balance": "billing.LedgerEntry",
    "billing.Usage": "billing.LedgerEntry",
    "contacts.NameWord": "contacts.Contact",
}


@dataclasses.dataclass(frozen=True, slots=True)
class Seeds:
    """What one organisation has: a row by model ("app.Model"), the key of an application, and its canary word."""

    team: Team
    rows: dict[str, Any]
    key: str
    canary: str

    def id_of(self, label: str) -> uuid.UUID:
        """The id of the organisation's row of this model."""
        return uuid.UUID(str(self.rows[label].pk))


def tenant_models() -> list[type[models.Model]]:
    """Every model whose rows belong to an organisation."""
    return [model for model in apps.get_models() if issubclass(model, TenantModel)]


def plant(team: Team, scopes: list[str]) -> Seeds:
    """Make one row of every tenant model in this organisation, through actions where they exist."""
    canary = f"{CANARY}-{team.name}"
    with tenant_context(team.id):
        rows = _rows_of_accounts(team, canary)
        key, whole = make_key(team, scopes)
        rows["accounts.ApiKey"] = key
        for model in tenant_models():
            _plant(model, rows, canary)
    return Seeds(team, rows, whole, canary)


#: models of which there is one for each row of another: that one is planted anew as well
_ALONE = {"messaging.Call": ("messaging.Message",)}


def plant_another(team: Team, seeds: Seeds, label: str, word: str = "again") -> Any:
    """One more row of a model, beside the same rows of the others; another `word` makes a third."""
    anew = {label, *_ALONE.get(label, ())}
    others = {name: row for name, row in seeds.rows.items() if name not in anew}
    with tenant_context(team.id):
        return _plant(apps.get_model(label), others, f"{seeds.canary}-{word}")


def _rows_of_accounts(team: Team, canary: str) -> dict[str, Any]:
    Organization.objects.update(legal_name=f"{canary}-legal", place=f"{canary}-place", support_contact=f"{canary}-help")
    email = parse_email(f"{canary}@guests.example")
    rows: dict[str, Any] = {
        "accounts.Organization": Organization.objects.current(),
        "accounts.Membership": team.member("viewer"),
        "accounts.Invitation": invite_member(
            actor=team.actor(), email=f"{canary}@invited.example", role="viewer"
        )[0],
        "accounts.CustomRole": make_role(actor=team.actor(), name=f"{canary}-role", permissions=["see_contacts"]),
        "accounts.Guest": add_guest(actor=team.actor(), label=f"{canary}-guest", address=email),  # type: ignore[arg-type]
    }  # fmt: skip
    for name in ("Agreement", "OrganizationKey", "AuditEvent", "AuditHead"):
        rows[f"accounts.{name}"] = apps.get_model("accounts", name).objects.all()[0]
    return rows


def _plant(model: type[models.Model], rows: dict[str, Any], canary: str) -> Any:
    """The organisation's row of this model, made now if there is none yet, after the rows it points to."""
    label = model._meta.label
    if label in rows:
        return rows[label]
    row_id = new_id()
    values: dict[str, Any] = {"id": row_id}
    for field in model._meta.concrete_fields:
        given = FIELDS.get(label, {}).get(field.name)
        if field.primary_key or field.name == "organization":
            continue
        if given is not None:
            values[field.name] = _given(given, rows, canary)
        elif isinstance(field, models.ForeignKey):
            if not field.null or issubclass(field.related_model, TenantModel):
                values[field.name] = _plant(field.related_model, rows, canary)
        else:
            values |= _value(model, field, row_id, canary)
    if label in WRITTEN_BY_TRIGGER:
        _plant(apps.get_model(WRITTEN_BY_TRIGGER[label]), rows, canary)
        rows[label] = model._default_manager.all()[0]
    else:
        rows[label] = model._default_manager.create(**values)
    return rows[label]


def _rows_there(label: str) -> int:
    return int(apps.get_model(label)._default_manager.count())


def _given(given: Any, rows: dict[str, Any], canary: str) -> Any:
    if not callable(given):
        return given
    try:
        return given(rows)
    except KeyError as missing:
        _plant(apps.get_model(missing.args[0]), rows, canary)
        return given(rows)


def _value(model: type[models.Model], field: Any, row_id: uuid.UUID, canary: str) -> dict[str, Any]:
    """The field's value by its type, or nothing where the model's own default will do."""
    if field.generated or getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
        return {}
    if isinstance(field, models.BinaryField):
        return {field.name: _bytes(model, field, row_id, canary)}
    if field.has_default() or (field.null and not isinstance(field, models.CharField | models.TextField)):
        return {}
    for kind, make in _MAKERS:
        if isinstance(field, kind):
            return {field.name: make(field, canary)}
    raise AssertionError(f"{model._meta.label}.{field.name}: no value for a {type(field).__name__}; add it to FIELDS")


def _bytes(model: type[models.Model], field: Any, row_id: uuid.UUID, canary: str) -> bytes:
    if field.name.endswith("_sealed"):
        text = f'"{canary}-{field.name}"'
        return vault.seal(require_organization_id(), model._meta.db_table, field.name, row_id, text)
    return row_id.bytes * ((field.max_length or 16) // 16)


def _text(field: Any, canary: str) -> str:
    if field.choices:
        return str(field.flatchoices[0][0])
    if field.max_length is None or field.max_length >= 40:
        return f"{canary}-{field.name}"
    return "" if field.blank else canary[-field.max_length :].lower()


_MAKERS: list[tuple[type[Any], Callable[[Any, str], Any]]] = [
    (models.CharField, _text),
    (models.TextField, _text),
    (models.DateTimeField, lambda _field, _canary: clock.now()),
    (models.DateField, lambda _field, _canary: datetime.date(2026, 11, 1)),
    (models.UUIDField, lambda _field, _canary: new_id()),
    (models.IntegerField, lambda _field, _canary: 1),
    (models.BooleanField, lambda _field, _canary: False),
    (models.DecimalField, lambda _field, _canary: 1),
    (models.JSONField, lambda _field, canary: {"word": canary}),
    (ArrayField, lambda _field, canary: [canary]),
]
