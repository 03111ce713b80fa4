"""Lines that places want in each text, from the check to the last moment; and duties nobody can check, shown before a launch."""

import datetime
from unittest import mock

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.contracts import Refused
from accounts.models import Organization
from campaigns.actions.writing import Draft, save_campaign
from campaigns.models import Campaign, Recipient
from campaigns.selectors.checks import newest_check
from campaigns.selectors.duties import added_lines, duties, missing_lines
from consent.models import Point, Purpose, Wording, WordSet
from contacts.models import Contact, ContactPoint
from core import clock, vault
from core.ids import new_id
from core.tenancy import tenant_context
from messaging.actions.claiming import claim_due
from messaging.actions.connecting import add_sender
from messaging.actions.intending import intend
from messaging.line_book import Reader, line_book
from messaging.models import Message, SendAttempt, Sender
from messaging.preference_links import place
from messaging.registration_models import Registration
from messaging.selectors.line_readers import line_readers
from tests.factories.billing import make_paid, top_up
from tests.factories.campaigns import add_people, make_campaign
from tests.factories.registrations import make_real, register_in_india
from tests.integration.campaigns.conftest import check, launch, send
from tests.proofs import proves
from tests.snapshots import rows_of

WHOLE = "Acme: our sale begins, {{ contact.first_name }}. Reply STOP to opt out."
TEXT = "Dear {#var#}, our sale begins. Acme"


@pytest.fixture
def offers(house):
    """The house's purpose is for offers now, it sends through a real carrier, and two people agreed."""
    add_people(house, 2, 2)
    with tenant_context(house.id):
        Purpose.objects.filter(id=house.purpose.id).update(tier="marketing")
    make_paid(house.sender)
    top_up(house.id, 100)
    return house


def outcomes(house, run):
    with tenant_context(house.id):
        return sorted(Recipient.objects.filter(run=run).values_list("outcome", "reason"))


def bodies(house, run):
    """What was sealed for each person of a launch, in the order of their numbers."""
    with tenant_context(house.id):
        rows = Message.objects.filter(origin_id=run.id).order_by("point__hint")
        return [
            vault.unseal_text(house.id, "messaging_message", "body_sealed", row.id, row.body_sealed) for row in rows
        ]


def send_at_any_hour(house, run):
    """The messages of a launch, made now whatever hour it is where its people are."""
    with tenant_context(house.id):
        Recipient.objects.filter(run=run, outcome="allowed").update(due_at="2000-01-01T00:00Z")
    return send(house, run)


def sent(house, body):
    """A campaign with this text, launched, its messages made."""
    campaign = make_campaign(house, body)
    allowed = check(house, campaign).allowed_count
    return send_at_any_hour(house, launch(house, campaign, allowed))


FIRST = "Message frequency varies. Msg & data rates may apply. Reply HELP for help."


@proves("C23")
@pytest.mark.parametrize(
    ("body", "read"),
    [
        ("Our sale begins.", f"Acme: Our sale begins.\n{FIRST} Reply STOP to opt out."),
        ("Acme: our sale begins.", f"Acme: our sale begins.\n{FIRST} Reply STOP to opt out."),
        ("Our sale begins. Reply STOP to opt out.", f"Acme: Our sale begins. Reply STOP to opt out.\n{FIRST}"),
        (WHOLE, f"Acme: our sale begins, Person 0. Reply STOP to opt out.\n{FIRST}"),
        (f"Acme sale. {FIRST} Reply STOP to end.", f"Acme sale. {FIRST} Reply STOP to end."),
    ],
)
def test_an_offer_to_the_us_gets_the_lines_it_lacks_and_no_line_twice(offers, body, read):
    run = sent(offers, body)

    assert outcomes(offers, run) == [("allowed", "")] * 2
    assert bodies(offers, run)[0] == read


def test_what_stands_in_the_first_text_to_somebody_stands_in_no_later_one(offers):
    first = sent(offers, "Our sale begins.")
    with tenant_context(offers.id):
        Message.objects.update(state="accepted", next_at=None)
    later = sent(offers, "Our sale goes on.")

    assert bodies(offers, first) == [f"Acme: Our sale begins.\n{FIRST} Reply STOP to opt out."] * 2
    assert bodies(offers, later) == ["Acme: Our sale goes on.\nReply STOP to opt out."] * 2


@pytest.mark.parametrize(
    ("created", "lines"),
    [
        (None, ["frequency", "rates", "help", "stop"]),
        (datetime.datetime(2026, 10, 1, tzinfo=datetime.UTC), []),
        (datetime.datetime(2026, 9, 30, 23, 59, tzinfo=datetime.UTC), ["stop"]),
    ],
)
def test_what_is_no_offer_says_how_to_stop_in_the_first_text_of_a_month(offers, created, lines):
    now = datetime.datetime(2026, 10, 28, 18, tzinfo=datetime.UTC)
    with tenant_context(offers.id):
        Purpose.objects.filter(id=offers.purpose.id).update(tier="informational")
        purpose = Purpose.objects.get(id=offers.purpose.id)
    sent(offers, "We open later.")
    with tenant_context(offers.id):
        if created is not None:
            Message.objects.update(state="accepted", next_at=None, created_at=created)
        with mock.patch.object(clock, "now", return_value=now):
            points = list(Point.objects.values_list("id", flat=True))
            readers = line_readers(purpose, "sms", points)
            book = line_book(offers.sender, purpose)

    said = [[line.rule.line for line in book.lacking("We open later.", readers[point])] for point in points]
    assert said == [lines, lines]


