"""Asking people to confirm what they agreed to: once, by the gate, on the channel itself; and what their yes becomes."""

import datetime
import re
import uuid

import pytest
from django.test import Client

from accounts.actions import organizations
from accounts.models import Organization
from consent.actions.purposes import demand_confirmation, publish_wording
from consent.models import ConsentEvent, ConsentState, DecisionRecord
from consent.selectors.receipts import open_evidence
from contacts.models import Contact, ContactPoint
from core import clock
from core.tenancy import tenant_context
from messaging.actions.call_stops import press_key
from messaging.actions.calling import next_turn
from messaging.actions.claiming import claim_due
from messaging.actions.intending import intend
from messaging.actions.messaging_one import opened
from messaging.actions.noticing import ask_to_confirm
from messaging.actions.receiving import receive_inbound
from messaging.actions.recording import Outcome, record_outcomes
from messaging.contracts import Accepted, Inbound
from messaging.lanes import _outbound
from messaging.models import InboundMessage, Message, SendAttempt
from messaging.notice_words import is_yes, notice_languages
from messaging.providers.call_message import CallAsks
from messaging.selectors.proof_messages import messages_of_proof
from messaging.tasks import send_all_notices
from tests.factories.accounts import operator_actor
from tests.factories.billing import make_paid, top_up
from tests.factories.calls import make_caller
from tests.factories.campaigns import make_house
from tests.factories.consent import MINA, OMAR, make_claim, make_point, make_purpose, make_wording, record, stop
from tests.factories.emails import make_mail_house
from tests.factories.messaging import hear
from tests.factories.whatsapp import make_number, make_whatsapp
from tests.proofs import proves
from tests.snapshots import changed, rows_of

NOON = datetime.datetime(2026, 11, 17, 18, 0, tzinfo=datetime.UTC)  # in Nebraska
MAIL = "mina@people.example"
ASKED = (
    "Acme: you asked for “Offers” by text message. Reply YES to confirm. Not you? Do nothing, we will not write again."
    " STOP ends everything."
)


@pytest.fixture
def noon(monkeypatch):
    """The hour at which offers may be sent, moved by whoever asks."""
    now = [NOON]
    monkeypatch.setattr(clock, "now", lambda: now[0])
    return lambda **span: now.__setitem__(0, now[0] + datetime.timedelta(**span))


@pytest.fixture
def house(acme, operator, noon):
    """Acme, live, with a line nobody asks, and offers that wait for a confirmation of every text."""
    made = make_house(acme.id, acme.actor(), operator_actor(operator), "http://127.0.0.1:9")
    with tenant_context(acme.id):
        make_paid(made.sender)
    return made


@pytest.fixture
def offers(acme, house):
    with tenant_context(acme.id):
        purpose = make_purpose(acme.actor())
        demand_confirmation(actor=acme.actor(), purpose=purpose, channels=["sms", "email"])
        return purpose, make_wording(acme.actor(), purpose)


def agree(offers, address=MINA, channel="sms", **more):
    """A yes that waits; its event."""
    point = make_point(address)
    words = offers[1] if offers[1].channel == channel else None
    claim = make_claim(point, offers[0], channel=channel, source="web_form", wording=words, **more)
    assert record(claim, origin="form") == ["pending"]
    return ConsentState.objects.get(point=point, purpose=offers[0], channel=channel).event


def send(sender):
    """One round of the lane whose carrier takes everything; what left, and by which permits."""
    token = uuid.uuid4()
    claimed = claim_due(sender_id=sender.id, limit=200, token=token)
    intents = intend(sender=sender, message_ids=claimed, token=token)
    bodies = [_outbound(sender, each, "https://carillon.example/status/1") for each in intents]
    taken = [
        Outcome(each.message, each.permit.attempt_id, Accepted(str(uuid.uuid4()), "queued"), each.began_at)
        for each in intents
    ]
    record_outcomes(sender=sender, outcomes=taken, token=token)
    return [(each.permit.evidence_id, body) for each, body in zip(intents, bodies, strict=True)]


def requests():
    return list(Message.objects.filter(origin="confirm").values_list("state", "reason"))


def states():
    return dict(ConsentState.objects.values_list("point__hint", "status"))


def test_whoever_agreed_is_asked_once_and_the_request_rests_on_that_very_agreement(acme, rival, house, offers):
    others = rows_of(rival.id)
    with tenant_context(acme.id):
        asked = agree(offers)
        assert (ask_to_confirm(), ask_to_confirm()) == (1, 0)

        ((evidence, outbound),) = send(house.sender)

        message = Message.objects.get(origin="confirm")
        assert (evidence, outbound.body, outbound.recipient) == (asked.id, ASKED, MINA)
        assert (message.origin_id, message.purpose_id, message.state) == (asked.id, offers[0].id, "accepted")
        decision = SendAttempt.objects.get(message=message).decision
        told = DecisionRecord.objects.get(id=decision.id).facts
        assert (told["notice"], told["tier"], told["consent"]) == ("confirm", "transactional", "pending")
        assert ask_to_confirm() == 0
        assert states() == {"+1 … 0142": "pending"}
    assert rows_of(rival.id) == others


