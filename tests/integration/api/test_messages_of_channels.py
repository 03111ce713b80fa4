"""One mail, one WhatsApp message and one call to one person by the REST door: the same gate, and what each channel needs."""

import json

import pytest

from accounts.models import Organization
from core import vault
from core.tenancy import tenant_context
from messaging.actions.connecting import add_sender, connect_account
from messaging.channels.whatsapp_texts import Head, TemplateText
from messaging.models import Message, Sender, TemplateVersion
from tests.factories.calls import LEGAL_NAME
from tests.factories.consent import MINA, grant, make_point, stop
from tests.factories.emails import STREET
from tests.factories.whatsapp import make_number, make_template, make_whatsapp
from tests.integration.api.conftest import told
from tests.snapshots import changed, rows_of

MAILBOX = "mina@people.example"
PLACES = {"body_first_name": "Mina", "body_day": "Friday"}
SPOKEN = {"language": "en", "phone": "+1 800 555 0123", "machine": "hang_up"}


def message_of(house):
    """The one message, opened: what it says, and what stands beside it."""
    with tenant_context(house.id):
        (row,) = Message.objects.all()
        opened = [
            vault.unseal_text(house.id, "messaging_message", column, row.id, getattr(row, column))
            for column in ("body_sealed", "parts_sealed")
        ]
        return opened[0], json.loads(opened[1])


def kept(house):
    """What letters share, in the clear."""
    with tenant_context(house.id):
        return TemplateVersion.objects.get()


@pytest.fixture
def mail(house):
    """A letter to somebody who agreed to mail."""
    with tenant_context(house.id):
        Organization.objects.update(postal_address=STREET, legal_name=LEGAL_NAME)
        login = {"host": "mail.example.com", "port": "587", "security": "starttls", "username": "u", "password": "word"}
        account = connect_account(
            actor=house.actor, name="smtp", label="Mail", credentials=login, base_url="smtp://127.0.0.1:9"
        )
        sender = add_sender(
            actor=house.actor, account=account, channel="email", address="shop@acme.example", label="Mail",
            rate_per_second=5,
        )  # fmt: skip
        grant(make_point(MAILBOX), house.purpose, "email")
    told = {
        "to": MAILBOX,
        "sender": str(sender.id),
        "purpose": "orders",
        "text": "Dear Mina,\n\nit is <here>.\nCome by.",
    }
    return told | {"content": {"subject": "Your {{ order }}"}}


@pytest.fixture
def template(house):
    """A template that WhatsApp approved, at our own account."""
    with tenant_context(house.id):
        account = make_whatsapp(house.actor, "http://127.0.0.1:9")
        make_number(house.actor, account)
        return make_template(account)


@pytest.fixture
def chat(house, template):
    """A template to somebody who agreed to WhatsApp and has not written."""
    with tenant_context(house.id):
        grant(make_point(MINA), house.purpose, "whatsapp")
        sender = template.account.senders.get()
    told = {"to": MINA, "sender": str(sender.id), "purpose": "orders"}
    return told | {"content": {"template": str(template.id), "values": PLACES}}


@pytest.fixture
def call(house):
    """Words for somebody who agreed to calls."""
    with tenant_context(house.id):
        Organization.objects.update(legal_name=LEGAL_NAME)
        grant(make_point(MINA), house.purpose, "voice")
        sender = add_sender(
            actor=house.actor, account=house.account, channel="voice", address="+14025550100", label="Calls",
            rate_per_second=5,
        )  # fmt: skip
    told = {"to": MINA, "sender": str(sender.id), "purpose": "orders", "text": "Your order is ready."}
    return told | {"content": SPOKEN}


@pytest.fixture(params=["mail", "chat", "call"])
def body(request):
    """Each of the three."""
    return request.getfixturevalue(request.param)


