"""What is posted to a route: the fields of the form that its page shows, or a line here where there is no such page.

A value that is the id of one of our rows is a reference: the matrix puts another organisation's id in its place.
"""

from collections.abc import Callable
from typing import Any

from django import forms

from tests.walls.seeds import Seeds

#: route → what a right request to it carries, for posts without a page of their own and for every write of the API
BODIES: dict[str, Callable[[Seeds], dict[str, Any]]] = {
    "accounts:switch": lambda seeds: {"id": str(seeds.team.id)},
    "accounts:documents": lambda _seeds: {"agree": "on"},
    "consent:change_limits": lambda _seeds: {"most": "4", "days": "7", "when_full": "wait"},
    "consent:try_text": lambda _seeds: {"text": "STOP", "language": "", "country": ""},
    "consent:confirming": lambda _seeds: {"channels": ["email"]},
    "consent:confirm_request": lambda _seeds: {},
    "consent:deny_request": lambda _seeds: {"reason": "They called: it was about the magazine."},
    "consent:agree_denial": lambda _seeds: {},
    "consent:give_request": lambda seeds: {"owner": str(seeds.team.people["owner"].id)},
    "consent:stop_lists": lambda _seeds: {"kind": "own", "name": "Ours", "source": "The office"},
    "consent:find_listed": lambda _seeds: {"address": "+14025550123"},
    "consent:add_listed": lambda _seeds: {
        "entries": "+14025550123",
        "reason": "Asked by their lawyer",
        "channel": "all",
    },
    "consent:renew_list": lambda _seeds: {"source_on": "2026-11-01"},
    "consent:end_list": lambda _seeds: {"reason": "Nobody knows whose it was"},
    "consent:export_list": lambda _seeds: {},
    "consent:remove_listed": lambda _seeds: {"reason": "They signed anew"},
    "api:keyword_readings": lambda _seeds: {"text": "STOP"},
    "campaigns:counter": lambda _seeds: {"text": "Hello {{ contact.first_name }}"},
    "campaigns:launch": lambda _seeds: {"confirmed": "1"},
    "campaigns:export": lambda _seeds: {"show": "all"},
    "campaigns:preview": lambda seeds: {
        "body": "Hello {{ contact.first_name }}",
        "contact": str(seeds.id_of("contacts.Contact")),
        "included": str(seeds.id_of("contacts.List")),
    },
    "api:campaigns": lambda seeds: _campaign(seeds),
    "api:campaign": lambda seeds: _campaign(seeds),
    "api:contacts": lambda seeds: {
        "first_name": "Mina",
        "points": [{"label": "phone", "value": "+14025550123"}],
        "lists": [str(seeds.id_of("contacts.List"))],
    },
    "api:contact": lambda _seeds: {"city": "Omaha"},
    "api:erase": lambda _seeds: {"dry_run": True},
    "privacy:erase": lambda _seeds: {"confirmation": "ERASE"},
    "api:contact_batch": lambda _seeds: {
        "contacts": [{"external_id": "crm-7", "points": [{"label": "phone", "value": "+14025550123"}]}]
    },
    "api:imports": lambda _seeds: {"file": "Phone,First name\n+14025550123,Mina\n", "kind": "people"},
    "api:check_import": lambda seeds: {"attested": True, "list": str(seeds.id_of("contacts.List"))},
    "api:consents": lambda seeds: _consent(seeds),
    "api:consent_batch": lambda seeds: {"consents": [_consent(seeds) | {"reference": "form-7"}]},
    "api:consent_search": lambda _seeds: {"address": "+14025550123"},
    "api:frequency": lambda _seeds: {"most": 4, "days": 7, "when_full": "wait"},
    "api:engagements": lambda seeds: {
        "address": "+14025550123",
        "channel": "sms",
        "purpose": str(seeds.id_of("consent.Purpose")),
        "kind": "click",
        "occurred_at": "2026-11-01T09:00:00Z",
    },
    "ask_again": lambda seeds: {"purpose": str(seeds.id_of("consent.Purpose")), "channel": "sms", "days": "90"},
    "api:stops": lambda _seeds: {"address": "+14025550123", "channel": "all"},
    "api:rule_questions": lambda _seeds: {
        "place": "US-FL",
        "channel": "sms",
        "tier": "marketing",
        "day": "2026-11-25",
        "hour": "20:05",
    },
    "api:decisions": lambda seeds: {
        "addresses": ["+14025550123"],
        "channel": "sms",
        "purpose": str(seeds.id_of("consent.Purpose")),
        "sender": str(seeds.id_of("messaging.Sender")),
    },
    "api:messages": lambda seeds: {
        "to": "+14025550123",
        "sender": str(seeds.id_of("messaging.Sender")),
        "purpose": str(seeds.id_of("consent.Purpose")),
        "text": "Hello",
        "dry_run": True,
    },
    "api:message_batch": lambda seeds: {
        "messages": [
            {
                "reference": "order-7",
                "to": "+14025550123",
                "sender": str(seeds.id_of("messaging.Sender")),
                "purpose": str(seeds.id_of("consent.Purpose")),
                "text": "Hello",
            }
        ],
        "dry_run": True,
    },
    "api:launch": lambda _seeds: {"confirmed": 1},
    "api:templates": lambda seeds: {
        "account": str(seeds.id_of("messaging.ProviderAccount")),
        "name": "visit_reminder",
        "language": "en_US",
        "use_case": "support",
        "body": "Hello {{1}}, we have looked into it for you.",
    },
    "api:sync_templates": lambda seeds: {"account": str(seeds.id_of("messaging.ProviderAccount"))},
    "messaging:sync_templates": lambda seeds: {"account": str(seeds.id_of("messaging.ProviderAccount"))},
    "messaging:new_registration": lambda seeds: _registration(seeds),
    "messaging:change_registration": lambda seeds: _registration(seeds),
    "api:text_overrides": lambda seeds: {
        "channel": "sms",
        "purpose": str(seeds.id_of("consent.Purpose")),
        "text": "A casino for you",
        "countries": ["US"],
        "why": "It is licensed",
    },
    "messaging:decide_override": lambda _seeds: {"decision": "approve"},
    "campaigns:ask_about_words": lambda _seeds: {"why": "It is licensed"},
    "messaging:use_template": lambda _seeds: {"use_case": "support"},
}


