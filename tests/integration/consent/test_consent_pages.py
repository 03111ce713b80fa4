"""The pages of consent: who may open them, what they show, what they write."""

import datetime
import re
import uuid

import pytest

from accounts.models import Organization
from accounts.roles import GRANTS, Role
from consent.models import ConsentEvent, ConsentState, Purpose, Suppression, Wording
from consent.selectors.points import point_history
from consent.selectors.purposes import purpose_rows
from consent.selectors.suppressions import suppression_page
from consent.selectors.words import receipt_number
from core import clock
from core.tenancy import tenant_context
from tests.counts import Statements
from tests.factories.accounts import make_team, settings_of
from tests.factories.consent import (
    MINA,
    OMAR,
    WORDS,
    grant,
    make_claim,
    make_point,
    make_purpose,
    make_wording,
    record,
    stop,
)
from tests.proofs import proves
from tests.snapshots import rows_of

HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def told(acme):
    """Offers with words; Mina agreed and has an order claim without proof, Omar agreed and said stop."""
    with tenant_context(acme.id):
        offers = make_purpose(acme.actor())
        orders = make_purpose(acme.actor(), "Order updates", "transactional")
        wording = make_wording(acme.actor(), offers)
        mina, omar = make_point(MINA), make_point(OMAR)
        for point in (mina, omar):
            grant(point, offers, wording=wording)
        record(make_claim(mina, orders, "unproven"))
        event = stop(omar, said="bas karein please")
        return {"offers": offers, "orders": orders, "wording": wording, "mina": mina, "omar": omar, "stop": event}


def pages(team):
    """Address → the right it takes."""
    with tenant_context(team.id):
        purpose, point = make_purpose(team.actor()), make_point(MINA)
        event = stop(point)
    return {
        "/consent/": "see_contacts",
        "/consent/purposes/add/": "change_consent",
        f"/consent/purposes/{purpose.id}/": "see_contacts",
        "/consent/suppressions/": "see_contacts",
        f"/consent/events/{event.id}/": "see_addresses",
        f"/consent/points/{point.id}/": "see_contacts",
        f"/consent/points/{point.id}/record/": "change_consent",
        f"/consent/points/{point.id}/stop/": "change_consent",
    }


@proves("A5")
@pytest.mark.parametrize("role", list(Role))
def test_each_role_opens_exactly_its_pages_of_consent(db, role):
    team = make_team("Acme", tuple(Role))
    browser = team.client(role)

    for path, right in pages(team).items():
        assert browser.get(path).status_code == (200 if right in GRANTS[role] else 403), path


@pytest.mark.parametrize("role", ["developer", "viewer", "finance"])
def test_a_role_without_the_right_writes_nothing_by_any_form(db, role):
    team = make_team("Acme", tuple(Role))
    paths = [path for path, right in pages(team).items() if right == "change_consent"]
    with tenant_context(team.id):
        paths.append(f"/consent/purposes/{Purpose.objects.get().id}/publish/")
    before = rows_of(team.id)

    for path in paths:
        assert team.client(role).post(path, {"name": "X", "text": "Y", "channel": "all"}).status_code == 403

    assert rows_of(team.id) == before


def test_what_belongs_to_others_is_not_there(acme, rival, told):
    browser, nothing = rival.client(), uuid.uuid4()
    with tenant_context(acme.id):
        event = ConsentEvent.objects.filter(status="granted").first()
    before = rows_of(acme.id)

    for kind, thing in (("purposes", told["offers"].id), ("points", told["mina"].id), ("events", event.id)):
        assert browser.get(f"/consent/{kind}/{thing}/").status_code == 404
        assert browser.get(f"/consent/{kind}/{nothing}/").status_code == 404
    assert (
        browser.post(f"/consent/points/{told['mina'].id}/stop/", {"channel": "all", "source": "staff"}).status_code
        == 404
    )
    assert browser.post(f"/consent/purposes/{told['offers'].id}/publish/", {"text": "x"}).status_code == 404

    assert rows_of(acme.id) == before


