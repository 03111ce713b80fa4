"""C20: who ends soon is asked once, while it is lawful; only their own yes renews; silence and opening a page do not."""

import datetime

import pytest

from accounts.contracts import Refused
from campaigns.actions.asking import prepare_asking
from campaigns.actions.writing import Draft, save_campaign
from campaigns.models import Campaign, Recipient
from campaigns.selectors.ending import endings
from consent.actions.purposes import publish_wording
from consent.models import ConsentEvent, ConsentState, Point
from contacts.models import ListMember
from core import clock
from core.tenancy import tenant_context
from messaging.actions.asking_again import says_yes
from messaging.ask_models import PermissionAsk
from messaging.models import InboundMessage, Message
from messaging.preference_links import preference_url
from tests.factories.accounts import operator_actor
from tests.factories.campaigns import add_people, make_campaign, make_house, number
from tests.factories.consent import stop
from tests.factories.messaging import hear
from tests.integration.campaigns.conftest import check, launch, send
from tests.proofs import proves
from tests.snapshots import changed, rows_of

DAYS = datetime.timedelta(days=1)
#: of orders: notices of the transactional tier end after 24 months
TERM = datetime.timedelta(days=730)


@pytest.fixture
def soon(acme, operator):
    """Six people: two end within a month, two within three, one later, one never agreed; the second said stop."""
    house = make_house(acme.id, acme.actor(), operator_actor(operator), "http://127.0.0.1:9")
    points = add_people(house, 6, 5)
    now = clock.now()
    with tenant_context(acme.id):
        publish_wording(actor=acme.actor(), purpose=house.purpose, channel="sms", text="Yes, text me about my orders.")
        for point, left in zip(points, (10, 20, 50, 80, 300), strict=False):
            moment = now - TERM + left * DAYS
            ConsentState.objects.filter(point_id=point).update(changed_at=moment)
        stop(Point.objects.get(id=points[1]))
    return house, points


def prepared(acme, house, days=90):
    with tenant_context(acme.id):
        return prepare_asking(actor=acme.actor(), purpose=house.purpose, channel="sms", days=days)


def asked(acme, soon):
    """The question was launched, and the carrier took every message of it."""
    house, points = soon
    campaign = prepared(acme, house)
    run = check(house, campaign)
    run = send(house, launch(house, campaign, run.allowed_count))
    with tenant_context(acme.id):
        mine = Message.objects.filter(origin_id=run.id)
        for state in ("claimed", "attempting", "accepted"):
            token = None if state == "accepted" else run.id
            mine.update(state=state, next_at=None, lease_token=token)
    return campaign, run


def test_who_ends_is_told_by_purpose_channel_and_source(acme, soon, rival):
    house, points = soon
    with tenant_context(acme.id):
        ConsentState.objects.filter(point_id=points[2]).update(event=_other_source(house, points[2]))
        (row,) = endings()
    with tenant_context(rival.id):
        assert endings() == []

    # the stop of one withdrew their agreement: nothing of it is left to end
    assert (row.purpose, row.channel, row.reachable, row.asked, row.answered, row.draft) == (
        "Orders",
        "sms",
        3,
        0,
        0,
        None,
    )
    assert [(line.source, line.holds, line.in_30, line.in_60, line.in_90) for line in row.lines] == [
        ("Form on a page", 3, 1, 1, 2), ("Keyword in a message", 1, 0, 1, 1),
    ]  # fmt: skip


def _other_source(house, point_id):
    event = ConsentEvent.objects.get(point_id=point_id)
    return ConsentEvent.objects.create(
        point_id=point_id, purpose=house.purpose, channel="sms", status="granted", source="keyword",
        occurred_at=event.occurred_at, recorded_at=event.recorded_at, actor_kind="system",
    )  # fmt: skip


