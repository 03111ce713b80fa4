"""Which category of prices a text belongs to: that of the template it was made of, as the network has it now."""

import uuid
from collections.abc import Collection, Mapping
from typing import Any

from billing.price_book import category_of
from messaging.models import ProviderTemplate, TemplateVersion


def template_categories(version_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    """The category of the template behind each of these versions; none for a version without one. Two queries."""
    named = TemplateVersion.objects.filter(id__in=version_ids, parts__has_key="template")
    by_version = dict(named.values_list("id", "parts__template__id"))
    rows = (
        ProviderTemplate.objects.filter(id__in=by_version.values()) if by_version else ProviderTemplate.objects.none()
    )
    known = {str(row_id): category for row_id, category in rows.values_list("id", "category")}
    return {version_id: known[name] for version_id, name in by_version.items() if name in known}


def price_category(channel: str, tier: str, parts: Mapping[str, Any]) -> str:
    """The category of prices of one text for a purpose of this tier. One query for a template, none for anything else."""
    if channel != "whatsapp" or "template" not in parts:
        return category_of(channel, tier)
    row = ProviderTemplate.objects.filter(id=parts["template"]["id"]).values_list("category", flat=True).first()
    return category_of(channel, tier, row or "")
