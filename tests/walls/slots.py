"""Which model an id names: by the name of its slot in an address, a body or a task."""

import functools

from django.apps import apps

from core.tenancy import TenantModel

#: slots whose name is not the model's own with `_id` behind it
NAMED = {
    "role_id": "accounts.CustomRole",
    "member_id": "accounts.Membership",
    "key_id": "accounts.ApiKey",
    "link_id": "contacts.ContactPoint",
    "job_id": "contacts.ImportJob",
    "import_id": "contacts.ImportJob",
    "account_id": "messaging.ProviderAccount",
    "version_id": "messaging.TemplateVersion",
    "attempt_id": "messaging.SendAttempt",
    "event_id": "consent.ConsentEvent",
    "inbound_id": "messaging.InboundMessage",
    "reply_id": "messaging.InboundMessage",
    "decision_id": "consent.DecisionRecord",
    "mapping_id": "contacts.SavedMapping",
    "field_id": "contacts.CustomField",
    "organization_id": "accounts.Organization",
    # a word and no id: what happened to the template that stands beside it
    "alarm": "messaging.ProviderTemplate",
}


@functools.cache
def model_of_slot(name: str) -> str:
    """The label of the model whose id belongs in the slot, such as "contacts.Contact" for `contact_id`.

    Errors: AssertionError for a slot that no model and no line of NAMED explains.
    """
    if name in NAMED:
        return NAMED[name]
    wanted = name.removesuffix("_id").replace("_", "")
    found = [
        model._meta.label
        for model in apps.get_models()
        if issubclass(model, TenantModel) and model._meta.model_name == wanted
    ]
    assert len(found) == 1, f"nobody says which model the slot {name} names; add it to NAMED in tests/walls/slots.py"
    return found[0]
