"""Anchors: once a day everything new is under one signed hash, and from then on a change of the ledger shows."""

import datetime
import hashlib
import json
import uuid

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.contracts import SYSTEM
from accounts.models import AuditEvent
from consent import tasks
from consent.actions import anchoring
from consent.actions.anchoring import anchor_evidence, anchor_horizon
from consent.models import ConsentEvent, EvidenceAnchor, EvidenceLeaves
from consent.proof.facts import canonical, event_facts, leaf_of, moment_text
from consent.proof.merkle import root_of
from consent.proof.verify import signature_holds
from consent.selectors import anchors as anchor_selector
from consent.selectors.anchors import anchor_facts
from core.tenancy import tenant_context
from tests.counts import Statements
from tests.factories.accounts import make_team
from tests.factories.consent import MINA, OMAR, grant, make_point, make_purpose, make_wording, stop
from tests.factories.proofs import anchor_everything, make_contact, problems_of, unpacked
from tests.proofs import proves


def test_an_anchor_covers_every_event_once_and_the_next_begins_where_it_ended(acme):
    with tenant_context(acme.id):
        point, purpose = make_point(MINA), make_purpose(acme.actor())
        grant(point, purpose, wording=make_wording(acme.actor(), purpose))
        stop(point)
        first = anchor_everything()
        assert anchor_everything() is None
        last = stop(point)
        second = anchor_everything()

        assert (first.number, first.count, second.number, second.count) == (1, 2, 2, 1)
        assert second.through_id == last.id
        assert bytes(second.previous) == hashlib.sha256(canonical(anchor_facts(first))).digest()
        leaf = leaf_of(event_facts(last, {"said": "STOP"}, None))
        assert bytes(EvidenceLeaves.objects.get(anchor=second).leaves) == leaf == bytes(second.root)
        rows = list(AuditEvent.objects.filter(action="consent.anchored").order_by("sequence"))
    assert [row.data for row in rows] == [
        {"number": 1, "events": 2, "root": bytes(first.root).hex()},
        {"number": 2, "events": 1, "root": leaf.hex()},
    ]


def test_many_events_are_cut_into_parts_whose_tree_is_one_tree(acme, monkeypatch, tmp_path):
    monkeypatch.setattr(anchoring, "LEAVES_A_PART", 4)
    monkeypatch.setattr(anchor_selector, "LEAVES_A_PART", 4)
    with tenant_context(acme.id):
        point = make_point(MINA)
        for _ in range(14):
            stop(point)
        first, rest, nothing = anchor_everything(3), anchor_everything(3), anchor_everything(3)
        contact = make_contact(point)
        parts = [bytes(part.leaves) for part in EvidenceLeaves.objects.filter(anchor=first).order_by("place")]

    unpacked(b"".join(acme.client().post(f"/proof/{contact.id}/")), tmp_path)

    assert (first.count, rest.count, nothing) == (12, 2, None)
    leaves = [part[at : at + 32] for part in parts for at in range(0, len(part), 32)]
    assert (len(parts), len(leaves), root_of(leaves)) == (3, 12, bytes(first.root))
    assert problems_of(tmp_path) == []
    assert json.loads((tmp_path / "manifest.json").read_text())["anchored_events"] == 14


@proves("C35")
def test_an_event_changed_behind_our_back_after_its_anchor_is_named_although_everything_was_signed_anew(
    committed_db, tmp_path
):
    team = make_team("Acme")
    with tenant_context(team.id):
        point, purpose = make_point(MINA), make_purpose(team.actor())
        grant(point, purpose)
        event = ConsentEvent.objects.get()
        anchor_everything()
        contact = make_contact(point)

    committed_db.run_sql(
        "alter table consent_consentevent disable trigger all;"
        f" update consent_consentevent set occurred_at = occurred_at - interval '1 day' where id = '{event.id}';"
        " alter table consent_consentevent enable trigger all"
    )

    files = unpacked(b"".join(team.client().post(f"/proof/{contact.id}/")), tmp_path)
    number = json.loads(files["events.jsonl"].splitlines()[0])["number"]
    assert problems_of(tmp_path) == [f"events.jsonl: event {number} is not the one that anchor 1 covers"]


@proves("C35")
@pytest.mark.parametrize(("days", "anchored"), [(2, True), (4, True), (2, False), (4, False)])
def test_an_event_written_in_later_with_an_earlier_date_is_named_anchored_or_not(acme, tmp_path, days, anchored):
    recorded = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=days)
    with tenant_context(acme.id):
        point = make_point(MINA)
        ConsentEvent.objects.create(
            point=point,
            status="granted",
            source="web_form",
            occurred_at=recorded,
            recorded_at=recorded,
            actor_kind="user",
        )
        anchor = anchor_everything() if anchored else None
        contact = make_contact(point)

    files = unpacked(b"".join(acme.client().post(f"/proof/{contact.id}/")), tmp_path)
    event = json.loads(files["events.jsonl"].splitlines()[0])
    moment = event["event"]["recorded_at"]
    late = f"events.jsonl: event {event['number']} says it was recorded {moment}, more than 3 days before "
    why = f"its anchor of {moment_text(anchor.at)}" if anchor else "this proof was made, and no anchor covers it"
    assert problems_of(tmp_path) == ([late + why] if days > 3 else [])


