"""What the sandbox's tests share: a client of a sandbox in this process, and an application that listens to it."""

import asyncio
import base64
import dataclasses
import json
from typing import Any

import aiohttp

from sandbox.app import Running

SID = "AC" + "0" * 31 + "1"
MESSAGES = f"/2010-04-01/Accounts/{SID}/Messages"


@dataclasses.dataclass
class Listener:
    """The application's side: every webhook it got, and what it answers."""

    url: str = ""
    heard: list[dict[str, str]] = dataclasses.field(default_factory=list)
    signatures: list[str] = dataclasses.field(default_factory=list)
    json: list[tuple[str, Any]] = dataclasses.field(default_factory=list)
    statuses: list[int] = dataclasses.field(default_factory=list)
    answer: str = ""

    def said(self, name: str = "MessageStatus") -> list[str]:
        """One field of every webhook, in order of arrival."""
        return [form.get(name, "") for form in self.heard]


@dataclasses.dataclass
class Caller:
    """A client of the sandbox with the default account's credentials."""

    session: aiohttp.ClientSession
    base: str
    sandbox: Running

    async def send(self, to: str, body: str = "Hello", headers: dict[str, str] | None = None, **more: str) -> Any:
        """Create a message; answers HTTP status and JSON."""
        form = {"To": to, "From": "+14025550100", "Body": body} | more
        return await self.call("POST", f"{MESSAGES}.json", data=form, headers=headers or {})

    async def call(self, method: str, path: str, **more: Any) -> tuple[int, Any]:
        """Any request; answers HTTP status and JSON, or text where it is none."""
        async with self.session.request(method, self.base + path, **more) as response:
            text = await response.text()
            try:
                return response.status, json.loads(text)
            except ValueError:
                return response.status, text

    async def settled(self) -> None:
        """Wait until no webhook is on its way."""
        async with asyncio.timeout(10):
            while self.sandbox.postman.pending:
                await asyncio.sleep(0.01)

    def entries(self, kind: str) -> list[dict[str, Any]]:
        """Ledger entries of one kind."""
        return [entry for entry in self.sandbox.carrier.ledger.entries() if entry["kind"] == kind]


def credentials(sid: str = SID, token: str = "sandbox-token") -> dict[str, str]:
    """The header of an account."""
    return {"Authorization": "Basic " + base64.b64encode(f"{sid}:{token}".encode()).decode()}
