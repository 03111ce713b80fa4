"""A sandbox in this process on free ports, and an application that listens to its webhooks."""

import pathlib
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web

from sandbox.app import running
from sandbox.settings import Settings
from tests.unit.sandbox.in_process import Caller, Listener, credentials


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