def _consent(seeds: Seeds) -> dict[str, Any]:
    return {
        "address": "+14025550123",
        "channel": "sms",
        "purpose": str(seeds.id_of("consent.Purpose")),
        "source": "web_form",
        "wording": str(seeds.id_of("consent.Wording")),
        "occurred_at": "2026-01-01T10:00:00Z",
        "evidence": {"page": "https://acme.example/join"},
    }


def _registration(seeds: Seeds) -> dict[str, Any]:
    return {
        "kind": "a2p_campaign",
        "country": "US",
        "sender": str(seeds.id_of("messaging.Sender")),
        "number": "CM00000001",
        "state": "approved",
        "evidence": "Ticket 17",
    }


def _campaign(seeds: Seeds) -> dict[str, Any]:
    return {
        "name": "Winter sale",
        "channel": "sms",
        "purpose": str(seeds.id_of("consent.Purpose")),
        "sender": str(seeds.id_of("messaging.Sender")),
        "body": "Hello {{ contact.first_name }}",
        "included": [str(seeds.id_of("contacts.List"))],
    }


def body_of_form(form: Any, seeds: Seeds) -> dict[str, Any]:
    """A body with a value for every field of a form; a choice among rows is one of ours."""
    ours = {str(row.pk) for row in seeds.rows.values()}
    return {
        form.add_prefix(name): _value(field, form.get_initial_for_field(field, name), ours)
        for name, field in form.fields.items()
    }


def _value(field: forms.Field, initial: Any, ours: set[str]) -> Any:
    if isinstance(field, forms.ChoiceField):
        values = [str(value) for value, _ in field.choices if not isinstance(value, list | tuple)]
        chosen = next((value for value in values if value in ours), None) or str(initial or (values or [""])[-1])
        return [chosen] if isinstance(field, forms.MultipleChoiceField | forms.ModelMultipleChoiceField) else chosen
    if isinstance(field, forms.BooleanField):
        return "on"
    if isinstance(field, forms.IntegerField):
        return str(initial or 1)
    if isinstance(field, forms.EmailField):
        return "somebody@people.example"
    return str(initial or "+1 402 555 0123")