def test_a_dry_run_tells_what_would_become_of_it_and_sends_nothing(acme, app, house, body):
    before = rows_of(acme.id)

    answer = app.post("messages/", body | {"dry_run": True})

    found = answer.json()
    assert answer.status_code == 200
    assert (found["decision"]["outcome"], found["parts"], found["message"]) == ("allowed", 1, None)
    assert found["decision"]["evidence_id"] is not None
    own = {"accounts_apirequestlog", "accounts_apikey", "consent_decisionrecord"}
    assert set(changed(before, rows_of(acme.id))) <= own


def test_who_said_stop_is_refused_and_nothing_is_written(app, house, body):
    with tenant_context(house.id):
        stop(make_point(body["to"]), Sender.objects.get(id=body["sender"]).channel)

    answer = app.post("messages/", body)

    assert told(answer) == (422, "opted_out", ["to"])
    assert answer.json()["detail"] == "They said stop."
    with tenant_context(house.id):
        assert not Message.objects.exists()


def test_the_same_again_within_a_minute_is_the_same_message(app, house, body):
    first, second = (app.post("messages/", body).json()["message"]["id"] for _ in range(2))

    assert first == second
    with tenant_context(house.id):
        assert Message.objects.count() == 1


def test_a_mail_has_its_subject_and_its_paragraphs_and_nothing_of_it_is_kept_in_the_clear(app, house, mail):
    answer = app.post("messages/", mail)

    assert (answer.status_code, answer.json()["message"]["state"]) == (201, "ready")
    text, parts = message_of(house)
    assert text == "Dear Mina,\n\nit is <here>.\nCome by."
    assert (parts["subject"], parts["preheader"]) == ("Your {{ order }}", "")
    assert parts["html"] == "<p>Dear Mina,</p><p>it is &lt;here&gt;.<br>Come by.</p>"
    version = kept(house)
    assert version.parts == {"subject": "{{ subject }}"}
    assert "Mina" not in version.body


def test_another_subject_makes_another_message_of_the_same_words(app, house, mail):
    first, second = (
        app.post("messages/", mail | {"content": {"subject": subject}}).json()["message"]["id"]
        for subject in ("One", "Two")
    )

    assert first != second
    kept(house)


def test_a_template_is_filled_with_the_values_and_they_are_not_kept_in_the_clear(app, house, chat):
    answer = app.post("messages/", chat)

    assert (answer.status_code, answer.json()["message"]["state"]) == (201, "ready")
    text, parts = message_of(house)
    assert text == "Hello Mina, your visit is on Friday at our office.\n\nExample Co"
    assert parts["template"]["values"] == PLACES
    assert kept(house).parts["values"] == {"body_first_name": "{{ body_first_name }}", "body_day": "{{ body_day }}"}


def test_words_of_ones_own_wait_for_the_person_to_write_first_on_whatsapp(app, house, chat):
    answer = app.post("messages/", chat | {"text": "Hello.", "content": {}, "dry_run": True})

    assert answer.json()["decision"]["outcome"] == "denied"
    assert answer.json()["decision"]["reason"]["code"] == "wa_window"


def test_a_call_says_who_calls_and_the_number_as_everywhere(app, house, call):
    answer = app.post("messages/", call)

    assert (answer.status_code, answer.json()["message"]["state"]) == (201, "ready")
    text, parts = message_of(house)
    assert text.startswith(f"{LEGAL_NAME}, with an automated call.")
    assert parts["says"][1] == "Your order is ready."
    assert kept(house).parts == SPOKEN | {"phone": "+18005550123"}


