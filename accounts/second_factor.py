"""Second factors: their secrets are sealed before they reach the database."""

import base64
import os

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import transaction

from core import vault

_BOUND = b"second-factor|v1|"
#: what allauth keeps sealed in an authenticator's data: the key of one-time codes, the seed of recovery codes
_SEALED = ("secret", "seed")


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Keeps one-time-code keys and recovery seeds under the master key.

    They belong to a person, not to an organisation, so no organisation's key can seal them.
    """

    def encrypt(self, text: str) -> str:
        """Seal a secret under the newest master key. Shape: "<master key name>:<base64 of nonce 12 | ciphertext | tag>"."""
        name, key = next(iter(vault.master_keys().items()))
        nonce = os.urandom(12)
        sealed = nonce + AESGCM(key).encrypt(nonce, text.encode(), _BOUND + name.encode())
        return f"{name}:{base64.b64encode(sealed).decode()}"

    def decrypt(self, encrypted_text: str) -> str:
        """Open a sealed secret.

        Errors: CannotOpen when its master key is not configured or the value was changed.
        """
        name, _, encoded = encrypted_text.partition(":")
        key = vault.master_keys().get(name)
        if key is None:
            raise vault.CannotOpen("the master key of a second factor is not in MASTER_KEYS")
        sealed = base64.b64decode(encoded)
        try:
            return AESGCM(key).decrypt(sealed[:12], sealed[12:], _BOUND + name.encode()).decode()
        except InvalidTag:
            raise vault.CannotOpen("the secret of a second factor was changed") from None


def reseal_second_factors() -> int:
    """Seal every second factor's secret under the newest master key; answer how many were not yet.

    Effects: one update for each; killed half-way, the next run does the rest. Those of operators are sealed anew by the
             operators' own role, those of everybody else by the role of pages: neither writes the others' rows.
    Errors:  CannotOpen when a former master key is missing; nothing is changed then.
    """
    adapter, newest, count = SecondFactorAdapter(), next(iter(vault.master_keys())), 0
    with transaction.atomic():
        ours = Authenticator.objects.filter(user__is_staff=settings.ROLE == "operator")
        for row in ours.select_for_update(of=("self",)).exclude(type=Authenticator.Type.WEBAUTHN):
            stale = {name: value for name, value in row.data.items() if name in _SEALED}
            stale = {name: value for name, value in stale.items() if not value.startswith(f"{newest}:")}
            if stale:
                row.data |= {name: adapter.encrypt(adapter.decrypt(value)) for name, value in stale.items()}
                row.save(update_fields=["data"])
                count += 1
    return count