def test_the_list_counts_people_by_purpose_channel_and_what_they_said(acme, told):
    page = acme.client("viewer").get("/consent/")

    found = {
        row.purpose.key: [(each.label, each.granted, each.unproven, each.stopped) for each in row.channels]
        for row in page.context["rows"]
    }
    assert found == {"offers": [("SMS", 1, 0, 1)], "order-updates": [("SMS", 0, 1, 1)]}
    (channel,) = page.context["rows"][0].channels
    assert [wording.version for wording in channel.wordings] == [1]
    assert "No words yet" in page.content.decode()


def test_the_pages_cost_as_many_queries_as_they_say_however_much_they_show(acme, told):
    with tenant_context(acme.id):
        for number in range(100, 110):
            point = make_point(f"+1402555{number:04}")
            grant(point, told["offers"])
            stop(point)

        with Statements() as rows:
            purpose_rows()
        with Statements() as stops:
            list(suppression_page("", "1"))
        with Statements() as history:
            point_history(point)

    assert [len(each) for each in (rows, stops, history)] == [5, 2, 7]


def test_a_purpose_is_added_and_the_same_name_again_is_refused(acme):
    browser, typed = acme.client(), {"name": "Offers", "tier": "marketing", "description": "New cloth"}

    made = browser.post("/consent/purposes/add/", typed)
    with tenant_context(acme.id):
        purpose = Purpose.objects.get()
    before = rows_of(acme.id)
    again = browser.post("/consent/purposes/add/", typed)

    assert (made.status_code, made.headers["Location"]) == (302, f"/consent/purposes/{purpose.id}/")
    assert (purpose.key, purpose.tier, purpose.description) == ("offers", "marketing", "New cloth")
    assert again.status_code == 422
    assert "There is a purpose of that name." in again.content.decode()
    assert rows_of(acme.id) == before


@proves("C3")
def test_publishing_adds_a_version_and_shows_which_one_is_in_force(acme, told):
    browser, path = acme.client(), f"/consent/purposes/{told['offers'].id}/"

    made = browser.post(f"{path}publish/", {"channel": "sms", "language": "en", "text": "Yes, and shorter."})

    assert (made.status_code, made.headers["Location"]) == (302, path)
    page = browser.get(path)
    assert [wording.version for wording in page.context["wordings"]] == [2, 1]
    (channel,) = page.context["row"].channels
    assert [wording.text for wording in channel.wordings] == ["Yes, and shorter."]
    assert WORDS in page.content.decode()


@pytest.mark.parametrize("wrong", [{"text": ""}, {"language": "English, please"}, {"channel": "pigeon"}])
def test_words_that_cannot_be_published_change_nothing(acme, told, wrong):
    typed = {"channel": "sms", "language": "en", "text": "Yes."} | wrong
    before = rows_of(acme.id)

    answer = acme.client().post(f"/consent/purposes/{told['offers'].id}/publish/", typed)

    assert answer.status_code == 422
    assert rows_of(acme.id) == before
    with tenant_context(acme.id):
        assert Wording.objects.count() == 1


def test_protected_addresses_are_listed_masked_with_their_reason_and_filtered_by_it(acme, told):
    page = acme.client("viewer").get("/consent/suppressions/")
    none = acme.client("viewer").get("/consent/suppressions/?kind=bounced")

    (row,) = page.context["page"].object_list
    assert (row.hint, row.label, row.channel, row.source) == ("+1 … 0143", "Said stop", "SMS", "Keyword in a message")
    assert [(chip.kind, chip.count) for chip in page.context["chips"]] == [("opted_out", 1)]
    assert list(none.context["page"].object_list) == []
    assert OMAR not in page.content.decode()
    assert f"/consent/events/{told['stop'].id}/" not in page.content.decode()
    assert f"/consent/events/{told['stop'].id}/" in acme.client().get("/consent/suppressions/").content.decode()


