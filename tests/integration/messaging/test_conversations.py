"""Answering somebody, and messaging one person: the decision first, then one message through the gate and the lane."""

import uuid

import pytest

from accounts.roles import GRANTS, Role
from consent.models import ConsentEvent
from consent.selectors.words import receipt_number
from contacts.models import Contact, ContactPoint
from core import vault
from core.tenancy import tenant_context
from core.wording import version_text
from messaging.actions.claiming import claim_due
from messaging.actions.intending import intend
from messaging.models import InboundMessage, Message, SendAttempt, TemplateVersion
from tests.factories.accounts import make_team, operator_actor
from tests.factories.campaigns import make_house
from tests.factories.consent import MINA, OMAR, WORDS, grant, make_point, make_wording, stop
from tests.factories.messaging import hear
from tests.integration.accounts.chain import last_deed
from tests.proofs import proves
from tests.snapshots import changed, rows_of

#: what one message to one person writes: itself, and once for each purpose the text all of them share
WRITTEN = {
    "messaging_message": 1, "messaging_template": 1, "messaging_templateversion": 1, "accounts_auditevent": 1,
    "accounts_audithead": 0, "consent_decisionrecord": 1,
}  # fmt: skip


@pytest.fixture
def house(acme, operator):
    """Acme, live, with a transactional purpose and a sender whose carrier nobody asks."""
    return make_house(acme.id, acme.actor(), operator_actor(operator), "http://127.0.0.1:9")


@pytest.fixture
def mina(house):
    """Mina, who agreed to be told about orders."""
    with tenant_context(house.id):
        point = make_point(MINA)
        grant(point, house.purpose)
        contact = Contact.objects.create(first_name="Mina", last_name="Rahimi")
        ContactPoint.objects.create(contact=contact, point=point, label="phone")
        return point


def write(browser, house, point, text="We open at nine.", deed="send"):
    body = {"sender": str(house.sender.id), "purpose": str(house.purpose.id), "text": text, deed: "1"}
    return browser.post(f"/conversations/{point.id}/", body)


def texts(house):
    """What was queued: origin, state and words."""
    with tenant_context(house.id):
        return [
            (row.origin, row.state, vault.unseal_text(house.id, "messaging_message", "body_sealed", row.id, row.body_sealed))
            for row in Message.objects.order_by("created_at")
        ]  # fmt: skip


@proves("G32")
def test_a_reply_is_answered_by_one_sealed_message_that_the_lane_lets_out_with_its_proof(acme, house, mina):
    with tenant_context(house.id):
        heard = hear(house.account, "When do you open?")
    before = rows_of(acme.id)

    answer = write(acme.client(), house, mina)

    assert (answer.status_code, answer.headers["Location"]) == (302, f"/conversations/{mina.id}/")
    assert changed(before, rows_of(acme.id)) == WRITTEN | {"messaging_inboundmessage": 0}
    assert texts(house) == [("reply", "ready", "We open at nine.")]
    with tenant_context(house.id):
        assert InboundMessage.objects.get(id=heard.id).handled_at is not None
        assert list(TemplateVersion.objects.values_list("body", flat=True)) == ["{{ text }}"]
        token = uuid.uuid4()
        (intent,) = intend(
            sender=house.sender, message_ids=claim_due(sender_id=house.sender.id, limit=5, token=token), token=token
        )
        event = ConsentEvent.objects.get(point=mina, status="granted")
        assert intent.permit.evidence_id == event.id
    deed = last_deed(acme.id)
    assert (deed.action, deed.data) == ("message.written", {"channel": "sms", "purpose": "orders", "answers": True})


@proves("C31")
def test_the_decision_is_shown_before_anything_is_pressed_and_asking_sends_nothing(acme, house, mina):
    browser = acme.client()
    before = rows_of(acme.id)

    page = browser.get(f"/conversations/{mina.id}/")
    asked = write(browser, house, mina, text="", deed="ask")

    assert page.context["decision"]["found"].answer.outcome == "allowed"
    assert "You may send this now" in asked.content.decode()
    assert set(changed(before, rows_of(acme.id))) <= {"consent_decisionrecord"}
    assert texts(house) == []


