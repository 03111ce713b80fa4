"""The page where people choose: a GET never acts, and each switch is a line of the ledger."""

import re

import pytest
from django.test import Client

from accounts.models import Organization
from consent.models import ConsentEvent, Preference, Purpose, Suppression
from consent.selectors.receipts import open_evidence
from contacts.models import Contact
from core import clock
from core.tenancy import tenant_context
from tests.factories.accounts import Team
from tests.factories.consent import make_wording, stop
from tests.factories.contacts import make_contact
from tests.factories.preferences import MAILBOX, NUMBER, OFFER, Ana, fields, make_ana, save
from tests.proofs import proves


@pytest.fixture
def ana(acme: Team) -> Ana:
    return make_ana(acme)


@pytest.fixture
def browser(db: None) -> Client:
    return Client(enforce_csrf_checks=True)


@proves("C5", "C33")
@pytest.mark.parametrize("method", ["get", "head"])
def test_following_the_link_changes_nothing_however_often_and_in_whichever_language(
    ana: Ana, browser: Client, method: str
) -> None:
    addresses = [ana.path(), f"{ana.path()}?lang=ur", f"{ana.path()}?do=stop&done=stopped", f"{ana.path()}?do=save&on="]

    answers = [getattr(browser, method)(address) for address in addresses for _ in range(2)]

    assert {answer.status_code for answer in answers} == {200}
    with tenant_context(ana.team.id):
        assert (ana.ledger(), Suppression.objects.count(), Preference.objects.count()) == ([], 0, 0)
    assert ana.state(ana.offers) == "granted"


def test_the_page_says_who_writes_what_they_agreed_to_and_since_when_and_needs_no_script_or_cookie(
    ana: Ana, browser: Client
) -> None:
    with tenant_context(ana.team.id):
        Organization.objects.update(legal_name="Acme Limited", support_contact="help@acme.example")

    answer = browser.get(ana.path())

    page = answer.content.decode()
    assert all(text in page for text in ("Acme Limited", "help@acme.example", "+1 … 0142", "Offers", "News", OFFER))
    assert "You agreed on" in page
    assert "<script" not in page
    assert NUMBER not in page
    assert MAILBOX not in page
    assert re.findall(r'(?:src|href|action)="(?:https?:)?//', page) == []
    assert (answer["Cache-Control"], answer["Referrer-Policy"], answer["X-Robots-Tag"], answer.cookies) == (
        "no-store",
        "no-referrer",
        "noindex, nofollow",
        {},
    )


@proves("C33", "C13")
def test_a_topic_switched_off_is_a_withdrawal_of_that_topic_on_that_channel_alone(ana: Ana, browser: Client) -> None:
    sent = fields(browser, ana.path())

    save(browser, ana.path(), sent | {"on": [key for key in sent["on"] if key != ana.key(ana.offers)]})

    assert ana.ledger() == [(ana.phone.id, ana.offers.id, "sms", "withdrawn")]
    assert (ana.state(ana.offers), ana.state(ana.offers, "email", ana.mail)) == ("withdrawn", "granted")
    with tenant_context(ana.team.id):
        assert Suppression.objects.count() == 0


@proves("C33", "C2")
def test_a_topic_switched_on_is_an_agreement_with_its_whole_proof(ana: Ana, browser: Client) -> None:
    sent = fields(browser, ana.path(), lang="es")

    save(browser, ana.path(), sent | {"on": [*sent["on"], ana.key(ana.news)]})

    assert ana.ledger() == [(ana.phone.id, ana.news.id, "sms", "granted")]
    with tenant_context(ana.team.id):
        event = ConsentEvent.objects.select_related("wording").get(purpose=ana.news)
        evidence = open_evidence(event)
    assert event.wording.text == "Yes, text me news."
    assert (evidence["language"], evidence["address"], evidence["agent"]) == ("es", "127.0.0.1", "A browser")
    assert (event.actor_kind, event.origin) == ("system", "preferences")
    assert ana.path().rpartition("/")[2] not in str(evidence)


def test_sent_again_the_same_choices_change_nothing(ana: Ana, browser: Client) -> None:
    sent = fields(browser, ana.path())
    wanted = sent | {"on": [ana.key(ana.news)], "weekly": "2", "start": "540", "end": "1080"}

    save(browser, ana.path(), wanted)
    first = ana.ledger()
    save(browser, ana.path(), wanted, "unchanged")

    assert ana.ledger() == first


def test_an_untouched_page_that_was_left_open_takes_no_newer_stop_back(ana: Ana, browser: Client) -> None:
    sent = fields(browser, ana.path())
    with tenant_context(ana.team.id):
        stop(ana.phone)

    save(browser, ana.path(), sent, "unchanged")
    save(browser, ana.path(), sent | {"on": [*sent["on"], ana.key(ana.news)]}, "outdated")

    assert (ana.ledger(), ana.state(ana.offers), ana.state(ana.news)) == ([], "withdrawn", "none")


