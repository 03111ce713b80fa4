"""The list of providers: a name, stored for ever, and the class behind it."""

from collections.abc import Mapping
from typing import ClassVar, Final, Protocol

from core.http import Session
from messaging.providers.credentials import ConnectGuide
from messaging.providers.postmark import Postmark
from messaging.providers.protocol import CodeMeaning, ExplainsCodes, Misconfigured, Provider
from messaging.providers.smtp import Smtp
from messaging.providers.telnyx import Telnyx
from messaging.providers.twilio import Twilio
from messaging.providers.whatsapp_cloud import WhatsAppCloud


class Registered(Provider, Protocol):
    """A provider that can be chosen: it says what it wants to know, and is made from nothing else."""

    guide: ClassVar[ConnectGuide]

    def __init__(self, credentials: Mapping[str, str], base_url: str = "", session: Session | None = None) -> None:
        """Errors: Misconfigured names the credential that is missing or cannot be right."""
        ...


#: in the order the page offers them
_CLASSES: Final[tuple[type[Registered], ...]] = (Twilio, Telnyx, WhatsAppCloud, Smtp, Postmark)


def _by_name(classes: tuple[type[Registered], ...]) -> dict[str, type[Registered]]:
    """The register. Errors: ValueError when two classes share a name."""
    found: dict[str, type[Registered]] = {}
    for one in classes:
        if one.name in found:
            raise ValueError(f"two providers are called {one.name}")
        found[one.name] = one
    return found


PROVIDERS: Final = _by_name(_CLASSES)


def provider(
    name: str, credentials: Mapping[str, str], base_url: str = "", session: Session | None = None
) -> Registered:
    """Make the provider of one account.

    Shape:  `base_url` empty means the provider's own address; `session` is needed for calls, not for webhooks.
    Errors: Misconfigured when the name is not registered or a credential is missing.
    """
    if name not in PROVIDERS:
        known = ", ".join(sorted(PROVIDERS))
        raise Misconfigured(f"there is no provider called {name}; choose one of: {known}")
    return PROVIDERS[name](credentials, base_url, session)


def meaning_of(name: str, code: str) -> CodeMeaning | None:
    """What one of a provider's codes means; None when the provider or the code is not known."""
    known = PROVIDERS.get(name)
    if known is None or not issubclass(known, ExplainsCodes):
        return None
    # a table of codes needs no credentials, so no provider is made
    meaning = known.explain(object.__new__(known), code)
    return None if meaning.action == "unknown" else meaning
