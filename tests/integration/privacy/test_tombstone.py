"""Who was erased stays protected by a keyed mark alone: no door brings them back, except one they open themselves."""

import datetime
import unittest.mock

import pytest

from accounts.contracts import Refused
from consent.actions.points import address_text
from consent.models import ConsentState, Point, Suppression
from contacts.actions import people
from contacts.models import Contact, ImportRow
from contacts.selectors.people import people_page
from core import clock
from core.tenancy import tenant_context
from messaging.models import InboundMessage, ProviderAccount, SendAttempt, Sender
from privacy.actions.erasing import erase_person
from tests.factories.consent import grant, make_claim, make_point, make_purpose, record
from tests.factories.contacts import bring_in, make_contact, phone
from tests.factories.messaging import hear, make_account, make_sender, reach
from tests.integration.api.conftest import application
from tests.proofs import proves

NUMBER = "+14025550142"


@pytest.fixture
def erased(db, acme):
    """The id of somebody who had agreed, was written to, and was erased."""
    contact = make_contact(acme, number=NUMBER, first_name="Mina")
    with tenant_context(acme.id):
        offers, point = make_purpose(acme.actor()), Point.objects.get()
        grant(point, offers)
        reach(make_sender(acme.actor(), make_account(acme.actor())), point)
        erase_person(actor=acme.actor(), contact_id=contact.id)
    return contact.id


def reasons(team):
    """What keeps every address of the organisation closed, on which channels."""
    with tenant_context(team.id):
        live = Suppression.objects.filter(lifted_at=None).order_by("channel")
        return [(row.channel, row.kind) for row in live]


@proves("K9")
def test_an_import_of_an_erased_person_is_refused_by_name_and_keeps_nothing_of_the_row(acme, erased):
    job = bring_in(acme, f"Phone,First name,SMS opt in\n{NUMBER},Mina,yes\n+14025550143,Omar,\n", purpose="offers")

    assert (job.counts["rejected"], job.counts["created"]) == (1, 1)
    with tenant_context(acme.id):
        row = ImportRow.objects.get(job=job, number=1)
        assert (row.code, row.cells_sealed, row.contact_id) == ("erased_person", None, None)
        assert Contact.objects.get().first_name == "Omar"
        assert bytes(Point.objects.get(hint="forgotten").address_sealed) == b""
        assert ConsentState.objects.count() == 0
    assert reasons(acme) == [("", "erased")]


@proves("K9")
def test_an_application_that_adds_an_erased_person_is_refused_by_name(acme, erased):
    body = {"first_name": "Mina", "points": [{"label": "phone", "value": NUMBER}]}

    answer = application(acme).post("contacts/", body)

    assert (answer.status_code, answer.json()["code"]) == (422, "erased")
    with tenant_context(acme.id):
        assert Contact.objects.count() == 0
        assert bytes(Point.objects.get().address_sealed) == b""


def test_nobody_adds_the_address_to_another_person_either(acme, erased):
    other = make_contact(acme, number="+14025550199", first_name="Omar")

    with tenant_context(acme.id), pytest.raises(Refused, match="asked to be forgotten") as refusal:
        people.add_point(actor=acme.actor(), contact=other, label="phone", value=phone(NUMBER))

    assert refusal.value.code == "erased"
    assert "START" in refusal.value.remedy


def test_another_organisation_neither_sees_nor_feels_the_mark(acme, rival, erased):
    made = make_contact(rival, number=NUMBER, first_name="Mina")

    with tenant_context(rival.id):
        point = Point.objects.get()
        assert address_text(point) == NUMBER
        assert Contact.objects.get() == made
    assert reasons(rival) == []
    with tenant_context(acme.id):
        assert bytes(Point.objects.get().digest) != bytes(point.digest)


def test_nobody_is_found_by_the_number_or_its_end_any_more(acme, erased):
    with tenant_context(acme.id):
        for query in (NUMBER, "0142", "Mina"):
            assert people_page(actor=acme.actor(), query=query).people == []


def test_what_an_erased_person_writes_is_heard_and_nothing_is_sent_to_them(acme, erased):
    with tenant_context(acme.id):
        heard = hear(ProviderAccount.objects.get(), "Hello, who is this?", NUMBER)
        stopped = hear(ProviderAccount.objects.get(), "STOP", NUMBER)

        assert InboundMessage.objects.filter(id__in=[heard.id, stopped.id]).count() == 2
        assert heard.point_id == stopped.point_id == Point.objects.get(hint="forgotten").id
        assert SendAttempt.objects.count() == 1
    assert reasons(acme) == [("", "erased"), ("sms", "opted_out")]


@proves("K9")
def test_their_own_start_brings_them_back_on_that_channel_with_new_evidence_and_without_their_old_consents(
    acme, erased
):
    with tenant_context(acme.id):
        began = InboundMessage.objects.get(id=hear(ProviderAccount.objects.get(), "START", NUMBER).id)
        hear(ProviderAccount.objects.get(), "Tell me more", NUMBER)

        point = Point.objects.get(id=began.point_id)
        lifted = Suppression.objects.get(kind="erased", channel="")
        assert (lifted.lifted_event_id, lifted.lifted_event.source) == (began.consent_event_id, "keyword")
        assert address_text(point) == NUMBER
        assert ConsentState.objects.count() == 0
    assert reasons(acme) == [("voice", "erased"), ("whatsapp", "erased")]


