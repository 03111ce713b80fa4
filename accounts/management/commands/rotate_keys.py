"""Wrap every organisation's keys under the newest master key, or begin a new data key for one organisation."""

import uuid
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.actions.signing_keys import begin_signing_key
from accounts.actions.vault_keys import begin_data_key, rewrap_keys
from accounts.contracts import SYSTEM
from accounts.second_factor import reseal_second_factors
from accounts.selectors import organizations_to_rewrap
from core import vault
from core.tenancy import tenant_context


class Command(BaseCommand):
    """`manage.py rotate_keys` after adding a master key in front; killed half-way, the next run does the rest.

    Once more with CARILLON_ROLE=operator it seals the second factors of operators anew, and nothing else.
    """

    help = "Wrap all keys and second factors under the newest of MASTER_KEYS; --data ORG begins a new data key for one."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--data", type=uuid.UUID, metavar="ORG", help="begin a new data key for this organisation")
        parser.add_argument("--signing", action="store_true", help="sign proofs of consent with a new key from now on")

    def handle(self, *_args: Any, data: uuid.UUID | None, signing: bool, **_options: Any) -> None:
        try:
            if signing:
                self.stdout.write(f"Key {begin_signing_key(actor=SYSTEM)} signs from now on.")
            else:
                self.stdout.write(self._begin(data) if data else self._rewrap())
        except vault.CannotOpen as problem:
            raise CommandError(
                f"{problem}. Keep the former master key in MASTER_KEYS until this has finished."
            ) from None

    def _begin(self, organization_id: uuid.UUID) -> str:
        with tenant_context(organization_id):
            return f"Data key {begin_data_key(actor=SYSTEM)} is in use."

    def _rewrap(self) -> str:
        newest = next(iter(vault.master_keys()))
        if settings.ROLE == "operator":
            return f"{reseal_second_factors()} second factors of operators are now under {newest}."
        keys = organizations = 0
        for organization_id in organizations_to_rewrap(newest):
            with tenant_context(organization_id):
                keys += rewrap_keys(actor=SYSTEM)
            organizations += 1
        factors = reseal_second_factors()
        return f"{keys} keys of {organizations} organisations and {factors} second factors are now under {newest}."
