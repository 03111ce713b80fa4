"""What the application hears: receipts in their order, texts of people, and their faults."""

import asyncio
import datetime

import pytest

from sandbox.signature import sign
from tests.proofs import proves
from tests.unit.sandbox.in_process import SID

PHONE = "+14025550142"


async def test_receipts_come_signed_and_in_order_and_the_first_state_has_none(caller, application):
    _, message = await caller.send("+14025550101", StatusCallback=application.url)
    await caller.settled()

    assert application.said() == ["sent", "delivered"]
    assert application.signatures == [
        sign("sandbox-token", application.url, form.items()) for form in application.heard
    ]
    last = application.heard[-1]
    assert last.pop("RawDlrDoneDate").isdecimal()
    assert last == {
        "AccountSid": SID, "ApiVersion": "2010-04-01", "From": "+14025550100", "To": "+14025550101",
        "MessageSid": message["sid"], "SmsSid": message["sid"], "MessageStatus": "delivered", "SmsStatus": "delivered",
    }  # fmt: skip
    assert [(entry["status"], entry["attempt"], entry["http"]) for entry in caller.entries("callback")] == [
        ("sent", 1, 204), ("delivered", 1, 204),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("digits", "statuses"),
    [
        ("02", ["sent"]),
        ("03", ["sent", "delivered", "read"]),
        ("45", ["sent"] * 3 + ["delivered"] * 3),
        ("46", ["delivered", "sent"]),
        ("47", []),
        ("48", ["sent", "delivered", "undelivered"]),
        ("49", ["sent", "teleported"]),
        ("50", ["failed"]),
        ("54", ["sent", "undelivered"]),
    ],
)
@proves("G29")
async def test_the_number_decides_which_receipts_come(caller, application, digits, statuses):
    await caller.send(f"+140255501{digits}", StatusCallback=application.url)
    await caller.settled()

    assert application.said() == statuses


async def test_a_bad_end_names_its_code_in_the_receipt_and_in_the_resource(caller, application):
    _, message = await caller.send("+14025550154", StatusCallback=application.url)
    await caller.settled()
    _, fetched = await caller.call("GET", message["uri"])

    assert (application.heard[-1]["ErrorCode"], fetched["status"], fetched["error_code"]) == (
        "30005",
        "undelivered",
        30005,
    )
    assert application.heard[-1]["ErrorMessage"] == fetched["error_message"] == "Unknown destination handset"


async def test_a_service_tells_first_that_the_message_is_queued(caller, application):
    service = "MG" + "0" * 32

    await caller.send(PHONE, From="", MessagingServiceSid=service, StatusCallback=application.url)
    await caller.settled()

    assert application.said() == ["queued", "sent", "delivered"]
    assert set(application.said("MessagingServiceSid")) == {service}
    assert set(application.said("From")) == {"+14025550100"}


async def test_a_failed_callback_is_tried_again_only_when_its_url_asks(caller, application):
    application.statuses = [500, 500, 204]
    await caller.send("+14025550102", StatusCallback=application.url + "#rc=3&rp=all")
    await caller.settled()
    stubborn = len(application.heard)
    application.statuses = [500]

    await caller.send("+14025550102", StatusCallback=application.url)
    await caller.settled()

    tries = [(entry["attempt"], entry["http"]) for entry in caller.entries("callback")]
    assert tries == [(1, 500), (2, 500), (3, 204), (1, 500)]
    assert (stubborn, len(application.heard)) == (3, 4)


async def test_a_lost_callback_is_noted_and_never_sent(caller, application):
    await caller.call("POST", "/_sandbox/faults", json={"webhooks": {"lose": 1}})

    await caller.send(PHONE, StatusCallback=application.url)
    await caller.settled()

    assert application.heard == []
    assert [(entry["accepted"], entry["why"]) for entry in caller.entries("callback")] == [(False, "lost")] * 2


@proves("G29")
async def test_a_phone_that_answers_stop_reaches_the_application_by_itself(caller, application):
    await caller.send("+14025550116")
    await caller.settled()

    (form,) = application.heard
    assert (form["Body"], form["From"], form["To"], form["SmsStatus"]) == (
        "STOP",
        "+14025550116",
        "+14025550100",
        "received",
    )
    assert "OptOutType" not in form
    assert [entry["body"] for entry in caller.entries("inbound")] == ["STOP"]


