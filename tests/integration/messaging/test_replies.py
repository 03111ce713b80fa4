"""The page of replies: who wrote what, and what the team does about it."""

import datetime
import uuid

import pytest
from django.urls import NoReverseMatch, reverse

from accounts.contracts import Actor
from accounts.roles import GRANTS, Role
from consent.models import ConsentEvent, ConsentState, Suppression
from contacts.models import Contact, ContactPoint
from core import clock
from core.tenancy import tenant_context
from messaging.models import InboundMessage, Message
from messaging.selectors.replies import reply_page
from tests.counts import Statements
from tests.factories.accounts import make_team
from tests.factories.consent import MINA, OMAR, grant, make_point, make_purpose
from tests.factories.messaging import hear, make_account, make_sender, reach
from tests.integration.accounts.chain import last_deed
from tests.proofs import proves
from tests.snapshots import changed, rows_of


@pytest.fixture
def heard(acme):
    """Mina, whom Acme knows, asked something; Omar said stop; Mina asked for help. In this order, a minute apart."""
    with tenant_context(acme.id):
        account = make_account(acme.actor())
        offers, point = make_purpose(acme.actor()), make_point(MINA)
        grant(point, offers)
        contact = Contact.objects.create(first_name="Mina", last_name="Rahimi")
        ContactPoint.objects.create(contact=contact, point=point, label="phone")
        rows = [hear(account, "Is it in stock?"), hear(account, "STOP", OMAR), hear(account, "HELP")]
        for minutes, row in enumerate(reversed(rows)):
            age(row, minutes)
        return rows


def age(row, minutes):
    InboundMessage.objects.filter(id=row.id).update(received_at=clock.now() - datetime.timedelta(minutes=minutes))


def shown(browser, query=""):
    return browser.get(f"/replies/{query}").context["page"].replies


def test_replies_are_listed_newest_first_with_name_number_words_and_kind(acme, heard):
    replies = shown(acme.client(), "?show=all")

    assert [(reply.person.name, reply.person.address, reply.text, reply.badge["label"]) for reply in replies] == [
        ("Mina Rahimi", MINA, "HELP", "Asked for help"),
        ("", OMAR, "STOP", "Said stop"),
        ("Mina Rahimi", MINA, "Is it in stock?", "Waiting"),
    ]


def test_the_page_begins_with_what_waits_and_filters_by_stop(acme, heard):
    page = acme.client().get("/replies/")

    assert page.context["counts"] == {"waiting": 1, "judge": 0, "stop": 1, "all": 3}
    assert [reply.text for reply in page.context["page"].replies] == ["Is it in stock?"]
    assert [reply.text for reply in shown(acme.client(), "?show=stop")] == ["STOP"]
    assert [reply.text for reply in shown(acme.client(), "?show=nonsense&before=nothing")] == ["Is it in stock?"]


def test_without_the_right_to_see_addresses_the_number_is_masked(acme, heard):
    reader = Actor("user", uuid.uuid4(), frozenset(["see_replies"]))

    with tenant_context(acme.id):
        replies = reply_page(actor=reader, view="all").replies

    assert [reply.person.address for reply in replies] == ["+1 … 0142", "+1 … 0143", "+1 … 0142"]


def test_people_who_share_a_number_are_all_named(acme, heard):
    with tenant_context(acme.id):
        sara = Contact.objects.create(first_name="Sara")
        ContactPoint.objects.create(contact=sara, point=make_point(MINA), label="phone")

    assert shown(acme.client())[0].person.name == "Mina Rahimi and Sara"


@proves("C12")
def test_they_asked_to_stop_protects_the_address_at_once_and_everywhere(acme, rival, heard):
    row = heard[0]
    before, others = rows_of(acme.id), rows_of(rival.id)

    answer = acme.client().post(f"/replies/{row.id}/stop/", {"show": "all"})

    assert (answer.status_code, answer.headers["Location"]) == (302, "/replies/?show=all")
    assert changed(before, rows_of(acme.id)) == {
        "consent_consentevent": 1, "consent_consentstate": 0, "consent_suppression": 1,
        "messaging_inboundmessage": 0, "accounts_auditevent": 1, "accounts_audithead": 0,
    }  # fmt: skip
    assert rows_of(rival.id) == others
    with tenant_context(acme.id):
        event = ConsentEvent.objects.get(origin_id=row.id)
        assert ConsentState.objects.get(point=row.point).status == "withdrawn"
        assert list(Suppression.objects.filter(point=row.point).values_list("channel", "kind")) == [("", "opted_out")]
    assert (event.actor_id, event.channel) == (acme.people["owner"].id, "")
    assert last_deed(acme.id).action == "contact.opted_out"
    (reply,) = [reply for reply in shown(acme.client(), "?show=stop") if reply.id == row.id]
    assert (reply.badge["label"], reply.is_stopped, reply.is_waiting) == ("Stopped by your team", True, False)


