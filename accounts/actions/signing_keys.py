"""The keys the platform signs with: their private halves lie in the keyring like every other key, wrapped by a master key.

They belong to the platform and to no organisation, so that no organisation can sign for itself. A key that was signed with
is never taken out: its public half must be there as long as anybody checks. It lies beside the wrapped one in the clear, so
that showing it opens nothing.
"""

import dataclasses
import datetime
import hashlib

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import IntegrityError, transaction

from accounts.actions.audit import record_audit
from accounts.contracts import PLATFORM_ORGANIZATION, Actor
from accounts.models import OrganizationKey
from core import vault
from core.tenancy import tenant_context

_PURPOSE = "signing"


@dataclasses.dataclass(frozen=True, slots=True)
class PublicKey:
    """The public half of a key. Its id is the beginning of its own digest: 16 hexadecimal digits.

    `ended_at` is when the next one began; None while it signs.
    """

    key_id: str
    public: bytes
    began_at: datetime.datetime
    ended_at: datetime.datetime | None


def public_keys() -> list[PublicKey]:
    """Every key the platform has ever signed with, newest first. One query, from any organisation or none; opens none."""
    with tenant_context(PLATFORM_ORGANIZATION):
        keys = OrganizationKey.objects.filter(purpose=_PURPOSE, public__isnull=False).order_by("-version")
        rows = [(bytes(public), began) for public, began in keys.values_list("public", "created_at")]
    ends = [None, *(began for _, began in rows)]
    return [
        PublicKey(key_id_of(public), public, began, ended) for (public, began), ended in zip(rows, ends, strict=False)
    ]


@dataclasses.dataclass(frozen=True, slots=True)
class SigningKey:
    """The key that signs now, opened for one piece of work."""

    key_id: str
    private: Ed25519PrivateKey

    def sign(self, message: bytes) -> tuple[str, bytes]:
        """The key's id, and the signature of 64 bytes (Ed25519, RFC 8032)."""
        return self.key_id, self.private.sign(message)


def signing_key() -> SigningKey:
    """The newest key. One query, from any organisation or none.

    Effects: the first time, an installation gets its first key; keys made before public halves were kept get theirs.
    """
    with tenant_context(PLATFORM_ORGANIZATION):
        row = _newest() or _first()
        private = _private(row)
        if row.public is None:
            _keep_public_halves()
    return SigningKey(key_id_of(_public(private)), private)


def begin_signing_key(*, actor: Actor) -> str:
    """Sign with a new key from now on; answer its id. The former ones stay published."""
    with tenant_context(PLATFORM_ORGANIZATION):
        newest = _newest()
        row = _make(newest.version + 1 if newest else 1)
        key_id = key_id_of(_public(_private(row)))
        record_audit(actor=actor, action="keys.signing_key_begun", data={"key": key_id})
    return key_id


def key_id_of(public: bytes) -> str:
    """The name of a public key."""
    return hashlib.sha256(public).hexdigest()[:16]


def _newest() -> OrganizationKey | None:
    return OrganizationKey.objects.filter(purpose=_PURPOSE).order_by("-version").first()


def _first() -> OrganizationKey:
    """The first key of all; of two who make it at once the second takes what the first has made."""
    try:
        with transaction.atomic():
            return _make(1)
    except IntegrityError:
        return OrganizationKey.objects.get(purpose=_PURPOSE, version=1)


def _make(version: int) -> OrganizationKey:
    private = Ed25519PrivateKey.generate()
    key = vault.wrap(PLATFORM_ORGANIZATION, version, _PURPOSE, private.private_bytes_raw())
    return OrganizationKey.objects.create(
        version=version, purpose=_PURPOSE, wrapped=key.wrapped, kek_id=key.kek_id, public=_public(private)
    )


def _keep_public_halves() -> None:
    for row in OrganizationKey.objects.filter(purpose=_PURPOSE, public=None):
        OrganizationKey.objects.filter(id=row.id).update(public=_public(_private(row)))


def _private(row: OrganizationKey) -> Ed25519PrivateKey:
    held = vault.WrappedKey(row.version, row.purpose, bytes(row.wrapped), row.kek_id)
    return Ed25519PrivateKey.from_private_bytes(vault.unwrap(PLATFORM_ORGANIZATION, held))


def _public(private: Ed25519PrivateKey) -> bytes:
    return private.public_key().public_bytes_raw()
