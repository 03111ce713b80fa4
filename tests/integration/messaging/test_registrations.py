"""Registrations hold the gate: what a country asks for and is not approved, not in force or not this text does not leave."""

import dataclasses
import datetime

import pytest
from django.db import ProgrammingError, connection

from accounts.contracts import NotAllowed, Refused
from accounts.models import AuditEvent
from campaigns.models import Recipient
from consent.models import Point
from core import clock
from core.ids import new_id
from core.tenancy import tenant_context
from messaging.actions.claiming import claim_due
from messaging.actions.connecting import add_sender
from messaging.actions.intending import intend
from messaging.actions.messaging_one import Letter, judge_letter, message_one
from messaging.actions.registrations import Entry, confirm_registrations, keep_registration
from messaging.facts import context_for
from messaging.models import Message, Registration, SendAttempt, Sender
from messaging.selectors.registrations import demands, ending_registrations
from tests.counts import Statements
from tests.factories.accounts import make_operator, make_team, operator_actor
from tests.factories.billing import make_paid, top_up
from tests.factories.campaigns import add_people, make_campaign, make_house
from tests.factories.consent import grant, make_point, make_purpose
from tests.factories.registrations import make_real, make_registration, register_in_india, register_in_us
from tests.integration.api.conftest import application
from tests.integration.campaigns.conftest import check, launch, send
from tests.proofs import proves
from tests.snapshots import rows_of

MUMBAI = "+919876543210"
TEXT = "Dear {#var#}, your order {#var#} is ready. Acme"
NOON_IN_MUMBAI = datetime.datetime(2026, 11, 25, 6, 30, tzinfo=datetime.UTC)


@pytest.fixture
def house(acme, operator):
    """Acme, live, with a sender at a carrier that nobody asks."""
    return make_house(acme.id, acme.actor(), operator_actor(operator), "http://127.0.0.1:9")


@pytest.fixture
def header(house):
    """A header for India, at a real carrier."""
    with tenant_context(house.id):
        made = add_sender(
            actor=house.actor, account=house.account, channel="sms", address="ACMEIN", label="India", rate_per_second=10
        )
        return make_real(made)


@pytest.fixture
def shopper(house):
    """Somebody in India who agreed to order notices."""
    with tenant_context(house.id):
        point = make_point(MUMBAI)
        grant(point, house.purpose)
    return point


@pytest.fixture
def at_noon_in_mumbai(db):
    """Noon, so that hours object to nothing."""
    clock.move(NOON_IN_MUMBAI - clock.now())
    yield
    clock.move(datetime.timedelta())


def reasons(house, run):
    with tenant_context(house.id):
        return sorted(Recipient.objects.filter(run=run).values_list("outcome", "reason"))


def answer_to(house, point, sender, text, purpose=None):
    """What the gate says to a letter, as code of its reason; empty where it may go."""
    with tenant_context(house.id):
        letter = Letter(point, sender, purpose or house.purpose, text)
        answer = judge_letter(actor=house.actor, letter=letter).answer
    return answer.reason.code if answer.reason else ""


@proves("C26")
def test_a_campaign_check_leaves_everybody_out_whose_country_wants_a_registration(house):
    add_people(house, 2, 2)
    with tenant_context(house.id):
        make_real(house.sender)

    before = check(house, make_campaign(house))
    with tenant_context(house.id):
        register_in_us(house.sender)
    after = check(house, make_campaign(house))

    assert reasons(house, before) == [("left_out", "registration_missing")] * 2
    assert reasons(house, after) == [("allowed", "")] * 2


