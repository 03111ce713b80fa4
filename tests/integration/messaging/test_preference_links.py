"""The link to the page where people choose: only a genuine one opens it, and one that is old or ended still stops."""

import datetime
import uuid

import pytest
from django.test import Client

from consent.actions.preference_page import end_preference_links
from consent.models import Purpose
from core import clock
from core.tenancy import tenant_context
from messaging.preference_links import LINK_DAYS, read_preference_token
from privacy.actions.erasing import erase_person
from tests.factories.accounts import Team
from tests.factories.messaging import hear, make_account, make_sender, reach
from tests.factories.preferences import NUMBER, Ana, fields, make_ana, save
from tests.proofs import proves


@pytest.fixture
def ana(acme: Team) -> Ana:
    return make_ana(acme)


@pytest.fixture
def browser(db: None) -> Client:
    return Client(enforce_csrf_checks=True)


def _forgeries(ana: Ana, other: Ana) -> dict[str, str]:
    genuine, foreign = ana.path(), other.path()
    return {
        "cut short": genuine[:-1],
        "one letter changed": genuine[:20] + ("A" if genuine[20] != "A" else "B") + genuine[21:],
        "a letter more": genuine + "A",
        "padded": genuine + "==",
        "another organisation's mark": genuine[:-16] + foreign[-16:],
        "another organisation before our address": foreign[:24] + genuine[24:],
        "nonsense": "/p/nobody-made-this",
        "no base64": "/p/" + "é" * 64,
        "an organisation that does not exist": "/p/" + "A" * 64,
        "the place in a text": "/p/" + "your-preference-page".ljust(64, "-"),
    }


@proves("C33")
def test_a_forged_link_leads_nowhere_and_says_so(ana: Ana, rival: Team, browser: Client) -> None:
    other = make_ana(rival)

    for name, forged in _forgeries(ana, other).items():
        shown, pressed = browser.get(forged), browser.post(forged, {"do": "stop"})

        assert (shown.status_code, pressed.status_code) == (404, 404), name
        assert "This link does not work" in pressed.content.decode(), name
        assert (ana.ledger(), other.ledger()) == ([], []), name


def test_the_link_of_one_organisation_shows_and_changes_nothing_of_another(
    ana: Ana, rival: Team, browser: Client
) -> None:
    other = make_ana(rival)
    with tenant_context(rival.id):
        Purpose.objects.update(name="Rival matters")

    page = browser.get(ana.path()).content.decode()
    sent = fields(browser, ana.path())
    save(browser, ana.path(), sent | {"on": [*sent["on"], other.key(other.news)]}, "unchanged")
    browser.post(ana.path(), {"do": "stop"})

    assert "Rival matters" not in page
    assert (len(ana.ledger()), other.ledger()) == (2, [])


def test_who_was_erased_and_came_back_by_start_chooses_on_their_page_again(ana: Ana, browser: Client) -> None:
    team = ana.team
    with tenant_context(team.id):
        account = make_account(team.actor())
        reach(make_sender(team.actor(), account), ana.phone)
        path = ana.path()
        erase_person(actor=team.actor(), contact_id=ana.contact.id)
    gone = browser.get(path).status_code

    with tenant_context(team.id):
        hear(account, "START", NUMBER)

    assert (gone, browser.get(path).status_code) == (404, 200)


@proves("C33")
def test_an_old_link_stops_everything_and_does_nothing_else(
    ana: Ana, browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = ana.path()
    sent = fields(browser, path) | {"weekly": "1", "on": []}
    later = clock.now() + datetime.timedelta(days=LINK_DAYS, minutes=1)
    monkeypatch.setattr("core.clock.now", lambda: later)

    shown, saved = browser.get(path), browser.post(path, sent)
    unwritten = ana.ledger()
    stopped = browser.post(path, {"do": "stop"}, follow=True)

    assert "This link is old" in shown.content.decode()
    assert 'name="on"' not in shown.content.decode()
    assert (saved.status_code, unwritten) == (200, [])
    assert "You get nothing more" in stopped.content.decode()
    assert len(ana.ledger()) == 2


def test_a_link_lets_people_choose_long_after_the_law_would_let_it_go(
    ana: Ana, browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = ana.path()
    later = clock.now() + datetime.timedelta(days=LINK_DAYS - 1)
    monkeypatch.setattr("core.clock.now", lambda: later)

    assert 'name="on"' in browser.get(path).content.decode()
    assert LINK_DAYS > 60


@proves("C33")
def test_ended_links_stop_everything_and_do_nothing_else_and_new_ones_work(
    ana: Ana, browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = ana.path()
    sent = fields(browser, old) | {"weekly": "1", "on": []}
    with tenant_context(ana.team.id):
        end_preference_links(actor=ana.team.actor())
    later = clock.now() + datetime.timedelta(seconds=2)
    monkeypatch.setattr("core.clock.now", lambda: later)

    shown, saved, fresh = browser.get(old), browser.post(old, sent), browser.get(ana.path())
    unwritten = ana.ledger()
    stopped = browser.post(old, {"do": "stop"}, follow=True)

    assert "It can still stop everything" in shown.content.decode()
    assert ('name="on"' in shown.content.decode(), 'name="on"' in fresh.content.decode()) == (False, True)
    assert (saved.status_code, unwritten) == (200, [])
    assert "You get nothing more" in stopped.content.decode()
    assert sorted(ana.ledger()) == sorted([(point.id, None, "", "withdrawn") for point in (ana.phone, ana.mail)])


def test_a_link_tells_nothing_about_the_person(ana: Ana) -> None:
    message_id = uuid.UUID("01936f5e-0000-7000-8000-0000000000aa")

    short, long = ana.path().rpartition("/")[2], ana.path(message_id=message_id).rpartition("/")[2]

    assert (len(short), len(long)) == (64, 86)
    read = read_preference_token(long)
    assert read is not None
    assert (read.organization_id, read.address_digest, read.message_id) == (
        ana.team.id,
        bytes(ana.phone.digest),
        message_id,
    )


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_other_methods_are_refused(ana: Ana, browser: Client, method: str) -> None:
    assert getattr(browser, method)(ana.path()).status_code == 405
    assert ana.ledger() == []
