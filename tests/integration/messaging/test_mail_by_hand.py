"""One mail by hand, from the page of a conversation: the same gate as for a text, and a subject above the words."""

import json

import pytest

from accounts.models import Organization
from consent.models import Point
from contacts.models import Contact, ContactPoint
from core import vault
from core.tenancy import tenant_context
from messaging.models import Message
from tests.factories.consent import grant, make_point, stop
from tests.factories.emails import make_mail_house
from tests.snapshots import changed, rows_of

MAILBOX = "mina@people.example"


@pytest.fixture
def house(acme):
    """Acme, live, with a mail server that nobody asks."""
    return make_mail_house(acme, "smtp://127.0.0.1:9")


@pytest.fixture
def mina(house):
    """Mina, who agreed to mail about orders."""
    with tenant_context(house.id):
        point = make_point(MAILBOX)
        grant(point, house.purpose, "email")
        contact = Contact.objects.create(first_name="Mina")
        ContactPoint.objects.create(contact=contact, point=point, label="email")
        return point


def press(team, house, point: Point, button: str = "send", **typed: str):
    form = {
        "sender": str(house.sender.id),
        "purpose": str(house.purpose.id),
        "subject": "Your order",
        "text": "Come by.",
    }
    return team.client().post(f"/conversations/{point.id}/", form | typed | {button: "1"})


def mails(house):
    """What was queued: words, and the subject above them."""
    with tenant_context(house.id):
        return [
            tuple(
                vault.unseal_text(house.id, "messaging_message", column, row.id, getattr(row, column))
                for column in ("body_sealed", "parts_sealed")
            )
            for row in Message.objects.order_by("created_at")
        ]


def test_the_card_leads_to_a_page_that_writes_a_mail_with_its_subject(acme, house, mina):
    with tenant_context(house.id):
        contact = Contact.objects.get()

    card = acme.client().get(f"/conversations/with/{contact.id}/").content.decode()
    page = acme.client().get(f"/conversations/{mina.id}/").content.decode()
    answer = press(acme, house, mina)

    assert f'href="/conversations/{mina.id}/"' in card
    assert ['name="subject"' in page, "You may send this now." in page] == [True, True]
    assert answer.status_code == 302
    ((words, parts),) = mails(house)
    assert (words, json.loads(parts)["subject"]) == ("Come by.", "Your order")


def test_whoever_unsubscribed_is_refused_with_the_reason_and_nothing_is_written(acme, house, mina):
    with tenant_context(house.id):
        stop(mina, "email")
    before = rows_of(acme.id)

    asked, sent = (press(acme, house, mina, button) for button in ("ask", "send"))

    assert (asked.status_code, sent.status_code) == (200, 422)
    for answer in (asked, sent):
        assert "You may not: They said stop" in answer.content.decode()
    assert mails(house) == []
    assert set(changed(before, rows_of(acme.id))) <= {"consent_decisionrecord"}


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"subject": " "}, "Write what stands above it in mailboxes."),
        ({"subject": "a" * 201}, "at most 200 characters"),
        ({"text": " "}, "Write what they shall read."),
    ],
)
def test_a_mail_without_subject_or_words_is_not_sent_and_nothing_typed_is_lost(acme, house, mina, typed, said):
    answer = press(acme, house, mina, **{"text": "Come by on Friday."} | typed)

    page = answer.content.decode()
    assert (answer.status_code, said in page) == (422, True)
    assert "Your order" in page or "Come by on Friday." in page
    assert mails(house) == []


def test_asking_needs_no_words_yet_and_an_address_that_is_missing_is_told_with_its_remedy(acme, house, mina):
    asked = press(acme, house, mina, "ask", subject="", text="")
    with tenant_context(house.id):
        Organization.objects.update(postal_address="")

    lacking = press(acme, house, mina, "ask", subject="", text="")

    assert "You may send this now." in asked.content.decode()
    assert "Write it under Settings; it stands at the end of every mail." in lacking.content.decode()
    assert mails(house) == []
