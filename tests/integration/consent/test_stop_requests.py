"""Pleas to stop that people enter or must judge: protected first, on a clock, decided by a person, and told of in time (C29)."""

import datetime

import pytest
from django.core import mail
from django.db import IntegrityError, transaction

from accounts.contracts import Refused
from accounts.models import Organization
from accounts.roles import GRANTS, Role
from consent import tasks
from consent.actions.stop_requests import (
    SHORTEST_REASON,
    agree_denial,
    confirm_request,
    deny_request,
    enter_request,
    give_request,
)
from consent.models import ConsentEvent, Point, StopRequest, Suppression
from consent.selectors.receipts import open_evidence
from consent.selectors.stop_requests import requests_in, told_reason
from consent.values import address_of
from core import clock
from core.phone import parse_phone
from core.tenancy import tenant_context
from messaging.actions.judging import confirm_stop, deny_stop
from tests.factories.accounts import make_team
from tests.factories.consent import MINA, OMAR, grant, make_point, make_purpose, stop
from tests.factories.messaging import hear, make_account
from tests.integration.accounts.chain import last_deed
from tests.integration.consent.test_stops import refused
from tests.proofs import proves
from tests.snapshots import changed, rows_of

UTC = datetime.UTC
ASKED = datetime.datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
REASON = "Called on 25 November; the letter was about the magazine."


@pytest.fixture
def mina(acme):
    """Mina agreed to offers by text and by WhatsApp."""
    with tenant_context(acme.id):
        purpose, point = make_purpose(acme.actor()), make_point(MINA)
        grant(point, purpose)
        grant(point, purpose, "whatsapp")
        return point


def enter(acme, channel="", asked=ASKED, number=MINA, **more):
    given = {"way": "letter", "note": "Letter of 23 November, shop folder 12.", "owner_id": None} | more
    return enter_request(
        actor=acme.actor(), address=address_of(parse_phone(number)), channel=channel, requested_at=asked, **given
    )


def both_deny(acme, row, reason=REASON):
    """One person says that it was no stop and another agrees; whether every channel it had closed is open again."""
    deny_request(actor=acme.actor(), request=row, reason=reason)
    return agree_denial(actor=acme.actor(Role.CAMPAIGN_MANAGER), request=row)


@proves("C29")
def test_somebody_who_asked_by_post_is_protected_at_once_with_the_day_the_law_sets(acme, rival, mina):
    before, others = rows_of(acme.id), rows_of(rival.id)

    with tenant_context(acme.id):
        row = enter(acme)

        assert refused(mina) == refused(mina, "whatsapp") == {"opted_out"}
        event = ConsentEvent.objects.get(status="withdrawn")
        assert (event.source, event.channel, event.origin, event.origin_id) == ("paper", "", "stop_request", row.id)
        assert open_evidence(event) == {
            "note": "Letter of 23 November, shop folder 12.", "asked_at": "2026-11-24T15:00:00+00:00", "way": "letter"
        }  # fmt: skip
        assert (row.requested_at, row.suppressed_at, row.decided_at) == (ASKED, event.recorded_at, None)
        # ten business days after Tuesday 24 November, without Thanksgiving: all of Wednesday 9 December, the clock of UTC
        assert (row.rule, row.due_at) == ("stop-deadline-us", datetime.datetime(2026, 12, 10, tzinfo=UTC))
        assert row.owner_id == acme.people["owner"].id
        left = row.due_at - row.suppressed_at
        assert abs(row.remind_at - row.suppressed_at - left * 0.5) < datetime.timedelta(seconds=1)
        assert abs(row.escalate_at - row.suppressed_at - left * 0.8) < datetime.timedelta(seconds=1)

    assert changed(before, rows_of(acme.id)) == {
        "consent_consentevent": 1, "consent_consentstate": 0, "consent_suppression": 1, "consent_stoprequest": 1,
        "accounts_auditevent": 1, "accounts_audithead": 0,
    }  # fmt: skip
    assert rows_of(rival.id) == others
    assert last_deed(acme.id).data == {"way": "letter", "channel": "all", "due": "2026-12-10"}