def test_leaves_that_were_taken_away_behind_our_back_are_told_by_the_proof_and_stop_nobody_from_making_it(
    committed_db, tmp_path
):
    team = make_team("Acme")
    with tenant_context(team.id):
        point = make_point(MINA)
        stop(point)
        anchor_everything()
        contact = make_contact(point)

    committed_db.run_sql(
        "alter table consent_evidenceleaves disable trigger all; delete from consent_evidenceleaves;"
        " alter table consent_evidenceleaves enable trigger all"
    )

    files = unpacked(b"".join(team.client().post(f"/proof/{contact.id}/")), tmp_path)
    number = json.loads(files["events.jsonl"].splitlines()[0])["number"]
    assert problems_of(tmp_path) == [f"events.jsonl: event {number} is not the one that anchor 1 covers"]


def test_an_anchor_is_signed_by_the_platform_and_nobody_changes_it(acme):
    from accounts.actions.signing_keys import public_keys

    with tenant_context(acme.id):
        stop(make_point(MINA))
        anchor = anchor_everything()
        (key,) = public_keys()
        message = b"anchor\n" + canonical(anchor_facts(anchor))

        assert signature_holds(key.public, message, bytes(anchor.signature))
        for change in (EvidenceAnchor.objects.update, EvidenceLeaves.objects.update):
            with pytest.raises(DatabaseError), transaction.atomic():
                change(root=b"0" * 32)
        with pytest.raises(DatabaseError), transaction.atomic():
            EvidenceLeaves.objects.all().delete()


def test_only_days_that_ended_two_hours_ago_are_anchored(acme):
    now = datetime.datetime.now(datetime.UTC)
    with tenant_context(acme.id):
        stop(make_point(MINA))
        horizon = anchor_horizon()
        assert anchor_evidence(actor=SYSTEM, before=horizon) is None

    began = datetime.datetime.fromtimestamp((horizon.int >> 80) / 1000, datetime.UTC)
    ended = (now - datetime.timedelta(hours=2)).replace(hour=0, minute=0, second=0, microsecond=0)
    assert began == ended
    assert horizon.int & (2**80 - 1) == 0


def test_an_organisation_with_an_event_of_a_past_day_is_found_until_it_is_anchored(acme, rival):
    yesterday = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=2)
    old = uuid.UUID(int=round(yesterday.timestamp() * 1000) << 80 | 7 << 76 | 2 << 62 | 1)
    with tenant_context(acme.id):
        stop(make_point(MINA))
        ConsentEvent.objects.create(
            id=old, point=make_point(MINA), status="withdrawn", source="keyword", occurred_at=yesterday,
            recorded_at=yesterday, actor_kind="system",
        )  # fmt: skip

    found = organizations_to_anchor()
    count = tasks.anchor_evidence(organization_id=str(acme.id))

    assert (found, count, organizations_to_anchor()) == ([acme.id], 1, [])


def organizations_to_anchor():
    with connection.cursor() as cursor:
        cursor.execute("select organization_id from app_orgs_to_anchor()")
        return [found for (found,) in cursor.fetchall()]


def test_the_beat_anchors_each_organisation_that_has_something_new_and_no_other(acme, rival, monkeypatch):
    with tenant_context(acme.id):
        stop(make_point(MINA))
    with tenant_context(rival.id):
        stop(make_point(OMAR))
        anchor_everything()
    monkeypatch.setattr(tasks.anchoring, "anchor_horizon", lambda: uuid.UUID(int=2**128 - 1))
    assert organizations_to_anchor() == []  # what happened today waits

    count = tasks.anchor_evidence(organization_id=str(acme.id))
    again = tasks.anchor_evidence(organization_id=str(acme.id))

    assert (count, again) == (1, 0)
    with tenant_context(rival.id):
        assert EvidenceAnchor.objects.count() == 1


def test_anchoring_costs_the_same_statements_however_many_events_a_part_has(acme):
    asked = []
    with tenant_context(acme.id):
        stop(make_point(OMAR))
        anchor_everything()
        for count in (3, 30):
            for _ in range(count):
                stop(make_point(MINA))
            with Statements() as statements:
                anchor_everything()
            asked.append(len(statements))

    assert asked[0] == asked[1] <= 16
