"""The control API of calls under /_sandbox/calls: look, pin wills, replay."""

import dataclasses
import json
from typing import Any

from aiohttp import web

from sandbox import doors
from sandbox.call_life import CallLife
from sandbox.calls import Calls
from sandbox.numbers import UnknownOutcome
from sandbox.twilio_calls import call_json


class CallControl:
    """JSON in, JSON out; a bad field is answered with 400 and the remedy."""

    def __init__(self, calls: Calls, life: CallLife) -> None:
        self._calls = calls
        self._life = life

    def routes(self) -> list[web.RouteDef]:
        """The doors and who answers them."""
        guard = doors.only_with(self._calls.carrier.settings.secret)
        return [
            web.get("/_sandbox/calls", guard(self.listing)),
            web.get("/_sandbox/calls/wills", guard(self.wills)),
            web.post("/_sandbox/calls/wills", guard(self.pin)),
            web.post("/_sandbox/calls/{sid}/replay", guard(self.replay)),
        ]

    async def listing(self, request: web.Request) -> web.Response:
        """The calls, newest first, with what was said and pressed; `to` narrows them to one phone."""
        to = request.query.get("to", "")
        calls = [call for call in self._calls.newest_first() if to in ("", call.recipient)]
        return web.json_response([call_json(call) | {"said": call.said, "keys": call.keys} for call in calls])

    async def wills(self, request: web.Request) -> web.Response:
        """Every number that does something of its own when it is called."""
        return web.json_response(
            [{"number": phone, **dataclasses.asdict(will)} for phone, will in self._calls.wills.listed()]
        )

    async def pin(self, request: web.Request) -> web.Response:
        """Give a number a will of the table: `number`, `will`."""
        wanted = await _object(request)
        try:
            self._calls.wills.pin(str(wanted.get("number", "")), str(wanted.get("will", "")))
        except UnknownOutcome as unknown:
            return doors.refused(str(unknown), 400)
        return web.json_response({"ok": True})

    async def replay(self, request: web.Request) -> web.Response:
        """Tell the application again all it was told about one call, in order, or backwards with `backwards`."""
        call = self._calls.get(request.match_info["sid"])
        if call is None:
            return doors.refused("No such call.", 404)
        backwards = bool((await _object(request)).get("backwards"))
        return web.json_response({"heard": await self._life.replay(call, backwards=backwards)})


async def _object(request: web.Request) -> dict[str, Any]:
    try:
        content = json.loads(await request.read() or b"{}")
    except ValueError:
        content = None
    if not isinstance(content, dict):
        raise web.HTTPBadRequest(
            text=json.dumps({"error": "body: send a JSON object"}), content_type="application/json"
        )
    return content