def test_everybody_reads_the_lines_of_their_country_in_their_language_or_else_in_the_organisations(offers):
    with tenant_context(offers.id):
        american, pakistani = Point.objects.order_by("hint").values_list("id", flat=True)
        Point.objects.filter(id=pakistani).update(region="PK")
        for point_id, language in ((american, "fr-CA"), (pakistani, "ur")):
            Contact.objects.filter(id__in=ContactPoint.objects.filter(point_id=point_id).values("contact_id")).update(
                language=language
            )
    theirs = bodies(offers, sent(offers, "Our sale begins."))
    with tenant_context(offers.id):
        Organization.objects.update(default_language="es")
        Contact.objects.update(language="tlh")
    ours = bodies(offers, sent(offers, "Our sale goes on."))

    assert theirs == [
        "Acme: Our sale begins.\nLa fréquence des messages varie. Des frais de messages et de données peuvent s'appliquer."
        " Répondez HELP pour de l'aide. Répondez STOP pour ne plus rien recevoir.",
        "Our sale begins.\nبند کرنے کے لیے STOP لکھ کر بھیجیں۔",
    ]
    assert ours == [
        "Acme: Our sale goes on.\nLa frecuencia de los mensajes varía. Pueden aplicarse tarifas de mensajes y datos."
        " Responda HELP para ayuda. Responda STOP para cancelar.",
        "Our sale goes on.\nReply STOP to opt out.",
    ]


def test_the_organisations_own_sentence_says_how_often(offers):
    with tenant_context(offers.id):
        WordSet.objects.create(language="en", number=1, frequency="Up to 4 texts a month.", rules_version="r")
    run = sent(offers, "Our sale begins.")

    assert bodies(offers, run)[0].startswith("Acme: Our sale begins.\nUp to 4 texts a month. Msg & data rates")


@pytest.mark.parametrize(
    ("promises", "said"),
    [
        ([("en", 4, "month")], "Up to 4 messages a month."),
        ([("en", 2, "week"), ("es", 8, "month")], "Up to 8 messages a month."),
        ([("en", 4, "month"), ("es", None, "")], "Up to 4 messages a month."),
    ],
)
def test_what_the_words_in_force_promise_is_said_before_any_other_sentence(offers, promises, said):
    with tenant_context(offers.id):
        WordSet.objects.create(language="en", number=1, frequency="Now and then.", rules_version="r")
        for language, most, per in promises:
            told = {"text": "Yes", "version": 1, "most_messages": most, "per": per}
            Wording.objects.create(purpose_id=offers.purpose.id, channel="sms", language=language, **told)
    run = sent(offers, "Our sale begins.")

    assert bodies(offers, run)[0].startswith(f"Acme: Our sale begins.\n{said} Msg & data rates")


def test_who_cannot_be_answered_leads_to_the_page_where_one_stops(offers):
    with tenant_context(offers.id):
        Point.objects.update(region="GB")
        name = add_sender(
            actor=offers.actor, account=offers.account, channel="sms", address="ACME", label="Name", rate_per_second=10
        )
        make_real(name)
        book = line_book(Sender.objects.get(id=name.id), Purpose.objects.get(id=offers.purpose.id))
        lacking = [line.words for line in book.lacking("Acme sale. Reply STOP to end.", Reader("GB"))]
        held = book.lacking("Acme sale. {{ preferences_url }}", Reader("GB"))

    assert lacking == [f"Opt out: {place()}"]
    assert held == ()


@pytest.mark.parametrize(("language", "parts"), [("", 4), ("ur", 6)])
def test_lines_count_in_the_parts_and_the_price(offers, language, parts):
    with tenant_context(offers.id):
        Point.objects.update(region="PK")
        Contact.objects.update(language=language)
    run = check(offers, make_campaign(offers, "x" * 150))

    assert run.parts_by_country == {"PK": [2, parts, parts]}


def test_parts_are_counted_by_the_language_and_the_history_of_each(offers):
    with tenant_context(offers.id):
        one = Contact.objects.order_by("id").first()
        Contact.objects.filter(id=one.id).update(language="ur")
        Point.objects.update(region="PK")
    run = check(offers, make_campaign(offers, "x" * 150))

    assert run.parts_by_country == {"PK": [2, 5, 5]}


