"""What carriers have in their books: messages no webhook brought are found, and addresses only they keep out are written down."""

import datetime

import pytest
from django.db import DataError

from accounts.contracts import SYSTEM, Refused
from consent.actions.ledger import stop_point
from consent.models import ConsentEvent, ConsentState, Suppression
from consent.values import Provenance
from core import clock
from core.tenancy import tenant_context
from messaging import carrier_office
from messaging.actions import carrier_books
from messaging.actions.connecting import connect_account
from messaging.models import InboundMessage, Message
from sandbox import telnyx_shapes
from tests.factories.consent import MINA, OMAR, grant, make_claim, make_point, make_purpose, record
from tests.factories.messaging import (
    API_KEY,
    NUMBER,
    PROFILE,
    SID,
    TOKEN,
    hear,
    make_account,
    make_sender,
    make_telnyx_account,
    reach,
)
from tests.proofs import proves
from tests.snapshots import changed, rows_of

CarrierBook, CarrierDrift = carrier_books.CarrierBook, carrier_books.CarrierDrift
SERVER = "5e1f0a3c-0000-4000-8000-000000000001"
#: numbers of people the carrier keeps out, none of them anybody's
FIVE = [f"+1402555{number:04d}" for number in range(301, 306)]


@pytest.fixture
def later(monkeypatch):
    """An hour has passed, so nothing that was written can still be on its way."""
    real = clock.now
    monkeypatch.setattr(clock, "now", lambda: real() + datetime.timedelta(hours=1))


@pytest.fixture
def twilio(acme, sandbox):
    """Acme's account and number at a carrier whose webhooks all get lost."""
    sandbox.reset()
    sandbox.post("accounts", {"sid": SID, "token": TOKEN, "sender": NUMBER, "inbound_url": "http://127.0.0.1:9/lost"})
    sandbox.post("faults", {"webhooks": {"lose": 1}})
    with tenant_context(acme.id):
        account = make_account(acme.actor(), base_url=sandbox.url)
        make_sender(acme.actor(), account)
        return account


@pytest.fixture
def telnyx(acme, sandbox):
    """Acme's account at a carrier that acts on STOP by itself."""
    sandbox.reset()
    sandbox.post("accounts", {"speaks": "telnyx", "sid": PROFILE, "token": API_KEY, "sender": "+14025550177"})
    with tenant_context(acme.id):
        account = make_telnyx_account(acme.actor(), public_key=telnyx_shapes.public_key(API_KEY), base_url=sandbox.url)
        make_sender(acme.actor(), account, "+14025550177")
        return account


def write(sandbox, text, phone=MINA):
    sandbox.post(f"phones/{phone}/reply", {"text": text, "to": NUMBER, "account": SID})


def agreed(acme, *numbers):
    """Points that agreed to offers an hour ago."""
    with tenant_context(acme.id):
        purpose = make_purpose(acme.actor())
        points = [make_point(number) for number in numbers]
        for point in points:
            grant(point, purpose)
        return points


def find(acme, account):
    return carrier_office.find_missed(organization_id=acme.id, account_id=account.id)


def compare(acme, account):
    return carrier_office.compare_kept_out(organization_id=acme.id, account_id=account.id)


def test_fifty_stops_whose_webhooks_got_lost_are_all_found_and_answered_with_silence(acme, twilio, sandbox, later):
    numbers = [f"+1402555{number:04d}" for number in range(200, 250)]
    points = agreed(acme, *numbers)
    for number in numbers:
        write(sandbox, "STOP", number)

    found = find(acme, twilio)

    assert found == 50
    with tenant_context(acme.id):
        stopped = Suppression.objects.filter(kind="opted_out", lifted_at=None, channel="sms")
        assert set(stopped.values_list("point_id", flat=True)) == {point.id for point in points}
        assert ConsentState.objects.filter(status="granted").count() == 0
        assert CarrierBook.objects.get(account=twilio).missed == 50
        assert Message.objects.count() == 0
    assert [entry for entry in sandbox.ledger("kind=message") if entry["accepted"]] == []