def test_one_press_prepares_a_draft_for_those_who_end_in_time_and_the_second_leads_to_the_same(acme, soon):
    house, points = soon
    browser, body = acme.client(), {"purpose": str(house.purpose.id), "channel": "sms", "days": "60"}

    first = browser.post("/consent/report/ending/ask/", body)
    after = rows_of(acme.id)
    second = browser.post("/consent/report/ending/ask/", body)

    with tenant_context(acme.id):
        campaign = Campaign.objects.get()
        (included,) = campaign.lists.values_list("list_id", flat=True)
        assert ListMember.objects.filter(list_id=included).count() == 2
        text = campaign.template.versions.get().body
    assert (campaign.kind, campaign.state, campaign.purpose_id) == ("ask_again", "draft", house.purpose.id)
    assert text.startswith("Acme: you agreed to get Orders from us by text.")
    assert "{{ preferences_url }}" in text
    assert [each.headers["Location"] for each in (first, second)] == [f"/campaigns/{campaign.id}/change/"] * 2
    assert changed(after, rows_of(acme.id)) == {}
    assert "Go on with the question" in browser.get("/consent/report/ending/").content.decode()


@pytest.mark.parametrize(
    ("channel", "problem"),
    [("voice", "by hand"), ("email", "no words for the channel")],
)
def test_a_question_that_cannot_be_asked_is_refused_with_the_remedy_and_nothing_is_made(acme, soon, channel, problem):
    house, _ = soon
    before = rows_of(acme.id)

    answer = acme.client().post(
        "/consent/report/ending/ask/", {"purpose": str(house.purpose.id), "channel": channel, "days": "90"}
    )

    assert answer.status_code == 422
    assert problem in answer.content.decode()
    assert changed(before, rows_of(acme.id)) == {}


def test_another_organisations_purpose_is_not_there(acme, rival, soon):
    house, _ = soon
    body = {"purpose": str(house.purpose.id), "channel": "sms", "days": "90"}

    assert rival.client().post("/consent/report/ending/ask/", body).status_code == 404


def test_the_plan_asks_only_whom_it_is_time_to_ask_whatever_list_it_goes_to(acme, soon):
    house, points = soon
    campaign = prepared(acme, house)
    with tenant_context(acme.id):
        campaign.lists.update(list=house.people)

    run = check(house, campaign)

    with tenant_context(acme.id):
        outcome = dict(Recipient.objects.filter(run=run).values_list("point_id", "reason"))
    assert [outcome[each] for each in points] == ["", "opted_out", "", "", "not_ending", "no_consent"]


def test_a_campaign_of_another_kind_asks_nobody_and_leaves_nobody_out_for_it(acme, soon):
    house, points = soon
    run = check(house, make_campaign(house))

    assert run.allowed_count == 4
    with tenant_context(acme.id):
        assert not PermissionAsk.objects.exists()


def test_nobody_is_asked_twice_in_a_period(acme, soon):
    house, points = soon
    asked(acme, soon)
    with tenant_context(acme.id):
        assert PermissionAsk.objects.count() == 3
        with pytest.raises(Refused, match="Nobody is to be asked"):
            prepare_asking(actor=acme.actor(), purpose=house.purpose, channel="sms", days=90)
        (row,) = endings()
    by_hand = make_campaign(house, "Still? {{ preferences_url }}")
    with tenant_context(acme.id):
        Campaign.objects.filter(id=by_hand.id).update(kind="ask_again")
    run = check(house, by_hand)

    with tenant_context(acme.id):
        again = dict(Recipient.objects.filter(run=run).values_list("point_id", "reason"))
    assert [again[points[each]] for each in (0, 2, 3)] == ["asked_already"] * 3
    assert (row.asked, row.answered) == (3, 0)


@proves("C20")
def test_a_yes_by_message_is_a_new_agreement_with_its_proof_and_silence_ends(acme, soon, monkeypatch):
    house, points = soon
    asked(acme, soon)
    with tenant_context(acme.id):
        before = ConsentEvent.objects.count()
        hear(house.account, "  Yes! ", number(0).e164)
        hear(house.account, "yes", number(0).e164)
        states = {row.point_id: row for row in ConsentState.objects.filter(status="granted")}
        event = ConsentEvent.objects.get(id=states[points[0]].event_id)
        ask = PermissionAsk.objects.get(point_id=points[0])
        assert (event.status, event.source, event.purpose, event.channel) == (
            "granted",
            "keyword",
            house.purpose,
            "sms",
        )
        assert event.wording_id == ask.wording_id is not None
        assert (ask.event, ask.answered_at is not None) == (event, True)
        assert ConsentEvent.objects.count() == before + 1
        assert [row.handled_at is None for row in InboundMessage.objects.order_by("received_at")] == [False, True]
    real = clock.now()
    monkeypatch.setattr(clock, "now", lambda: real + 60 * DAYS)
    run = check(house, make_campaign(house))

    with tenant_context(acme.id):
        outcome = dict(Recipient.objects.filter(run=run).values_list("point_id", "reason"))
    assert [outcome[points[each]] for each in (0, 2, 3)] == ["", "expired", ""]


