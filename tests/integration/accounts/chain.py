"""Reading the audit trail in tests."""

import uuid
from typing import Any

from accounts.models import AuditEvent
from core.tenancy import tenant_context


def deeds(organization_id: uuid.UUID) -> list[tuple[str, str, dict[str, Any]]]:
    """Every deed of an organisation, oldest first: action, kind of thing, data."""
    with tenant_context(organization_id):
        rows = AuditEvent.objects.order_by("sequence")
        return [(row.action, row.object_kind, row.data) for row in rows]


def last_deed(organization_id: uuid.UUID) -> AuditEvent:
    """The newest link of an organisation's chain."""
    with tenant_context(organization_id):
        return AuditEvent.objects.order_by("-sequence")[0]
