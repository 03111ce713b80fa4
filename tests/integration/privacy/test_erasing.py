"""Erasing a person: everything about them goes at once, what stays says why, and the proof of consent still holds."""

import datetime
import json
import pathlib
import unittest.mock

import pytest

from accounts.contracts import SYSTEM, NotAllowed, Refused
from accounts.models import AuditEvent
from consent.actions.points import address_text
from consent.actions.proving import make_proof
from consent.models import ConsentEvent, ConsentState, Point, Preference, Suppression
from contacts.models import Contact, ContactPoint, ImportJob, ImportRow
from core import clock, vault
from core.ids import new_id
from core.personal_data import directory
from core.tenancy import require_organization_id, tenant_context
from messaging.models import InboundMessage, Message, ProviderAccount, ProviderEvent
from privacy.actions.erasing import erase_person, finish_erasure
from privacy.models import Erasure
from privacy.selectors.tables import outlook
from tests.factories.consent import grant, make_purpose
from tests.factories.contacts import make_contact
from tests.factories.messaging import hear, make_account, make_sender, reach
from tests.factories.privacy import NUMBER, SAID, make_zephyrine, traces
from tests.factories.proofs import anchor_everything, problems_of_zip
from tests.proofs import proves

#: where words about them may still stand: proof of consent, sealed, and answers to applications for a day
MAY_STAY = {("consent_consentevent", "evidence_sealed"), ("accounts_idempotencykey", "answer_sealed")}


@pytest.fixture
def known(db, acme):
    """Somebody everything is known about: agreed, written to, answered, reported on, refused in an old import."""
    with tenant_context(acme.id):
        contact = make_zephyrine(acme.actor())
        point = Point.objects.get(kind="phone")
        grant(point, make_purpose(acme.actor()))
        account = make_account(acme.actor())
        say(reach(make_sender(acme.actor(), account), point), "Zephyrine, your parcel is in Quixhaven")
        heard = hear(account, SAID, NUMBER)
        report_id, row_id = new_id(), new_id()
        ProviderEvent.objects.create(
            id=report_id, provider="twilio", account_id=account.id, event_key="received", received_at=clock.now(),
            provider_message_id=heard.provider_message_id,
            body_sealed=sealed("messaging_providerevent", "body_sealed", report_id, f"{NUMBER} {SAID}"),
        )  # fmt: skip
        event = ConsentEvent.objects.first()
        Preference.objects.create(point=point, weekly_cap=2, event=event, changed_at=clock.now())
        cells = json.dumps(["402 555 0142", "Zephyrine", "Quixhaven"])
        job = ImportJob.objects.create(file_digest=b"", size_bytes=1, declared={"default_country": "US"})
        ImportRow.objects.create(
            id=row_id, job=job, number=1, outcome="rejected",
            cells_sealed=sealed("contacts_importrow", "cells_sealed", row_id, cells),
        )  # fmt: skip
    return contact


def sealed(table, column, row_id, text):
    return vault.seal(require_organization_id(), table, column, row_id, text)


def say(message, text):
    body = sealed("messaging_message", "body_sealed", message.id, text)
    Message.objects.filter(id=message.id).update(body_sealed=body)


def finish(team, minutes=0):
    """Look for what is left, so many minutes after the erasure."""
    with tenant_context(team.id):
        row = Erasure.objects.get()
        at = row.erased_at + datetime.timedelta(minutes=minutes)
        with unittest.mock.patch.object(clock, "now", return_value=at):
            finish_erasure(erasure_id=row.id)
        return Erasure.objects.get()


def places(found):
    return {(trace.table, trace.column) for trace in found}


def erase(team, contact, actor=None):
    with tenant_context(team.id):
        return erase_person(actor=actor or team.actor(), contact_id=contact.id)


@proves("K7")
def test_nothing_about_an_erased_person_stands_anywhere_but_in_the_proof_of_consent(acme, known):
    with tenant_context(acme.id):
        before = places(traces())

    erase(acme, known)
    finish(acme)

    with tenant_context(acme.id):
        after = places(traces())
        assert Contact.objects.count() == ContactPoint.objects.count() == ConsentState.objects.count() == 0
    assert {table for table, _ in before} >= {
        "contacts_contact", "contacts_nameword", "contacts_note", "consent_point", "messaging_message",
        "messaging_inboundmessage", "messaging_providerevent", "contacts_importrow",
    }  # fmt: skip
    assert after - MAY_STAY == set()


def test_evidence_stays_word_for_word_and_its_proof_still_verifies(acme, known, tmp_path: pathlib.Path):
    with tenant_context(acme.id):
        anchor_everything()
        before = list(ConsentEvent.objects.order_by("id").values())
        point = Point.objects.get(kind="phone")

    erase(acme, known)

    with tenant_context(acme.id):
        assert list(ConsentEvent.objects.exclude(origin="erasure").order_by("id").values()) == before
        anchor_everything()
        point.refresh_from_db()
        proof = make_proof(actor=acme.actor(), points=[point], messages=[], on=("point", point.id))
        with proof.file as file:
            body = file.read()
    assert proof.events == len(before) + 1
    assert problems_of_zip(body, tmp_path) == []