def test_what_a_webhook_brought_is_not_taken_twice_and_a_second_reading_finds_nothing(acme, twilio, sandbox, later):
    write(sandbox, "Is it in stock?")
    first = find(acme, twilio)
    before = rows_of(acme.id)

    second = find(acme, twilio)

    assert (first, second) == (1, 0)
    assert set(changed(before, rows_of(acme.id))) <= {"messaging_carrierbook"}
    with tenant_context(acme.id):
        assert InboundMessage.objects.get().kind == "text"


def test_what_was_written_a_moment_ago_is_left_to_its_webhook(acme, twilio, sandbox):
    write(sandbox, "STOP")

    assert find(acme, twilio) == 0

    with tenant_context(acme.id):
        assert InboundMessage.objects.count() == 0
        assert Suppression.objects.count() == 0


def test_a_start_that_is_found_late_lifts_nothing_and_waits_for_somebody(acme, twilio, sandbox, later):
    (point,) = agreed(acme, MINA)
    write(sandbox, "START")
    with tenant_context(acme.id):
        hear(twilio, "STOP")

    find(acme, twilio)

    with tenant_context(acme.id):
        assert Suppression.objects.filter(point=point, kind="opted_out", lifted_at=None, channel="sms").exists()
        late = InboundMessage.objects.get(kind="start")
        assert (late.verdict, late.handled_at) == ("asked", None)
        assert ConsentEvent.objects.filter(status="lifted").count() == 0


def test_a_carrier_that_does_not_answer_leaves_the_reading_where_it_was(acme, twilio, sandbox, later):
    find(acme, twilio)
    with tenant_context(acme.id):
        until = CarrierBook.objects.get().inbound_until
    sandbox.post("accounts", {"sid": SID, "token": "another-word", "sender": NUMBER})

    assert find(acme, twilio) == 0

    with tenant_context(acme.id):
        book = CarrierBook.objects.get()
        assert (book.inbound_until, bool(book.problem)) == (until, True)


@proves("C15", "G30")
def test_five_stops_only_the_carrier_knows_are_listed_and_after_the_repair_none_is(acme, rival, telnyx, sandbox):
    points = agreed(acme, *FIVE)
    sandbox.post("kept_out", {"account": PROFILE, "addresses": FIVE})
    others = rows_of(rival.id)

    drift = compare(acme, telnyx)
    with tenant_context(acme.id):
        listed = set(CarrierDrift.objects.filter(state="open").values_list("point_id", flat=True))
        still_free = ConsentState.objects.filter(status="granted").count()
        repaired = carrier_books.record_drifts(actor=acme.actor(), account=telnyx)
    after = compare(acme, telnyx)

    assert (drift, still_free, repaired, after) == (5, 5, 5, 0)
    assert listed == {point.id for point in points}
    with tenant_context(acme.id):
        stopped = Suppression.objects.filter(kind="opted_out", lifted_at=None, channel="sms", source="provider")
        assert set(stopped.values_list("point_id", flat=True)) == listed
        assert ConsentState.objects.filter(status="granted").count() == 0
    assert changed(others, rows_of(rival.id)) == {}


@proves("G30")
def test_the_comparison_counts_what_leaked_and_what_only_we_know(acme, telnyx, sandbox):
    mina, omar = agreed(acme, MINA, OMAR)
    sandbox.post("clock", {"offset_seconds": -7200})
    sandbox.post("kept_out", {"account": PROFILE, "addresses": [MINA]})
    with tenant_context(acme.id):
        reach(telnyx.senders.get(), mina)
        stop_point(actor=SYSTEM, point_id=omar.id, channel="sms", source="staff", provenance=Provenance(), evidence={})

    compare(acme, telnyx)

    with tenant_context(acme.id):
        book = CarrierBook.objects.get()
        drift = CarrierDrift.objects.get()
    assert (book.kept_out, book.only_ours) == (1, 1)
    assert (drift.point_id, drift.word, drift.leaked) == (mina.id, "STOP", 1)


