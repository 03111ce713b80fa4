"""One message to one person by the REST door: a dry run tells everything and sends nothing; a key sends it once."""

import pytest

from accounts.models import Organization
from accounts.roles import API_SCOPES
from campaigns.models import Recipient
from consent.models import Purpose
from contacts.actions.lists import add_members
from core.tenancy import tenant_context
from messaging.actions.connecting import add_sender
from messaging.models import Message
from tests.factories.billing import make_paid, top_up
from tests.factories.campaigns import make_campaign
from tests.factories.consent import MINA, OMAR, grant, make_point, stop
from tests.factories.contacts import make_contact
from tests.factories.registrations import make_real, register_in_india
from tests.integration.api.conftest import application, told
from tests.integration.campaigns.conftest import check
from tests.proofs import proves
from tests.snapshots import changed, rows_of


@pytest.fixture
def body(house):
    """A message to Mina, who agreed."""
    with tenant_context(house.id):
        grant(make_point(MINA), house.purpose)
    return {"to": MINA, "sender": str(house.sender.id), "purpose": "orders", "text": "Your order is ready."}


def sent(house):
    with tenant_context(house.id):
        return Message.objects.count()


def moved(before, team):
    """The tables that changed, beside what every request of a key leaves behind."""
    return set(changed(before, rows_of(team.id))) - {"accounts_apirequestlog", "accounts_apikey"}


@proves("M4")
def test_a_dry_run_tells_the_decision_the_text_and_its_parts_and_sends_nothing(acme, app, house, body):
    before = rows_of(acme.id)

    answer = app.post("messages/", body | {"dry_run": True, "text": "x" * 200})

    found = answer.json()
    assert answer.status_code == 200
    assert (found["decision"]["outcome"], found["parts"], found["message"]) == ("allowed", 2, None)
    assert found["decision"]["evidence_id"] is not None
    assert (found["dry_run"], found["text"], sent(house)) == (True, "x" * 200, 0)
    assert moved(before, acme) == {"consent_decisionrecord"}


def test_one_message_is_sent_and_can_be_read_back(acme, app, house, body):
    answer = app.post("messages/", body)

    message = answer.json()["message"]
    assert (answer.status_code, message["state"], message["address"], message["run_id"]) == (201, "ready", MINA, None)
    assert app.get(f"messages/{message['id']}/").json()["status"] == "queued"


@proves("M3")
def test_the_same_request_with_the_same_key_is_one_message(app, house, body):
    first, second = (app.post("messages/", body, **{"Idempotency-Key": "order-7"}) for _ in range(2))

    assert (first.status_code, second.status_code, second["Idempotent-Replayed"]) == (201, 201, "true")
    assert first.json() == second.json()
    assert sent(house) == 1


def test_who_said_stop_is_refused_with_the_code_a_campaign_would_give(acme, app, house, body):
    contact = make_contact(acme, number=MINA)
    with tenant_context(house.id):
        stop(make_point(MINA))
        add_members(actor=house.actor, target=house.people, contact_ids=[contact.id])
    before = rows_of(acme.id)

    dry = app.post("messages/", body | {"dry_run": True}).json()
    real = app.post("messages/", body)

    run = check(house, make_campaign(house))
    with tenant_context(house.id):
        assert Recipient.objects.get(run=run).reason == dry["decision"]["reason"]["code"] == "opted_out"
    assert told(real) == (422, "opted_out", ["to"])
    assert (real.json()["detail"], real.json()["remedy"]) == (
        "They said stop.", "They opted out on this channel; only they can change it, by START or a new form.",
    )  # fmt: skip
    assert sent(house) == 0
    assert "messaging_message" not in changed(before, rows_of(acme.id))


def test_somebody_we_never_met_is_judged_and_not_kept(acme, app, house, body):
    before = rows_of(acme.id)

    dry = app.post("messages/", body | {"to": OMAR, "dry_run": True})
    real = app.post("messages/", body | {"to": OMAR})

    assert dry.json()["decision"]["reason"]["code"] == "no_consent"
    assert told(real) == (422, "no_consent", ["to"])
    assert moved(before, acme) == {"consent_decisionrecord"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("to", "nobody"),
        ("sender", "00000000-0000-7000-8000-000000000009"),
        ("purpose", "nothing"),
        ("text", "  "),
        ("extra", 1),
    ],
)
def test_what_is_wrong_is_named_by_its_field_and_nothing_is_written(acme, app, house, body, field, value):
    before = rows_of(acme.id)

    answer = app.post("messages/", body | {field: value})

    assert answer.status_code in (400, 422)
    assert told(answer)[2] == [field]
    assert moved(before, acme) == set()


@pytest.mark.parametrize("scope", API_SCOPES)
def test_it_takes_the_scope_to_message_people(acme, house, body, scope):
    answer = application(acme, scope).post("messages/", body)

    assert answer.status_code == (201 if scope == "message_people" else 403)


@pytest.mark.parametrize("batch", [False, True])
@pytest.mark.parametrize(
    ("language", "text", "added"),
    [
        ("en", "Our sale. Msg & data rates, HELP for help, 2 texts a month.", ["Acme:", "Reply STOP to opt out."]),
        ("es", "Acme: sale. Data rates, HELP for help, 2 texts a month.", ["Responda STOP para cancelar."]),
    ],
)
def test_an_offer_that_lacks_a_line_gets_it(house, app, body, batch, language, text, added):
    make_paid(house.sender)
    top_up(house.id, 100)
    with tenant_context(house.id):
        Purpose.objects.filter(id=house.purpose.id).update(tier="marketing")
        Organization.objects.update(default_language=language)
    letter, asked = body | {"text": text}, {"dry_run": True}

    answer = (
        app.post("messages/batch/", {"messages": [letter]} | asked) if batch else app.post("messages/", letter | asked)
    )

    told = answer.json()["results"][0] if batch else answer.json()
    before, after = (f"{added[0]} ", added[1]) if len(added) == 2 else ("", added[0])
    assert (told["text"], told["added"]) == (f"{before}{text}\n{after}", added)
    assert sent(house) == 0


@pytest.mark.parametrize("batch", [False, True])
def test_a_line_nobody_may_add_is_named_on_the_text(house, app, body, batch):
    indian = "+919876543210"
    make_paid(house.sender)
    top_up(house.id, 100)
    with tenant_context(house.id):
        Purpose.objects.filter(id=house.purpose.id).update(tier="marketing")
        header = add_sender(
            actor=house.actor, account=house.account, channel="sms", address="ACMEIN", label="India", rate_per_second=10
        )
        register_in_india(make_real(header), "Dear {#var#}, our sale begins. Acme")
        grant(make_point(indian), house.purpose)
    letter = body | {"to": indian, "sender": str(header.id), "text": "Dear Mina, our sale begins. Acme"}

    answer = app.post("messages/batch/", {"messages": [letter]}) if batch else app.post("messages/", letter)

    problem = answer.json()["results"][0]["problem"] if batch else answer.json()
    assert (problem["status"], problem["code"]) == (422, "line_missing")
    assert problem["errors"] == [{"field": "text", "detail": "A line that must be there is missing."}]
    assert problem["remedy"] == "Add to the text “Send STOP to opt out.”; other words that say the same will do."
    assert sent(house) == 0