def test_protected_addresses_come_fifty_at_a_time(acme):
    with tenant_context(acme.id):
        for number in range(100, 151):
            stop(make_point(f"+1402555{number:04}"))

    first, second = (acme.client().get(f"/consent/suppressions/?page={page}").context["page"] for page in (1, 2))

    assert (len(first.object_list), len(second.object_list)) == (50, 1)
    assert first.object_list[0].hint == "+1 … 0150"
    assert second.object_list[0].hint == "+1 … 0100"


@proves("C2")
def test_the_receipt_shows_words_version_way_place_moment_and_chain(acme, told):
    with tenant_context(acme.id):
        event = ConsentEvent.objects.get(point=told["omar"], status="granted")

    page = acme.client("compliance" if "compliance" in acme.people else "owner").get(f"/consent/events/{event.id}/")
    slip, text = page.context["slip"], page.content.decode()

    assert (slip.address, slip.words, slip.how) == (OMAR, WORDS, "Form on a page")
    assert slip.words_source == "The words they agreed to, version 1, SMS, en"
    assert (slip.where, slip.sender) == ("https://acme.example/offers", "203.0.113.24")
    assert (slip.place, slip.total, slip.before) == (1, 2, None)
    assert slip.after.id == told["stop"].id
    assert slip.standing["label"] == "No longer in force"
    assert f'<span class="whitespace-pre-line">{WORDS}</span>' in text
    assert receipt_number(event.id, "granted") in text


def test_the_receipt_of_a_stop_quotes_the_person(acme, told):
    slip = acme.client().get(f"/consent/events/{told['stop'].id}/").context["slip"]

    assert (slip.words, slip.words_source) == ("bas karein please", "Their own words, exactly")
    assert (slip.covers, slip.channel, slip.standing["label"]) == ("Everything", "SMS", "In force")
    assert (slip.place, slip.recorded_by) == (2, "The product, from their message")


def test_one_address_says_what_may_be_sent_and_why_not(acme, told):
    history = acme.client("viewer").get(f"/consent/points/{told['mina'].id}/").context["history"]

    offers, orders = history.purposes
    (yes,), (claimed,) = offers.standings, orders.standings
    assert (yes.label, yes.refused, yes.badge["label"]) == ("SMS", None, "Agreed")
    assert (claimed.refused.code, claimed.badge["label"]) == ("unproven", "Claimed, without proof")
    assert offers.never == ("WhatsApp", "Voice")
    assert history.hint == "+1 … 0142"


def test_the_fragment_shows_the_sentence_and_to_a_viewer_neither_number_nor_proof_nor_buttons(acme, told):
    path = f"/consent/points/{told['omar'].id}/"

    shown = acme.client("viewer").get(path, **HTMX).content.decode()
    full = acme.client().get(path, **HTMX).content.decode()

    assert "only they can change it, by START or a new form." in shown
    assert shown.lstrip().startswith("<section")
    assert not any(word in shown for word in (OMAR, "/consent/events/", "Record consent"))
    assert all(word in full for word in ("/consent/events/", "Record consent", "They said stop"))


def test_a_landline_takes_no_texts_whatever_its_owner_agreed_to(acme, told):
    with tenant_context(acme.id):
        office = make_point("+442079460958")
        grant(office, told["offers"])

    history = acme.client().get(f"/consent/points/{office.id}/").context["history"]

    assert history.purposes[0].standings[0].refused.code == "bad_address"


def test_one_address_says_one_time_of_one_agreement_and_a_day_alone_as_a_day(acme, told):
    with tenant_context(acme.id):
        Organization.objects.update(time_zone="America/Chicago")
        day = datetime.datetime(2026, 3, 14, 5, tzinfo=datetime.UTC)
        zoe = make_point("+14025550177")
        record(make_claim(zoe, told["offers"], wording=told["wording"], evidence={"page": "till 7"}, occurred_at=day))
        event = ConsentEvent.objects.get(point=zoe)

    point = acme.client().get(f"/consent/points/{zoe.id}/").content.decode()
    slip = acme.client().get(f"/consent/events/{event.id}/").content.decode()

    agreed = re.findall(r"<time [^>]*>([^<]+)</time>", point)
    assert agreed == ["14 Mar 2026", "14 Mar 2026"]
    assert ">14 Mar 2026</time>" in slip