def test_their_own_yes_on_a_form_brings_them_back_for_that_purpose_and_no_import_does(acme, erased):
    with tenant_context(acme.id):
        offers, point = make_purpose(acme.actor(), "News"), Point.objects.get()
        claim = make_claim(point, offers, source="import")
        assert record(claim) == ["kept_out"]
        assert record(make_claim(point, offers, source="web_form"), may_raise=False) == ["kept_out"]
        with unittest.mock.patch.object(clock, "now", return_value=later()):
            yes = make_claim(point, offers, source="web_form", evidence={"page": "/join"})
            assert record(yes, origin="form", may_raise=True) == ["taken"]

        assert address_text(make_point(NUMBER)) == NUMBER
        assert set(ConsentState.objects.values_list("purpose__name", "status")) == {("News", "granted")}
    assert reasons(acme) == [("voice", "erased"), ("whatsapp", "erased")]


def later() -> datetime.datetime:
    """A moment after everything that was said so far."""
    return clock.now() + datetime.timedelta(minutes=1)


def test_an_erased_person_is_named_so_and_not_as_somebody_without_an_address(acme, erased):
    with tenant_context(acme.id):
        purpose, sender = make_purpose(acme.actor(), "News"), Sender.objects.get()
        asked = {"addresses": [NUMBER], "channel": "sms", "purpose": purpose.key, "sender": str(sender.id)}

    answer = application(acme).post("decisions/", asked)

    assert answer.status_code == 200, answer.content
    (told,) = answer.json()["data"]
    assert told["reason"]["code"] == "erased"


@pytest.fixture
def sharer(db, acme):
    """Omar, who shared his number with somebody who was erased."""
    omar = make_contact(acme, number=NUMBER, first_name="Omar", external_id="crm-omar")
    mina = make_contact(acme, number=NUMBER, first_name="Mina")
    with tenant_context(acme.id):
        erase_person(actor=acme.actor(), contact_id=mina.id)
    return omar


@pytest.mark.parametrize("named", [{"external_id": "crm-omar"}, {"first_name": "Omar"}, {}])
def test_whoever_shared_an_address_with_an_erased_person_is_still_kept_up_to_date(acme, sharer, named):
    app, sent = application(acme), named | {"points": [{"label": "phone", "value": NUMBER}]}

    single = app.ask("put", "contacts/", sent | {"city": "Pune"})
    many = app.post("contacts/batch/", {"contacts": [sent | {"city": "Lahore"}]}).json()["results"]

    assert (single.status_code, [each["status"] for each in many]) == (200, ["changed"])
    with tenant_context(acme.id):
        found = Contact.objects.get()
    assert (found.id, found.first_name, found.city) == (sharer.id, "Omar", "Lahore")
    assert reasons(acme) == [("", "erased")]


@pytest.mark.parametrize(
    "sent", [{"first_name": "Mina"}, {"external_id": "crm-mina"}, {"external_id": "crm-mina", "first_name": "Mina"}]
)
@pytest.mark.parametrize("known_as", ["crm-omar", ""])
def test_a_shared_address_brings_no_erased_person_back_in_place_of_whoever_has_it(acme, sharer, known_as, sent):
    with tenant_context(acme.id):
        Contact.objects.update(external_id=known_as)

    answer = application(acme).ask("put", "contacts/", sent | {"points": [{"label": "phone", "value": NUMBER}]})

    assert (answer.status_code, answer.json()["code"]) == (422, "erased")
    with tenant_context(acme.id):
        found = Contact.objects.get()
    assert (found.first_name, found.external_id) == ("Omar", known_as)


def test_a_file_changes_whoever_shares_an_address_with_an_erased_person_and_raises_no_consent(acme, sharer):
    with tenant_context(acme.id):
        make_purpose(acme.actor())
    file = f"Phone,First name,City,SMS opt in\n{NUMBER},Omar,Pune,yes\n{NUMBER},Mina,Quetta,yes\n"

    known = bring_in(acme, file, purpose="offers")
    stranger = bring_in(acme, f"Phone,First name,City\n{NUMBER},Mina,Quetta\n+14025550143,Tia,\n")

    assert (known.counts["updated"], known.counts["duplicate"], known.counts["said"]) == (
        1, 1, {"kept_out": 2},
    )  # fmt: skip
    assert known.counts == known.checked_counts
    assert (stranger.counts["rejected"], stranger.counts["reasons"]) == (1, {"erased_person.asked": 1})
    with tenant_context(acme.id):
        found = Contact.objects.get(id=sharer.id)
        assert set(Contact.objects.values_list("first_name", flat=True)) == {"Omar", "Tia"}
        assert not ConsentState.objects.filter(status="granted").exists()
        assert ImportRow.objects.get(job=stranger, number=1).cells_sealed is None
    assert (found.first_name, found.city) == ("Omar", "Pune")
    assert reasons(acme) == [("", "erased")]
