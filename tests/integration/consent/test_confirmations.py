"""Agreements that count only once they are confirmed from the very address: where, by whom, until when, and what stays."""

import datetime

import pytest

from accounts.contracts import SYSTEM, Refused
from accounts.models import AuditEvent, Organization
from consent.actions.confirming import Confirmation, confirm_consent
from consent.actions.ledger import foresee_claims, suppress_points
from consent.actions.lifting import start_point
from consent.actions.purposes import demand_confirmation
from consent.models import ConsentEvent, ConsentState, Suppression
from consent.rulebook import rulebook
from consent.selectors.receipts import open_evidence
from consent.states import CONFIRMED_BY, UnknownWord
from consent.values import Provenance
from core import clock
from core.tenancy import tenant_context
from tests.counts import Statements
from tests.factories.consent import MINA, OMAR, make_claim, make_point, make_purpose, make_wording, record, stop
from tests.snapshots import changed, rows_of

MAIL = "mina@people.example"
DAYS = datetime.timedelta(days=7)
MINUTE = datetime.timedelta(minutes=1)


@pytest.fixture
def offers(acme):
    """Acme's purpose, which waits for a confirmation of every text, with its words."""
    with tenant_context(acme.id):
        purpose = make_purpose(acme.actor())
        demand_confirmation(actor=acme.actor(), purpose=purpose, channels=["sms"])
        purpose.refresh_from_db()
        return purpose, make_wording(acme.actor(), purpose)


@pytest.fixture
def later():
    yield lambda span: clock.stand_apart(span)
    clock.stand_apart(datetime.timedelta())


def held(point, channel="sms"):
    return ConsentState.objects.get(point=point, channel=channel)


def waiting(point, offers, **more):
    """A yes that waits; its event."""
    assert record(make_claim(point, offers[0], source="web_form", wording=offers[1], **more), origin="form") == [
        "pending"
    ]
    return held(point).event


def press(asked, source="confirm_link"):
    evidence = {"shown": "Do you want offers of Acme?", "address": "203.0.113.24"}
    return confirm_consent(
        actor=SYSTEM, asked=asked, source=source, provenance=Provenance("message"), evidence=evidence
    )


def test_a_yes_that_has_to_be_confirmed_is_kept_whole_and_pending(acme, rival, offers):
    others = rows_of(rival.id)
    with tenant_context(acme.id):
        point = make_point(MINA)
        before = rows_of(acme.id)
        claim = make_claim(point, offers[0], source="web_form", wording=offers[1], evidence={"page": "/join"})
        foreseen = foresee_claims(claims=[claim], provenance=Provenance("form"))

        assert (foreseen, record(claim, origin="form")) == (["pending"], ["pending"])

        event = ConsentEvent.objects.get()
        assert (event.status, event.source, event.wording_id) == ("pending", "web_form", offers[1].id)
        assert (open_evidence(event), held(point).status, held(point).event) == ({"page": "/join"}, "pending", event)
    assert changed(before, rows_of(acme.id)) == {"consent_consentevent": 1, "consent_consentstate": 1}
    assert rows_of(rival.id) == others


@pytest.mark.parametrize("source", CONFIRMED_BY)
def test_the_confirmation_is_an_event_of_its_own_with_what_was_shown(acme, offers, source):
    with tenant_context(acme.id):
        point = make_point(MINA)
        asked = waiting(point, offers)

        done = press(asked, source)

        event = ConsentEvent.objects.get(id=done.event_id)
        assert (done.outcome, event.status, event.source, event.wording_id) == (
            "confirmed",
            "granted",
            source,
            offers[1].id,
        )
        assert (event.purpose_id, event.channel, event.point_id) == (offers[0].id, "sms", point.id)
        assert open_evidence(event) == {
            "shown": "Do you want offers of Acme?", "address": "203.0.113.24", "confirms": str(asked.id)
        }  # fmt: skip
        assert (held(point).status, held(point).event_id) == ("granted", event.id)
        assert press(asked, source) == Confirmation("already", event.id)
        assert ConsentEvent.objects.count() == 2