def test_the_preview_tells_what_goes_and_what_stays_with_its_reason_and_the_act_does_exactly_that(acme, known):
    with tenant_context(acme.id):
        seen = outlook(directory().find(SYSTEM, known.id).subject)
        events = ConsentEvent.objects.count()

    made = erase(acme, known)

    assert {each.what for each in seen.going} <= {what for what, _, _ in made.done}
    assert all(each.why and each.until for each in seen.staying)
    staying = {each.what: each for each in seen.staying}
    assert staying["facts of the consent ledger"].rows == events
    assert "16 CFR 310.5" in staying["facts of the consent ledger"].why
    with tenant_context(acme.id):
        assert "the person" in {what for what, how, rows in Erasure.objects.get().done if (how, rows) == ("deleted", 1)}


def test_the_preview_names_every_kind_that_the_certificate_says_stays(acme):
    person = make_contact(acme, number="+14025550143")
    with tenant_context(acme.id):
        seen = outlook(directory().find(SYSTEM, person.id).subject)

    made = erase(acme, person)

    kinds = {"addresses", "facts of the consent ledger", "protections"}
    assert {each.what for each in seen.staying} == {what for what, _, _, _ in made.kept} == kinds


def test_the_certificate_and_the_audit_trail_say_nothing_about_the_person(acme, known):
    made = erase(acme, known)

    with tenant_context(acme.id):
        row = Erasure.objects.filter(id=made.id).values().get()
        line = AuditEvent.objects.get(action="contact.erased")
    assert not any(word in str(row).casefold() for word in ("zephyrine", "5550142", "quix"))
    assert (line.object_id, line.data) == (known.id, {"addresses": 2, "shared": 0})
    assert (row["actor_kind"], row["actor_id"]) == ("user", acme.actor().id)


def test_erasing_twice_is_erasing_once(acme, known):
    first = erase(acme, known)
    with tenant_context(acme.id):
        before = list(ConsentEvent.objects.order_by("id").values()), AuditEvent.objects.count()

    again = erase(acme, known)

    with tenant_context(acme.id):
        assert (again.id, Erasure.objects.count()) == (first.id, 1)
        assert (list(ConsentEvent.objects.order_by("id").values()), AuditEvent.objects.count()) == before


def test_without_the_right_nothing_is_erased(acme, known):
    with tenant_context(acme.id), pytest.raises(NotAllowed):
        erase_person(actor=acme.actor("campaign_manager"), contact_id=known.id)

    with tenant_context(acme.id):
        assert (Contact.objects.count(), Erasure.objects.count()) == (1, 0)


def test_a_person_who_is_not_there_is_refused(acme, rival, known):
    with tenant_context(rival.id), pytest.raises(Refused, match="no such person"):
        erase_person(actor=rival.actor(), contact_id=known.id)

    with tenant_context(acme.id):
        assert Contact.objects.count() == 1


def test_an_address_that_somebody_else_has_too_stays_with_them_and_is_closed(acme, known):
    other = make_contact(acme, number=NUMBER, first_name="Omar")

    made = erase(acme, known)

    with tenant_context(acme.id):
        point = Point.objects.get(kind="phone")
        assert (made.shared_ids, len(made.point_ids)) == ([point.id], 1)
        assert (Contact.objects.get(), ContactPoint.objects.get().point_id) == (other, point.id)
        assert point.hint.endswith("0142")
        assert Suppression.objects.filter(point=point, kind="erased", channel="", lifted_at=None).exists()


def test_half_an_erasure_never_is(acme, known):
    with tenant_context(acme.id):
        before = places(traces())

    with (
        unittest.mock.patch("privacy.actions.erasing.record_audit", side_effect=RuntimeError),
        pytest.raises(RuntimeError),
    ):
        erase(acme, known)

    with tenant_context(acme.id):
        assert places(traces()) == before
        assert Suppression.objects.filter(kind="erased").count() == Erasure.objects.count() == 0


def test_what_was_on_its_way_is_found_by_the_second_look_and_then_it_is_done(acme, known):
    erase(acme, known)
    first = finish(acme)
    with tenant_context(acme.id):
        say(Message.objects.get(), "Zephyrine, this was being written when you were erased")

    last = finish(acme, minutes=11)

    assert (first.finished_at, last.next_at) == (None, None)
    assert last.finished_at is not None
    with tenant_context(acme.id):
        assert places(traces()) - MAY_STAY == set()


def test_the_looks_after_an_erasure_touch_nobody_who_came_back(acme, known):
    erase(acme, known)
    with tenant_context(acme.id):
        heard = hear(ProviderAccount.objects.get(), "START", NUMBER)
        again = hear(ProviderAccount.objects.get(), "It is me", NUMBER)

    finish(acme, minutes=11)

    with tenant_context(acme.id):
        point = Point.objects.get(kind="phone", id=heard.point_id)
        assert address_text(point) == NUMBER
        assert bytes(InboundMessage.objects.get(id=again.id).body_sealed) != b""
