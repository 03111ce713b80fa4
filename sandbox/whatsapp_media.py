"""Media of the Cloud API: files businesses upload, uploads for reviews, and what lies at addresses of theirs."""

import secrets
from collections.abc import Callable
from typing import Any

import orjson
from aiohttp import web

from sandbox.postman import Postman
from sandbox.whatsapp_shapes import LIMITS, Refused
from sandbox.whatsapp_store import Store

_JSON = {"Content-Type": "application/json; charset=UTF-8"}
#: what an upload for a review may be, and what a head shows
_REVIEWED = ("image/jpeg", "image/png", "video/mp4", "application/pdf")


class Media:
    """The doors of files, and the hands that fetch them."""

    def __init__(self, store: Store, postman: Postman) -> None:
        self._store = store
        self._postman = postman

    def routes(self, node: str, answering: Callable[[Any], Any]) -> list[web.RouteDef]:
        """The doors and who answers them; `answering` answers refusals the way Meta does."""
        version = node.partition("/{node")[0]
        return [
            web.post(f"{node}/media", answering(self.upload)),
            web.delete(node, answering(self.delete)),
            web.get("/whatsapp/media/{node:[0-9]+}", answering(self.download)),
            web.post(f"{version}/app/uploads", answering(self.begin)),
            web.post(f"{version}/upload:{{session:[A-Za-z0-9]+}}", answering(self.receive)),
        ]

    # -- media of messages

    async def upload(self, request: web.Request) -> web.Response:
        """Take a file of at most a megabyte; it lives as long as the sandbox."""
        self._of_business(request, request.match_info["node"])
        form = await request.post()
        part = form.get("file")
        if not isinstance(part, web.FileField) or form.get("messaging_product") != "whatsapp":
            raise Refused(131053, "send messaging_product and a file")
        return _json({"id": self._keep(part.content_type, part.file.read())})

    def show(self, request: web.Request, node: str) -> web.Response:
        """Where a medium can be had, and what it is."""
        require_token(request)
        kind, content = self._store.media[node]
        url = f"{request.url.origin()}/whatsapp/media/{node}"
        facts = {"url": url, "mime_type": kind, "file_size": len(content), "id": node}
        return _json({"messaging_product": "whatsapp"} | facts)

    async def download(self, request: web.Request) -> web.Response:
        """The bytes of a medium."""
        require_token(request)
        kind, content = self._store.media.get(request.match_info["node"], ("", b""))
        if not kind:
            raise Refused(33)
        return web.Response(body=content, content_type=kind)

    async def delete(self, request: web.Request) -> web.Response:
        """Throw a medium away."""
        require_token(request)
        if self._store.media.pop(request.match_info["node"], None) is None:
            raise Refused(33)
        return _json({"success": True})

    async def fetch(self, link: str) -> bool:
        """Fetch what stands at a head from its address, once; answer whether it can be shown."""
        if link in self._store.fetched:
            return True
        http, kind, raw = await self._postman.fetch(link, LIMITS["upload_bytes"])
        if http != 200 or kind not in _REVIEWED or not raw:
            return False
        self._store.fetched[link] = self._keep(kind, raw)
        return True

    def _keep(self, kind: str, raw: bytes) -> str:
        media_id = self._store.new_id()
        self._store.media[media_id] = (kind, raw)
        return media_id

    # -- uploads for reviews

    async def begin(self, request: web.Request) -> web.Response:
        """Begin an upload: how long it will be, and of which kind."""
        require_token(request)
        length, kind = request.query.get("file_length", ""), request.query.get("file_type", "")
        if not length.isdecimal() or not 0 < int(length) <= LIMITS["upload_bytes"]:
            raise Refused(100, "file_length: how many bytes will come")
        if kind not in _REVIEWED:
            raise Refused(100, f"file_type: one of {', '.join(_REVIEWED)}")
        session = secrets.token_hex(16)
        self._store.sessions[session] = (kind, int(length))
        return _json({"id": f"upload:{session}?sig={secrets.token_urlsafe(12)}"})

    async def receive(self, request: web.Request) -> web.Response:
        """The bytes of an upload, from the first on. Here the token comes as OAuth."""
        if not request.headers.get("Authorization", "").startswith("OAuth "):
            raise Refused(190)
        kind, length = self._store.sessions.get(request.match_info["session"], ("", 0))
        if not kind or not request.query.get("sig"):
            raise Refused(100, "there is no such upload")
        if request.headers.get("file_offset") != "0":
            raise Refused(100, "file_offset: the sandbox takes a file in one piece")
        raw = bytearray()
        async for chunk in request.content.iter_any():
            raw += chunk
            if len(raw) > length:
                break
        if len(raw) != length:
            raise Refused(100, "the file is not as long as it was said to be")
        handle = f"4::{secrets.token_urlsafe(40)}"
        self._store.handles.add(handle)
        del self._store.sessions[request.match_info["session"]]
        return _json({"h": handle})

    def _of_business(self, request: web.Request, node: str) -> None:
        require_token(request)
        business = self._store.of_phone(node)
        if business is None:
            raise Refused(33, "it does not exist, or this token may not see it")
        if request.headers.get("Authorization", "") != business.authorization:
            raise Refused(190)


def require_token(request: web.Request) -> None:
    """Errors: Refused without any token."""
    if not request.headers.get("Authorization", "").startswith("Bearer "):
        raise Refused(190)


def _json(content: dict[str, Any]) -> web.Response:
    return web.Response(body=orjson.dumps(content), headers=_JSON)
