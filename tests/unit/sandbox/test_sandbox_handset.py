"""The handset page: safe against what people write, usable without a script, closed to other sites."""

import re

import pytest

from tests.proofs import proves

PHONE = "+14025550142"


async def test_the_page_has_a_strict_policy_and_nothing_inline(caller):
    async with caller.session.get(f"{caller.base}/") as response:
        page, policy = await response.text(), response.headers["Content-Security-Policy"]

    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    assert "unsafe" not in policy
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", page)
    assert re.findall(r"<script[^>]*>", page) == ['<script type="module" src="/handset/handset.js">']


async def test_what_people_write_is_shown_as_text(caller):
    nasty = '<img src=x onerror=alert(1)> & "quotes"'
    await caller.send(PHONE, body=nasty)

    _, page = await caller.call("GET", "/", params={"phone": PHONE})
    _, live = await caller.call("GET", "/handset/live", params={"phone": PHONE})

    escaped = "&lt;img src=x onerror=alert(1)&gt; &amp; &quot;quotes&quot;"
    assert escaped in page
    assert escaped in live["log"]
    assert "<img" not in page + live["log"] + live["happened"] + live["phones"]


async def test_a_phone_in_the_address_is_shown_as_text(caller):
    _, page = await caller.call("GET", "/", params={"phone": '"><script>alert(1)</script>'})

    assert "<script>alert" not in page
    assert "&quot;&gt;&lt;script&gt;" in page


async def test_a_reply_works_as_a_plain_form(caller, application):
    await caller.send(PHONE)

    form = {"phone": "+1 402 555 0142", "text": "STOP"}
    async with caller.session.post(f"{caller.base}/handset/reply", data=form, allow_redirects=False) as response:
        status, target = response.status, response.headers["Location"]

    assert (status, target) == (303, "/?phone=%2B14025550142")
    assert [(heard["From"], heard["Body"]) for heard in application.heard] == [(PHONE, "STOP")]
    _, live = await caller.call("GET", "/handset/live", params={"phone": PHONE})
    assert '<div class="bubble out"><p>STOP</p>' in live["log"]


async def test_a_script_is_told_when_the_product_did_not_take_the_text(caller, application):
    application.statuses = [500]

    form, accept = {"phone": PHONE, "text": "Hi"}, {"Accept": "application/json"}
    _, said = await caller.call("POST", "/handset/reply", data=form, headers=accept)

    assert said == {"problem": "the webhook did not take it"}


async def test_the_clock_panel_moves_the_clock_and_tells_the_product(caller, application):
    accept = {"Accept": "application/json"}

    moved = await caller.call("POST", "/handset/clock", data={"move": "3600"}, headers=accept)
    bad = await caller.call("POST", "/handset/clock", data={"move": "soon"}, headers=accept)
    _, live = await caller.call("GET", "/handset/live")

    assert (moved[1], application.json) == ({"problem": ""}, [("", {"offset_seconds": 3600.0})])
    assert bad[1] == {"problem": "move: write +seconds, HH:MM or reset"}
    assert "1 h ahead of the world" in live["offset"]


@pytest.mark.parametrize("path", ["reply", "clock"])
async def test_forms_of_another_site_are_refused_and_nothing_happens(caller, application, path):
    form, headers = {"phone": PHONE, "text": "STOP", "move": "3600"}, {"Origin": "https://evil.example"}

    status, _ = await caller.call("POST", f"/handset/{path}", data=form, headers=headers)

    assert status == 403
    assert (application.heard, application.json, caller.sandbox.carrier.clock.offset) == ([], [], 0.0)


@proves("G29")
async def test_the_page_lists_the_numbers_and_the_delivery_state_of_messages(caller):
    await caller.send("+14025550150")
    caller.sandbox.carrier.messages.thread("+14025550150")[0].starts -= 10

    _, page = await caller.call("GET", "/", params={"phone": "+14025550150"})

    assert page.count("Hold this phone") == len(caller.sandbox.carrier.numbers.outcomes)
    assert "failed 30001 Queue overflow" in re.sub(r"<[^>]+>", "", page)


async def test_a_mail_is_shown_with_its_code_and_its_links(caller):
    raw = b"From: a@x.test\r\nSubject: Your <b>code</b>\r\n\r\nCode 482913, or https://x.test/c?a=1&b=2 now.\r\n"
    mail = caller.sandbox.carrier.mailbox.take("a@x.test", ["dana@example.com"], raw)

    _, listed = await caller.call("GET", "/?tab=mail")
    _, page = await caller.call("GET", f"/?mail={mail.id}")

    assert "Your &lt;b&gt;code&lt;/b&gt;" in listed
    assert '<strong class="code">482913</strong>' in page
    link = 'href="https://x.test/c?a=1&amp;b=2" target="_blank" rel="noopener noreferrer"'
    assert link in page


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("handset.css", 200),
        ("plain.css", 200),
        ("handset.js", 200),
        ("icons.svg", 200),
        ("product.css", 404),
        ("x.py", 404),
    ],
)
async def test_only_the_pages_own_files_are_served(caller, name, status):
    answered, _ = await caller.call("GET", f"/handset/{name}")

    assert answered == status
