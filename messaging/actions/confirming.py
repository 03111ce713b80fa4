"""Asking a carrier whether it really took what a webhook says a person wrote, before that may lift a stop.

The owner of an account holds the secret that its webhooks are signed with, so a signature says nothing about the person.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from typing import Final

from core.http import Limits, Session, run
from messaging.contracts import Inbound
from messaging.providers.protocol import ConfirmsInbound, ProviderError
from messaging.providers.registry import provider

logger = logging.getLogger(__name__)
#: the carrier waits for our answer meanwhile, so it is asked briefly; units: seconds
PATIENCE: Final = 2.0
_LIMITS: Final = Limits(connect_seconds=1.0, total_seconds=PATIENCE, connections=2)


def confirmed_by_carrier(
    name: str, credentials: Mapping[str, str], base_url: str, messages: Sequence[Inbound]
) -> frozenset[str]:
    """The ids of those messages the carrier says it took from these very people.

    Effects: one request a message, two seconds in all. Call it outside any transaction: a slow carrier shall hold no lock.
    Errors:  none; what the carrier does not confirm in time is not confirmed.
    """

    async def ask(session: Session) -> frozenset[str]:
        carrier = provider(name, credentials, base_url, session)
        if not isinstance(carrier, ConfirmsInbound):
            return frozenset()
        found = set()
        try:
            async with asyncio.timeout(PATIENCE):
                for message in messages:
                    if await carrier.has_received(message):
                        found.add(message.provider_message_id)
        except (ProviderError, TimeoutError) as error:
            logger.warning("a carrier confirmed nothing", extra={"provider": name, "reason": type(error).__name__})
        return frozenset(found)

    return run(ask, _LIMITS)