def test_every_spelling_of_a_number_is_protected_and_opened_again_together(acme):
    with tenant_context(acme.id):
        row = enter(acme, number="+541112345678")
        stopped = ConsentEvent.objects.filter(status="withdrawn").values_list("point_id", flat=True)
        assert len(set(stopped)) == Point.objects.count() == 2

        assert both_deny(acme, row) is True

        assert Suppression.objects.filter(lifted_at=None).count() == 0


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"way": "reply"}, "way"),
        ({"note": "  "}, "note"),
        ({"channel": "email"}, "channel"),
        ({"asked": datetime.datetime(2199, 1, 1, tzinfo=UTC)}, "requested_at"),
        ({"asked": datetime.datetime(2001, 1, 1, tzinfo=UTC)}, "requested_at"),
        ({"owner_id": "00000000-0000-0000-0000-000000000007"}, "owner"),
    ],
)
def test_what_nobody_could_check_later_is_refused_and_nothing_is_written(acme, values, field):
    before = rows_of(acme.id)

    with tenant_context(acme.id), pytest.raises(Refused) as refusal:
        enter(acme, **values)

    assert refusal.value.field == field
    assert refusal.value.remedy
    assert rows_of(acme.id) == before


@proves("C29")
def test_what_two_people_call_no_stop_opens_what_this_request_closed_with_its_reason(acme, mina):
    with tenant_context(acme.id):
        row = enter(acme)

        deny_request(actor=acme.actor(), request=row, reason=REASON)
        row.refresh_from_db()
        assert (row.verdict, row.denial_by, told_reason(row)) == ("", acme.people["owner"].id, REASON)
        assert refused(mina) == refused(mina, "whatsapp") == {"opted_out"}

        assert agree_denial(actor=acme.actor(Role.CAMPAIGN_MANAGER), request=row) is True

        row.refresh_from_db()
        manager = acme.people[Role.CAMPAIGN_MANAGER].id
        assert (row.verdict, row.decided_by, told_reason(row)) == ("not_stop", manager, REASON)
        assert "opted_out" not in refused(mina) | refused(mina, "whatsapp")
        lifted = ConsentEvent.objects.filter(status="lifted").order_by("channel")
        assert [each.channel for each in lifted] == ["sms", "voice", "whatsapp"]
        assert {open_evidence(each)["note"] for each in lifted} == {REASON}
    assert last_deed(acme.id).data == {"verdict": "not_stop"}


@proves("C29")
def test_nobody_agrees_with_themselves_nor_before_anybody_said_so_and_the_database_holds_it(acme, mina):
    with tenant_context(acme.id):
        row = enter(acme)
    before = rows_of(acme.id)
    with tenant_context(acme.id), pytest.raises(Refused, match="Nobody has said"):
        agree_denial(actor=acme.actor(), request=row)
    assert rows_of(acme.id) == before

    with tenant_context(acme.id):
        deny_request(actor=acme.actor(), request=row, reason=REASON)
    before = rows_of(acme.id)
    with tenant_context(acme.id), pytest.raises(Refused, match="You said so yourself"):
        agree_denial(actor=acme.actor(), request=row)
    with tenant_context(acme.id), pytest.raises(Refused, match="already"):
        deny_request(actor=acme.actor(Role.CAMPAIGN_MANAGER), request=row, reason=REASON)
    with (
        pytest.raises(IntegrityError, match="stop_request_denied_by_two"),
        tenant_context(acme.id),
        transaction.atomic(),
    ):
        StopRequest.objects.update(verdict="not_stop", decided_at=clock.now(), decided_by=acme.people["owner"].id)

    assert rows_of(acme.id) == before
    with tenant_context(acme.id):
        assert refused(mina) == {"opted_out"}


def test_a_second_person_who_finds_it_was_a_stop_ends_the_denial(acme, mina):
    with tenant_context(acme.id):
        row = enter(acme)
        deny_request(actor=acme.actor(), request=row, reason=REASON)

        confirm_request(actor=acme.actor(Role.CAMPAIGN_MANAGER), request=row)

        row.refresh_from_db()
        assert (row.verdict, row.denial_by) == ("stop", acme.people["owner"].id)
        assert refused(mina) == {"opted_out"}


@pytest.mark.parametrize("when", ["before", "after"])
def test_an_older_or_a_newer_stop_of_theirs_holds_whatever_is_decided(acme, mina, when):
    with tenant_context(acme.id):
        if when == "before":
            stop(mina)
        row = enter(acme)
        if when == "after":
            stop(mina)

        assert both_deny(acme, row) is False

        assert refused(mina) == {"opted_out"}
        assert "opted_out" not in refused(mina, "whatsapp")


def test_two_letters_are_two_requests_and_each_holds_until_it_is_decided(acme, mina):
    with tenant_context(acme.id):
        first, second = enter(acme, "sms"), enter(acme, "sms")

        assert both_deny(acme, first) is False
        assert refused(mina) == {"opted_out"}
        confirm_request(actor=acme.actor(), request=second)

        assert refused(mina) == {"opted_out"}