@proves("C26")
@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"state": "suspended", "reason": "complaints"}, "registration_missing"),
        ({"valid_until": datetime.date(2026, 1, 1)}, "registration_expired"),
        ({"sender_id": None}, "registration_missing"),
        ({"number": ""}, "registration_missing"),
    ],
)
def test_what_happens_to_a_registration_before_the_last_moment_holds_for_messages_on_their_way(house, changes, reason):
    add_people(house, 2, 2)
    sender = make_paid(house.sender)
    top_up(house.id, 100)
    campaign = make_campaign(house, sender=sender)
    check(house, campaign)
    run = launch(house, campaign, 2)
    send(house, run)
    with tenant_context(house.id):
        Registration.objects.filter(kind="a2p_campaign").update(**changes)
        waiting = Message.objects.filter(state="ready").count()

    with tenant_context(house.id):
        token = new_id()
        claimed = claim_due(sender_id=sender.id, limit=10, token=token)
        intents = intend(sender=sender, message_ids=claimed, token=token)

    with tenant_context(house.id):
        found = sorted(Message.objects.values_list("state", "reason"))
        attempts = SendAttempt.objects.count()
    assert (waiting, intents, attempts) == (2, [], 0)
    assert found == [("suppressed", reason)] * 2


@proves("C26")
def test_an_application_learns_it_before_it_sends(house, acme):
    (point_id,) = add_people(house, 1, 1)
    with tenant_context(house.id):
        make_real(house.sender)
        address = "+14025560000"
    app = application(acme)
    told = {"purpose": "orders", "sender": str(house.sender.id)}

    decided = app.post("decisions/", told | {"channel": "sms", "addresses": [address]}).json()
    dry = app.post("messages/", told | {"to": address, "text": "Ready.", "dry_run": True}).json()
    sent = app.post("messages/", told | {"to": address, "text": "Ready."})

    assert point_id
    assert decided["data"][0]["reason"]["code"] == "registration_missing"
    assert dry["decision"]["reason"]["code"] == "registration_missing"
    assert (sent.status_code, sent.json()["code"]) == (422, "registration_missing")
    with tenant_context(house.id):
        assert Message.objects.count() == 0


def test_a_sender_for_practice_is_asked_nothing(house):
    points = add_people(house, 1, 1)
    with tenant_context(house.id):
        point = Point.objects.get(id=points[0])

    assert answer_to(house, point, house.sender, "Ready.") == ""


@proves("C26")
def test_an_indian_text_goes_word_for_word_as_registered_or_not_at_all(house, header, shopper, at_noon_in_mumbai):
    with tenant_context(house.id):
        register_in_india(header, TEXT, "service")

    def said(text):
        return answer_to(house, shopper, header, text)

    assert said("Dear Asha, your order A-17 is ready. Acme") == ""
    assert said("Dear Asha, your order A-17 is ready.  Acme") == "text_unregistered"
    assert said("Dear Asha, your order A-17 is ready. Acme. 20 % off!") == "text_unregistered"
    assert said("dear Asha, your order A-17 is ready. Acme") == "text_unregistered"
    assert said(f"Dear {'A' * 30}, your order A-17 is ready. Acme") == ""
    assert said(f"Dear {'A' * 31}, your order A-17 is ready. Acme") == "text_unregistered"
    assert said("Dear , your order A-17 is ready. Acme") == "text_unregistered"


def test_an_indian_category_serves_its_own_purposes(house, header, shopper, at_noon_in_mumbai):
    with tenant_context(house.id):
        offers = make_purpose(house.actor)
        grant(shopper, offers)
        register_in_india(header, f"{TEXT} Text STOP to 1909.", "promotional")
    words = "Dear Asha, your order A-17 is ready. Acme Text STOP to 1909."

    assert answer_to(house, shopper, header, words) == "registration_missing"
    assert answer_to(house, shopper, header, words, offers) == ""


@proves("C26")
@pytest.mark.parametrize("missing", ["dlt_entity", "dlt_header", "dlt_template"])
def test_india_wants_entity_header_and_template(house, header, shopper, missing, at_noon_in_mumbai):
    with tenant_context(house.id):
        register_in_india(header, TEXT, "service")
        Registration.objects.filter(kind=missing).update(state="submitted")

    assert answer_to(house, shopper, header, "Dear Asha, your order A-17 is ready. Acme") == "registration_missing"


