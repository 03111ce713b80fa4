"""Recordings at the sandbox carrier: fetched as a carrier does, on record with what came of it, and played on the handset."""

import hashlib
import pathlib
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web

from sandbox.app import Running, running
from sandbox.settings import Settings
from tests.factories.sounds import mp3, wav
from tests.unit.sandbox.test_sandbox_calls import PHONE, Product, card, dial, entries, over, page

SAYS = (
    '<Response><Gather numDigits="1" timeout="5" action="{{action}}"><Say>Acme</Say><Play>{url}</Play>'
    "<Say>Press 9</Say></Gather><Hangup/></Response>"
)


class Shelf(Product):
    """An application that also keeps sound at an address."""

    def __init__(self) -> None:
        super().__init__()
        self.sound, self.content_type, self.status = wav(4), "audio/wav", 200
        self.fetched: list[dict[str, str]] = []

    async def give(self, request: web.Request) -> web.Response:
        self.fetched.append(dict(request.headers))
        return web.Response(body=self.sound, content_type=self.content_type, status=self.status)


@pytest.fixture
async def shelf() -> AsyncIterator[Shelf]:
    made = Shelf()
    application = web.Application()
    application.router.add_get("/sound", made.give)
    application.router.add_post("/{path:.*}", made.take)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    made.answers["asks"] = SAYS.format(url=f"{made.url}/sound")
    yield made
    await runner.cleanup()


@pytest.fixture
async def box(tmp_path: pathlib.Path) -> AsyncIterator[Running]:
    async with running(Settings(tmp_path, port=0, smtp_port=0)) as started:
        yield started


async def test_a_recording_is_fetched_without_a_signature_and_stands_in_the_ledger(box: Running, shelf: Shelf) -> None:
    await dial(box, shelf)
    await over(box)

    (fetched,) = shelf.fetched
    assert "X-Twilio-Signature" not in fetched
    (play,) = entries(box, "play")
    assert (play["accepted"], play["http"], play["bytes"], play["content_type"]) == (
        True, 200, len(shelf.sound), "audio/wav",
    )  # fmt: skip
    assert (play["url"], play["sha256"]) == (f"{shelf.url}/sound", hashlib.sha256(shelf.sound).hexdigest())
    (end,) = entries(box, "call_end")
    assert end["said"] == ["Acme", f"plays {len(shelf.sound):,} bytes of audio/wav", "Press 9"]
    # three words, four seconds of sound, five seconds of waiting for a key
    assert end["seconds"] in (10, 11)


@pytest.mark.parametrize(
    ("status", "content_type", "why"),
    [(404, "text/plain", "11200"), (302, "audio/wav", "11200"), (200, "text/html", "12300")],
)
async def test_what_is_no_sound_is_skipped_and_on_record_and_the_frame_is_still_said(
    box: Running, shelf: Shelf, status: int, content_type: str, why: str
) -> None:
    shelf.status, shelf.content_type = status, content_type

    await dial(box, shelf)
    await over(box)

    (play,) = entries(box, "play")
    assert (play["accepted"], play["http"]) == (False, status)
    assert why in play["why"]
    (end,) = entries(box, "call_end")
    assert end["said"] == ["Acme", "plays nothing", "Press 9"]


async def test_an_address_nobody_answers_at_is_on_record(box: Running, shelf: Shelf) -> None:
    shelf.answers["asks"] = SAYS.format(url="http://127.0.0.1:1/sound")

    await dial(box, shelf)
    await over(box)

    assert [(play["http"], play["accepted"]) for play in entries(box, "play")] == [(0, False)]


async def test_the_phone_in_a_hand_plays_the_recording_when_it_is_picked_up(box: Running, shelf: Shelf) -> None:
    shelf.sound, shelf.content_type = mp3(40), "audio/mpeg"
    await page(box, "GET", f"/handset/live?phone={PHONE.replace('+', '%2B')}")
    await dial(box, shelf)
    ringing = await card(box, "Answer")
    sid = ringing.partition('name="call" value="')[2][:34]

    before = await _sound(box, sid)
    await page(box, "POST", "/handset/call", call=sid, move="answer")
    shown = await card(box, "<audio")
    status, raw = await _sound(box, sid)
    await page(box, "POST", "/handset/call", call=sid, move="hang_up")
    await over(box)

    assert before[0] == 404
    assert f'src="/handset/sound/{sid}/0"' in shown
    assert (status, raw) == (200, shelf.sound)


async def _sound(box: Running, sid: str) -> tuple[int, bytes]:
    url = f"http://127.0.0.1:{box.port}/handset/sound/{sid}/0"
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        return answer.status, await answer.read()