def test_a_protection_is_not_lifted_without_a_reason_nor_twice_decided(acme, mina):
    with tenant_context(acme.id):
        row = enter(acme)
    before = rows_of(acme.id)

    with tenant_context(acme.id), pytest.raises(Refused, match="Without a reason"):
        deny_request(actor=acme.actor(), request=row, reason="x" * (SHORTEST_REASON - 1))
    assert rows_of(acme.id) == before

    with tenant_context(acme.id):
        confirm_request(actor=acme.actor(), request=row)
    before = rows_of(acme.id)
    for decide in (lambda: confirm_request(actor=acme.actor(), request=row),
                   lambda: deny_request(actor=acme.actor(), request=row, reason=REASON),
                   lambda: agree_denial(actor=acme.actor(Role.CAMPAIGN_MANAGER), request=row),
                   lambda: give_request(actor=acme.actor(), request=row, owner_id=acme.people["owner"].id)):  # fmt: skip
        with tenant_context(acme.id), pytest.raises(Refused, match="decided about it already"):
            decide()
    assert rows_of(acme.id) == before


@proves("C29")
def test_a_message_that_may_be_a_stop_is_on_the_clock_until_it_is_judged(acme, mina):
    with tenant_context(acme.id):
        account = make_account(acme.actor())
        first, second = hear(account, "Cancel my 3pm appointment"), hear(account, "not interested")

        rows = list(StopRequest.objects.order_by("created_at"))
        assert [(row.way, row.inbound_id, row.channel, row.verdict) for row in rows] == [
            ("reply", first.id, "sms", ""), ("reply", second.id, "sms", "")
        ]  # fmt: skip
        assert all(row.suppressed_at and row.event_id for row in rows)
        assert {row.owner_id for row in rows} == {acme.people["owner"].id}
        assert (rows[0].remind_at - rows[0].created_at).total_seconds() == pytest.approx(3600, abs=5)
        with pytest.raises(Refused, match="came in a message"):
            confirm_request(actor=acme.actor(), request=rows[0])

        deny_stop(actor=acme.actor(), message=first)
        confirm_stop(actor=acme.actor(), message=second)

        told = StopRequest.objects.order_by("created_at").values_list("verdict", "decided_by")
        assert list(told) == [("not_stop", acme.people["owner"].id), ("stop", acme.people["owner"].id)]
        assert refused(mina) == {"opted_out"}


def test_a_plain_stop_settles_what_waited_for_a_judgement(acme, mina):
    with tenant_context(acme.id):
        account = make_account(acme.actor())
        hear(account, "Cancel my 3pm appointment")

        hear(account, "STOP")

        row = StopRequest.objects.get()
        assert (row.verdict, row.decided_by) == ("stop", None)
        assert row.decided_at is not None


@proves("C29")
def test_the_owner_hears_first_then_everybody_who_may_decide_and_all_again_when_the_day_is_over_each_once(
    acme, mina, monkeypatch, django_capture_on_commit_callbacks
):
    with tenant_context(acme.id):
        row = enter(acme)
    names = [acme.people[role].email for role in acme.people if "change_consent" in GRANTS[role]]

    told = []
    for moment in (
        row.remind_at - datetime.timedelta(minutes=1),
        row.remind_at,
        row.remind_at,
        row.escalate_at,
        row.due_at - datetime.timedelta(minutes=1),
        row.due_at,
        row.due_at + datetime.timedelta(days=1),
    ):
        monkeypatch.setattr(clock, "now", lambda moment=moment: moment)
        mail.outbox.clear()
        with django_capture_on_commit_callbacks(execute=True):
            tasks.remind(organization_id=str(acme.id))
        told.append(sorted(each.to[0] for each in mail.outbox))

    assert told == [[], [acme.people["owner"].email], [], sorted(names), [], sorted(names), []]
    with tenant_context(acme.id):
        assert refused(mina) == {"opted_out"}


def test_who_is_late_is_told_at_once_and_shown_as_overdue(acme, mina, django_capture_on_commit_callbacks):
    with tenant_context(acme.id):
        row = enter(acme, asked=clock.now() - datetime.timedelta(days=40))
        assert list(requests_in("overdue")) == [row]
        assert list(requests_in("late")) == [row]
    mail.outbox.clear()

    with django_capture_on_commit_callbacks(execute=True):
        tasks.remind(organization_id=str(acme.id))

    assert "A request to stop waits for a decision at Acme" in mail.outbox[0].body
    assert "past the day" in mail.outbox[0].body
    assert MINA[-4:] not in mail.outbox[0].body
    page = acme.client().get("/consent/requests/?show=overdue").content.decode()
    assert "Overdue" in page


