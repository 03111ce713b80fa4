"""The answers of the Twilio API, also the bad ones: an error by its code, a connection cut, a carrier that is in trouble."""

import asyncio
from typing import Any

import orjson
from aiohttp import web

from sandbox import twilio_shapes
from sandbox.faults import Faults
from sandbox.numbers import Answer

_JSON = {"Content-Type": "application/json;charset=utf-8"}
#: bad answers of a carrier that has taken what it was given
AFTER = frozenset({"slow", "lost_after", "hang_after", "error_after", "malformed", "no_id"})


def as_json(content: dict[str, Any], status: int = 200) -> web.Response:
    """A good answer."""
    return web.Response(status=status, body=orjson.dumps(content), headers=_JSON)


def error(code: int, headers: dict[str, str] | None = None) -> web.Response:
    """An error by its code."""
    status, body = twilio_shapes.error(code)
    if status == 401:
        headers = {"WWW-Authenticate": 'Basic realm="Twilio API"'}
    return web.Response(status=status, body=body, headers=_JSON | (headers or {}))


def cut(request: web.Request) -> web.StreamResponse:
    """End the connection without an answer, so that the caller cannot know what happened."""
    if request.transport:
        request.transport.abort()
    return web.Response(status=500)


async def turned_away(request: web.Request, faults: Faults, answer: Answer) -> web.StreamResponse:
    """Answers of a carrier that has taken nothing."""
    if answer == "rate_limited":
        return error(20429, {"Retry-After": str(faults.retry_after_seconds)})
    if answer == "error_before":
        return error(20500)
    if answer == "hang_before":
        await asyncio.sleep(faults.hang_seconds)
    return cut(request)


async def taken(request: web.Request, faults: Faults, answer: Answer, body: dict[str, Any]) -> web.StreamResponse:
    """Answers of a carrier that has taken it."""
    if answer == "slow":
        await asyncio.sleep(faults.slow_seconds)
    if answer == "hang_after":
        await asyncio.sleep(faults.hang_seconds)
    if answer in ("lost_after", "hang_after"):
        return cut(request)
    if answer == "error_after":
        return error(20500)
    if answer == "malformed":
        return web.Response(status=201, body=orjson.dumps(body)[:40], headers=_JSON)
    if answer == "no_id":
        del body["sid"], body["uri"]
    return as_json(body, 201)
