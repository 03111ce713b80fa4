"""The list of providers: a name, stored for ever, and the class behind it."""

from collections.abc import Mapping
from typing import Final

from core.http import Session
from messaging.providers.protocol import Misconfigured, Provider
from messaging.providers.twilio import Twilio

_CLASSES: Final = (Twilio,)


def _by_name(classes: tuple[type[Twilio], ...]) -> dict[str, type[Twilio]]:
    """The register. Errors: ValueError when two classes share a name."""
    found: dict[str, type[Twilio]] = {}
    for one in classes:
        if one.name in found:
            raise ValueError(f"two providers are called {one.name}")
        found[one.name] = one
    return found


PROVIDERS: Final = _by_name(_CLASSES)


def provider(name: str, credentials: Mapping[str, str], base_url: str = "", session: Session | None = None) -> Provider:
    """Make the provider of one account.

    Shape:  `base_url` empty means the provider's own address; `session` is needed for calls, not for webhooks.
    Errors: Misconfigured when the name is not registered or a credential is missing.
    """
    if name not in PROVIDERS:
        known = ", ".join(sorted(PROVIDERS))
        raise Misconfigured(f"there is no provider called {name}; choose one of: {known}")
    return PROVIDERS[name](credentials, base_url, session)
