"""Evidence is kept five years after its last use by the database itself: before, nobody removes it; after, retention alone."""

import datetime
import functools
import uuid

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.contracts import SYSTEM
from accounts.models import AuditEvent
from consent import tasks
from consent.actions import retention
from consent.actions.retention import forget_old_evidence
from consent.models import (
    Attachment,
    ConsentEvent,
    ConsentState,
    DecisionRecord,
    EvidenceLeaves,
    EvidenceUse,
    Suppression,
    Wording,
)
from consent.selectors.attachments import kind_of
from core.tenancy import tenant_context
from messaging.models import SendAttempt
from tests.factories.accounts import make_team
from tests.factories.consent import MINA, OMAR, make_point, make_purpose, make_wording
from tests.factories.messaging import make_account, make_sender, reach
from tests.factories.proofs import anchor_everything
from tests.proofs import proves

NOW = datetime.datetime.now(datetime.UTC)
FIVE_YEARS = datetime.timedelta(days=5 * 366)
KEPT = "is kept five years after its last use"
ONLY = "only retention removes evidence"


def event_of(point, purpose, age, *, status="granted", wording=None):
    """An event as it was written down so long ago."""
    at = NOW - age
    return ConsentEvent.objects.create(
        point=point, purpose=purpose, channel="sms", status=status, source="web_form", wording=wording, occurred_at=at,
        recorded_at=at, actor_kind="system",
    )  # fmt: skip


def state_of(event, status="granted"):
    return ConsentState.objects.create(
        point=event.point,
        purpose=event.purpose,
        channel="sms",
        status=status,
        event=event,
        changed_at=event.recorded_at,
    )


def file_with(event):
    content = b"%PDF-1.7"
    return Attachment.objects.create(event=event, kind=kind_of(content), size=8, sha256=b"0" * 32, content_sealed=b"")


def refusal_of(deed):
    """What the database says to it."""
    with pytest.raises(DatabaseError) as refused, transaction.atomic():
        deed()
    return str(refused.value)


@proves("C21")
def test_the_product_removes_no_evidence_itself_however_old_it_is(acme):
    with tenant_context(acme.id):
        purpose = make_purpose(acme.actor())
        event = event_of(make_point(MINA), purpose, FIVE_YEARS * 2, wording=make_wording(acme.actor(), purpose))
        file_with(event)
        DecisionRecord.objects.create(
            digest=b"1", facts={}, outcome="allowed", rules_version="1", decided_at=NOW - FIVE_YEARS * 2
        )

        for model in (ConsentEvent, Wording, DecisionRecord):
            assert "permission denied" in refusal_of(functools.partial(bare_delete, model)), model
            assert model.objects.count() == 1
        assert ONLY in refusal_of(functools.partial(bare_delete, Attachment))
        assert Attachment.objects.count() == 1


def bare_delete(model):
    """By SQL alone, past what the ORM protects by itself."""
    with connection.cursor() as cursor:
        cursor.execute(f"delete from {model._meta.db_table}")


@proves("C21")
def test_nobody_removes_younger_evidence_neither_the_owner_nor_the_role_of_retention_nor_a_superuser(committed_db):
    team = make_team("Acme")
    with tenant_context(team.id):
        purpose = make_purpose(team.actor())
        event = event_of(make_point(MINA), purpose, FIVE_YEARS - datetime.timedelta(days=6), wording=None)
        make_wording(team.actor(), purpose)
        file_with(event)
        DecisionRecord.objects.create(digest=b"1", facts={}, outcome="allowed", rules_version="1", decided_at=NOW)

    tables = ("consent_attachment", "consent_consentevent", "consent_wording", "consent_decisionrecord")
    for table in tables:
        assert ONLY in str(refused(committed_db, f"delete from {table}"))
        assert KEPT in str(refused(committed_db, f"set role app_resolver; delete from {table}"))
        assert "append-only" in str(refused(committed_db, f"truncate {table} cascade"))
    assert [committed_db.run_sql(f"select count(*) from {table}") for table in tables] == [[(1,)]] * 4


def refused(database, statement):
    with pytest.raises(Exception, match=r"append-only|kept five years") as refusal:
        database.run_sql(statement)
    return refusal.value


@proves("C21")
def test_retention_removes_what_was_last_used_over_five_years_ago_and_nothing_else(acme):
    with tenant_context(acme.id):
        purpose, old, young = make_purpose(acme.actor()), make_point(MINA), make_point(OMAR)
        gone = event_of(old, purpose, FIVE_YEARS)
        event_of(young, purpose, FIVE_YEARS * 2)
        kept = event_of(young, purpose, FIVE_YEARS - datetime.timedelta(days=6))
        state_of(gone)
        state_of(kept)
        file_with(gone)
        anchor_everything()

        assert forget_old_evidence(actor=SYSTEM) == 1
        assert forget_old_evidence(actor=SYSTEM) == 0

        assert set(ConsentEvent.objects.values_list("point_id", flat=True)) == {young.id}
        assert ConsentEvent.objects.count() == 2
        assert (ConsentState.objects.get().event_id, Attachment.objects.count()) == (kept.id, 0)
        assert len(bytes(EvidenceLeaves.objects.get().leaves)) == 3 * 32
        assert AuditEvent.objects.get(action="evidence.forgotten").data == {"addresses": 1}


@proves("C21")
def test_an_address_that_still_says_no_keeps_its_history_for_ever(acme):
    with tenant_context(acme.id):
        purpose, stopped, withdrawn = make_purpose(acme.actor()), make_point(MINA), make_point(OMAR)
        event = event_of(stopped, purpose, FIVE_YEARS * 2, status="withdrawn")
        Suppression.objects.create(
            point=stopped, channel="", kind="opted_out", source="keyword", event=event, created_at=event.recorded_at
        )
        state_of(event_of(withdrawn, purpose, FIVE_YEARS * 2, status="withdrawn"), "withdrawn")

        assert forget_old_evidence(actor=SYSTEM) == 0
        assert ConsentEvent.objects.count() == 2


