"""System checks: settings accounts cannot do without."""

from typing import Any

from django.conf import settings
from django.core import checks

from core import vault


def install() -> None:
    """Register the checks."""
    checks.register(check_master_keys, checks.Tags.security)


def check_master_keys(**_: Any) -> list[checks.CheckMessage]:
    """MASTER_KEYS must hold at least one named 32-byte key."""
    hint = "Set MASTER_KEYS to kek-2026-1:<32 bytes in base64>; the newest first."
    try:
        keys = vault.master_keys()
    except ValueError:
        keys = {}
    if not keys or any(len(key) != 32 or not name for name, key in keys.items()):
        return [checks.Error("MASTER_KEYS is malformed.", hint=hint, id="accounts.E001")]
    if len(settings.SECRET_KEY) < 50:
        return [checks.Warning("SECRET_KEY is short.", hint="Use 50 random characters or more.", id="accounts.W001")]
    return []