def test_whoever_agreed_again_after_the_carrier_began_is_named_and_not_stopped(acme, telnyx, sandbox):
    sandbox.post("clock", {"offset_seconds": -86400 * 2})
    sandbox.post("kept_out", {"account": PROFILE, "addresses": [MINA]})
    (mina,) = agreed(acme, MINA)

    drift = compare(acme, telnyx)

    with tenant_context(acme.id):
        assert CarrierDrift.objects.get().state == "agreed_since"
        assert carrier_books.record_drifts(actor=acme.actor(), account=telnyx) == 0
        assert not Suppression.objects.filter(point=mina).exists()
    assert drift == 0


@pytest.mark.parametrize("yes", ["another channel", "a file"])
def test_a_yes_to_something_else_or_by_a_file_hides_no_stop_of_the_carrier(acme, telnyx, sandbox, yes):
    sandbox.post("clock", {"offset_seconds": -86400 * 2})
    sandbox.post("kept_out", {"account": PROFILE, "addresses": [MINA]})
    with tenant_context(acme.id):
        mina, offers = make_point(MINA), make_purpose(acme.actor())
        if yes == "another channel":
            grant(mina, offers, channel="whatsapp")
        else:
            record(make_claim(mina, offers, source="import", evidence={"page": "/join"}))

    drift = compare(acme, telnyx)

    with tenant_context(acme.id):
        assert (drift, CarrierDrift.objects.get().state) == (1, "open")


def test_whoever_came_back_between_comparing_and_recording_is_left_as_they_are(acme, telnyx, sandbox):
    mina, omar = agreed(acme, MINA, OMAR)
    sandbox.post("kept_out", {"account": PROFILE, "addresses": [MINA, OMAR]})
    compare(acme, telnyx)
    with tenant_context(acme.id):
        CarrierDrift.objects.update(since=clock.now() - datetime.timedelta(days=1))
        grant(mina, make_purpose(acme.actor(), name="News"))

        carrier_books.record_drifts(actor=acme.actor(), account=telnyx)

    with tenant_context(acme.id):
        assert CarrierDrift.objects.get(point=mina).state == "agreed_since"
        assert not Suppression.objects.filter(point=mina).exists()


def test_a_long_list_is_compared_and_recorded_in_parts_and_what_it_shows_no_more_is_closed(
    acme, telnyx, sandbox, monkeypatch
):
    monkeypatch.setattr(carrier_books, "SLICE", 2)
    agreed(acme, *FIVE)
    sandbox.post("kept_out", {"account": PROFILE, "addresses": FIVE})
    compare(acme, telnyx)
    sandbox.reset()
    sandbox.post("kept_out", {"account": PROFILE, "addresses": FIVE[:3]})

    recorded = carrier_office.compare_and_record(organization_id=acme.id, account_id=telnyx.id)

    assert recorded == 3
    with tenant_context(acme.id):
        states = CarrierDrift.objects.order_by("point_id").values_list("state", flat=True)
        assert sorted(states) == ["gone", "gone", "recorded", "recorded", "recorded"]
        assert CarrierBook.objects.get().kept_out == 3


def test_one_message_that_cannot_be_taken_holds_up_no_other_and_is_tried_again(
    acme, twilio, sandbox, later, monkeypatch
):
    for number in FIVE[:3]:
        write(sandbox, "STOP", number)
    receive = carrier_books.receive_missed

    def stumble(*, account, taken):
        if taken[0].inbound.sender == FIVE[0]:
            raise DataError("a value that cannot be kept")
        return receive(account=account, taken=taken)

    monkeypatch.setattr(carrier_books, "receive_missed", stumble)
    first = find(acme, twilio)
    with tenant_context(acme.id):
        book = CarrierBook.objects.get()
    monkeypatch.setattr(carrier_books, "receive_missed", receive)
    second = find(acme, twilio)

    assert (first, second) == (2, 1)
    assert book.problem == "a message of its list could not be taken"
    assert book.inbound_until < clock.now() - datetime.timedelta(minutes=30)
    with tenant_context(acme.id):
        assert CarrierBook.objects.get().problem == ""
        stopped = Suppression.objects.filter(kind="opted_out", channel="sms", lifted_at=None)
        assert stopped.values("point_id").distinct().count() == 3