@pytest.mark.parametrize(
    ("kind", "change", "field"),
    [
        ("mail", {"content": {}}, "content.subject"),
        ("mail", {"content": {"subject": "a\nb"}}, "content.subject"),
        ("mail", {"content": {"subject": ["a"]}}, "content.subject"),
        ("mail", {"content": {"subject": "a", "colour": "red"}}, "content.colour"),
        ("mail", {"text": " "}, "text"),
        ("chat", {"text": "and more"}, "text"),
        ("chat", {"content": {"template": "nothing"}}, "content.template"),
        ("chat", {"content": {"buttons": "x"}}, "content.buttons"),
        ("chat", {"content": {"values": PLACES}}, "content.values"),
        ("call", {"content": SPOKEN | {"language": "xx"}}, "content.language"),
        ("call", {"content": SPOKEN | {"phone": "nobody"}}, "content.phone"),
        ("call", {"content": SPOKEN | {"legal_name": "Another Ltd"}}, "content.legal_name"),
        ("call", {"content": SPOKEN | {"audio": "0193a1c2-0000-7000-8000-000000000001"}}, "content.audio"),
        ("call", {"text": "x" * 1201}, "text"),
    ],
)
def test_what_is_missing_or_unfit_is_named_and_nothing_is_written(request, acme, app, kind, change, field):
    body = request.getfixturevalue(kind)
    before = rows_of(acme.id)

    answer = app.post("messages/", body | change)

    assert answer.status_code in (400, 422)
    assert told(answer)[2] == [field]
    assert set(changed(before, rows_of(acme.id))) <= {"accounts_apirequestlog", "accounts_apikey"}


@pytest.mark.parametrize(
    ("values", "field"),
    [({"body_day": "Friday"}, "content.values.body_first_name"), (PLACES | {"body_9": "x"}, "content.values")],
)
def test_every_place_of_a_template_is_filled_and_no_other(app, house, chat, template, values, field):
    answer = app.post("messages/", chat | {"content": {"template": str(template.id), "values": values}})

    assert (answer.status_code, told(answer)[2]) == (422, [field])
    with tenant_context(house.id):
        assert not Message.objects.exists()


def test_mail_without_a_postal_address_says_what_is_missing(app, house, mail):
    with tenant_context(house.id):
        Organization.objects.update(postal_address="")

    answer = app.post("messages/", mail)

    assert told(answer) == (422, "postal_address_missing", ["postal_address"])


LINK = "https://example.com/a b.png"


@pytest.fixture
def pictured(house, chat, template):
    """A template with a picture at its head that lies elsewhere, and a variable that is called like one."""
    text = TemplateText(
        body="See {{social_media_link}} for more of it today.", head=Head("image", link="https://example.com/x.png")
    )
    with tenant_context(house.id):
        row = make_template(template.account, name="pictured", text=text)
    values = {"media_link": LINK, "body_social_media_link": "our page & blog"}
    return chat | {"content": {"template": str(row.id), "values": values}}


def filled(body, **values):
    """The same with other values."""
    return body | {"content": body["content"] | {"values": body["content"]["values"] | values}}


def test_a_picture_that_lies_elsewhere_goes_to_one_person_and_words_stay_as_they_are(app, house, pictured):
    answer = app.post("messages/", pictured)
    (result,) = app.post("messages/batch/", {"messages": [pictured]}).json()["results"]

    assert (answer.status_code, result["status"]) == (201, "accepted")
    text, parts = message_of(house)
    assert text == "See our page & blog for more of it today."
    assert parts["template"]["values"]["media_link"] == "https://example.com/a%20b.png"
    assert parts["template"]["text"]["head"] == {"kind": "image", "link": "https://example.com/a%20b.png"}


@pytest.mark.parametrize("link", ["http://example.com/a.png", "a.png", "{{ media_link }}", "javascript:https://x"])
def test_a_picture_without_a_web_address_is_refused_by_its_place_and_nothing_is_written(acme, app, pictured, link):
    body = filled(pictured, media_link=link)
    before = rows_of(acme.id)

    single = app.post("messages/", body)
    (result,) = app.post("messages/batch/", {"messages": [body]}).json()["results"]

    assert (single.status_code, told(single)[2]) == (422, ["content.values.media_link"])
    assert (single.json()["detail"], single.json()["remedy"]) == (
        "This is no web address.", "Begin it with https://.",
    )  # fmt: skip
    assert (result["status"], result["problem"]["detail"]) == ("refused", "This is no web address.")
    assert set(changed(before, rows_of(acme.id))) <= {"accounts_apirequestlog", "accounts_apikey"}
