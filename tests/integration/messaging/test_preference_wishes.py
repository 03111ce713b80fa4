"""How often, at which hours, in which language, and not before which day: what the page sends is saved whole or not at all."""

import datetime
import re
import zoneinfo

import pytest
from django.test import Client

from accounts.contracts import Refused
from consent.models import ConsentEvent, Preference, Suppression
from consent.selectors.receipts import open_evidence
from consent.values import Wishes
from contacts.models import Contact
from core import clock
from core.tenancy import tenant_context
from messaging.actions.choosing import Chosen, save_choices
from messaging.actions.wishing import Wished
from messaging.preference_links import read_preference_token
from tests.factories.accounts import Team
from tests.factories.preferences import Ana, fields, make_ana, save
from tests.proofs import proves


@pytest.fixture
def ana(acme: Team) -> Ana:
    return make_ana(acme)


@pytest.fixture
def browser(db: None) -> Client:
    return Client(enforce_csrf_checks=True)


@proves("C33")
def test_frequency_hours_language_and_a_pause_are_one_line_each_and_hold_at_every_address(
    ana: Ana, browser: Client
) -> None:
    until = (clock.now() + datetime.timedelta(days=20)).date()
    wanted = {"weekly": "2", "start": "540", "end": "1080", "language": "ur", "pause": until.isoformat()}

    save(browser, ana.path(), fields(browser, ana.path()) | wanted)

    statuses = [(point, status) for point, _, _, status in ana.ledger()]
    assert sorted(statuses) == sorted(
        (point.id, status)
        for point in (ana.phone, ana.mail)
        for status in ("preferred", "preferred", "preferred", "paused")
    )
    with tenant_context(ana.team.id):
        rows = Preference.objects.values_list("weekly_cap", "hours_from", "hours_until", "hours_zone", "language")
        assert list(rows) == [(2, 540, 1080, "America/Chicago", "ur")] * 2
        ends = {row.expires_at for row in Suppression.objects.filter(kind="paused", lifted_at=None)}
        changes = [open_evidence(event) for event in ConsentEvent.objects.filter(status="preferred", point=ana.phone)]
        assert Contact.objects.get().language == "ur"
    assert ends == {datetime.datetime.combine(until, datetime.time(6), datetime.UTC)}
    assert sorted((each["choice"], each["before"], each["after"]) for each in changes) == [
        ("frequency", "", "at most 2 a week"),
        ("hours", "", "09:00-18:00 America/Chicago"),
        ("language", "", "ur"),
    ]


@proves("C33")
def test_a_pause_is_made_shorter_and_ended_by_the_person_alone_for_the_address_of_the_link(
    ana: Ana, browser: Client
) -> None:
    days = [(clock.now() + datetime.timedelta(days=count)).date().isoformat() for count in (30, 10)]

    for day in (*days, ""):
        save(browser, ana.path(), fields(browser, ana.path()) | {"pause": day})

    assert [row[3] for row in ana.ledger() if row[0] == ana.phone.id] == ["paused", "paused", "resumed"]
    with tenant_context(ana.team.id):
        live = Suppression.objects.filter(lifted_at=None)
        assert [(row.point_id, row.expires_at.date().isoformat()) for row in live] == [(ana.mail.id, days[0])]
        assert Suppression.objects.filter(kind="paused").count() == 3


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"weekly": "4000"}, "Choose how many from the list."),
        ({"start": "540"}, "Choose both hours, at least two hours apart, or neither."),
        ({"start": "540", "end": "541"}, "Choose both hours, at least two hours apart, or neither."),
        ({"start": "1200", "end": "480"}, "Choose both hours, at least two hours apart, or neither."),
        ({"pause": "2020-01-01"}, "Choose a day from tomorrow on"),
        ({"pause": "9999-12-31"}, "Choose a day from tomorrow on"),
        ({"pause": "soon"}, "Choose a day from tomorrow on"),
        ({"language": "xx"}, "Choose a language from the list."),
    ],
)
def test_what_makes_no_sense_is_refused_with_the_remedy_and_writes_nothing(
    ana: Ana, browser: Client, wrong: dict[str, str], words: str
) -> None:
    sent = fields(browser, ana.path())

    answer = browser.post(ana.path(), sent | {"on": [ana.key(ana.news)]} | wrong)

    page = answer.content.decode()
    assert (answer.status_code, words in page, ana.ledger()) == (422, True, [])
    assert re.search(rf'value="{re.escape(ana.key(ana.news))}"[^>]*checked', page)


@pytest.mark.parametrize("days", [-3, 0, 370])
def test_a_pause_that_cannot_be_takes_the_choice_beside_it_down_with_it(ana: Ana, browser: Client, days: int) -> None:
    today_there = clock.now().astimezone(zoneinfo.ZoneInfo("America/Chicago")).date()
    day = (today_there + datetime.timedelta(days=days)).isoformat()

    answer = browser.post(ana.path(), fields(browser, ana.path()) | {"weekly": "2", "pause": day})

    assert (answer.status_code, ana.ledger()) == (422, [])
    assert "Choose a day from tomorrow on" in answer.content.decode()
    with tenant_context(ana.team.id):
        assert (Preference.objects.count(), Suppression.objects.count()) == (0, 0)


def test_whatever_refuses_a_part_of_what_was_saved_refuses_the_whole(ana: Ana) -> None:
    link = read_preference_token(ana.path().rpartition("/")[2])
    assert link is not None
    chosen = Chosen(
        was=frozenset(),
        now=frozenset(),
        words={},
        shown_in="en",
        opened_at=clock.now(),
        wished=Wished(frozenset({"often", "pause"}), Wishes(weekly_cap=2), clock.now() - datetime.timedelta(days=3)),
    )

    with tenant_context(ana.team.id), pytest.raises(Refused):
        save_choices(link=link, chosen=chosen, evidence={})

    with tenant_context(ana.team.id):
        assert (ana.ledger(), Preference.objects.count()) == ([], 0)