@proves("C20")
def test_the_page_renews_by_a_button_and_never_by_being_opened(acme, soon, client):
    house, points = soon
    asked(acme, soon)
    with tenant_context(acme.id):
        digest = bytes(Point.objects.get(id=points[0]).digest)
        ask, other = (PermissionAsk.objects.get(point_id=points[each]) for each in (0, 2))
        address = preference_url(acme.id, digest).removeprefix("http://testserver")
    address = address[address.index("/p/") :]
    before = rows_of(acme.id)

    page = client.get(address).content.decode()
    foreign = client.post(address, {"do": "yes", "ask": str(other.id), "shown_in": "en"})
    unchanged = changed(before, rows_of(acme.id))
    pressed = client.post(address, {"do": "yes", "ask": str(ask.id), "shown_in": "en"})
    again = client.post(address, {"do": "yes", "ask": str(ask.id), "shown_in": "en"})

    assert "They ask you: may they go on?" in page
    assert "Yes, text me about my orders." in page
    assert unchanged == {}
    assert [each.headers["Location"].partition("done=")[2] for each in (foreign, pressed, again)] == [
        "unchanged", "kept", "unchanged",
    ]  # fmt: skip
    with tenant_context(acme.id):
        event = ConsentState.objects.get(point_id=points[0]).event
        assert (event.source, event.origin, event.origin_id) == ("preference_page", "message", ask.message_id)
    assert "They ask you" not in client.get(address).content.decode()


def test_who_said_stop_meanwhile_renews_nothing_by_a_yes(acme, soon):
    house, points = soon
    asked(acme, soon)
    with tenant_context(acme.id):
        hear(house.account, "STOP", number(0).e164)
        before = ConsentEvent.objects.count()
        hear(house.account, "Yes", number(0).e164)
        assert ConsentEvent.objects.count() == before
        assert ConsentState.objects.get(point_id=points[0]).status == "withdrawn"


def test_a_yes_that_nobody_asked_for_is_a_message_like_any_other(acme, soon):
    house, points = soon
    with tenant_context(acme.id):
        before = ConsentEvent.objects.count()
        hear(house.account, "Yes", number(0).e164)
        assert ConsentEvent.objects.count() == before
        assert InboundMessage.objects.get().handled_at is None


def test_a_yes_counts_while_the_answer_is_waited_for_and_no_longer(acme, soon, monkeypatch):
    house, points = soon
    asked(acme, soon)
    real = clock.now()
    monkeypatch.setattr(clock, "now", lambda: real + 31 * DAYS)
    with tenant_context(acme.id):
        before = ConsentEvent.objects.count()
        hear(house.account, "Yes", number(2).e164)
        assert ConsentEvent.objects.count() == before


@pytest.mark.parametrize("text", ["yes", "Yes please!", "SÍ", "si.", "Oui", "sim", "हाँ", "جی ہاں"])
def test_a_plain_yes_is_one_in_any_case_and_punctuation(text):
    assert says_yes(text)


@pytest.mark.parametrize("text", ["", "yes but stop the texts", "no", "yesterday", "is it yes or no?", "👍"])
def test_what_is_more_or_less_than_a_yes_is_none(text):
    assert not says_yes(text)


def test_a_question_without_a_way_to_say_yes_is_refused(acme, soon):
    house, _ = soon
    campaign = prepared(acme, house)
    with tenant_context(acme.id):
        draft = Draft("Still?", house.purpose, house.sender, "Acme: still? Reply STOP to end.", [house.people])
        with pytest.raises(Refused, match="no way to say yes"):
            save_campaign(actor=acme.actor(), draft=draft, campaign=campaign)


def test_the_page_is_calm_where_nothing_ends(rival):
    assert "Nothing ends within 90 days" in rival.client().get("/consent/report/ending/").content.decode()
