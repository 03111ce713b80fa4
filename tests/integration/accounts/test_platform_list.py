"""The platform's own list: written by operators alone, with a reason, a source and an end, and felt by every organisation."""

import datetime

import pytest
from django.db import connection

from accounts.contracts import PLATFORM_ORGANIZATION, Refused
from accounts.models import AuditEvent
from consent.actions.platform_lists import bar_on_platform, free_on_platform
from consent.models import PlatformSuppression
from consent.values import address_of, read_listed
from core import clock, vault
from core.tenancy import tenant_context
from messaging.actions.deciding import decide_addresses
from messaging.facts import context_for
from tests.factories.accounts import operator_actor
from tests.factories.campaigns import add_people, make_house, number
from tests.integration.accounts.test_operator_host import operator_addresses, operator_browser, operator_host  # noqa: F401
from tests.proofs import proves

PAGE = "/consent/platformsuppression/"
WHY, COURT = "Sues whoever writes", "Court of Nebraska, 8:26-cv-101"


def told(house, *indexes):
    with tenant_context(house.id):
        context = context_for(sender=house.sender, purpose=house.purpose)
        answers = decide_addresses(context, [address_of(number(index)) for index in indexes])
    return [each.reason.code if each.reason else each.outcome for each in answers]


@proves("C16")
def test_an_operator_bars_an_address_and_a_beginning_for_everybody_until_a_day_and_ends_it_with_a_reason(
    operator_browser,  # noqa: F811
    operator,
    acme,
    rival,
):
    houses = [
        make_house(team.id, team.actor(), operator_actor(operator), "http://127.0.0.1:9") for team in (acme, rival)
    ]
    for house in houses:
        add_people(house, 2, 2)
    body = {"kind": "litigator", "reason": WHY, "source": COURT, "source_on": "2026-11-01", "ends_on": "2099-12-31"}

    done = operator_browser.post(f"{PAGE}bar/", body | {"entries": number(0).e164})
    listed = operator_browser.get(PAGE)

    assert (done.status_code, listed.status_code) == (302, 200)
    assert WHY in listed.content.decode()
    assert number(0).e164 not in listed.content.decode()
    row = PlatformSuppression.objects.get()
    assert (row.kind, row.reason, row.source, row.source_on) == ("litigator", WHY, COURT, datetime.date(2026, 11, 1))
    assert row.expires_at == datetime.datetime(2100, 1, 1, tzinfo=datetime.UTC)
    assert bytes(row.digest) == vault.platform_digest("phone", number(0).e164)
    assert [told(house, 0, 1, 5) for house in houses] == [["platform_suppressed", "allowed", "no_consent"]] * 2

    operator_browser.post(f"{PAGE}bar/", body | {"kind": "fraud", "entries": "+1402556*\n@barred.example"})
    assert [told(house, 1, 5) for house in houses] == [["platform_suppressed"] * 2] * 2

    for row in PlatformSuppression.objects.all():
        without = operator_browser.post(f"{PAGE}{bytes(row.digest).hex()}/free/", {"reason": ""})
        ended = operator_browser.post(f"{PAGE}{bytes(row.digest).hex()}/free/", {"reason": "A mistake of ours"})
        assert (without.status_code, ended.status_code) == (422, 302)
    assert [told(house, 0, 1) for house in houses] == [["allowed", "allowed"]] * 2
    assert PlatformSuppression.objects.filter(reason__contains="A mistake of ours").count() == 3
    with tenant_context(PLATFORM_ORGANIZATION):
        deeds = AuditEvent.objects.filter(action__startswith="platform_list.", actor_id=operator.id)
        assert (
            sorted(deeds.values_list("action", flat=True)) == ["platform_list.added"] * 2 + ["platform_list.ended"] * 3
        )


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"entries": "nobody"}, "names nothing"),
        ({"reason": "no"}, "Say why"),
        ({"source_on": "2999-01-01"}, "still to come"),
        ({"ends_on": "2020-01-01"}, "has passed"),
    ],
)
def test_what_an_operator_gets_wrong_is_named_and_nothing_is_written(operator_browser, changes, words):  # noqa: F811
    body = {"entries": number(0).e164, "kind": "abuse", "reason": WHY, "source": COURT}

    answer = operator_browser.post(f"{PAGE}bar/", body | changes)

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert PlatformSuppression.objects.count() == 0


def test_nobody_else_writes_the_platforms_list(acme):
    entries = [read_listed(number(0).e164, "")]

    with pytest.raises(Refused):
        bar_on_platform(actor=acme.actor(), entries=entries, kind="abuse", reason=WHY, source=COURT)
    with pytest.raises(Refused):
        free_on_platform(actor=acme.actor(), entry=PlatformSuppression(created_at=clock.now()), reason=WHY)

    assert PlatformSuppression.objects.count() == 0
    with connection.cursor() as cursor:
        cursor.execute(
            "select role, has_table_privilege(role, 'consent_platformsuppression', 'insert'),"
            " has_column_privilege(role, 'consent_platformsuppression', 'digest', 'update'),"
            " has_table_privilege(role, 'consent_platformsuppression', 'delete')"
            " from unnest(array['app_web', 'app_operator']) role"
        )
        assert cursor.fetchall() == [("app_web", False, False, False), ("app_operator", True, False, False)]