def test_without_script_a_recorded_word_is_confirmed_on_the_page_one_comes_back_to(acme, told):
    browser, point = acme.client(), f"/consent/points/{told['mina'].id}/"
    typed = paper(told, source="verbal", purpose=told["offers"].id, channel="whatsapp")

    recorded = browser.post(f"{point}record/", typed, follow=True).content.decode()
    stopped = browser.post(f"{point}stop/", {"channel": "all", "source": "staff"}, follow=True).content.decode()

    assert "Written down. It holds from now on." in recorded
    assert "Done. Nothing of it is sent to this address any more." in stopped


def paper(told, **others):
    moment = clock.now().strftime("%Y-%m-%dT00:00")
    return {
        "purpose": told["orders"].id,
        "channel": "sms",
        "source": "paper",
        "wording": "",
        "occurred_at": moment,
        "note": "card",
    } | others


def test_consent_is_recorded_by_the_form_inside_the_card(acme, told):
    with tenant_context(acme.id):
        wording = make_wording(acme.actor(), told["orders"])
    path = f"/consent/points/{told['mina'].id}/record/"

    answer = acme.client().post(path, paper(told, wording=wording.id), **HTMX)

    assert answer.status_code == 200
    assert "Written down." in answer.content.decode()
    with tenant_context(acme.id):
        assert ConsentState.objects.get(point=told["mina"], purpose=told["orders"]).status == "granted"


@pytest.mark.parametrize(
    "others", [{}, {"occurred_at": ""}, {"source": "web_form"}, {"occurred_at": "2099-01-01T10:00"}]
)
def test_incomplete_evidence_is_refused_and_what_was_typed_stays(acme, told, others):
    path = f"/consent/points/{told['mina'].id}/record/"
    before = rows_of(acme.id)

    answers = [acme.client().post(path, paper(told, **others), **more) for more in ({}, HTMX)]

    assert [answer.status_code for answer in answers] == [422, 422]
    assert all("data-error-summary" in answer.content.decode() for answer in answers)
    assert all("card</textarea>" in answer.content.decode() for answer in answers)
    assert rows_of(acme.id) == before


def test_the_moment_is_read_in_the_organisations_time_zone(acme, told):
    acme.client().post("/settings/", settings_of(acme) | {"time_zone": "Asia/Karachi"})
    typed = paper(told, source="verbal", purpose=told["offers"].id, channel="whatsapp", occurred_at="2026-03-14T19:42")

    answer = acme.client().post(f"/consent/points/{told['mina'].id}/record/", typed)

    assert answer.headers["Location"] == f"/consent/points/{told['mina'].id}/"
    with tenant_context(acme.id):
        event = ConsentEvent.objects.get(source="verbal")
    assert event.occurred_at.isoformat() == "2026-03-14T14:42:00+00:00"


@pytest.mark.parametrize(("typed", "channel"), [("all", ""), ("sms", "sms")])
def test_a_stop_is_written_down_by_the_form(acme, told, typed, channel):
    path = f"/consent/points/{told['mina'].id}/stop/"

    answer = acme.client().post(path, {"channel": typed, "source": "spoken", "note": "on the phone"}, **HTMX)

    assert answer.status_code == 200
    with tenant_context(acme.id):
        row = Suppression.objects.get(point=told["mina"])
    assert (row.channel, row.kind, row.source) == (channel, "opted_out", "spoken")
    assert acme.client().post(path, {"channel": "pigeon", "source": "spoken"}).status_code == 422
