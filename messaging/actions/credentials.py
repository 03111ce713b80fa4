"""Opening what was sealed when an account was connected, for a call or a signature."""

import json

from core import vault
from core.tenancy import require_organization_id
from messaging.models import ProviderAccount


def open_credentials(account: ProviderAccount) -> dict[str, str]:
    """The credentials of an account, opened for a call or a signature."""
    organization_id, sealed = require_organization_id(), account.credentials_sealed
    text = vault.unseal_text(organization_id, "messaging_provideraccount", "credentials_sealed", account.id, sealed)
    return dict(json.loads(text))
