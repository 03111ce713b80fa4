"""Who presses unsubscribe while an earlier mail of theirs waits for a judgement has said stop, whatever the judge decides."""

import datetime
import unittest.mock

import pytest
from django.test import Client

from consent.models import ConsentState, Suppression
from core import clock
from core.tenancy import tenant_context
from messaging.actions.judging import deny_stop
from messaging.actions.receiving import receive_inbound
from messaging.contracts import Inbound
from tests.factories.accounts import Team
from tests.factories.consent import make_claim, record, stop
from tests.factories.messaging import make_account
from tests.integration.messaging.test_unsubscribing import ANA, ONE_CLICK, agreed, link


@pytest.mark.parametrize("words", [ONE_CLICK, {"stop": "yes"}])
def test_an_unsubscribe_outlives_the_judgement_that_an_earlier_mail_was_no_stop(
    acme: Team, db: None, words: dict[str, str]
) -> None:
    point = agreed(acme)
    with tenant_context(acme.id):
        account = make_account(acme.actor())
        asked = Inbound("PM1", "email", ANA, "news@acme.example", "Don't stop the offers")
        heard = receive_inbound(account=account, inbound=asked)
        assert heard is not None
        assert heard.message.verdict == "asked"

    answer = Client(enforce_csrf_checks=True).post(link(acme), words)
    with tenant_context(acme.id):
        heard.message.refresh_from_db()
        deny_stop(actor=acme.actor(), message=heard.message)

    assert answer.status_code == 200
    with tenant_context(acme.id):
        assert Suppression.objects.filter(point=point, channel="email", lifted_at=None).exists()
        assert set(ConsentState.objects.filter(point=point).values_list("status", flat=True)) == {"withdrawn"}


def test_an_unsubscribe_counts_from_its_own_moment_also_where_an_older_stop_held(acme: Team, db: None) -> None:
    """An older yes, taken over later, outweighs the older stop; it must not outweigh the unsubscribe that came after it."""
    point = agreed(acme)
    with tenant_context(acme.id):
        purpose = ConsentState.objects.get(point=point).purpose
        stop(point, channel="email")
        said_yes = clock.now() + datetime.timedelta(seconds=1)
    with unittest.mock.patch.object(clock, "now", return_value=said_yes + datetime.timedelta(hours=1)):
        Client(enforce_csrf_checks=True).post(link(acme), ONE_CLICK)
    later = said_yes + datetime.timedelta(hours=2)

    with unittest.mock.patch.object(clock, "now", return_value=later), tenant_context(acme.id):
        evidence = {"page": "https://acme.example/offers", "address": "203.0.113.24"}
        claim = make_claim(point, purpose, channel="email", source="web_form", evidence=evidence, occurred_at=said_yes)
        taken = record(claim, origin="form", may_raise=True)

    assert taken == ["kept_out"]
    with tenant_context(acme.id):
        assert Suppression.objects.filter(point=point, lifted_at=None).exists()