def test_what_was_written_before_the_account_was_connected_is_no_lost_webhook(acme, twilio, sandbox, later):
    sandbox.post("clock", {"offset_seconds": -3600})
    write(sandbox, "Hello?")

    assert find(acme, twilio) == 0


@proves("C15")
def test_mail_that_bounced_complained_or_was_switched_off_there_is_protected_here_by_its_own_reason(acme, sandbox):
    sandbox.post("mail_servers", {"token": SERVER, "stream": "outbound"})
    for reason, address in (
        ("HardBounce", "gone@example.com"),
        ("SpamComplaint", "angry@example.com"),
        ("ManualSuppression", "tired@example.com"),
    ):
        sandbox.post("kept_out", {"server": SERVER, "addresses": [address], "reason": reason})
    sandbox.post("kept_out", {"server": SERVER, "addresses": ["not an address"]})
    with tenant_context(acme.id):
        account = connect_account(
            actor=acme.actor(), name="postmark", label="Mail", base_url=sandbox.url,
            credentials={"server_token": SERVER, "message_stream": "outbound", "server": "Shop"},
        )  # fmt: skip

    recorded = carrier_office.compare_and_record(organization_id=acme.id, account_id=account.id)

    assert recorded == 3
    with tenant_context(acme.id):
        kinds = Suppression.objects.filter(lifted_at=None, channel="email").values_list("kind", flat=True)
        assert sorted(kinds) == ["bounced", "complaint", "opted_out"]
        assert CarrierBook.objects.get().unreadable == 1


def test_a_carrier_without_such_a_list_is_refused_by_name_and_nothing_changes(acme, twilio):
    before = rows_of(acme.id)

    with pytest.raises(Refused, match="no list of opt-outs"):
        compare(acme, twilio)

    assert changed(before, rows_of(acme.id)) == {}


@proves("G30")
def test_the_page_shows_what_differs_compares_and_protects(acme, telnyx, sandbox):
    agreed(acme, MINA)
    sandbox.post("kept_out", {"account": PROFILE, "addresses": [MINA]})
    browser = acme.client()

    empty = browser.get("/carrier-lists/").content.decode()
    compared = browser.post(f"/carrier-lists/{telnyx.id}/compare/", follow=True).content.decode()
    protected = browser.post(f"/carrier-lists/{telnyx.id}/record/", follow=True).content.decode()

    assert "Not yet; each night from now on" in empty
    assert "1 address is missing here." in compared
    assert "Missing here" in compared
    assert "1 address is protected now." in protected
    assert "Recorded here" in protected
    with tenant_context(acme.id):
        assert Suppression.objects.filter(kind="opted_out", channel="sms", lifted_at=None).count() == 1


def test_a_carrier_that_does_not_give_its_list_says_what_to_do_and_nothing_is_counted(acme, telnyx, sandbox):
    sandbox.post("accounts", {"speaks": "telnyx", "sid": PROFILE, "token": "another-key", "sender": "+14025550177"})

    answer = acme.client().post(f"/carrier-lists/{telnyx.id}/compare/")

    assert answer.status_code == 422
    assert "The carrier did not give its list." in answer.content.decode()
    with tenant_context(acme.id):
        assert CarrierBook.objects.get().kept_out_read_at is None
        assert CarrierDrift.objects.count() == 0


def test_a_list_of_many_pages_is_read_to_its_end(acme, twilio, sandbox, later):
    for number in range(1001, 1102):
        write(sandbox, "STOP", f"+1402555{number:04d}")

    assert find(acme, twilio) == 101