@pytest.mark.parametrize("role", list(Role))
def test_each_role_sees_and_decides_what_its_rights_allow(db, role):
    team = make_team("Acme", tuple(Role))
    with tenant_context(team.id):
        row = enter(team)
    browser = team.client(role)
    sees, changes = "see_contacts" in GRANTS[role], "change_consent" in GRANTS[role]

    answers = [browser.get("/consent/requests/"), browser.get(f"/consent/requests/{row.id}/")]
    posted = browser.post(f"/consent/requests/{row.id}/confirm/")

    assert [answer.status_code for answer in answers] == [200 if sees else 403] * 2
    assert posted.status_code == (302 if changes else 403)
    assert browser.get("/consent/requests/enter/").status_code == (200 if changes else 403)


def test_a_request_is_entered_given_and_denied_on_its_pages(acme, mina):
    browser = acme.client()
    body = {
        "addresses": f"{MINA}\n{OMAR}", "way": "phone_call", "requested_at": "2026-11-24T10:00", "channel": "all",
        "note": "Called the shop, noted by Sara.", "owner": str(acme.people["owner"].id),
    }  # fmt: skip

    entered = browser.post("/consent/requests/enter/", body)

    assert entered.headers["Location"] == "/consent/requests/"
    with tenant_context(acme.id):
        row = StopRequest.objects.get(point=mina)
    shown = browser.get(f"/consent/requests/{row.id}/").content.decode()
    assert "Called the shop, noted by Sara." in shown
    assert browser.post(f"/consent/requests/{row.id}/deny/", {"reason": ""}).status_code == 422
    assert browser.post(f"/consent/requests/{row.id}/give/", {"owner": str(acme.people["owner"].id)}).status_code == 302
    assert browser.post(f"/consent/requests/{row.id}/deny/", {"reason": REASON}).status_code == 302
    manager, path = acme.client(Role.CAMPAIGN_MANAGER), f"/consent/requests/{row.id}/"
    own, other = browser.get(path).content.decode(), manager.get(path).content.decode()
    assert ("I agree" in own, "I agree" in other, REASON in other) == (False, True, True)
    assert "A second person must agree" in other
    with tenant_context(acme.id):
        assert refused(mina) == {"opted_out"}
    assert manager.post(f"{path}agree/").status_code == 302
    with tenant_context(acme.id):
        assert "opted_out" not in refused(mina)
        assert refused(make_point(OMAR)) == {"opted_out"}


def test_what_cannot_be_read_is_said_line_by_line_and_nobody_is_entered(acme):
    before = rows_of(acme.id)
    body = {"addresses": f"{MINA}\nnobody", "way": "letter", "requested_at": "2026-11-24T10:00", "channel": "all", "note": "x",
            "owner": str(acme.people["owner"].id)}  # fmt: skip

    page = acme.client().post("/consent/requests/enter/", body)

    assert page.status_code == 422
    assert "Line 2 is no address." in page.content.decode()
    assert rows_of(acme.id) == before


def test_the_moment_a_request_begins_with_is_the_organisations_own_now(acme, monkeypatch):
    with tenant_context(acme.id):
        Organization.objects.update(time_zone="America/Chicago")
    monkeypatch.setattr(clock, "now", lambda: ASKED)

    page = acme.client().get("/consent/requests/enter/").content.decode()

    assert 'value="2026-11-24T09:00"' in page


def test_the_card_says_why_the_strictest_clock_holds_and_shows_the_address_to_whoever_may_see_it(acme):
    with tenant_context(acme.id):
        known, unknown = enter(acme), enter(acme, number=OMAR)
        StopRequest.objects.filter(id=unknown.id).update(place="")
        event_id = known.event_id

    owner = acme.client()
    pages = [owner.get(f"/consent/requests/{row.id}/").content.decode() for row in (known, unknown)]
    proof = owner.get(f"/consent/events/{event_id}/").content.decode()

    why = "We do not know where they live, so the strictest clock holds."
    assert [why in page for page in pages] == [False, True]
    assert "402" in pages[0]
    assert "…" not in pages[0].partition("<dt>Address</dt>")[2].partition("</dd>")[0]
    assert "On paper, filed by staff" in proof
    assert "Signed paper" not in proof
