"""The page behind the last line of every mail: a GET never acts, a POST does, and only a genuine link leads anywhere."""

import datetime
import uuid
from typing import Any

import pytest
from django.test import Client

from consent.models import ConsentEvent, Point, Suppression
from core.tenancy import tenant_context
from messaging.unsubscribe_links import read_token, unsubscribe_url
from tests.factories.accounts import Team
from tests.factories.consent import grant, make_point, make_purpose
from tests.proofs import proves

ONE_CLICK = {"List-Unsubscribe": "One-Click"}
MESSAGE = uuid.UUID("01936f5e-0000-7000-8000-0000000000aa")
ANA = "Ana@People.example"


def agreed(team: Team, address: str = ANA) -> Point:
    """Somebody who agreed to get mail from this organisation."""
    with tenant_context(team.id):
        point = make_point(address)
        grant(point, make_purpose(team.actor(), f"Offers {uuid.uuid4()}"), channel="email")
    return point


def link(team: Team, address: str = ANA, message: uuid.UUID = MESSAGE) -> str:
    """The path of the link in one mail."""
    with tenant_context(team.id):
        return "/u/" + unsubscribe_url(team.id, address, message).rpartition("/")[2]


def stops(team: Team) -> list[tuple[Any, ...]]:
    with tenant_context(team.id):
        return list(Suppression.objects.values_list("point_id", "channel", "kind", "source"))


def events(team: Team) -> int:
    with tenant_context(team.id):
        return int(ConsentEvent.objects.filter(status="withdrawn").count())


@pytest.fixture
def browser(db: None) -> Client:
    return Client(enforce_csrf_checks=True)