@proves("C21")
def test_evidence_is_kept_while_the_record_of_a_message_rests_on_it_and_five_years_after_that_is_gone(acme, sandbox):
    with tenant_context(acme.id):
        point, purpose = make_point(MINA), make_purpose(acme.actor())
        event = event_of(point, purpose, FIVE_YEARS * 3)
        reach(make_sender(acme.actor(), make_account(acme.actor(), base_url=sandbox.url)), point)
        assert forget_old_evidence(actor=SYSTEM) == 0

        used = NOW - FIVE_YEARS + datetime.timedelta(days=6)
        SendAttempt.objects.update(intent_at=used)
        decision = SendAttempt.objects.get().decision_id
        SendAttempt.objects.all().delete()

        assert dict(EvidenceUse.objects.values_list("evidence_id", "last_used_at")) == {event.id: used, decision: used}
        assert forget_old_evidence(actor=SYSTEM) == 0
        assert ConsentEvent.objects.count() == 1


@proves("C21")
def test_of_two_uses_the_later_one_counts_and_the_product_cannot_shorten_it(acme, sandbox):
    with tenant_context(acme.id):
        point, purpose = make_point(MINA), make_purpose(acme.actor())
        event = event_of(point, purpose, FIVE_YEARS * 3)
        sender = make_sender(acme.actor(), make_account(acme.actor(), base_url=sandbox.url))
        for age in (FIVE_YEARS * 2, FIVE_YEARS + datetime.timedelta(days=3), FIVE_YEARS * 2):
            reach(sender, point)
            SendAttempt.objects.update(intent_at=NOW - age)
            SendAttempt.objects.all().delete()

        used = EvidenceUse.objects.get(evidence_id=event.id).last_used_at
        assert used == NOW - FIVE_YEARS - datetime.timedelta(days=3)
        assert "permission denied" in refusal_of(lambda: EvidenceUse.objects.update(last_used_at=NOW))
        assert "permission denied" in refusal_of(EvidenceUse.objects.all().delete)
        assert forget_old_evidence(actor=SYSTEM) == 1


def test_retention_reaches_no_other_organisation(acme, rival):
    with tenant_context(rival.id):
        point = make_point(MINA)
        event_of(point, make_purpose(rival.actor()), FIVE_YEARS * 2)

    with tenant_context(acme.id), connection.cursor() as cursor:
        cursor.execute("select consent_forget_evidence(%s)", [[point.id, uuid.uuid4()]])
        assert cursor.fetchone() == (0,)

    with tenant_context(rival.id):
        assert ConsentEvent.objects.count() == 1


def test_the_beat_looks_at_organisations_with_old_evidence_alone_in_turns_with_a_line_for_each(
    acme, rival, monkeypatch
):
    monkeypatch.setattr(retention, "_AT_ONCE", 2)
    with tenant_context(acme.id):
        purpose = make_purpose(acme.actor())
        for number in range(5):
            event_of(make_point(f"reader{number}@people.example"), purpose, FIVE_YEARS * 2)
    with tenant_context(rival.id):
        event_of(make_point(MINA), make_purpose(rival.actor()), datetime.timedelta(days=1))
    with connection.cursor() as cursor:
        cursor.execute("select organization_id from app_orgs_with_old_evidence()")
        found = cursor.fetchall()

    gone = tasks.forget_evidence(organization_id=str(acme.id))

    assert (found, gone) == ([(acme.id,)], 5)
    with tenant_context(acme.id):
        assert ConsentEvent.objects.count() == 0
        rows = AuditEvent.objects.filter(action="evidence.forgotten").order_by("sequence")
        assert [row.data["addresses"] for row in rows] == [2, 2, 1]


_USED_JUST_NOW = """
create function used_just_now() returns trigger language plpgsql as $body$ begin
  raise exception 'used just now' using errcode = '42501'; end $body$;
create trigger used_just_now before delete on consent_consentevent for each row when (old.point_id = '{point}')
  execute function used_just_now()
"""


@proves("C21")
def test_an_address_that_is_used_while_it_would_go_stays_whole_and_the_others_go(committed_db):
    team = make_team("Acme")
    with tenant_context(team.id):
        purpose, raced, other = make_purpose(team.actor()), make_point(MINA), make_point(OMAR)
        state_of(event_of(raced, purpose, FIVE_YEARS * 2))
        event_of(other, purpose, FIVE_YEARS * 2)
    committed_db.run_sql(_USED_JUST_NOW.format(point=raced.id))

    try:
        gone = tasks.forget_evidence(organization_id=str(team.id))
    finally:
        committed_db.run_sql("drop function used_just_now() cascade")

    assert gone == 1
    with tenant_context(team.id):
        assert (ConsentEvent.objects.get().point_id, ConsentState.objects.get().point_id) == (raced.id, raced.id)


def test_an_address_is_held_while_it_is_looked_at_so_whoever_writes_about_it_waits(committed_db):
    team = make_team("Acme")
    with tenant_context(team.id):
        looked_at, other = make_point(MINA), make_point(OMAR)
        event_of(looked_at, make_purpose(team.actor()), FIVE_YEARS * 2)

    free = "select id from consent_point where address_sealed is not null for update skip locked"
    with tenant_context(team.id):
        assert forget_old_evidence(actor=SYSTEM) == 1
        during = committed_db.run_sql(free)

    assert during == [(other.id,)]
    assert {found for (found,) in committed_db.run_sql(free)} == {looked_at.id, other.id}