@proves("C4")
def test_a_yes_confirms_it_and_is_an_event_with_the_pair_of_messages(acme, house, offers):
    with tenant_context(acme.id):
        asked = agree(offers)
        ask_to_confirm()
        send(house.sender)
        before = rows_of(acme.id)

        row = hear(house.account, "Yes!")

        event = ConsentEvent.objects.latest("recorded_at", "id")
        request = Message.objects.get(origin="confirm")
        assert (event.status, event.source, event.wording_id) == ("granted", "confirm_reply", offers[1].id)
        assert open_evidence(event) == {
            "said": "Yes!", "carrier_id": row.provider_message_id, "rule": "confirm", "shown": ASKED,
            "request": str(request.id), "confirms": str(asked.id),
        }  # fmt: skip
        kept = InboundMessage.objects.get(id=row.id)
        assert (kept.kind, kept.verdict, kept.consent_event_id) == ("yes", "", event.id)
        assert (kept.handled_at, states()) == (clock.now(), {"+1 … 0142": "granted"})
        grown = changed(before, rows_of(acme.id))
        assert (grown["consent_consentevent"], grown["messaging_inboundmessage"]) == (1, 1)
        hear(house.account, "yes")
        assert ConsentEvent.objects.filter(source="confirm_reply").count() == 1


@pytest.mark.parametrize("said", ["no", "yes or no?", "maybe yes", "START", "👍"])
def test_nothing_but_a_plain_yes_confirms_it(acme, house, offers, said):
    with tenant_context(acme.id):
        agree(offers)
        ask_to_confirm()
        send(house.sender)

        hear(house.account, said)

        assert states() == {"+1 … 0142": "pending"}


@pytest.mark.parametrize("how", ["never asked", "too late", "somebody else", "stopped"])
def test_a_yes_to_nothing_open_is_no_agreement(acme, house, offers, noon, how):
    with tenant_context(acme.id):
        agree(offers)
        if how != "never asked":
            ask_to_confirm()
            send(house.sender)
        if how == "too late":
            noon(days=7)
        if how == "stopped":
            stop(make_point(MINA))

        hear(house.account, "YES", OMAR if how == "somebody else" else MINA)

        assert not ConsentEvent.objects.filter(source="confirm_reply").exists()
        assert states()["+1 … 0142"] == ("withdrawn" if how == "stopped" else "pending")


def test_every_language_confirms_with_its_own_word_and_no_other_words_do():
    for language in notice_languages().values():
        assert language.yes, language.code
        first = " ".join(sorted(language.yes)[0])
        assert is_yes(f" {first.upper()}. ")
    assert not any(is_yes(word) for word in ("", "no", "stop", "nein", "non", "yesterday", "ok", "oui non"))


def test_in_the_language_of_their_card(acme, house, offers):
    with tenant_context(acme.id):
        event = agree(offers)
        mina = Contact.objects.create(first_name="Mina", language="de")
        ContactPoint.objects.create(contact=mina, point=event.point, label="phone")
        ask_to_confirm()

        assert opened(Message.objects.get(origin="confirm"), "body_sealed").startswith(
            "Acme: Sie haben „Offers“ per SMS bestellt. Antworten Sie JA"
        )


@pytest.mark.parametrize("why", ["old", "often", "stopped line", "withdrawn"])
def test_who_is_not_asked(acme, house, offers, noon, why):
    with tenant_context(acme.id):
        if why == "often":
            for number in range(3):
                other = make_purpose(acme.actor(), f"Other {number}")
                demand_confirmation(actor=acme.actor(), purpose=other, channels=["sms"])
                agree((other, offers[1]))
                assert ask_to_confirm() == 1
        agreed_at = clock.now() - datetime.timedelta(days=8) if why == "old" else clock.now()
        agree(offers, occurred_at=agreed_at)
        if why == "stopped line":
            type(house.sender).objects.update(paused_at=clock.now())
        if why == "withdrawn":
            stop(make_point(MINA))
        before = rows_of(acme.id)

        assert ask_to_confirm() == 0

        assert rows_of(acme.id) == before
        if why == "often":
            noon(hours=24, minutes=1)
            assert ask_to_confirm() == 1
        if why == "stopped line":
            type(house.sender).objects.update(paused_at=None)
            assert ask_to_confirm() == 1


