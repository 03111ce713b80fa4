"""A stop from a number as the carrier spells it protects the number as we keep it; what nobody can read is never lost."""

import logging

import pytest

from consent.models import ConsentState, Point, Suppression
from core.spellings import other_spellings
from core.tenancy import tenant_context
from messaging.actions.receiving import is_stopped
from messaging.models import InboundMessage
from tests.factories.consent import grant, make_point, make_purpose
from tests.factories.messaging import hear, make_account, make_sender, reach
from tests.integration.messaging.test_proven_starts import books, text

__all__ = ["books"]

#: as we keep it, as the carrier writes it
SPELLINGS = [
    ("+525512345678", "+5215512345678"),
    ("+5511987654321", "+551187654321"),
    ("+5491112345678", "+541112345678"),
    ("+541112345678", "+5491112345678"),
]
UNREADABLE = ["+99912345678", "22395", "Carrier"]


@pytest.mark.parametrize(("kept", "heard"), SPELLINGS)
def test_a_number_in_use_is_found_from_every_spelling(kept, heard):
    found = other_spellings(heard)

    assert [number.e164 for number in found] == [kept]


@pytest.mark.parametrize("number", ["+14025550142", "+551132345678", "+5511", "+"])
def test_a_number_with_one_spelling_has_no_other(number):
    assert other_spellings(number) == ()


@pytest.mark.parametrize(("kept", "heard"), SPELLINGS)
def test_a_stop_in_the_carrier_s_spelling_protects_the_number_we_keep(acme, settings, kept, heard):
    settings.WEBHOOK_URL = "http://testserver"
    with tenant_context(acme.id):
        point = make_point(kept)
        grant(point, make_purpose(acme.actor()))
        account = make_account(acme.actor())

    answer = text(account, "STOP", sender=heard)

    assert b"<Message>" in answer
    with tenant_context(acme.id):
        assert is_stopped(point.id, "sms")
        assert list(ConsentState.objects.values_list("status", flat=True)) == ["withdrawn"]
        assert (InboundMessage.objects.get().kind, InboundMessage.objects.get().verdict) == ("stop", "")


@pytest.mark.parametrize(("kept", "heard"), SPELLINGS)
def test_a_number_brought_in_after_the_stop_is_protected_too(acme, kept, heard):
    with tenant_context(acme.id):
        hear(make_account(acme.actor()), "STOP", heard)

        assert is_stopped(make_point(kept).id, "sms")


@pytest.mark.parametrize(("kept", "heard"), SPELLINGS)
def test_a_start_in_another_spelling_leaves_the_stop_of_the_one_we_keep(acme, kept, heard):
    with tenant_context(acme.id):
        point, account = make_point(kept), make_account(acme.actor())
        grant(point, make_purpose(acme.actor()))
        reach(make_sender(acme.actor(), account), point)
        hear(account, "STOP", heard)

        row = hear(account, "START", heard)

        assert is_stopped(point.id, "sms")
        assert (row.verdict, row.handled_at) == ("asked", None)


def test_a_doubtful_stop_that_was_none_is_taken_back_for_every_spelling(acme):
    with tenant_context(acme.id):
        points = [make_point(number) for number in SPELLINGS[2]]
        offers = make_purpose(acme.actor())
        for point in points:
            grant(point, offers)
        row = hear(make_account(acme.actor()), "Cancel my 3pm appointment", SPELLINGS[2][1])
        assert [is_stopped(point.id, "sms") for point in points] == [True, True]

    acme.client().post(f"/replies/{row.id}/not-a-stop/")

    with tenant_context(acme.id):
        assert [is_stopped(point.id, "sms") for point in points] == [False, False]
        assert set(ConsentState.objects.values_list("status", flat=True)) == {"granted"}


def test_a_stop_by_hand_protects_every_spelling(acme):
    with tenant_context(acme.id):
        points = [make_point(number) for number in SPELLINGS[2]]
        row = hear(make_account(acme.actor()), "leave us in peace", SPELLINGS[2][1])

    acme.client().post(f"/replies/{row.id}/stop/")

    with tenant_context(acme.id):
        assert [is_stopped(point.id, "sms") for point in points] == [True, True]


@pytest.mark.parametrize("sender", UNREADABLE)
@pytest.mark.parametrize("words", ["STOP", "START", "HELP", "Is it in stock?"])
def test_what_an_unreadable_address_wrote_is_kept_for_somebody_to_judge(acme, settings, books, caplog, sender, words):
    settings.WEBHOOK_URL = "http://testserver"
    with tenant_context(acme.id):
        account = make_account(acme.actor())

    with caplog.at_level(logging.WARNING):
        text(account, words, sender=sender)

    with tenant_context(acme.id):
        row = InboundMessage.objects.get()
        assert (row.verdict, row.handled_at) == ("asked", None)
        assert is_stopped(row.point_id, "sms") == (words == "STOP")
        assert Point.objects.get().number_type == "other"
        assert Suppression.objects.count() == (words == "STOP")
    assert "an address could not be read; its message is kept" in caplog.messages
    assert sender not in caplog.text
    assert acme.client().get("/replies/?show=judge").status_code == 200


def test_a_plea_of_an_unreadable_address_that_is_judged_a_stop_is_recorded_as_one(acme):
    with tenant_context(acme.id):
        row = hear(make_account(acme.actor()), "leave us in peace", "+99912345678")

    acme.client().post(f"/replies/{row.id}/confirm-stop/")

    with tenant_context(acme.id):
        assert is_stopped(row.point_id, "sms")
        assert InboundMessage.objects.get().verdict == "stop"