def test_nothing_else_confirms_an_agreement(acme, offers):
    with tenant_context(acme.id):
        asked = waiting(make_point(MINA), offers)

        with pytest.raises(UnknownWord):
            press(asked, "web_form")

        assert ConsentEvent.objects.count() == 1


def test_it_can_be_confirmed_until_the_days_are_over_and_asked_anew_after_them(acme, offers, later):
    with tenant_context(acme.id):
        point = make_point(MINA)
        asked = waiting(point, offers)
        again = make_claim(point, offers[0], source="web_form", wording=offers[1])
        later(DAYS - MINUTE)
        assert record(again, origin="form") == ["unchanged"]
        later(DAYS)

        assert press(asked) == Confirmation("ended", None)
        assert held(point).status == "pending"
        assert record(again, origin="form") == ["pending"]
        assert press(asked) == Confirmation("ended", None)
        assert press(held(point).event).outcome == "confirmed"


@pytest.mark.parametrize("no", ["stop", "withdrawn", "listed", "complaint"])
def test_after_a_no_it_cannot_be_confirmed(acme, offers, no):
    with tenant_context(acme.id):
        point = make_point(MINA)
        asked = waiting(point, offers)
        if no == "stop":
            stop(point)
        elif no == "withdrawn":
            record(make_claim(point, offers[0], "withdrawn"))
        else:
            kind = "opted_out" if no == "listed" else no
            suppress_points(
                actor=SYSTEM,
                point_ids=[point.id],
                channel="",
                kind=kind,
                source="import",
                provenance=Provenance("import"),
            )
        before = rows_of(acme.id)

        assert press(asked) == Confirmation("stopped", None)

    assert rows_of(acme.id) == before


def test_what_waits_lifts_no_stop_and_comes_back_by_no_start(acme, offers):
    with tenant_context(acme.id):
        point = make_point(MINA)
        waiting(point, offers)
        stop(point)
        yes = make_claim(point, offers[0], source="web_form", occurred_at=clock.now())

        assert record(yes, origin="form", may_raise=True) == ["kept_out"]
        events = start_point(
            actor=SYSTEM,
            point_id=point.id,
            channel="sms",
            source="keyword",
            provenance=Provenance("inbound"),
            evidence={},
        )

        assert [event.status for event in events] == ["lifted"]
        assert held(point).status == "withdrawn"
        assert not Suppression.objects.filter(lifted_at=None).exists()


@pytest.mark.parametrize(
    ("source", "door", "outcome"),
    [
        ("preference_page", True, "taken"),
        ("preference_page", False, "pending"),
        ("keypress", False, "pending"),
        ("web_form", True, "pending"),
        ("paper", False, "pending"),
    ],
)
def test_what_they_do_from_the_address_itself_before_our_eyes_has_nothing_left_to_confirm(
    acme, offers, source, door, outcome
):
    with tenant_context(acme.id):
        assert record(make_claim(make_point(MINA), offers[0], source=source), may_raise=door) == [outcome]


def test_one_that_was_confirmed_elsewhere_counts_with_the_proof_of_that(acme, offers):
    with tenant_context(acme.id):
        claim = make_claim(make_point(MINA), offers[0], evidence={"confirmed_at": "2026-11-02", "confirmed_by": "mail"})
        confirmed = type(claim)(**{name: getattr(claim, name) for name in claim.__slots__} | {"confirmed": True})

        assert record(confirmed) == ["taken"]


def test_changing_the_setting_makes_nobody_wait_who_agreed_and_lets_nobody_pass_who_waits(acme, rival, offers):
    purpose, _ = offers
    others = rows_of(rival.id)
    with tenant_context(acme.id):
        mina, omar = make_point(MINA), make_point(OMAR)
        demand_confirmation(actor=acme.actor(), purpose=purpose, channels=[])
        record(make_claim(mina, purpose))
        demand_confirmation(actor=acme.actor(), purpose=purpose, channels=["sms"])
        assert record(make_claim(mina, purpose), make_claim(omar, purpose)) == ["unchanged", "pending"]

        demand_confirmation(actor=acme.actor(), purpose=purpose, channels=["email", "voice"])

        assert (held(mina).status, held(omar).status) == ("granted", "pending")
        purpose.refresh_from_db()
        assert purpose.confirmed_channels == ["voice", "email"]
        last = AuditEvent.objects.filter(action="purpose.confirmation").latest("id")
        assert last.data == {"key": "offers", "before": "sms", "after": "voice email"}
        assert not demand_confirmation(actor=acme.actor(), purpose=purpose, channels=["email", "voice"])
        with pytest.raises(Refused):
            demand_confirmation(actor=acme.actor(), purpose=purpose, channels=["fax"])
    assert rows_of(rival.id) == others


