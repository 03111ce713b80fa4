"""Verbs on an organisation's vault keys: wrap them under the newest master key, begin a new data key."""

from accounts.actions.audit import record_audit
from accounts.contracts import Actor
from accounts.models import OrganizationKey
from core import vault
from core.tenancy import require_organization_id


def rewrap_keys(*, actor: Actor) -> int:
    """Wrap the keys of the organisation in scope under the newest master key; answer how many were not yet.

    Effects: only the wrapping changes, so every sealed value stays as it is and readable all the time.
    """
    organization_id, newest = require_organization_id(), next(iter(vault.master_keys()))
    stale = OrganizationKey.objects.exclude(kek_id=newest).select_for_update().order_by("purpose", "version")
    count = 0
    for row in stale:
        held = vault.WrappedKey(row.version, row.purpose, bytes(row.wrapped), row.kek_id)
        fresh = vault.wrap(organization_id, row.version, row.purpose, vault.unwrap(organization_id, held))
        OrganizationKey.objects.filter(id=row.id).update(wrapped=fresh.wrapped, kek_id=fresh.kek_id)
        count += 1
    if count:
        record_audit(actor=actor, action="keys.rewrapped", data={"master_key": newest, "count": count})
    return count


def begin_data_key(*, actor: Actor) -> int:
    """Give the organisation in scope a new data key; answer its version. What is sealed from now on uses it."""
    organization_id = require_organization_id()
    versions = OrganizationKey.objects.select_for_update().filter(purpose="data").values_list("version", flat=True)
    key = vault.new_wrapped_key(organization_id, max(versions) + 1, "data")
    OrganizationKey.objects.create(version=key.version, purpose="data", wrapped=key.wrapped, kek_id=key.kek_id)
    record_audit(actor=actor, action="keys.data_key_begun", data={"version": key.version})
    vault.forget_rings(organization_id)
    return key.version
