"""The sandbox as a carrier of mail: magic mailboxes, the mail service's own wire, the mail program's button."""

import asyncio
import smtplib
from email.message import EmailMessage

import pytest

TOKEN = "00000000-0000-4000-8000-0000000000aa"


def _letter(unsubscribe=""):
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"], mail["Message-ID"] = "a@shop.example", "b@x.example", "Hi", "<1@shop>"
    if unsubscribe:
        mail["List-Unsubscribe"] = f"<{unsubscribe}>, <mailto:u@shop.example>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content("Hello")
    mail.add_alternative("<p onclick='x()'>Hello</p><script>alert(1)</script>", subtype="html")
    return mail


async def _send(caller, recipient, mail=None):
    def deliver():
        with smtplib.SMTP("127.0.0.1", caller.sandbox.smtp_port, timeout=5) as server:
            server.send_message(mail or _letter(), "a@shop.example", [recipient])

    await asyncio.to_thread(deliver)


async def _post(caller, body, token=TOKEN):
    headers = {"X-Postmark-Server-Token": token}
    async with caller.session.post(f"{caller.base}/email", json=body, headers=headers) as answer:
        return answer.status, await answer.json()


def _mail(to="ana@people.example", **more):
    return {"From": '"Shop" <news@shop.example>', "To": to, "Subject": "Hi", "TextBody": "Hello", "HtmlBody": "<p>Hello</p>",
            "MessageStream": "outbound", "Metadata": {"attempt": "a1"}} | more  # fmt: skip


async def _server(caller, application):
    wanted = {"token": TOKEN, "webhook_url": application.url, "user": "carillon", "password": "word"}
    return await caller.call("POST", "/_sandbox/mail_servers", json=wanted)


async def _told(application, count):
    for _ in range(60):
        if len(application.json) >= count:
            break
        await asyncio.sleep(0.05)
    return application.json


@pytest.mark.parametrize("name", ["greylist", "deferred"])
async def test_a_mailbox_that_wants_a_second_knock_takes_the_mail_then(caller, name):
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        await _send(caller, f"{name}+1@people.example")
    await _send(caller, f"{name}+1@people.example")

    ((code, _),) = refused.value.recipients.values()
    assert 450 <= code <= 451
    assert [(entry["accepted"], entry["to"]) for entry in caller.entries("mail")] == [
        (False, f"{name}+1@people.example"),
        (True, f"{name}+1@people.example"),
    ]


async def test_a_lost_mail_is_in_the_ledger_and_its_sender_hears_nothing(caller):
    with pytest.raises(smtplib.SMTPServerDisconnected):
        await _send(caller, "lost@people.example")

    assert [(entry["accepted"], entry["key"]) for entry in caller.entries("mail")] == [(True, "<1@shop>")]


async def test_the_mail_program_presses_unsubscribe_with_one_post(caller, application):
    await _send(caller, "ana@people.example", _letter(application.url))
    _, (mail,) = await caller.call("GET", "/_sandbox/mail")

    status, told = await caller.call("POST", f"/_sandbox/mail/{mail['id']}/unsubscribe", json={})

    assert (status, told["status"], application.heard) == (200, 204, [{"List-Unsubscribe": "One-Click"}])
    assert [(entry["status"], entry["http"]) for entry in caller.entries("callback")] == [("unsubscribed", 204)]


async def test_a_mail_without_both_headers_has_no_button(caller):
    plain = _letter()
    plain["List-Unsubscribe"] = "<https://shop.example/u>"
    await _send(caller, "ana@people.example", plain)
    _, (mail,) = await caller.call("GET", "/_sandbox/mail")

    status, _ = await caller.call("POST", f"/_sandbox/mail/{mail['id']}/unsubscribe", json={})

    assert (mail["unsubscribe"], status) == ("", 409)