async def test_a_reply_is_delivered_at_once_and_twiml_answers_are_taken(caller, application):
    application.answer = "<Response><Message>You are opted out.</Message></Response>"
    await caller.send(PHONE)

    _, heard = await caller.call("POST", f"/_sandbox/phones/{PHONE}/reply", json={"text": "please stop"})

    assert (heard["status"], heard["replies"], heard["problem"]) == (200, ["You are opted out."], "")
    assert application.signatures == [sign("sandbox-token", application.url, application.heard[0].items())]
    (reply,) = caller.entries("twiml_reply")
    assert (reply["from"], reply["to"], reply["direction"]) == ("+14025550100", PHONE, "outbound-reply")
    _, thread = await caller.call("GET", f"/_sandbox/phones/{PHONE}/messages")
    assert [line["direction"] for line in thread] == ["outbound-api", "inbound", "outbound-reply"]


async def test_a_lost_text_of_a_person_is_still_in_the_carriers_list(caller, application):
    await caller.call("POST", "/_sandbox/faults", json={"webhooks": {"lose": 1}})

    _, heard = await caller.call("POST", f"/_sandbox/phones/{PHONE}/reply", json={"text": "STOP"})
    _, listed = await caller.call("GET", f"/2010-04-01/Accounts/{SID}/Messages.json", params={"From": PHONE})

    assert heard["status"] == 0
    assert application.heard == []
    assert [(message["body"], message["direction"]) for message in listed["messages"]] == [("STOP", "inbound")]


async def test_nonsense_instead_of_twiml_is_reported_and_nothing_is_sent(caller, application):
    application.answer = "thanks!"

    _, heard = await caller.call("POST", f"/_sandbox/phones/{PHONE}/reply", json={"text": "Hi"})

    assert "12100" in heard["problem"]
    assert caller.entries("twiml_reply") == []


async def test_advanced_opt_out_answers_for_the_application_and_blocks_until_start(caller, application):
    account = {"sid": SID, "token": "sandbox-token", "inbound_url": application.url, "advanced_opt_out": True}
    await caller.call("POST", "/_sandbox/accounts", json=account)

    await caller.call("POST", f"/_sandbox/phones/{PHONE}/reply", json={"text": " stop "})
    blocked = await caller.send(PHONE)
    await caller.call("POST", f"/_sandbox/phones/{PHONE}/reply", json={"text": "START"})
    allowed = await caller.send(PHONE)

    assert application.said("OptOutType") == ["STOP", "START"]
    assert (blocked[0], blocked[1]["code"], allowed[0]) == (400, 21610, 201)
    assert len(caller.entries("carrier_reply")) == 2


@proves("O14")
async def test_moving_the_clock_lets_a_scheduled_message_leave_and_events_can_be_replayed(caller, application):
    later = datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=20)
    form = {"MessagingServiceSid": "MG" + "0" * 32, "ScheduleType": "fixed", "SendAt": later.isoformat()}
    _, message = await caller.send(PHONE, From="", StatusCallback=application.url, **form)
    await asyncio.sleep(0.4)
    assert (message["status"], application.heard) == ("scheduled", [])

    await caller.call("POST", "/_sandbox/clock", json={"offset_seconds": 86_400})
    await caller.settled()
    _, replayed = await caller.call("POST", f"/_sandbox/messages/{message['sid']}/replay")

    assert application.said() == ["queued", "sent", "delivered", "sent", "delivered"]
    assert replayed == {"heard": 2}
    assert len(caller.entries("message")) == 1


async def test_a_cancelled_message_never_leaves(caller, application):
    later = datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=20)
    form = {"MessagingServiceSid": "MG" + "0" * 32, "ScheduleType": "fixed", "SendAt": later.isoformat()}
    _, message = await caller.send(PHONE, From="", StatusCallback=application.url, **form)

    status, canceled = await caller.call("POST", message["uri"], data={"Status": "canceled"})
    await caller.call("POST", "/_sandbox/clock", json={"offset_seconds": 86_400})
    await asyncio.sleep(0.3)
    await caller.settled()

    assert (status, canceled["status"]) == (200, "canceled")
    assert application.said() == ["canceled"]


async def test_whatsapp_receipts_and_texts_carry_the_channels_own_fields(caller, application):
    phone = "whatsapp:+14025550103"

    await caller.send(phone, From="whatsapp:+14025550100", StatusCallback=application.url)
    await caller.settled()
    await caller.call("POST", f"/_sandbox/phones/{phone}/reply", json={"text": "Hi"})

    read, inbound = application.heard[-2:]
    assert (read["MessageStatus"], read["EventType"], read["ChannelPrefix"]) == ("read", "READ", "whatsapp")
    assert (inbound["From"], inbound["WaId"], inbound["ProfileName"]) == (phone, "14025550103", "Sandbox")


async def test_a_reset_drops_what_is_on_its_way(caller, application):
    await caller.send("+14025550116", StatusCallback=application.url)

    await caller.call("POST", "/_sandbox/reset")
    await caller.settled()

    assert application.heard == []
    assert len(caller.sandbox.carrier.ledger) == 0
