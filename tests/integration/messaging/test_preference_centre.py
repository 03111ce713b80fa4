"""The page where people choose: a GET never acts, each choice is a line of the ledger, and only a genuine link opens it."""

import dataclasses
import datetime
import re
import uuid
from typing import Any

import pytest
from django.test import Client

from accounts.models import Organization
from consent.actions.preference_page import end_preference_links
from consent.models import ConsentEvent, ConsentState, Point, Preference, Purpose, Suppression, Wording
from consent.selectors.receipts import open_evidence
from contacts.models import Contact
from core import clock
from core.tenancy import tenant_context
from messaging.preference_links import LINK_DAYS, preference_url, read_preference_token
from tests.factories.accounts import Team
from tests.factories.consent import grant, make_purpose, make_wording, stop
from tests.factories.contacts import make_contact
from tests.proofs import proves

NUMBER, MAILBOX = "+14025550142", "ana@people.example"
OFFER = "Yes, send me offers by text. I can stop any time."


@dataclasses.dataclass(frozen=True)
class Ana:
    """Somebody with a number and a mailbox, who agreed to offers by text and by mail, and could agree to news by text."""

    team: Team
    contact: Contact
    phone: Point
    mail: Point
    offers: Purpose
    news: Purpose
    words: Wording

    def path(self, point: Point | None = None, message_id: uuid.UUID | None = None) -> str:
        with tenant_context(self.team.id):
            url = preference_url(self.team.id, bytes((point or self.phone).digest), message_id)
        return "/p/" + url.rpartition("/")[2]

    def key(self, purpose: Purpose, channel: str = "sms", where: str = "here") -> str:
        return f"{purpose.id}.{channel}.{where}"

    def state(self, purpose: Purpose, channel: str = "sms", point: Point | None = None) -> str:
        with tenant_context(self.team.id):
            row = ConsentState.objects.filter(point=point or self.phone, purpose=purpose, channel=channel).first()
        return row.status if row else "none"

    def ledger(self) -> list[tuple[Any, ...]]:
        """What the ledger says from the preference page, oldest first."""
        with tenant_context(self.team.id):
            rows = ConsentEvent.objects.filter(source="preference_page").order_by("recorded_at", "id")
            return [(row.point_id, row.purpose_id, row.channel, row.status) for row in rows]


def make_ana(team: Team) -> Ana:
    contact = make_contact(team, number=NUMBER, mail=MAILBOX, first_name="Ana", time_zone="America/Chicago")
    with tenant_context(team.id):
        phone, mail = Point.objects.get(kind="phone"), Point.objects.get(kind="email")
        offers, news = make_purpose(team.actor(), "Offers"), make_purpose(team.actor(), "News")
        words = make_wording(team.actor(), offers, text=OFFER)
        make_wording(team.actor(), news, text="Yes, text me news.")
        grant(phone, offers, wording=words)
        grant(mail, offers, channel="email")
    return Ana(team, contact, phone, mail, offers, news, words)


@pytest.fixture
def ana(acme: Team) -> Ana:
    return make_ana(acme)


@pytest.fixture
def browser(db: None) -> Client:
    return Client(enforce_csrf_checks=True)


def fields(browser: Client, path: str, **query: str) -> dict[str, Any]:
    """What a browser would send back if nothing on the page were touched."""
    page = browser.get(path, query).content.decode()
    found: dict[str, Any] = {"do": "save", "on": [], "was": []}
    for tag in re.findall(r"<input[^>]*>", page):
        name = re.search(r'name="([^"]+)"', tag)
        value = re.search(r'value="([^"]*)"', tag)
        if name is None or value is None or ('type="checkbox"' in tag and "checked" not in tag):
            continue
        if name[1] in ("on", "was"):
            found[name[1]].append(value[1])
        else:
            found[name[1]] = value[1]
    for name, body in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'value="([^"]*)"[^>]* selected', body)
        found[name] = chosen[1] if chosen else ""
    return found


def save(browser: Client, path: str, sent: dict[str, Any], answer: str = "saved") -> None:
    response = browser.post(path, sent, headers={"user-agent": "A browser"})
    assert (response.status_code, response["Location"].rpartition("done=")[2]) == (303, answer)


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
def test_a_pause_is_made_shorter_and_ended_by_the_person_alone(ana: Ana, browser: Client) -> None:
    days = [(clock.now() + datetime.timedelta(days=count)).date().isoformat() for count in (30, 10)]

    for day in (*days, ""):
        save(browser, ana.path(), fields(browser, ana.path()) | {"pause": day})

    assert [row[3] for row in ana.ledger() if row[0] == ana.phone.id] == ["paused", "paused", "resumed"]
    with tenant_context(ana.team.id):
        assert Suppression.objects.filter(lifted_at=None).count() == 0
        assert Suppression.objects.filter(kind="paused").count() == 4


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
def test_ended_links_lead_nowhere_and_new_ones_work(ana: Ana, browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    old = ana.path()
    with tenant_context(ana.team.id):
        end_preference_links(actor=ana.team.actor())
    later = clock.now() + datetime.timedelta(seconds=2)
    monkeypatch.setattr("core.clock.now", lambda: later)

    shown, pressed, fresh = browser.get(old), browser.post(old, {"do": "stop"}), browser.get(ana.path())

    assert (shown.status_code, pressed.status_code, fresh.status_code, ana.ledger()) == (404, 404, 200, [])


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
