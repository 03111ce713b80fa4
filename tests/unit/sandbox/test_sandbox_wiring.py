"""How the sandbox finds its way back to the product: where replies go, whose time it is, accounts and fonts that stay."""

import dataclasses
import datetime
import pathlib

import aiohttp

from sandbox.app import running
from sandbox.settings import Settings
from tests.unit.sandbox.in_process import SID, Caller, Listener, credentials

OTHER = "AC" + "0" * 31 + "2"
RULE = r"^(.+)/status/([^/?#]+)/.*$ \1/inbound/\2"


async def test_without_an_address_of_its_own_a_reply_goes_beside_the_receipts_of_what_it_answers(
    settings: Settings, application: Listener
) -> None:
    base = application.url.partition("/hook")[0]
    found = dataclasses.replace(settings, inbound_url="", inbound_rule=RULE)

    async with running(found) as sandbox, aiohttp.ClientSession(headers=credentials()) as session:
        caller = Caller(session, f"http://127.0.0.1:{sandbox.port}", sandbox)
        before = await caller.call("POST", "/_sandbox/phones/+14025550101/reply", json={"text": "Anybody there?"})
        await caller.send("+14025550101", StatusCallback=f"{base}/webhooks/twilio/status/tok_1/0199?mark=x")
        await caller.settled()
        after = await caller.call("POST", "/_sandbox/phones/+14025550101/reply", json={"text": "Yes please"})
        urls = [entry["url"] for entry in caller.entries("callback") if entry["status"] == "received"]

    assert before[1]["problem"] == "no inbound URL is set for this account"
    assert (after[1]["status"], after[1]["problem"]) == (204, "")
    assert urls == [f"{base}/webhooks/twilio/inbound/tok_1"]
    assert application.said("Body")[-1] == "Yes please"


async def test_one_account_may_live_in_its_past_while_the_others_stay_in_the_present(caller: Caller) -> None:
    await caller.call("POST", "/_sandbox/accounts", json={"sid": OTHER, "token": "t"})

    answer = await caller.call("POST", "/_sandbox/clock", json={"account": OTHER, "offset_seconds": -86400})
    await caller.call(
        "POST",
        f"/2010-04-01/Accounts/{OTHER}/Messages.json",
        data={"To": "+14025550101", "From": "+14025550100", "Body": "Then"},
        headers=credentials(OTHER, "t"),
    )
    await caller.send("+14025550102", "Now")
    then, now = caller.entries("message")

    assert answer[1]["offset_seconds"] == -86400
    assert (then["account"], now["account"]) == (OTHER, SID)
    assert (now["t"] - then["t"]) < 60
    assert 86000 < _seconds(now["at"], then["at"]) < 86800
    assert (await caller.call("GET", "/_sandbox/clock"))[1]["offset_seconds"] == 0.0


async def test_a_time_too_far_away_is_refused_for_one_account_as_for_all(caller: Caller) -> None:
    status, answer = await caller.call("POST", "/_sandbox/clock", json={"account": OTHER, "offset_seconds": 1e12})

    assert (status, answer) == (400, {"error": "offset_seconds: give a number of seconds, 50 years at most"})
    assert caller.sandbox.carrier.clock.offset_of(OTHER) == 0.0


async def test_accounts_made_later_are_there_after_a_restart_and_the_default_one_comes_from_its_settings(
    settings: Settings,
) -> None:
    async with running(settings) as first, aiohttp.ClientSession(headers=credentials()) as session:
        caller = Caller(session, f"http://127.0.0.1:{first.port}", first)
        await caller.call(
            "POST", "/_sandbox/accounts", json={"sid": OTHER, "token": "t", "inbound_url": "http://x.example/"}
        )
        await caller.call("POST", "/_sandbox/accounts", json={"sid": SID, "token": "sandbox-token", "inbound_url": ""})

    async with running(settings) as second:
        kept, default = second.carrier.accounts.get(OTHER), second.carrier.accounts.get(SID)

    assert kept is not None
    assert (kept.token, kept.inbound_url) == ("t", "http://x.example/")
    assert default is not None
    assert default.inbound_url == settings.inbound_url


async def test_the_product_s_stylesheet_brings_its_fonts(settings: Settings, tmp_path: pathlib.Path) -> None:
    sheet, fonts = tmp_path / "product.css", tmp_path / "fonts"
    sheet.write_text('@font-face{src:url("../unfold/fonts/inter/Inter-Bold.woff2")format("woff2")}')
    fonts.mkdir()
    (fonts / "Inter-Bold.woff2").write_bytes(b"wOF2")
    found = dataclasses.replace(settings, public_css=sheet, public_fonts=fonts)

    async with running(found) as sandbox, aiohttp.ClientSession() as session:
        caller = Caller(session, f"http://127.0.0.1:{sandbox.port}", sandbox)
        css = await caller.call("GET", "/handset/product.css")
        font = await caller.call("GET", "/handset/fonts/Inter-Bold.woff2")
        missing = await caller.call("GET", "/handset/fonts/Inter-Thin.woff2")
        outside = await caller.call("GET", "/handset/fonts/..%2Fproduct.css")

    assert css == (200, '@font-face{src:url(/handset/fonts/Inter-Bold.woff2)format("woff2")}')
    assert font == (200, "wOF2")
    assert (missing[0], outside[0]) == (404, 404)


def _seconds(later: str, earlier: str) -> float:
    return (datetime.datetime.fromisoformat(later) - datetime.datetime.fromisoformat(earlier)).total_seconds()