@proves("C5")
@pytest.mark.parametrize("method", ["get", "head"])
def test_following_the_link_changes_nothing_however_often(acme: Team, browser: Client, method: str) -> None:
    agreed(acme)

    answers = [getattr(browser, method)(link(acme)) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert (stops(acme), events(acme)) == ([], 0)


def test_the_page_asks_with_one_button_and_needs_neither_script_nor_cookie(acme: Team, browser: Client) -> None:
    agreed(acme)

    answer = browser.get(link(acme))

    page = answer.content.decode()
    assert "Stop emails from" in page
    assert "A…@people.example" in page
    assert ANA.lower() not in page.lower()
    assert "<script" not in page
    assert page.count("<form") == 1
    assert (answer["Cache-Control"], answer["Referrer-Policy"], answer.cookies) == ("no-store", "no-referrer", {})


@proves("C5", "C12")
def test_the_button_stops_every_mail_with_what_proves_it(acme: Team, browser: Client) -> None:
    point = agreed(acme)

    answer = browser.post(link(acme), {"stop": "yes"}, headers={"user-agent": "A browser"})

    assert (answer.status_code, "You get no more emails" in answer.content.decode()) == (200, True)
    assert stops(acme) == [(point.id, "email", "opted_out", "unsubscribe_link")]
    with tenant_context(acme.id):
        event = ConsentEvent.objects.get(status="withdrawn")
    assert (event.origin, event.origin_id, event.channel) == ("message", MESSAGE, "email")
    assert "You get no more emails" in browser.get(link(acme)).content.decode()


@proves("G23")
@pytest.mark.parametrize("form", ["urlencoded", "multipart", "other case"])
def test_a_mail_programs_button_acts_at_once_without_page_redirect_or_cookie(
    acme: Team, browser: Client, form: str
) -> None:
    point = agreed(acme)
    kind = {"content_type": "application/x-www-form-urlencoded"} if form == "urlencoded" else {}
    body: Any = "List-Unsubscribe=One-Click" if form == "urlencoded" else ONE_CLICK
    body = {"List-Unsubscribe": "one-click"} if form == "other case" else body

    answer = browser.post(link(acme), body, **kind)

    assert (answer.status_code, answer.content, answer.cookies) == (200, b"You get no more mail.\n", {})
    assert answer["Content-Type"].startswith("text/plain")
    assert stops(acme) == [(point.id, "email", "opted_out", "one_click")]


def test_pressed_again_it_is_the_same_stop(acme: Team, browser: Client) -> None:
    agreed(acme)

    for body in (ONE_CLICK, ONE_CLICK, {"stop": "yes"}):
        assert browser.post(link(acme), body).status_code == 200

    assert (len(stops(acme)), events(acme)) == (1, 1)


@pytest.mark.parametrize(
    "body", [{}, {"List-Unsubscribe": "Two-Clicks"}, {"stop": "no"}, {"list-unsubscribe": "One-Click"}]
)
def test_a_post_that_does_not_say_so_stops_nothing(acme: Team, browser: Client, body: dict[str, str]) -> None:
    agreed(acme)

    answer = browser.post(link(acme), body)

    assert (answer.status_code, stops(acme)) == (200, [])
    assert "Stop emails from" in answer.content.decode()


def _forgeries(team: Team, other: Team) -> dict[str, str]:
    genuine, foreign = link(team), link(other)
    return {
        "cut short": genuine[:-1],
        "cut in the middle": genuine[:40],
        "one letter changed": genuine[:20] + ("A" if genuine[20] != "A" else "B") + genuine[21:],
        "one letter of the mark changed": genuine[:-3] + ("A" if genuine[-3] != "A" else "B") + genuine[-2:],
        "a letter more": genuine + "A",
        "padded": genuine + "==",
        "another organisation's mark": genuine[:-22] + foreign[-22:],
        "another organisation before our address": foreign[:25] + genuine[25:],
        "no base64": "/u/" + "é" * 86,
        "nonsense": "/u/nobody-made-this",
        "an organisation that does not exist": "/u/" + "A" * 86,
    }


@proves("G23")
def test_a_forged_link_leads_nowhere_and_says_so_to_people(acme: Team, rival: Team, browser: Client) -> None:
    agreed(acme)
    agreed(rival)

    for name, forged in _forgeries(acme, rival).items():
        shown, pressed, clicked = (
            browser.get(forged),
            browser.post(forged, {"stop": "yes"}),
            browser.post(forged, ONE_CLICK),
        )

        assert (shown.status_code, pressed.status_code, clicked.status_code) == (404, 404, 200), name
        assert "This link does not work" in pressed.content.decode(), name
        assert (stops(acme), stops(rival)) == ([], []), name


def test_the_link_of_one_organisation_stops_only_its_own_mail(acme: Team, rival: Team, browser: Client) -> None:
    point = agreed(acme)
    agreed(rival)

    browser.post(link(acme), ONE_CLICK)

    assert stops(acme) == [(point.id, "email", "opted_out", "one_click")]
    assert (stops(rival), events(rival)) == ([], 0)


def test_a_link_works_for_ever(acme: Team, browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    point, old = agreed(acme), link(acme)
    later = datetime.datetime(2036, 11, 25, tzinfo=datetime.UTC)
    monkeypatch.setattr("core.clock.now", lambda: later)

    answer = browser.post(old, ONE_CLICK)

    assert (answer.status_code, [row[0] for row in stops(acme)]) == (200, [point.id])


def test_a_link_to_an_address_nobody_knows_any_more_says_nothing_of_it(acme: Team, browser: Client) -> None:
    agreed(acme)

    shown, clicked = (
        browser.get(link(acme, "gone@people.example")),
        browser.post(link(acme, "gone@people.example"), ONE_CLICK),
    )

    assert (shown.status_code, clicked.status_code, stops(acme)) == (404, 200, [])


def test_a_link_tells_nothing_about_the_person(acme: Team, db: None) -> None:
    agreed(acme)

    token = link(acme).removeprefix("/u/")

    read = read_token(token)
    assert read is not None
    assert (read.organization_id, read.message_id) == (acme.id, MESSAGE)
    assert len(token) == 86
    assert link(acme, "ana@people.example") == link(acme)
    with pytest.raises(ValueError, match="mail address"), tenant_context(acme.id):
        unsubscribe_url(acme.id, "+14025550142", MESSAGE)


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_other_methods_are_refused(acme: Team, browser: Client, method: str) -> None:
    agreed(acme)

    assert getattr(browser, method)(link(acme)).status_code == 405
    assert stops(acme) == []
