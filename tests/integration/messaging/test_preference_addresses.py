"""What is saved at one address, and what that is to another: less goes everywhere, more stays, an old page loosens nothing."""

import datetime
from typing import Any

import pytest
from django.test import Client

from consent.models import ConsentEvent, Point, Preference, Suppression
from consent.selectors.receipts import open_evidence
from core import clock
from core.tenancy import tenant_context
from messaging.preference_links import read_preference_token
from tests.factories.accounts import Team
from tests.factories.preferences import Ana, fields, fields_on, make_ana, save
from tests.proofs import proves

LESS = {"weekly": "2", "start": "540", "end": "1080"}
LESS_HELD = (2, 540, 1080, "")


@pytest.fixture
def ana(acme: Team) -> Ana:
    return make_ana(acme)


@pytest.fixture
def browser(db: None) -> Client:
    return Client(enforce_csrf_checks=True)


def day(count: int) -> str:
    return (clock.now() + datetime.timedelta(days=count)).date().isoformat()


def wishes(ana: Ana, point: Point) -> tuple[Any, ...]:
    with tenant_context(ana.team.id):
        rows = Preference.objects.filter(point=point)
        return tuple(rows.values_list("weekly_cap", "hours_from", "hours_until", "language").get())


def pauses(ana: Ana) -> dict[Any, str]:
    """Address → the day until which it is paused."""
    with tenant_context(ana.team.id):
        rows = Suppression.objects.filter(kind="paused", lifted_at=None)
        return {row.point_id: row.expires_at.date().isoformat() for row in rows}


def choose(ana: Ana, browser: Client, point: Point, answer: str = "saved", **chosen: str) -> None:
    """Open the page by a link to this address, change these fields and save."""
    save(browser, ana.path(point), fields(browser, ana.path(point)) | chosen, answer)


@proves("C33")
def test_what_makes_it_less_holds_at_every_address_and_what_makes_it_more_at_this_one_alone(
    ana: Ana, browser: Client
) -> None:
    choose(ana, browser, ana.phone, **LESS, pause=day(20))
    choose(ana, browser, ana.phone, weekly="5", start="", end="", pause=day(10))

    assert (wishes(ana, ana.phone), wishes(ana, ana.mail)) == ((5, None, None, ""), LESS_HELD)
    assert pauses(ana) == {ana.phone.id: day(10), ana.mail.id: day(20)}


def test_a_field_nobody_touched_changes_no_other_address(ana: Ana, browser: Client) -> None:
    choose(ana, browser, ana.phone, **LESS, pause=day(20))
    choose(ana, browser, ana.phone, weekly="", start="", end="", pause="")

    choose(ana, browser, ana.phone, on=[])

    assert wishes(ana, ana.mail) == LESS_HELD
    assert pauses(ana) == {ana.mail.id: day(20)}


@pytest.mark.parametrize(
    ("chosen", "held"),
    [
        ({"weekly": "1"}, (1, 540, 1080, "")),
        ({"weekly": "3"}, LESS_HELD),
        ({"start": "600", "end": "900"}, (2, 600, 900, "")),
        ({"start": "480", "end": "900"}, LESS_HELD),
        ({"start": "600", "end": "1140"}, LESS_HELD),
    ],
)
def test_at_another_address_only_the_stricter_choice_is_taken_over(
    ana: Ana, browser: Client, chosen: dict[str, str], held: tuple[Any, ...]
) -> None:
    choose(ana, browser, ana.phone, **LESS)

    choose(ana, browser, ana.mail, **chosen)

    assert wishes(ana, ana.phone) == held


def test_a_language_goes_along_to_addresses_that_have_none_of_their_own(ana: Ana, browser: Client) -> None:
    choose(ana, browser, ana.phone, language="ur")
    together = (wishes(ana, ana.phone)[3], wishes(ana, ana.mail)[3])
    with tenant_context(ana.team.id):
        Preference.objects.filter(point=ana.mail).update(language="fr")

    choose(ana, browser, ana.phone, language="es")

    assert (together, wishes(ana, ana.phone)[3], wishes(ana, ana.mail)[3]) == (("ur", "ur"), "es", "fr")