def test_a_purpose_without_lines_looks_nobody_up(offers):
    with tenant_context(offers.id):
        Purpose.objects.filter(id=offers.purpose.id).update(tier="transactional")
        purpose = Purpose.objects.get(id=offers.purpose.id)
        with CaptureQueriesContext(connection) as queries:
            book = line_book(offers.sender, purpose)

    read = [
        each["sql"] for each in queries if "consent_wordset" in each["sql"] or "accounts_organization" in each["sql"]
    ]
    assert (book.is_open, read) == (False, [])


def test_the_check_shows_the_lines_that_are_added_with_their_law(offers, acme):
    campaign = make_campaign(offers, "Our sale begins.")
    check(offers, campaign)
    with tenant_context(offers.id):
        found = added_lines(newest_check(campaign))
        missing = missing_lines(newest_check(campaign))

    page = acme.client().get(f"/campaigns/{campaign.id}/check/").content.decode()

    assert [(each.words, each.when) for each in found] == [
        ("Acme:", ""),
        ("Message frequency varies.", "in the first text to somebody"),
        ("Msg &amp; data rates may apply.".replace("&amp;", "&"), "in the first text to somebody"),
        ("Reply HELP for help.", "in the first text to somebody"),
        ("Reply STOP to opt out.", ""),
    ]
    assert missing == []
    assert "5 lines we add to the text" in page
    assert "It is added to each text, in the language of whoever reads it." in page


@proves("C23")
def test_a_line_nobody_may_add_keeps_people_out_and_is_named(offers, acme):
    with tenant_context(offers.id):
        Point.objects.update(region="IN")
        header = make_real(
            add_sender(
                actor=offers.actor, account=offers.account, channel="sms", address="ACMEIN", label="India",
                rate_per_second=10,
            )
        )  # fmt: skip
        register_in_india(header, TEXT)
        purpose = Purpose.objects.get(id=offers.purpose.id)
        draft = Draft("Sale", purpose, header, "Dear {{ contact.first_name }}, our sale begins. Acme", [offers.people])
        campaign = save_campaign(actor=offers.actor, draft=draft)
    run = check(offers, campaign)

    page = acme.client().get(f"/campaigns/{campaign.id}/check/").content.decode()

    assert outcomes(offers, run) == [("left_out", "line_missing")] * 2
    assert "The text lacks what some countries want in it." in page
    assert "Send STOP to opt out." in page
    assert "TCCCPR 2018" in page


def test_what_nobody_can_check_is_shown_as_a_duty_before_the_launch(offers, acme):
    campaign = make_campaign(offers, WHOLE)
    check(offers, campaign)

    with tenant_context(offers.id):
        found = [each.statute.partition(";")[0] for each in duties(newest_check(campaign))]
    page = acme.client().get(f"/campaigns/{campaign.id}/check/").content.decode()

    assert "CTIA Messaging Principles and Best Practices" in found
    assert "only you can check" in page


def test_a_line_is_looked_for_again_in_each_finished_message_at_the_last_moment(offers):
    campaign = make_campaign(offers, WHOLE)
    check(offers, campaign)
    run = launch(offers, campaign, 2)
    send_at_any_hour(offers, run)
    with tenant_context(offers.id):
        Organization.objects.update(name="Umbrella", legal_name="")

    with tenant_context(offers.id):
        token = new_id()
        claimed = claim_due(sender_id=offers.sender.id, limit=10, token=token)
        intents = intend(sender=make_real(offers.sender), message_ids=claimed, token=token)

    with tenant_context(offers.id):
        assert (intents, SendAttempt.objects.count()) == ([], 0)
        assert set(Message.objects.values_list("state", "reason")) == {("suppressed", "line_missing")}


def test_a_text_for_an_indian_header_is_a_registered_one_when_it_is_written_and_when_it_is_launched(offers):
    with tenant_context(offers.id):
        header = make_real(
            add_sender(
                actor=offers.actor, account=offers.account, channel="sms", address="ACMEIN", label="India",
                rate_per_second=10,
            )
        )  # fmt: skip
        record = register_in_india(header, TEXT)

    def write(body):
        with tenant_context(offers.id):
            purpose = Purpose.objects.get(id=offers.purpose.id)
            return save_campaign(actor=offers.actor, draft=Draft("Sale", purpose, header, body, [offers.people]))

    before = rows_of(offers.id)
    with pytest.raises(Refused) as refused:
        write("Dear {{ contact.first_name }}, our sale begins today. Acme")
    unchanged = rows_of(offers.id) == before
    campaign = write("Dear {{ contact.first_name }}, our sale begins. Acme")
    check(offers, campaign)
    with tenant_context(offers.id):
        Registration.objects.filter(id=record.id).update(text="Dear {#var#}, our sale has begun. Acme")
    with pytest.raises(Refused) as late:
        launch(offers, campaign, 0)

    assert (refused.value.field, refused.value.code, unchanged) == ("body", "text_not_registered", True)
    assert late.value.code in ("text_not_registered", "nobody_allowed")
    with tenant_context(offers.id):
        assert Campaign.objects.get().state == "draft"
