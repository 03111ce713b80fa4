"""Keys: a carrier that knows a repeated request again may be asked a second time, and nobody gets a message twice.

The key is the attempt's id. While it lives, an unclear attempt stays open and is made again as the very same request; its
answer then tells what became of the first. When the key is too old, the message is uncertain, as with any other carrier.
"""

import datetime
from typing import Any, Final

from messaging.providers.registry import PROVIDERS

#: of the life the carrier documents, how much we rely on
_TRUSTED_SHARE: Final = 0.8


def key_seconds(provider: str) -> int:
    """How long after its first try a request of this provider may be repeated; 0 when never."""
    capabilities = PROVIDERS[provider].capabilities
    return int(capabilities.key_seconds * _TRUSTED_SHARE) if capabilities.idempotent_send else 0


def key_lives(provider: str, began_at: datetime.datetime, at: datetime.datetime) -> bool:
    """Whether a request first made at `began_at` may be repeated at `at`."""
    return at < began_at + datetime.timedelta(seconds=key_seconds(provider))


def keyed_providers() -> dict[str, Any]:
    """The providers with keys, as parameters of a statement: `keyed` their names, `lives` the seconds of each."""
    keyed = {name: key_seconds(name) for name in PROVIDERS if key_seconds(name)}
    return {"keyed": list(keyed), "lives": list(keyed.values())}