def test_marking_as_read_takes_it_off_the_waiting_ones_and_changes_no_consent(acme, heard):
    browser = acme.client()
    before = rows_of(acme.id)

    assert browser.post(f"/replies/{heard[0].id}/read/").status_code == 302

    assert changed(before, rows_of(acme.id)) == {"messaging_inboundmessage": 0}
    assert shown(browser) == ()
    assert "Everything is read" in browser.get("/replies/").content.decode()


def test_the_sidebar_counts_what_waits_for_those_who_may_read_it(acme, heard):
    with tenant_context(acme.id):
        hear(make_account(acme.actor()), "hello?")

    owner, viewer = (acme.client(role).get("/").context["shell"]["groups"] for role in ("owner", "viewer"))

    assert [item["count"] for group in owner for item in group["items"] if item["label"] == "Replies"] == [2]
    assert [item for group in viewer for item in group["items"] if item["label"] == "Replies"] == []


def test_a_reply_leads_to_the_campaign_it_answers_where_there_is_such_a_page(acme, heard, settings):
    run = uuid.uuid4()
    with tenant_context(acme.id):
        InboundMessage.objects.filter(id=heard[0].id).update(origin="run", origin_id=run)

    settings.ORIGIN_PAGES = {"run": "accounts:member"}
    (there,) = shown(acme.client())
    settings.ORIGIN_PAGES = {"run": "nowhere:page"}
    answer = acme.client().get("/replies/")

    assert there.page == reverse("accounts:member", args=[run])
    assert answer.context["page"].replies[0].page == ""
    assert "answers a campaign" in answer.content.decode()
    with pytest.raises(NoReverseMatch):
        reverse("nowhere:page", args=[run])


def test_a_reply_answers_what_was_sent_on_its_own_channel_and_not_the_call_that_came_after(acme):
    with tenant_context(acme.id):
        account, point = make_account(acme.actor()), make_point(MINA)
        grant(point, make_purpose(acme.actor()))
        sender = make_sender(acme.actor(), account)
        texted, called = reach(sender, point), reach(sender, point)
        Message.objects.filter(id=called.id).update(channel="voice", origin_id=uuid.uuid4())

        heard = hear(account, "Is it in stock?")

    assert called.created_at >= texted.created_at
    assert (heard.message_id, heard.origin_id) == (texted.id, texted.origin_id)


def test_long_lists_come_in_pages_that_neither_repeat_nor_lose_anybody(acme):
    with tenant_context(acme.id):
        account = make_account(acme.actor())
        for number in range(120):
            hear(account, f"message {number}")
        same = clock.now()
        InboundMessage.objects.update(received_at=same)

        first = reply_page(actor=acme.actor(), view="all")
        second = reply_page(actor=acme.actor(), view="all", before=first.older)
        with Statements() as asked:
            third = reply_page(actor=acme.actor(), view="all", before=second.older)
        back = reply_page(actor=acme.actor(), view="all", after=second.newer)

    assert [len(page.replies) for page in (first, second, third)] == [50, 50, 20]
    assert len({reply.id for page in (first, second, third) for reply in page.replies}) == 120
    assert (first.newer, third.older) == (None, None)
    assert [reply.id for reply in back.replies] == [reply.id for reply in first.replies]
    assert back.newer is None
    assert len(asked) == 4


def test_words_of_a_person_are_text_and_never_markup(acme, heard):
    with tenant_context(acme.id):
        hear(make_account(acme.actor()), "<img src=x onerror=alert(1)>")

    page = acme.client().get("/replies/").content.decode()

    assert "&lt;img src=x onerror=alert(1)&gt;" in page
    assert "<img src=x" not in page


@proves("A5")
@pytest.mark.parametrize("role", list(Role))
def test_only_roles_that_may_read_replies_open_or_touch_them(db, role):
    team = make_team("Acme", tuple(Role))
    with tenant_context(team.id):
        row = hear(make_account(team.actor()), "hello?")
    browser, rights = team.client(role), GRANTS[role]
    before = rows_of(team.id)

    assert browser.get("/replies/").status_code == (200 if "see_replies" in rights else 403)
    for deed, right in (("read", "see_replies"), ("stop", "change_consent")):
        if right not in rights:
            assert browser.post(f"/replies/{row.id}/{deed}/").status_code == 403
    assert rows_of(team.id) == before


def test_a_reply_to_others_is_neither_shown_nor_touched(acme, rival, heard):
    before, browser = rows_of(acme.id), rival.client()

    answers = [browser.post(f"/replies/{heard[0].id}/{deed}/").status_code for deed in ("stop", "read")]

    assert answers == [404, 404]
    assert browser.get("/replies/?show=all").context["page"].replies == ()
    assert browser.get(f"/replies/?show=all&before={heard[0].id}").context["page"].replies == ()
    assert "Nobody has written yet" in browser.get("/replies/").content.decode()
    assert rows_of(acme.id) == before


def test_nothing_happens_on_a_mere_visit(acme, heard):
    before = rows_of(acme.id)

    assert [acme.client().get(f"/replies/{heard[0].id}/{deed}/").status_code for deed in ("stop", "read")] == [405, 405]

    assert rows_of(acme.id) == before