async def test_a_mail_is_looked_at_in_a_frame_where_nothing_runs_or_loads(caller, application):
    await _send(caller, "ana@people.example", _letter(application.url))
    _, (mail,) = await caller.call("GET", "/_sandbox/mail")

    async with caller.session.get(f"{caller.base}/handset/mail/{mail['id']}") as framed:
        policy, page = framed.headers["Content-Security-Policy"], await framed.text()
    async with caller.session.get(f"{caller.base}/?mail={mail['id']}") as shown:
        handset = await shown.text()

    assert policy.startswith("sandbox; default-src 'none'; style-src 'unsafe-inline'")
    assert "<p onclick" in page
    assert f'<iframe class="mail-page" sandbox src="/handset/mail/{mail["id"]}"' in handset
    assert 'action="/handset/unsubscribe"' in handset


async def test_the_button_of_the_page_works_and_other_sites_may_not_press_it(caller, application):
    await _send(caller, "ana@people.example", _letter(application.url))
    _, (mail,) = await caller.call("GET", "/_sandbox/mail")
    address, form = f"{caller.base}/handset/unsubscribe", {"mail": str(mail["id"])}

    async with caller.session.post(address, data=form, headers={"Sec-Fetch-Site": "cross-site"}) as refused:
        assert refused.status == 403
    assert application.heard == []
    async with caller.session.post(address, data=form, allow_redirects=False) as pressed:
        assert pressed.status == 303
    assert application.heard == [{"List-Unsubscribe": "One-Click"}]


async def test_the_mail_service_takes_a_mail_and_reports_it_with_the_password(caller, application):
    await _server(caller, application)

    status, answer = await _post(caller, _mail())
    ((authorization, told),) = await _told(application, 1)

    assert (status, answer["ErrorCode"], answer["To"]) == (200, 0, "ana@people.example")
    assert authorization == "Basic Y2FyaWxsb246d29yZA=="
    assert (told["RecordType"], told["MessageID"], told["Metadata"]) == (
        "Delivery",
        answer["MessageID"],
        {"attempt": "a1"},
    )
    (entry,) = caller.entries("mail")
    assert (entry["sid"], entry["key"], entry["account"]) == (answer["MessageID"], "a1", TOKEN)


@pytest.mark.parametrize(
    ("name", "records"),
    [("bounce", ["HardBounce"]), ("complaint", ["Delivery", "SpamComplaint"]), ("greylist", ["Transient", "Delivery"]),
     ("repeated", ["Delivery", "Delivery"]), ("reversed", ["SoftBounce", "Delivery"]),
     ("unsubscribes", ["Delivery", "ManualSuppression"])],
)  # fmt: skip
async def test_each_mailbox_reports_what_it_will(caller, application, name, records):
    await _server(caller, application)

    await _post(caller, _mail(f"{name}@people.example"))
    told = await _told(application, len(records))

    assert [each.get("Type") or each.get("SuppressionReason") or each["RecordType"] for _, each in told] == records


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [({"To": "inactive@people.example"}, 422, 406), ({"To": "illegal@people.example"}, 422, 300),
     ({"MessageStream": "other"}, 422, 1235), ({"To": None}, 422, 402)],
)  # fmt: skip
async def test_the_mail_service_refuses_with_its_own_codes_and_keeps_nothing(
    caller, application, changes, status, code
):
    await _server(caller, application)

    answered, body = await _post(caller, _mail() | changes)

    assert (answered, body["ErrorCode"]) == (status, code)
    assert [entry for entry in caller.entries("mail") if entry["accepted"]] == []


async def test_a_token_nobody_has_is_refused(caller):
    assert (await _post(caller, _mail(), "another"))[1]["ErrorCode"] == 10


@pytest.mark.parametrize(("field", "value"), [("token", ""), ("token", 7), ("webhook_url", "ftp://x")])
async def test_a_server_that_cannot_be_is_refused_with_its_field(caller, field, value):
    status, told = await caller.call("POST", "/_sandbox/mail_servers", json={"token": TOKEN} | {field: value})

    assert status == 400
    assert field in told["error"]


async def test_the_table_says_what_every_mailbox_will_do(caller):
    _, listed = await caller.call("GET", "/_sandbox/mailboxes")

    assert {"mailbox": "bounce@example.com", "it_will": "bounce for good"} in listed
    assert all(each["it_will"] for each in listed)
