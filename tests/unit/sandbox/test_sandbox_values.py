"""The pure pieces: signature, parts, time, TwiML, and what is wrong with a send request."""

import datetime
import zoneinfo

import pytest

from sandbox import numbers, segments, twilio_shapes, twiml
from sandbox.clock import Clock
from sandbox.postman import overrides
from sandbox.signature import sign

OMAHA = zoneinfo.ZoneInfo("America/Chicago")


@pytest.mark.parametrize(
    ("token", "url", "fields", "expected"),
    [
        (
            "12345",
            "https://mycompany.com/myapp.php?foo=1&bar=2",
            [
                ("CallSid", "CA1234567890ABCDE"),
                ("Caller", "+14158675309"),
                ("Digits", "1234"),
                ("From", "+14158675309"),
                ("To", "+18005551212"),
            ],
            "RSOYDt4T1cUTdK1PDd93/VVr8B8=",
        ),
        (
            "test_auth_token",
            "https://example.test/h",
            [("MediaUrl", "b"), ("MediaUrl", "a"), ("MediaUrl", "a"), ("Z", "")],
            "FgM3JKjlwmmnHadDRdHn1v+HHds=",
        ),
    ],
)
def test_a_webhook_is_signed_as_the_carrier_signs_it(token, url, fields, expected):
    signature = sign(token, url, fields)

    assert signature == expected


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("a" * 152 + "€" * 76 + "aa", 3),
        ("ж" * 70, 1),
        ("ж" * 71, 2),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
    ],
)
def test_a_text_takes_as_many_parts_as_on_the_air(text, parts):
    counted = segments.count(text)

    assert counted == parts


def test_the_clock_goes_to_the_next_nine_in_the_morning_of_the_zone():
    clock = Clock()
    clock.set(0.0)
    before = clock.now().astimezone(OMAHA)

    clock.set(clock.moved("09:00", OMAHA))

    after = clock.now().astimezone(OMAHA)
    assert (after.hour, after.minute) == (9, 0)
    assert datetime.timedelta() < after - before <= datetime.timedelta(hours=25)


def test_moves_of_the_clock_add_up_until_it_is_set_back():
    clock = Clock()

    clock.set(clock.moved("3600", OMAHA))
    clock.set(clock.moved("86400", OMAHA))

    assert clock.offset == 90_000
    assert clock.moved("reset", OMAHA) == 0.0


@pytest.mark.parametrize("move", ["", "soon", "25:00", "1e9", "nan"])
def test_a_move_that_is_no_time_is_refused_and_the_clock_stays(move):
    clock = Clock()

    with pytest.raises(ValueError, match="move: write"):
        clock.set(clock.moved(move, OMAHA))

    assert clock.offset == 0.0


@pytest.mark.parametrize(
    ("document", "texts"),
    [
        (b"", []),
        (b'<?xml version="1.0" encoding="UTF-8"?><Response/>', []),
        (b"<Response><Message>Hi &amp; bye</Message></Response>", ["Hi & bye"]),
        (b"<Response><Message><Body>One</Body></Message><Message>Two</Message></Response>", ["One", "Two"]),
    ],
)
def test_the_texts_of_a_twiml_answer_are_read(document, texts):
    found = twiml.messages(document)

    assert found == texts


@pytest.mark.parametrize(
    "document", [b"ok", b"<Response><Message>", b"<html/>", b'<!DOCTYPE r [<!ENTITY a "b">]><Response/>']
)
def test_an_answer_that_is_no_twiml_is_refused(document):
    with pytest.raises(twiml.BadTwiml, match="12100"):
        twiml.messages(document)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://x.test/a?b=1", ("https://x.test/a?b=1", 1, frozenset({"ct"}))),
        ("https://x.test/a#rc=5&rp=all", ("https://x.test/a", 5, frozenset({"all"}))),
        ("https://x.test/a#rc=99&rp=4xx,5xx", ("https://x.test/a", 5, frozenset({"4xx", "5xx"}))),
        ("https://x.test/a#rc=0", ("https://x.test/a", 0, frozenset({"ct"}))),
    ],
)
def test_the_fragment_of_a_callback_url_says_how_often_to_try_again(url, expected):
    assert overrides(url) == expected


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({}, 0),
        ({"To": ""}, 21604),
        ({"To": "4025550142"}, 21211),
        ({"To": "+1402555"}, 0),
        ({"To": "whatsapp:+14025550142"}, 0),
        ({"From": ""}, 21603),
        ({"From": "", "MessagingServiceSid": "MG" + "0" * 32}, 0),
        ({"From": "+15005550001"}, 21212),
        ({"From": "+15005550007"}, 21606),
        ({"From": "+15005550008"}, 21611),
        ({"From": "12345"}, 0),
        ({"From": "CARILLON"}, 0),
        ({"From": "far too long a name"}, 21212),
        ({"Body": ""}, 21602),
        ({"Body": "", "MediaUrl": "https://x.test/a.png"}, 0),
        ({"MediaUrl": "ftp://x.test/a.png"}, 21620),
        ({"Body": "a" * 1600}, 0),
        ({"Body": "a" * 1601}, 21617),
        ({"StatusCallback": "/relative"}, 21609),
        ({"StatusCallback": "https://under_score.test/x"}, 21609),
        ({"ValidityPeriod": "36000"}, 0),
        ({"ValidityPeriod": "36001"}, 21624),
        ({"ScheduleType": "fixed"}, 35118),
        ({"ScheduleType": "fixed", "MessagingServiceSid": "MG" + "0" * 32}, 35111),
        ({"ScheduleType": "fixed", "MessagingServiceSid": "MG" + "0" * 32, "SendAt": "1970-01-01T00:20:00Z"}, 0),
        ({"ScheduleType": "fixed", "MessagingServiceSid": "MG" + "0" * 32, "SendAt": "1970-01-01T00:10:00Z"}, 35114),
    ],
)
def test_a_send_request_is_refused_by_the_first_rule_it_breaks(change, code):
    fields = {"To": "+14025550142", "From": "+14025550100", "Body": "Hello"} | change
    form = {name: [value] for name, value in fields.items()}

    found = twilio_shapes.refusal(form, numbers.load().senders, now=0.0)

    assert found == code


def test_an_error_has_the_four_fields_of_the_wire():
    status, body = twilio_shapes.error(21610)

    assert status == 400
    assert body == (
        b'{"code":21610,"message":"Attempt to send to unsubscribed recipient",'
        b'"more_info":"https://www.twilio.com/docs/errors/21610","status":400}'
    )


def test_dates_are_written_as_on_the_wire():
    assert twilio_shapes.rfc2822(1_795_446_000) == "Mon, 23 Nov 2026 15:00:00 +0000"
