"""What the contract suite must know of each provider beyond the protocol: one kit each, and the fixtures.

ADAPTERS are the registered providers and those that are finished but not registered yet; the suite asks the same of all.
"""

import datetime
import json
import pathlib
from collections.abc import Mapping
from typing import Any

import pytest

from core.http import Limits, Session
from messaging.providers.protocol import Provider
from messaging.providers.registry import PROVIDERS
from messaging.providers.whatsapp_cloud import WhatsAppCloud
from tests.contract.kit_postmark import PostmarkKit
from tests.contract.kit_telnyx import TelnyxKit
from tests.contract.kit_twilio import TwilioKit
from tests.contract.kit_whatsapp_cloud import WhatsAppCloudKit
from tests.contract.messages import ATTEMPT, BODY, CALLBACK_SECRET, RECIPIENT, WEBHOOK_BASE, outbound

__all__ = ["ATTEMPT", "BODY", "CALLBACK_SECRET", "RECIPIENT", "WEBHOOK_BASE", "outbound"]

FIXTURES = pathlib.Path(__file__).parent.parent / "fixtures" / "providers"
#: speaks no HTTP; its contract is in test_smtp_contract.py
NOT_HTTP = frozenset({"smtp"})
ADAPTERS = dict(PROVIDERS) | {one.name: one for one in (WhatsAppCloud,)}
KITS = {"twilio": TwilioKit(), "telnyx": TelnyxKit(), "whatsapp_cloud": WhatsAppCloudKit(), "postmark": PostmarkKit()}
NAMES = sorted(ADAPTERS.keys() - NOT_HTTP)
QUICK = Limits(connect_seconds=0.3, total_seconds=0.8, answer_bytes=20_000)


def adapter(
    name: str, credentials: Mapping[str, str] | None = None, base_url: str = "", session: Session | None = None
) -> Provider:
    """One adapter with its kit's credentials, or with others."""
    return ADAPTERS[name](KITS[name].credentials if credentials is None else credentials, base_url, session)


def fixtures(provider: str, kind: str = "") -> list[tuple[str, dict[str, Any]]]:
    """The recorded fixtures of one provider, by name."""
    found = [(path.stem, json.loads(path.read_text())) for path in sorted((FIXTURES / provider).glob("*.json"))]
    return [(name, fixture) for name, fixture in found if not kind or fixture["kind"] == kind]


def good_answer(name: str) -> dict[str, Any]:
    """The body of an answer that accepts a message."""
    return next(fixture["body"] for _, fixture in fixtures(name, "answer") if "error" not in fixture["expect"])


def of_each(*kinds: str) -> list[Any]:
    """One parameter for each provider and fixture of these kinds."""
    return [
        pytest.param(name, fixture, id=f"{name}-{case}")
        for kind in kinds
        for name in NAMES
        for case, fixture in fixtures(name, kind)
    ]


def of_kits(attribute: str) -> list[Any]:
    """One parameter for each provider and named case of its kit."""
    return [
        pytest.param(name, case, id=f"{name}-{label}")
        for name in NAMES
        for label, case in getattr(KITS[name], attribute).items()
    ]


def recorded(value: Any) -> Any:
    """A value as a fixture writes it."""
    if isinstance(value, datetime.datetime):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


each_provider = pytest.mark.parametrize("name", NAMES)
each_lookup = pytest.mark.parametrize("name", [name for name in NAMES if ADAPTERS[name].capabilities.lookup])
each_idempotent = pytest.mark.parametrize(
    "name", [name for name in NAMES if ADAPTERS[name].capabilities.idempotent_send]
)