@pytest.mark.parametrize("deed", ["ask", "send"])
def test_who_said_stop_is_not_answered_and_the_page_shows_reason_remedy_and_proof(acme, house, mina, deed):
    with tenant_context(house.id):
        event = stop(mina)
    before = rows_of(acme.id)

    answer = write(acme.client(), house, mina, deed=deed)

    page = answer.content.decode()
    assert answer.status_code == (422 if deed == "send" else 200)
    assert "You may not: They said stop" in page
    assert "only they can change it" in page
    assert f"/consent/events/{event.id}/" in page
    assert "opted_out" in page
    assert 'name="send"' not in page
    assert texts(house) == []
    assert set(changed(before, rows_of(acme.id))) <= {"consent_decisionrecord"}


def test_a_stranger_without_any_agreement_is_refused_with_the_same_reason_as_by_a_campaign(acme, house):
    with tenant_context(house.id):
        row = hear(house.account, "When do you open?", OMAR)
        point = row.point

    answer = write(acme.client(), house, point)

    assert (answer.status_code, texts(house)) == (422, [])
    assert "no_consent" in answer.content.decode()
    with tenant_context(house.id):
        assert InboundMessage.objects.get(id=row.id).handled_at is None


def test_the_same_words_pressed_twice_are_one_message_and_other_words_are_another(acme, house, mina):
    browser = acme.client()

    for text in ("We open at nine.", "We open at nine.", "And close at five."):
        assert write(browser, house, mina, text=text).status_code == 302

    assert texts(house) == [("one", "ready", "We open at nine."), ("one", "ready", "And close at five.")]


def test_what_waits_for_a_judgement_is_not_read_by_answering_something_else(acme, house, mina):
    with tenant_context(house.id):
        doubt = hear(house.account, "Please don't call me, but when do you open?")

    answer = write(acme.client(), house, mina)

    assert answer.status_code == 422
    assert "/replies/?show=judge" in answer.content.decode()
    with tenant_context(house.id):
        assert InboundMessage.objects.get(id=doubt.id).handled_at is None


def test_an_empty_text_and_a_foreign_sender_are_refused_and_nothing_typed_is_lost(acme, rival, house, mina, operator):
    theirs = make_house(rival.id, rival.actor(), operator_actor(operator), "http://127.0.0.1:9")
    browser = acme.client()
    before = rows_of(acme.id)

    empty = write(browser, house, mina, text="  ")
    body = {"sender": str(theirs.sender.id), "purpose": str(house.purpose.id), "text": "Hello there", "send": "1"}
    foreign = browser.post(f"/conversations/{mina.id}/", body)

    assert (empty.status_code, foreign.status_code) == (422, 422)
    assert "Hello there" in foreign.content.decode()
    assert texts(house) == []
    assert set(changed(before, rows_of(acme.id))) <= {"consent_decisionrecord"}


@pytest.mark.parametrize("role", list(Role))
def test_only_roles_that_may_message_people_write_and_only_readers_look(db, operator, role):
    team = make_team("Acme", tuple(Role))
    house = make_house(team.id, team.actor(), operator_actor(operator), "http://127.0.0.1:9")
    with tenant_context(team.id):
        point = make_point(MINA)
        grant(point, house.purpose)
    browser, rights = team.client(role), GRANTS[role]

    looked, wrote = browser.get(f"/conversations/{point.id}/"), write(browser, house, point)

    assert looked.status_code == (200 if "see_replies" in rights else 403)
    assert wrote.status_code == (302 if {"see_replies", "message_people"} <= rights else 403)
    assert ('name="send"' in looked.content.decode()) == ({"see_replies", "message_people"} <= rights)


def test_the_log_says_nothing_while_nothing_changes_and_tells_what_became_of_a_message(acme, house, mina):
    browser = acme.client()
    write(browser, house, mina)
    talk = browser.get(f"/conversations/{mina.id}/").context["talk"]

    quiet = browser.get(f"/conversations/{mina.id}/log/?seen={talk.mark}")
    with tenant_context(house.id):
        claim_due(sender_id=house.sender.id, limit=5, token=uuid.uuid4())
    moved = browser.get(f"/conversations/{mina.id}/log/?seen={talk.mark}")

    assert (quiet.status_code, quiet.content) == (204, b"")
    assert moved.status_code == 200
    assert "Sending" in moved.content.decode()


