"""Addresses a carrier keeps out by itself: a person stopped or a mail bounced, and no webhook need ever have told of it.

The mail service keeps a list for each server here; the SMS carriers keep theirs with the account (`Account.opted_out`).
"""

import json
from typing import Any

from aiohttp import web

from sandbox import doors
from sandbox.accounts import Accounts
from sandbox.clock import Clock

#: reports after which the mail service keeps an address out, and who it says did it
_LASTING = {"HardBounce": "Recipient", "SpamComplaint": "Recipient", "ManualSuppression": "Recipient"}


class KeptOutMail:
    """The addresses that each server of the mail service keeps out, as its list shows them."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._entries: dict[tuple[str, str], dict[str, str]] = {}

    def note(self, token: str, address: str, reason: str) -> None:
        """Keep an address out when a report of this type makes the mail service do so."""
        if reason in _LASTING:
            self.put(token, address, reason, _LASTING[reason])

    def put(self, token: str, address: str, reason: str, origin: str) -> None:
        """Keep an address out."""
        self._entries[token, address.lower()] = {
            "EmailAddress": address,
            "SuppressionReason": reason,
            "Origin": origin,
            "CreatedAt": self._clock.now().isoformat(),
        }

    def of(self, token: str) -> list[dict[str, str]]:
        """What one server keeps out, in the order it began to."""
        return [entry for (server, _), entry in self._entries.items() if server == token]

    def forget(self) -> None:
        """Serve everybody again."""
        self._entries.clear()

    def has(self, token: str, address: str) -> bool:
        """Whether a server turns this address away."""
        return (token, address.lower()) in self._entries


class KeptOutControl:
    """`POST /_sandbox/kept_out`: have a carrier keep addresses out without telling anybody."""

    def __init__(self, accounts: Accounts, mail: KeptOutMail, secret: str) -> None:
        self._accounts = accounts
        self._mail = mail
        self._secret = secret

    def routes(self) -> list[web.RouteDef]:
        """The door and who answers it."""
        return [web.post("/_sandbox/kept_out", doors.only_with(self._secret)(self.put))]

    async def put(self, request: web.Request) -> web.Response:
        """Shape: `account` (sid) or `server` (token), `addresses`, for mail also `reason` and `origin`."""
        wanted: dict[str, Any] = json.loads(await request.read() or b"{}")
        addresses = [str(each) for each in wanted.get("addresses", ())]
        if server := str(wanted.get("server", "")):
            reason, origin = str(wanted.get("reason", "ManualSuppression")), str(wanted.get("origin", "Recipient"))
            for address in addresses:
                self._mail.put(server, address, reason, origin)
            return web.json_response({"kept_out": len(addresses)})
        account = self._accounts.get(str(wanted.get("account", "")))
        if account is None:
            return doors.refused("account, server: name one that exists", 400)
        account.opted_out.update(addresses)
        return web.json_response({"kept_out": len(addresses)})
