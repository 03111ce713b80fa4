"""A sandbox in this process on free ports, and an application that listens to its webhooks."""

import asyncio
import base64
import dataclasses
import json
import pathlib
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from sandbox.app import Running, running
from sandbox.settings import Settings

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


@pytest.fixture
async def application() -> AsyncIterator[Listener]:
    listener = Listener()

    async def hear(request: web.Request) -> web.Response:
        if request.content_type == "application/json":
            listener.json.append((request.headers.get("Authorization", ""), await request.json()))
            return web.Response(status=204)
        listener.heard.append(dict(await request.post()))  # type: ignore[arg-type]
        listener.signatures.append(request.headers.get("X-Twilio-Signature", ""))
        status = listener.statuses.pop(0) if listener.statuses else 200 if listener.answer else 204
        return web.Response(status=status, text=listener.answer or None, content_type="text/xml")

    server = web.Application()
    server.router.add_post("/{path:.*}", hear)
    runner = web.AppRunner(server, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    listener.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook?k=v"
    yield listener
    await runner.cleanup()


@pytest.fixture
def settings(tmp_path: pathlib.Path, application: Listener) -> Settings:
    return Settings(
        data=tmp_path,
        port=0,
        smtp_port=0,
        inbound_url=application.url,
        clock_hook_url=application.url,
        home_url="http://127.0.0.1:8000/",
    )


@pytest.fixture
async def caller(settings: Settings) -> AsyncIterator[Caller]:
    async with running(settings) as sandbox, aiohttp.ClientSession(headers=credentials()) as session:
        yield Caller(session, f"http://127.0.0.1:{sandbox.port}", sandbox)


def credentials(sid: str = SID, token: str = "sandbox-token") -> dict[str, str]:
    """The header of an account."""
    return {"Authorization": "Basic " + base64.b64encode(f"{sid}:{token}".encode()).decode()}