@pytest.mark.parametrize("how", ["stop", "emergency stop", "confirmed meanwhile"])
def test_the_gate_has_the_last_word_as_the_request_leaves_and_none_is_sent_later(acme, house, offers, how):
    with tenant_context(acme.id):
        agree(offers)
        ask_to_confirm()
        if how == "stop":
            stop(make_point(MINA))
        elif how == "emergency stop":
            organizations.stop_sending(actor=acme.actor())
        else:
            record(make_claim(make_point(MINA), offers[0], source="keyword"), may_raise=True)

        assert send(house.sender) == []

        reason = {"stop": "opted_out", "emergency stop": "sending_stopped"}.get(how, "nothing_to_confirm")
        assert (requests(), ask_to_confirm()) == ([("suppressed", reason)], 0)


@proves("C4")
def test_offers_still_wait_for_the_confirmation_at_every_question(acme, house, offers):
    with tenant_context(acme.id):
        agree(offers)
    browser = acme.client()
    point = f"/conversations/{_point(acme)}/"
    form = {
        "sender": str(house.sender.id),
        "purpose": str(offers[0].id),
        "text": "Ten percent off. Reply STOP to stop.",
    }

    page = browser.post(point, form | {"ask": "1"}).content.decode()

    assert "They have not confirmed yet" in page
    with tenant_context(acme.id):
        assert not Message.objects.exists()


def _point(team):
    with tenant_context(team.id):
        return make_point(MINA).id


def test_organisations_in_which_nothing_waits_are_not_rung(acme, rival, house, offers, monkeypatch):
    rung = []
    monkeypatch.setattr("messaging.tasks.enqueue", lambda name, **told: rung.append((name, told["organization_id"])))
    send_all_notices()
    assert rung == []
    with tenant_context(acme.id):
        agree(offers)

    send_all_notices()

    assert rung == [("messaging.send_notices", acme.id)]


@proves("C4")
def test_a_call_asks_by_a_key_and_that_key_alone_confirms(acme, house, offers):
    with tenant_context(acme.id):
        demand_confirmation(actor=acme.actor(), purpose=offers[0], channels=["voice"])
        caller = make_caller(house)
        asked = agree(offers, channel="voice")
        assert ask_to_confirm() == 0  # nobody has said whom they can call about it
        Organization.objects.update(support_contact="+18005550123")
        assert ask_to_confirm() == 1
        ((evidence, _),) = send(caller.sender)
        attempt = SendAttempt.objects.get(message__origin="confirm")

        def press(key):
            asks = CallAsks(f"CA{key}", f"key:{key}", attempt.id, key=key)
            press_key(account=caller.account, asks=asks)
            return next_turn(account=caller.account, asks=asks, keys_url="https://carillon.example/keys", turn=1)

        press("1")
        assert (evidence, states()) == (asked.id, {"+1 … 0142": "pending"})
        turn = press("5")

        event = ConsentEvent.objects.latest("recorded_at", "id")
        told = open_evidence(event)
        assert (event.status, event.source, event.channel) == ("granted", "confirm_key", "voice")
        assert (told["key"], told["confirms"], told["attempt_id"]) == ("5", str(asked.id), str(attempt.id))
        assert "You asked for calls about Offers. To confirm, press 5." in told["shown"]
        assert (turn.says, states()) == (("Thank you. It is confirmed.",), {"+1 … 0142": "granted"})


@proves("C4")
def test_on_whatsapp_they_are_asked_once_they_have_written(acme, house, offers):
    top_up(acme.id, 50)
    with tenant_context(acme.id):
        demand_confirmation(actor=acme.actor(), purpose=offers[0], channels=["whatsapp"])
        account = make_whatsapp(acme.actor())
        number = make_number(acme.actor(), account)
        agree(offers, channel="whatsapp")
        assert ask_to_confirm() == 0

        def write(text):
            inbound = Inbound(str(uuid.uuid4()), "whatsapp", MINA, number.address, text)
            receive_inbound(account=account, inbound=inbound, confirmed=True)

        write("Hello, are you open?")
        assert ask_to_confirm() == 1
        assert (len(send(number)), requests()) == (1, [("accepted", "")])
        write("Oui")

        assert states() == {"+1 … 0142": "granted"}


def test_the_proof_of_consent_holds_the_pending_yes_the_request_and_the_confirmation(acme, house, offers):
    with tenant_context(acme.id):
        point = agree(offers).point
        ask_to_confirm()
        send(house.sender)
        hear(house.account, "YES")

        (line,) = messages_of_proof(actor=acme.actor(), points=[point])

        events = list(ConsentEvent.objects.filter(point=point).order_by("recorded_at", "id"))
        assert [(each.status, each.source) for each in events] == [
            ("pending", "web_form"),
            ("granted", "confirm_reply"),
        ]
        assert (line["origin"], line["body"]) == ("confirm", ASKED)
        assert line["attempts"][0]["rests_on"] == str(events[0].id)