@proves("C26")
def test_a_header_of_another_name_is_no_header(house, header, shopper, at_noon_in_mumbai):
    with tenant_context(house.id):
        register_in_india(header, TEXT, "service")
        Registration.objects.filter(kind="dlt_header").update(number="ACMEXX")

    assert answer_to(house, shopper, header, "Dear Asha, your order A-17 is ready. Acme") == "registration_missing"


def test_at_the_last_moment_each_finished_indian_text_is_compared(house, header, shopper, at_noon_in_mumbai):
    with tenant_context(house.id):
        record = register_in_india(header, TEXT, "service")
        top_up_later = Letter(shopper, header, house.purpose, "Dear Asha, your order A-17 is ready. Acme")
        message = message_one(actor=house.actor, letter=top_up_later)
        Registration.objects.filter(id=record.id).update(text="Dear {#var#}, it is ready. Acme")

        token = new_id()
        intents = intend(sender=header, message_ids=claim_due(sender_id=header.id, limit=10, token=token), token=token)
        message.refresh_from_db()

    assert (intents, message.state, message.reason) == ([], "suppressed", "text_unregistered")


def test_one_more_statement_a_claim_for_a_real_sender_and_none_for_practice(house):
    with tenant_context(house.id):
        with Statements() as practice:
            context_for(sender=house.sender, purpose=house.purpose)
        real = make_real(house.sender)
        with Statements() as asked:
            context_for(sender=real, purpose=house.purpose)

    assert len(asked) == len(practice) + 1


def entry(sender, **changes):
    told = {"number": "CM0001", "state": "approved", "evidence": "Ticket 17"}
    return Entry(kind="a2p_campaign", country="US", sender=sender, **told | changes)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kind": "licence"}, "kind"),
        ({"country": "IN"}, "country"),
        ({"state": "perhaps"}, "state"),
        ({"sender": None}, "sender"),
        ({"number": ""}, "number"),
        ({"number": "§"}, "number"),
        ({"evidence": ""}, "evidence"),
        ({"state": "rejected"}, "reason"),
        ({"valid_from": datetime.date(2026, 2, 1), "valid_until": datetime.date(2026, 1, 1)}, "valid_until"),
        ({"kind": "dlt_header", "country": "IN", "category": "service", "number": "ACMEXX"}, "number"),
        ({"kind": "dlt_header", "country": "IN", "number": "ACMEIN"}, "category"),
        (
            {"kind": "dlt_template", "country": "IN", "category": "service", "number": "1" * 19, "text": "{#var#}"},
            "text",
        ),
    ],
)
def test_a_record_that_cannot_be_right_is_not_kept(house, header, changes, field):
    wrong = dataclasses.replace(entry(header), **changes)
    before = rows_of(house.id)

    with tenant_context(house.id), pytest.raises(Refused) as refused:
        keep_registration(actor=house.actor, entry=wrong)

    assert refused.value.field == field
    assert rows_of(house.id) == before


def test_whoever_may_not_change_senders_writes_no_registration(house, acme):
    with tenant_context(house.id), pytest.raises(NotAllowed):
        keep_registration(actor=acme.actor("viewer"), entry=entry(house.sender))

    with tenant_context(house.id):
        assert Registration.objects.count() == 0


@proves("C26")
def test_every_change_is_in_the_audit_trail_and_ends_what_an_operator_confirmed(house, operator):
    with tenant_context(house.id):
        row = keep_registration(actor=house.actor, entry=entry(house.sender))
        confirmed = confirm_registrations(actor=operator_actor(operator), note="seen at the registry")
        row.refresh_from_db()
        seen = row.confirmed_at
        suspended = entry(house.sender, state="suspended", reason="complaints")
        keep_registration(actor=house.actor, entry=suspended, registration=row)
        row.refresh_from_db()
        trail = list(
            AuditEvent.objects.filter(object_id=row.id).order_by("sequence").values_list("action", "data__state")
        )

    assert (confirmed, seen is not None, row.confirmed_at) == (1, True, None)
    assert trail == [
        ("registration.added", "approved"), ("registration.confirmed", None), ("registration.changed", "suspended"),
    ]  # fmt: skip


