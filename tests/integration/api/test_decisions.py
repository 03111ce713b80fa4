"""May we send? The same reasons as a campaign's check, for five hundred addresses at once, and nothing is sent."""

import datetime

import pytest

from campaigns.models import Recipient
from consent.actions.ledger import suppress_points
from consent.models import ConsentState, DecisionRecord, Point
from consent.values import Provenance
from contacts.actions.lists import add_members
from contacts.models import Contact
from core import clock
from core.tenancy import tenant_context
from messaging.models import Message
from tests.factories.campaigns import make_campaign
from tests.factories.consent import grant, make_claim, make_point, record, stop
from tests.factories.contacts import make_contact
from tests.integration.api.conftest import application, told
from tests.integration.campaigns.conftest import check
from tests.snapshots import changed, rows_of

#: reason → the number of the person whom it stops; the last one agreed and is stopped by nothing
PEOPLE = {
    reason: f"+140255602{number:02d}"
    for number, reason in enumerate(
        ["erased", "opted_out", "complaint", "bounced", "withdrawn", "expired", "unproven", "no_consent", "minor", ""]
    )
} | {"bad_address": "+18005550199"}


@pytest.fixture
def body(house):
    """A question about nobody yet."""
    return {"channel": "sms", "purpose": "orders", "sender": str(house.sender.id), "addresses": []}


def protect(house, point, kind):
    suppress_points(
        actor=house.actor, point_ids=[point.id], channel="", kind=kind, source="provider", provenance=Provenance()
    )


def fail(house, reason, point):
    """Bring it about that the gate has this reason against an address that had agreed."""
    if reason not in ("unproven", "no_consent"):
        grant(point, house.purpose)
    if reason in ("erased", "complaint", "bounced"):
        protect(house, point, reason)
    elif reason == "opted_out":
        stop(point)
    elif reason in ("withdrawn", "unproven"):
        record(make_claim(point, house.purpose, reason))
    elif reason == "expired":
        long_ago = clock.now() - datetime.timedelta(days=5_000)
        ConsentState.objects.filter(point=point).update(changed_at=long_ago)


def test_ten_people_who_fail_ten_rules_get_the_same_reasons_as_by_the_check_of_a_campaign(acme, app, house, body):
    contacts = {}
    for reason, number in PEOPLE.items():
        contacts[reason] = make_contact(acme, number=number, first_name=reason or "Agreed", is_minor=reason == "minor")
    with tenant_context(acme.id):
        for reason, number in PEOPLE.items():
            fail(house, reason, make_point(number))
        add_members(actor=house.actor, target=house.people, contact_ids=[each.id for each in contacts.values()])
        contact_ids = {each.id: reason for reason, each in contacts.items()}
    run = check(house, make_campaign(house))

    answer = app.post("decisions/", body | {"addresses": list(PEOPLE.values())}).json()

    with tenant_context(acme.id):
        rows = Recipient.objects.filter(run=run)
        planned = {contact_ids[row.contact_id]: row for row in rows}
    by_code = {
        wanted: line["reason"]["code"] if line["outcome"] == "denied" else ""
        for wanted, line in zip(PEOPLE, answer["data"], strict=True)
    }
    assert by_code == {wanted: planned[wanted].reason for wanted in PEOPLE}
    assert len(set(by_code.values()) - {""}) >= 10
    agreed = answer["data"][list(PEOPLE).index("")]
    assert (agreed["outcome"], agreed["evidence_id"]) == (
        "deferred" if agreed["until"] else "allowed", str(planned[""].evidence_id)
    )  # fmt: skip
    assert answer["rules_version"] == run.rules_version
    assert all(line["reason"]["remedy"] for line in answer["data"] if line["outcome"] == "denied")


def test_somebody_never_met_is_judged_and_not_kept_and_nothing_is_sent(acme, rival, app, house, body):
    before, others = rows_of(acme.id), rows_of(rival.id)

    (line,) = app.post("decisions/", body | {"addresses": ["+14025560999"]}).json()["data"]

    assert (line["outcome"], line["reason"]["code"], line["evidence_id"]) == ("denied", "no_consent", None)
    assert {table for table in changed(before, rows_of(acme.id)) if not table.startswith("accounts_")} == {
        "consent_decisionrecord"
    }
    assert rows_of(rival.id) == others
    with tenant_context(acme.id):
        assert str(DecisionRecord.objects.get().id) == line["decision_id"]
        assert (Point.objects.count(), Message.objects.count(), Contact.objects.count()) == (0, 0, 0)


def test_what_cannot_be_read_is_told_by_its_place_and_the_others_are_judged(app, house, body):
    addresses = ["nobody", "+14025560001", "mina@people.example"]

    lines = app.post("decisions/", body | {"addresses": addresses}).json()["data"]

    assert [(line["index"], line["outcome"]) for line in lines] == [(0, "invalid"), (1, "denied"), (2, "invalid")]
    assert [[error["field"] for error in line["errors"]] for line in lines] == [["addresses.0"], [], ["addresses.2"]]


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"addresses": []}, ["addresses"]),
        ({"addresses": ["+14025560001"] * 501}, ["addresses"]),
        ({"purpose": "unknown"}, ["purpose"]),
        ({"sender": "01890000-0000-7000-8000-000000000000"}, ["sender"]),
        ({"channel": "whatsapp"}, ["channel"]),
        ({"dry_run": True}, ["dry_run"]),
    ],
)
def test_a_question_that_does_not_fit_is_refused_and_decides_nothing(acme, app, house, body, change, fields):
    before = rows_of(acme.id)

    answer = app.post("decisions/", body | {"addresses": ["+14025560001"]} | change)

    assert told(answer) == (400, "invalid", fields)
    assert {table for table in changed(before, rows_of(acme.id)) if not table.startswith("accounts_")} == set()


def test_only_who_may_see_addresses_may_ask_and_senders_of_others_are_unknown(acme, other, house, body):
    asked = body | {"addresses": ["+14025560001"]}

    assert told(application(acme, "see_contacts", "send_campaigns").post("decisions/", asked))[0] == 403
    assert told(other.post("decisions/", asked)) == (400, "invalid", ["purpose"])


def test_one_address_or_forty_take_as_many_queries(acme, app, house, body):
    with tenant_context(acme.id):
        for number in range(20):
            make_point(f"+140255603{number:02d}")
    some = [f"+140255603{number:02d}" for number in range(40)]

    few = app.queries("post", "decisions/", body | {"addresses": [some[0], some[30]]})

    assert app.queries("post", "decisions/", body | {"addresses": some}) == few
