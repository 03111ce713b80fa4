"""The page and the API that erase: preview, confirmation, result, and who may."""

import pytest

from accounts.actions.keys import issue_api_key
from contacts.models import Contact
from core.tenancy import tenant_context
from privacy.models import Erasure
from tests.factories.contacts import make_contact
from tests.integration.api.conftest import Application, application
from tests.proofs import proves

NUMBER = "+14025550142"


@pytest.fixture
def mina(db, acme):
    return make_contact(acme, number=NUMBER, first_name="Mina")


def left(team):
    with tenant_context(team.id):
        return Contact.objects.count(), Erasure.objects.count()


@proves("K7")
def test_the_page_shows_what_goes_and_stays_erases_after_the_word_and_leads_to_the_certificate(acme, mina):
    browser, path = acme.client(), f"/privacy/people/{mina.id}/erase/"

    card = browser.get(f"/contacts/{mina.id}/").content.decode()
    preview = browser.get(path).content.decode()
    wrong = browser.post(path, {"confirmation": "erase"})
    done = browser.post(path, {"confirmation": "ERASE"}, follow=True)

    assert path in card
    assert [words in preview for words in ("What has to stay, and why", "The person", "Files that wait")] == [
        True,
        True,
        False,
    ]
    assert (wrong.status_code, "nothing was erased" in wrong.content.decode()) == (422, True)
    text = done.content.decode()
    assert [words in text for words in ("One person was erased", "Mina", "0142")] == [True, False, False]
    assert left(acme) == (0, 1)
    assert browser.get(path).status_code == 302
    assert "ER-" in browser.get("/privacy/erasures/").content.decode()


def test_nobody_without_the_right_sees_the_button_or_opens_the_page(acme, rival, mina):
    path = f"/privacy/people/{mina.id}/erase/"

    answers = [acme.client("viewer").get(path), acme.client("viewer").post(path, {"confirmation": "ERASE"})]
    foreign = rival.client().post(path, {"confirmation": "ERASE"})

    assert path not in acme.client("viewer").get(f"/contacts/{mina.id}/").content.decode()
    assert {answer.status_code for answer in answers} == {403}
    assert foreign.status_code == 404
    assert left(acme) == (1, 0)


def test_an_application_asks_first_and_erases_once(acme, mina):
    path = f"contacts/{mina.id}/erase/"
    with tenant_context(acme.id):
        _, live = issue_api_key(actor=acme.actor(), name="crm", scopes=["erase_people"], days=1, is_test=False)
    app = Application(live)

    asked = app.post(path, {"dry_run": True})
    before = left(acme)
    made, again = app.post(path, {}), app.post(path, {})

    assert (asked.status_code, asked.json()["dry_run"], before) == (200, True, (1, 0))
    assert {"what": "the person", "how": "deleted", "rows": 1} in asked.json()["going"]
    assert (made.status_code, again.status_code) == (201, 200)
    assert made.json()["id"] == again.json()["id"]
    assert all(each["why"] and each["until"] for each in made.json()["staying"])
    assert left(acme) == (0, 1)


def test_an_application_without_the_scope_or_of_another_organisation_erases_nobody(acme, rival, mina):
    path = f"contacts/{mina.id}/erase/"

    answers = application(acme, "change_contacts").post(path, {}), application(rival).post(path, {})

    assert [answer.status_code for answer in answers] == [403, 404]
    assert left(acme) == (1, 0)