def test_nobody_but_an_operator_confirms(house, acme):
    with tenant_context(house.id):
        keep_registration(actor=house.actor, entry=entry(house.sender))
    before = rows_of(house.id)

    with tenant_context(house.id), pytest.raises(Refused):
        confirm_registrations(actor=acme.actor(), note="seen")

    assert rows_of(house.id) == before


def test_an_operator_confirms_under_the_operators_own_database_role_and_reads_no_number(committed_db):
    team, operator = make_team("Acme"), make_operator()
    with tenant_context(team.id):
        row_id = make_registration("a2p_brand").id
    connection.close()
    connection.execute_wrappers.clear()  # the guard is put on new connections of the web role alone
    connection.settings_dict.update(USER="app_operator", PASSWORD="app_operator")
    try:
        with tenant_context(team.id):
            confirmed = confirm_registrations(actor=operator_actor(operator), note="seen at the registry")
        with pytest.raises(ProgrammingError), tenant_context(team.id):
            Registration.objects.values_list("number", flat=True).get()
    finally:
        connection.close()

    seen = committed_db.run_sql("select id, confirmed_at is not null from messaging_registration")
    assert (confirmed, seen) == (1, [(row_id, True)])


def test_what_ends_within_a_month_is_called_to_mind_until_another_follows(house):
    today = clock.now().date()
    with tenant_context(house.id):
        soon = make_registration("a2p_campaign", house.sender, valid_until=today + datetime.timedelta(days=30))
        make_registration("a2p_brand", valid_until=today + datetime.timedelta(days=31))
        found = [card.row.id for card in ending_registrations()]
        make_registration("a2p_campaign", house.sender, number="CM2")
        later = ending_registrations()

    assert (found, later) == ([soon.id], [])


def test_the_home_page_says_what_ends(house, acme):
    today = clock.now().date()
    with tenant_context(house.id):
        make_registration("a2p_campaign", house.sender, valid_until=today - datetime.timedelta(days=1))

    page = acme.client().get("/")

    assert "A2P 10DLC campaign, United States: expired" in page.content.decode()


def test_a_page_says_what_each_country_still_asks_of_a_sender(house):
    with tenant_context(house.id):
        real = make_real(house.sender)
        make_registration("a2p_brand")
        asked = {each.country: [kind.name for kind in each.lacks] for each in demands([real])}
        nothing = demands([Sender.objects.select_related("account").get(id=house.sender.id)])

    assert asked["United States"] == ["a2p_campaign"]
    assert asked["India"] == ["dlt_entity", "dlt_header", "dlt_template"]
    assert len(nothing) == len(asked)


@proves("C26")
def test_pages_add_show_and_change_a_registration(house, acme):
    browser = acme.client()
    with tenant_context(house.id):
        make_real(house.sender)
    told = {
        "kind": "a2p_campaign", "country": "US", "sender": str(house.sender.id), "number": "CM0001",
        "state": "submitted", "evidence": "", "reason": "", "valid_from": "", "valid_until": "",
    }  # fmt: skip

    empty = browser.get("/senders/registrations/")
    choose = browser.get("/senders/registrations/add/")
    blank = browser.get("/senders/registrations/add/?kind=a2p_campaign")
    refused = browser.post("/senders/registrations/add/", told | {"state": "approved"})
    added = browser.post("/senders/registrations/add/", told, follow=True)
    with tenant_context(house.id):
        row = Registration.objects.get()
    changed = browser.post(
        f"/senders/registrations/{row.id}/change/", told | {"state": "approved", "evidence": "Ticket 17"}, follow=True
    )

    assert [page.status_code for page in (empty, choose, blank, refused, added, changed)] == [
        200,
        200,
        200,
        422,
        200,
        200,
    ]
    assert "Nothing registered so far" in empty.content.decode()
    assert "Nothing shows the approval." in refused.content.decode()
    assert "A2P 10DLC campaign, United States" in added.content.decode()
    assert "submitted to approved" in changed.content.decode()