class TestByMail:
    """A mail carries a link; the button behind it confirms."""

    @pytest.fixture
    def house(self, acme, noon):
        made = make_mail_house(acme, "smtp://127.0.0.1:9")
        with tenant_context(acme.id):
            make_paid(made.sender)
        return made

    @pytest.fixture
    def asked(self, acme, house, offers):
        """The event that waits, and the address of the page as it left."""
        with tenant_context(acme.id):
            words = publish_wording(actor=acme.actor(), purpose=offers[0], channel="email", text="Yes, mail me offers.")
            event = agree((offers[0], words), MAIL, "email")
            assert ask_to_confirm() == 1
            kept = opened(Message.objects.get(origin="confirm"), "parts_sealed")
            ((_, mail),) = send(house.sender)
        (link,) = set(re.findall(r"https?://[^/\s]+(/y/[\w-]+)", mail.body))
        assert link not in kept
        assert "your-confirmation-page" not in mail.body
        return event, link

    @proves("C4", "C5")
    def test_looking_at_the_page_changes_nothing_and_the_button_confirms(self, acme, rival, asked):
        event, link = asked
        before, others = rows_of(acme.id), rows_of(rival.id)
        person = Client()
        for method in (person.get, person.head, person.post):
            assert method(link).status_code == 200
        page = person.get(link).content.decode()

        assert rows_of(acme.id) == before
        assert "Do you want this from Acme?" in page
        assert "Yes, mail me offers." in page
        assert "m…@people.example" in page
        done = person.post(link, {"confirm": "yes", "shown_in": "en"}, headers={"User-Agent": "A browser"})

        assert (done.status_code, done["Location"], done.cookies) == (303, f"{link}?lang=en", {})
        with tenant_context(acme.id):
            confirmed = ConsentEvent.objects.latest("recorded_at", "id")
            told = open_evidence(confirmed)
            assert (confirmed.status, confirmed.source, confirmed.wording_id) == (
                "granted",
                "confirm_link",
                event.wording_id,
            )
            assert told["shown"] == (
                "Do you want this from Acme?\n“Offers”, by email\nYes, mail me offers.\nYes, I want this"
            )
            assert (told["confirms"], told["agent"], told["language"]) == (str(event.id), "A browser", "en")
            assert (told["address"], states()) == ("127.0.0.1", {"m…@people.example": "granted"})
        assert "Confirmed" in person.get(link).content.decode()
        after = rows_of(acme.id)
        person.post(link, {"confirm": "yes"})
        assert rows_of(acme.id) == after
        assert rows_of(rival.id) == others

    def test_after_a_stop_or_too_late_it_says_so_and_writes_nothing(self, acme, asked, noon):
        _, link = asked
        with tenant_context(acme.id):
            stop(make_point(MAIL), "email")
            before = rows_of(acme.id)

        page = Client().post(link, {"confirm": "yes"}, follow=True).content.decode()

        assert "You said no since" in page
        assert "Yes, I want this" not in page
        assert rows_of(acme.id) == before

    def test_once_the_days_are_over_the_page_says_so(self, acme, asked, noon):
        noon(days=7)

        page = Client().post(asked[1], {"confirm": "yes"}, follow=True).content.decode()

        assert "This can no longer be confirmed" in page
        with tenant_context(acme.id):
            assert states() == {"m…@people.example": "pending"}

    def test_in_another_language_when_they_ask_for_it(self, asked):
        page = Client().get(f"{asked[1]}?lang=ur")

        assert 'lang="ur"' in page.content.decode()
        assert (page["Cache-Control"], page["Referrer-Policy"]) == ("no-store", "no-referrer")

    def test_a_link_that_we_did_not_make_or_that_leads_elsewhere_opens_nothing(self, acme, asked):
        _, link = asked
        before = rows_of(acme.id)
        for odd in (f"{link}x", link[:-1], link.replace("/y/", "/p/"), "/y/AAAA"):
            assert Client().post(odd, {"confirm": "yes"}).status_code == 404
        assert rows_of(acme.id) == before


def test_an_organisation_tells_its_name_as_it_is_now(acme, house, offers):
    with tenant_context(acme.id):
        Organization.objects.update(name="Acme Shoes")
        agree(offers)
        ask_to_confirm()

        assert opened(Message.objects.get(origin="confirm"), "body_sealed").startswith("Acme Shoes: ")