@proves("C33")
def test_a_page_left_open_ends_no_newer_pause_and_takes_no_newer_wish_back(ana: Ana, browser: Client) -> None:
    left_open = fields(browser, ana.path())
    choose(ana, browser, ana.phone, **LESS, pause=day(20))

    save(browser, ana.path(), left_open, "unchanged")
    save(browser, ana.path(), left_open | {"weekly": "1"})

    assert wishes(ana, ana.phone) == (1, 540, 1080, "")
    assert pauses(ana) == {ana.phone.id: day(20), ana.mail.id: day(20)}


@pytest.mark.parametrize("more", [{"pause": ""}, {"pause": "sooner"}, {"weekly": "7"}, {"start": "", "end": ""}])
def test_what_changed_meanwhile_is_not_loosened_and_the_page_says_to_look_again(
    ana: Ana, browser: Client, more: dict[str, str]
) -> None:
    choose(ana, browser, ana.phone, weekly="3", start="480", end="1200", pause=day(10))
    left_open = fields(browser, ana.path())
    choose(ana, browser, ana.phone, **LESS, pause=day(30))
    before = ana.ledger()

    more = {name: day(5) if value == "sooner" else value for name, value in more.items()}
    answer = browser.post(ana.path(), left_open | more, follow=True)

    assert "Something changed after this page was opened" in answer.content.decode()
    assert (ana.ledger(), wishes(ana, ana.phone)) == (before, LESS_HELD)
    assert pauses(ana)[ana.phone.id] == day(30)


def test_a_page_left_open_for_more_than_a_day_loosens_nothing(
    ana: Ana, browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose(ana, browser, ana.phone, **LESS)
    left_open = fields(browser, ana.path())
    later = clock.now() + datetime.timedelta(days=1, minutes=1)
    monkeypatch.setattr("core.clock.now", lambda: later)

    save(browser, ana.path(), left_open | {"weekly": "", "start": "600"}, "outdated")

    assert wishes(ana, ana.phone) == (2, 600, 1080, "")


@proves("C33")
def test_a_refused_page_is_as_old_as_it_was(ana: Ana, browser: Client) -> None:
    left_open = fields(browser, ana.path())
    choose(ana, browser, ana.phone, pause=day(20), on=[])

    refused = browser.post(ana.path(), left_open | {"start": "540"})
    corrected = fields_on(refused.content.decode())
    again = {"end": "1080", "on": [ana.key(ana.offers)]}
    save(browser, ana.path(), corrected | again, "outdated")

    assert (refused.status_code, corrected["pause"], corrected["start"], corrected["on"]) == (422, day(20), "540", [])
    assert corrected["opened"] == left_open["opened"]
    assert wishes(ana, ana.phone) == (None, 540, 1080, "")
    assert pauses(ana)[ana.phone.id] == day(20)
    assert ana.state(ana.offers) == "withdrawn"


def test_the_page_says_what_holds_where_only_to_those_who_have_another_address(ana: Ana, browser: Client) -> None:
    told = "What makes it less holds at every address of yours"
    with_two = browser.get(ana.path()).content.decode()
    with tenant_context(ana.team.id):
        ana.contact.links.filter(point=ana.mail).delete()

    assert (told in with_two, told in browser.get(ana.path()).content.decode()) == (True, False)


@proves("C33", "C2")
@pytest.mark.parametrize("stopping", [False, True])
def test_the_evidence_says_when_the_link_was_made_and_to_which_address_it_was_sent(
    ana: Ana, browser: Client, stopping: bool
) -> None:
    path = ana.path()
    link = read_preference_token(path.rpartition("/")[2])
    assert link is not None

    browser.post(path, {"do": "stop"} if stopping else fields(browser, path) | {"weekly": "2", "pause": day(9)})

    with tenant_context(ana.team.id):
        rows = ConsentEvent.objects.filter(source="preference_page")
        told = {(row.point_id, each["page"], each["link_made_at"]) for row in rows for each in [open_evidence(row)]}
    assert told == {
        (ana.phone.id, "The preference page behind a link that was sent to this address", link.made_at.isoformat()),
        (
            ana.mail.id,
            "The preference page behind a link that was sent to another address of theirs",
            link.made_at.isoformat(),
        ),
    }