@proves("C12", "C13")
def test_somebody_who_said_stop_may_come_back_to_one_topic_by_a_page_opened_since(ana: Ana, browser: Client) -> None:
    with tenant_context(ana.team.id):
        stop(ana.phone)
    sent = fields(browser, ana.path())
    assert ana.key(ana.offers) not in sent["on"]

    save(browser, ana.path(), sent | {"on": [*sent["on"], ana.key(ana.news)]})

    assert (ana.state(ana.offers), ana.state(ana.news)) == ("withdrawn", "granted")
    with tenant_context(ana.team.id):
        assert Suppression.objects.filter(lifted_at=None).count() == 0


def test_nobody_agrees_to_words_that_have_changed_since_the_page_was_opened(ana: Ana, browser: Client) -> None:
    sent = fields(browser, ana.path())
    with tenant_context(ana.team.id):
        make_wording(ana.team.actor(), ana.news, text="Yes, text me news every hour.")

    save(browser, ana.path(), sent | {"on": [*sent["on"], ana.key(ana.news)]}, "outdated")

    assert (ana.ledger(), ana.state(ana.news)) == ([], "none")


def test_a_complaint_is_not_taken_back_by_a_switch(ana: Ana, browser: Client) -> None:
    sent = fields(browser, ana.path())
    with tenant_context(ana.team.id):
        Suppression.objects.create(
            point=ana.phone, channel="sms", kind="complaint", source="complaint", created_at=clock.now()
        )

    save(browser, ana.path(), sent | {"on": [*sent["on"], ana.key(ana.news)]}, "kept_out")

    assert (ana.ledger(), ana.state(ana.news)) == ([], "none")
    assert "Cannot be switched on here" in browser.get(ana.path()).content.decode()


@proves("C13", "C33")
def test_stop_everything_is_one_press_for_every_channel_at_every_address(ana: Ana, browser: Client) -> None:
    answer = browser.post(ana.path(), {"do": "stop"}, follow=True)

    assert "You get nothing more" in answer.content.decode()
    assert sorted(ana.ledger()) == sorted([(point.id, None, "", "withdrawn") for point in (ana.phone, ana.mail)])
    assert (ana.state(ana.offers), ana.state(ana.offers, "email", ana.mail)) == ("withdrawn", "withdrawn")
    with tenant_context(ana.team.id):
        held = Suppression.objects.filter(lifted_at=None).values_list("channel", "kind", "source")
        assert list(held) == [("", "opted_out", "preference_page")] * 2


def test_pressed_twice_everything_stops_once(ana: Ana, browser: Client) -> None:
    for _ in range(2):
        assert browser.post(ana.path(), {"do": "stop"}).status_code == 303

    assert len(ana.ledger()) == 2


@pytest.mark.parametrize("body", [{}, {"do": "nothing"}, {"stop": "yes"}, {"List-Unsubscribe": "One-Click"}])
def test_a_post_that_does_not_say_so_changes_nothing(ana: Ana, browser: Client, body: dict[str, str]) -> None:
    answer = browser.post(ana.path(), body)

    assert (answer.status_code, ana.ledger()) == (200, [])


@proves("C33")
def test_another_address_of_theirs_can_be_switched_off_and_never_on_by_this_link(ana: Ana, browser: Client) -> None:
    there = ana.key(ana.offers, "email", "there")
    sent = fields(browser, ana.path())
    assert there in sent["was"]

    save(browser, ana.path(), sent | {"on": [key for key in sent["on"] if key != there]})
    again = fields(browser, ana.path())
    save(browser, ana.path(), again | {"on": [*again["on"], there]}, "unchanged")

    assert ana.ledger() == [(ana.mail.id, ana.offers.id, "email", "withdrawn")]


def test_an_address_two_people_share_speaks_for_itself_alone(ana: Ana, browser: Client) -> None:
    make_contact(ana.team, number=NUMBER, mail="omar@people.example", first_name="Omar")

    browser.post(ana.path(), {"do": "stop"})

    assert ana.ledger() == [(ana.phone.id, None, "", "withdrawn")]
    assert "at another address of yours" not in browser.get(ana.path()).content.decode()


def test_what_is_not_offered_stays_for_those_who_agreed_to_it_so_that_they_can_end_it(
    ana: Ana, browser: Client
) -> None:
    with tenant_context(ana.team.id):
        Purpose.objects.update(is_offered=False)

    page = browser.get(ana.path()).content.decode()

    assert ana.key(ana.offers) in page
    assert ana.key(ana.news) not in page


@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("es", "ltr"), ("hi", "ltr"), ("ur", "rtl")])
def test_the_page_is_in_the_language_of_the_person_and_runs_its_way(
    ana: Ana, browser: Client, language: str, direction: str
) -> None:
    with tenant_context(ana.team.id):
        Contact.objects.update(language=language)

    page = browser.get(ana.path()).content.decode()

    assert f'<html lang="{language}"' in page
    assert f'dir="{direction}"' in page[:200]
    assert ("urdu" in page[: page.index("<main")]) == (language == "ur")