def test_a_card_shows_what_a_person_wrote_and_was_told_and_leads_to_the_conversation(acme, house, mina):
    with tenant_context(house.id):
        hear(house.account, "When do you open?")
        contact = Contact.objects.get()
    browser = acme.client()
    write(browser, house, mina)

    page = browser.get(f"/conversations/with/{contact.id}/").content.decode()

    assert [line in page for line in ("When do you open?", "We open at nine.")] == [True, True]
    assert f"/conversations/{mina.id}/" in page
    assert f"/conversations/with/{contact.id}/" in browser.get(f"/contacts/{contact.id}/").content.decode()


@proves("N18")
def test_why_somebody_got_a_message_names_the_agreement_its_words_the_decision_and_its_rules(acme, house):
    with tenant_context(house.id):
        point = make_point(MINA)
        wording = make_wording(acme.actor(), house.purpose)
        grant(point, house.purpose, wording=wording)
    write(acme.client(), house, point)
    with tenant_context(house.id):
        token, message = uuid.uuid4(), Message.objects.get()
        intend(sender=house.sender, message_ids=claim_due(sender_id=house.sender.id, limit=5, token=token), token=token)
        attempt = SendAttempt.objects.get(message=message)
        version = attempt.decision.rules_version

    page = acme.client().get(f"/messages/{message.id}/why/").content.decode()

    said = (
        receipt_number(attempt.consent_event_id, "granted"), "Form on a page", "Orders", "Allowed",
        f"rules of {version_text(version)}", "Nebraska, United States", "America/Chicago", "Agreed", WORDS,
    )  # fmt: skip
    assert [words for words in said if words not in page] == []
    assert f'href="/consent/decisions/{attempt.decision_id}/"' in page


def test_a_message_that_never_left_says_so_and_shows_no_proof(acme, house, mina):
    browser = acme.client()
    write(browser, house, mina)
    with tenant_context(house.id):
        message = Message.objects.get()

    page = browser.get(f"/messages/{message.id}/why/")

    assert (page.context["why"].proof, page.context["why"].verdict) == (None, None)
    assert "It was not handed to a carrier" in page.content.decode()


def test_new_replies_come_by_themselves_and_nothing_comes_when_nobody_wrote(acme, house, mina):
    with tenant_context(house.id):
        first = hear(house.account, "When do you open?")
    browser = acme.client()
    here = f"/replies/news/?show=waiting&after={first.id}"

    quiet = browser.get(here)
    with tenant_context(house.id):
        second = hear(house.account, "Are you there?", OMAR)
    news = browser.get(here)
    after = browser.get(f"/replies/news/?show=waiting&after={second.id}")

    page = news.content.decode()
    assert (quiet.status_code, quiet.content, after.status_code) == (204, b"", 204)
    assert ("Are you there?" in page, "When do you open?" in page) == (True, False)
    assert f"after={second.id}" in page
    assert "Waiting 2" in page
    assert 'hx-swap-oob="afterbegin:#reply-list"' in page


def test_the_first_reply_of_all_makes_the_empty_page_anew(acme, house, mina):
    browser = acme.client()

    quiet = browser.get("/replies/news/?show=waiting&after=")
    with tenant_context(house.id):
        hear(house.account, "When do you open?")
    news = browser.get("/replies/news/?show=waiting&after=")

    assert (quiet.status_code, news.headers.get("HX-Refresh")) == (204, "true")


@proves("N18")
def test_a_message_is_found_by_its_address_its_carriers_id_or_ours_and_by_nothing_less(acme, rival, house, mina):
    write(acme.client(), house, mina)
    with tenant_context(house.id):
        message = Message.objects.get()
        Message.objects.filter(id=message.id).update(provider_message_id="SM" + "7" * 32)

    def found(browser, query):
        return [row.id for row, _ in browser.get("/messages/", {"q": query}).context["found"]]

    browser = acme.client()
    assert [found(browser, query) for query in (MINA, "SM" + "7" * 32, str(message.id))] == [[message.id]] * 3
    assert [found(browser, query) for query in ("", "SM7", "+1402555014", OMAR)] == [[], [], [], []]
    assert found(acme.client("viewer"), MINA) == []
    assert found(rival.client(), str(message.id)) == []
