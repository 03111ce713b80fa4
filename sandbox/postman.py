"""Carries signed webhooks to the application, with the carrier's patience and no more."""

import asyncio
import contextlib
import dataclasses
import logging
import time
import urllib.parse
from collections.abc import Awaitable, Callable

import aiohttp
import yarl

from sandbox.signature import sign
from sandbox.twilio_shapes import LIMITS

logger = logging.getLogger(__name__)
_WORKERS = 48
_RETRY_PAUSE = 0.25
_ANSWER_LIMIT = 64 * 1024

Job = Callable[[], Awaitable[None]]
Noted = Callable[["Posted"], None]


@dataclasses.dataclass(frozen=True, slots=True)
class Posted:
    """What came of one try. `http` is 0 when there was no answer; `why` then says which way it failed."""

    http: int
    body: bytes
    milliseconds: float
    attempt: int
    why: str = ""


class Postman:
    """A queue of work that falls due, and the hands that do it."""

    def __init__(self) -> None:
        self._due: asyncio.Queue[Job] = asyncio.Queue()
        self._tasks: list[asyncio.Task[None]] = []
        self._session: aiohttp.ClientSession | None = None
        self.pending = 0

    async def start(self) -> None:
        """Open connections and begin to work."""
        patience = aiohttp.ClientTimeout(
            total=LIMITS["webhook_total_seconds"], sock_connect=LIMITS["webhook_connect_seconds"]
        )
        self._session = aiohttp.ClientSession(
            timeout=patience, connector=aiohttp.TCPConnector(limit=_WORKERS), cookie_jar=aiohttp.DummyCookieJar()
        )
        self._tasks = [asyncio.create_task(self._work()) for _ in range(_WORKERS)]

    async def stop(self) -> None:
        """Drop what is not done and close."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session:
            await self._session.close()

    def later(self, seconds: float, job: Job) -> None:
        """Do a piece of work after a while."""
        self.pending += 1
        if seconds <= 0:
            self._due.put_nowait(job)
        else:
            asyncio.get_running_loop().call_later(seconds, self._due.put_nowait, job)

    async def _work(self) -> None:
        while True:
            job = await self._due.get()
            try:
                await job()
            except Exception:
                logger.exception("A piece of carrier work failed.")
            finally:
                self.pending -= 1

    async def post(self, token: str, url: str, fields: dict[str, str], noted: Noted) -> Posted:
        """Post a signed form, again where the fragment of the URL asks for it; every try is noted as it ends."""
        target, retries, policies = overrides(url)
        headers = {"X-Twilio-Signature": sign(token, target, fields.items()), "User-Agent": "TwilioProxy/1.1"}
        headers["Content-Type"] = "application/x-www-form-urlencoded; charset=UTF-8"
        body = urllib.parse.urlencode(fields).encode()
        for attempt in range(1, retries + 2):
            posted = await self._try(target, headers, body, attempt)
            noted(posted)
            if attempt > retries or not _again(posted, policies):
                break
            await asyncio.sleep(_RETRY_PAUSE * attempt)
        return posted

    async def deliver(self, url: str, headers: dict[str, str], body: bytes, noted: Noted, retries: int = 0) -> Posted:
        """Post bytes that are signed already, again after anything but a good answer; every try is noted as it ends."""
        for attempt in range(1, retries + 2):
            posted = await self._try(url, headers, body, attempt)
            noted(posted)
            if attempt > retries or (not posted.why and 200 <= posted.http < 300):
                break
            await asyncio.sleep(_RETRY_PAUSE * attempt)
        return posted

    async def fetch(self, url: str, most: int) -> tuple[int, str, bytes]:
        """GET what an address holds, unsigned and without redirects: its status (0 without an answer), its type, its bytes."""
        assert self._session is not None
        try:
            async with self._session.get(yarl.URL(url, encoded=True), allow_redirects=False) as response:
                raw = bytearray()
                async for chunk in response.content.iter_chunked(_ANSWER_LIMIT):
                    raw += chunk
                    if len(raw) > most:
                        return response.status, "", b""
                return response.status, response.content_type, bytes(raw)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
            return 0, "", b""

    async def _try(self, url: str, headers: dict[str, str], body: bytes, attempt: int) -> Posted:
        assert self._session is not None
        began = time.perf_counter()
        http, answer, why = 0, b"", ""
        try:
            request = self._session.post(yarl.URL(url, encoded=True), data=body, headers=headers, allow_redirects=False)
            async with request as response:
                answer = await response.content.read(_ANSWER_LIMIT)
                http = response.status
        except (aiohttp.ClientConnectorError, aiohttp.ServerTimeoutError):
            why = "ct"
        except (aiohttp.ClientError, TimeoutError, OSError):
            why = "rt"
        return Posted(http, answer, round((time.perf_counter() - began) * 1000, 1), attempt, why)

    async def tell(self, url: str, secret: str, content: dict[str, float]) -> int:
        """Post JSON with a bearer secret, for the product's clock; 0 when nobody answers."""
        assert self._session is not None
        headers = {"Authorization": f"Bearer {secret}"} if secret else {}
        with contextlib.suppress(aiohttp.ClientError, TimeoutError, OSError):
            async with self._session.post(url, json=content, headers=headers, allow_redirects=False) as response:
                return response.status
        return 0


def overrides(url: str) -> tuple[str, int, frozenset[str]]:
    """The URL to call and sign, tries after the first, and when to try again, from a fragment such as `#rc=5&rp=all`.

    Source: Twilio documentation, "Webhooks: connection overrides"; read 2026-11-23.
    """
    target, _, fragment = url.partition("#")
    wanted = dict(urllib.parse.parse_qsl(fragment))
    retries, most = wanted.get("rc", ""), LIMITS["webhook_retries_most"]
    count = min(int(retries), most) if retries.isdecimal() else LIMITS["webhook_retries"]
    return target, count, frozenset(wanted.get("rp", "ct").split(","))


def _again(posted: Posted, policies: frozenset[str]) -> bool:
    if posted.why:
        return bool(policies & {posted.why, "all"})
    kind = f"{posted.http // 100}xx"
    return kind in ("4xx", "5xx") and bool(policies & {kind, "all"})