@pytest.mark.parametrize(
    ("place", "home", "source", "tier", "outcome"),
    [
        ("DE", "US", "web_form", "marketing", "pending"),
        ("AT", "US", "import", "marketing", "pending"),
        ("", "DE", "web_form", "marketing", "pending"),
        ("US", "DE", "web_form", "marketing", "taken"),
        ("", "US", "web_form", "marketing", "taken"),
        ("DE", "US", "paper", "marketing", "taken"),
        ("DE", "US", "web_form", "transactional", "taken"),
    ],
)
def test_the_rule_of_the_place_asks_for_it_whatever_the_purpose_says(acme, place, home, source, tier, outcome):
    with tenant_context(acme.id):
        Organization.objects.filter(id=acme.id).update(default_country=home)
        purpose, point = make_purpose(acme.actor(), tier=tier), make_point(MAIL)
        claim = make_claim(point, purpose, channel="email", source=source)
        placed = type(claim)(**{name: getattr(claim, name) for name in claim.__slots__} | {"place": place})

        assert record(placed) == [outcome]


def test_each_rule_holds_from_its_day_and_says_where_it_comes_from():
    rules = {rule.id: rule for rule in rulebook().confirmations}
    assert {(name, rule.places, str(rule.valid_from)) for name, rule in rules.items()} == {
        ("de-email-confirmed", ("DE",), "2011-02-10"),
        ("at-email-confirmed", ("AT",), "2019-10-09"),
    }
    before, after = datetime.date(2019, 10, 8), datetime.date(2019, 10, 9)
    found = [
        [rule.id for rule in rulebook().confirmations_for("email", "marketing", "web_form", day)]
        for day in (before, after)
    ]
    assert found == [["de-email-confirmed"], ["de-email-confirmed", "at-email-confirmed"]]


def test_where_no_rule_and_no_purpose_asks_it_costs_one_look_at_the_purposes(acme):
    with tenant_context(acme.id):
        purpose, point = make_purpose(acme.actor()), make_point(MINA)
        with Statements() as asked:
            record(make_claim(point, purpose, source="web_form"))
    looks = [str(each) for each in asked if "consent_purpose" in str(each)]
    # the one look, and what stands for these addresses, which is read with the months their purposes give
    assert ["confirmed_on" in look for look in looks] == [True, False]
    assert "from consent_consentstate s join consent_purpose" in looks[1]
    assert not [each for each in asked if "accounts_organization" in str(each)]


def test_the_page_of_a_purpose_says_which_yes_waits_and_changes_it(acme, rival, offers):
    purpose, _ = offers
    path = f"/consent/purposes/{purpose.id}/"
    browser = acme.client()
    with tenant_context(acme.id):
        waiting(make_point(MINA), offers)

    page = browser.get(path)
    assert page.context["row"].has_pending
    assert [rule.id for rule, _ in page.context["confirmation_rules"]] == ["de-email-confirmed", "at-email-confirmed"]
    answer = browser.post(f"{path}confirming/", {"channels": ["email"]}, follow=True)

    assert "Agreements from before stay, and who waits goes on waiting." in answer.content.decode()
    with tenant_context(acme.id):
        purpose.refresh_from_db()
        assert (purpose.confirmed_on, ConsentState.objects.get().status) == ("email", "pending")
    assert browser.post(f"{path}confirming/", {"channels": ["fax"]}).status_code == 422
    assert rival.client().post(f"{path}confirming/", {"channels": ["sms"]}).status_code == 404
    with tenant_context(acme.id):
        purpose.refresh_from_db()
        assert purpose.confirmed_on == "email"
