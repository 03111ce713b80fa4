"""Verbs on an organisation."""

import dataclasses

import pytest
from django.db import DatabaseError, transaction

from accounts import documents
from accounts.actions import organizations as actions
from accounts.actions.preferences import choose_theme
from accounts.contracts import NotAllowed, Refused
from accounts.models import Agreement, Membership, Organization, OrganizationKey
from accounts.selectors import has_accepted_documents
from core import vault
from core.tenancy import tenant_context
from tests.factories.accounts import actor_of, make_person, operator_actor
from tests.integration.accounts.chain import deeds, last_deed
from tests.proofs import proves
from tests.snapshots import changed, rows_of

ONE_DEED = {"accounts_organization": 0, "accounts_auditevent": 1, "accounts_audithead": 0}


def organization(team):
    with tenant_context(team.id):
        return Organization.objects.current()


@proves("A20", "A21")
def test_opening_writes_the_organisation_in_trial_two_keys_one_owner_three_agreements_and_the_chain(db):
    """A20 and A21: the age and the documents are accepted with who, when and from where."""
    owner = make_person("Ada")

    organization_id = actions.open_organization(actor=actor_of(owner), owner=owner, name="  Ada's Books ")

    counts = {table: count for table, (count, _) in rows_of(organization_id).items() if count}
    assert counts == {
        "accounts_organization": 1, "accounts_organizationkey": 2, "accounts_membership": 1,
        "accounts_agreement": 3, "accounts_auditevent": 2, "accounts_audithead": 1,
    }  # fmt: skip
    with tenant_context(organization_id):
        assert (Organization.objects.current().name, Organization.objects.current().state) == ("Ada's Books", "trial")
        assert Membership.objects.get().role == "owner"
        assert sorted(OrganizationKey.objects.values_list("purpose", "version")) == [("data", 1), ("digest", 1)]
        agreed = list(Agreement.objects.values_list("document", "user_id", "address"))
    assert sorted(agreed) == [
        (name, owner.id, "192.0.2.10") for name in ("acceptable_use", "data_processing", "terms")
    ]  # fmt: skip
    assert [deed[0] for deed in deeds(organization_id)] == ["documents.accepted", "organization.opened"]


def test_an_organisation_that_cannot_be_opened_whole_is_not_opened_at_all(db, monkeypatch):
    owner = make_person("Ada")
    opened = []
    monkeypatch.setattr(actions, "add_member", lambda **_: opened.append(1) or 1 / 0)

    with pytest.raises(ZeroDivisionError):
        actions.open_organization(actor=actor_of(owner), owner=owner, name="Ada's Books")

    assert opened == [1]
    assert actor_of(owner).id == owner.id
    from accounts.selectors import organizations_of

    assert organizations_of(owner.id) == []


@proves("A21")
def test_a_new_version_of_a_document_is_accepted_once_more_and_both_stay(acme, monkeypatch):
    newer = tuple(dataclasses.replace(each, version="2027-01") for each in documents.current_documents())
    monkeypatch.setattr(actions, "current_documents", lambda: newer)
    monkeypatch.setattr("accounts.selectors.current_documents", lambda: newer)
    viewer = acme.people["viewer"]
    before = rows_of(acme.id)

    with tenant_context(acme.id):
        asked = not has_accepted_documents(viewer.id)
        actions.accept_documents(actor=actor_of(viewer), user=viewer)
        actions.accept_documents(actor=actor_of(viewer), user=viewer)

        assert asked
        assert has_accepted_documents(viewer.id)
    assert changed(before, rows_of(acme.id)) == {
        "accounts_agreement": 3, "accounts_auditevent": 1, "accounts_audithead": 0
    }  # fmt: skip


@proves("A21")
def test_an_agreement_can_be_neither_changed_nor_deleted(acme):
    before = rows_of(acme.id)

    for change in (lambda rows: rows.update(version="1"), lambda rows: rows.delete()):
        with tenant_context(acme.id), pytest.raises(DatabaseError), transaction.atomic():
            change(Agreement.objects.all())

    assert rows_of(acme.id) == before


@proves("A22")
def test_settings_change_with_before_and_after_in_the_trail_and_an_unchanged_one_writes_nothing(acme):
    before = rows_of(acme.id)

    with tenant_context(acme.id):
        actions.change_settings(actor=acme.actor(), time_zone="Asia/Karachi", currency="USD", support_contact="0800")

    assert changed(before, rows_of(acme.id)) == ONE_DEED
    now = organization(acme)
    assert (now.time_zone, now.currency, now.support_contact) == ("Asia/Karachi", "USD", "0800")
    assert deeds(acme.id)[-1] == (
        "settings.changed", "organization", {"time_zone": ["UTC", "Asia/Karachi"], "support_contact": ["", "0800"]}
    )  # fmt: skip

    before = rows_of(acme.id)
    with tenant_context(acme.id):
        actions.change_settings(actor=acme.actor(), time_zone="Asia/Karachi")
    assert rows_of(acme.id) == before


def test_settings_refuse_what_is_no_setting_and_whoever_may_not(acme):
    before = rows_of(acme.id)

    with tenant_context(acme.id), pytest.raises(ValueError, match=r"not settings: \['state'\]"):
        actions.change_settings(actor=acme.actor(), state="live")
    with tenant_context(acme.id), pytest.raises(NotAllowed):
        actions.change_settings(actor=acme.actor("viewer"), name="Mine")

    assert rows_of(acme.id) == before


def test_the_emergency_stop_is_one_row_and_one_audit_entry_and_stopping_twice_writes_nothing(acme, rival):
    others = rows_of(rival.id)
    before = rows_of(acme.id)

    with tenant_context(acme.id):
        actions.stop_sending(actor=acme.actor("campaign_manager"))

    assert organization(acme).sending_stopped_at is not None
    assert organization(rival).sending_stopped_at is None
    assert changed(before, rows_of(acme.id)) == ONE_DEED
    assert last_deed(acme.id).action == "sending.stopped"
    before = rows_of(acme.id)
    with tenant_context(acme.id):
        actions.stop_sending(actor=acme.actor())
    assert rows_of(acme.id) == before
    assert rows_of(rival.id) == others


def test_only_whoever_may_resume_lets_messages_leave_again(acme):
    with tenant_context(acme.id):
        actions.stop_sending(actor=acme.actor())
    before = rows_of(acme.id)

    with tenant_context(acme.id), pytest.raises(NotAllowed):
        actions.resume_sending(actor=acme.actor("campaign_manager"))
    assert rows_of(acme.id) == before

    with tenant_context(acme.id):
        actions.resume_sending(actor=acme.actor())
        actions.resume_sending(actor=acme.actor())
    assert organization(acme).sending_stopped_at is None
    assert changed(before, rows_of(acme.id)) == ONE_DEED


def test_a_review_needs_a_legal_name_and_a_use_case_and_is_asked_for_in_trial_only(acme, operator):
    before = rows_of(acme.id)
    with tenant_context(acme.id), pytest.raises(Refused, match="needs your legal name"):
        actions.request_review(actor=acme.actor())
    with tenant_context(acme.id), pytest.raises(NotAllowed):
        actions.request_review(actor=acme.actor("viewer"))
    assert rows_of(acme.id) == before

    with tenant_context(acme.id):
        actions.change_settings(actor=acme.actor(), legal_name="Acme Ltd", use_case="Reminders")
        actions.request_review(actor=acme.actor())
    assert organization(acme).review_requested_at is not None

    with tenant_context(acme.id):
        actions.go_live(actor=operator_actor(operator), note="checked")
    before = rows_of(acme.id)
    with tenant_context(acme.id), pytest.raises(Refused, match="in trial"):
        actions.request_review(actor=acme.actor())
    assert rows_of(acme.id) == before


def test_only_an_operator_ends_the_trial(acme, operator):
    before = rows_of(acme.id)
    with tenant_context(acme.id), pytest.raises(Refused, match="Only an operator"):
        actions.go_live(actor=acme.actor(), note="me")
    assert rows_of(acme.id) == before

    with tenant_context(acme.id):
        actions.go_live(actor=operator_actor(operator), note="checked")

    assert (organization(acme).state, organization(acme).review_note) == ("live", "checked")
    assert deeds(acme.id)[-1] == ("organization.went_live", "organization", {"state": ["trial", "live"]})


def test_a_suspension_has_reason_and_date_and_lifting_it_restores_what_was_before(acme, operator):
    actor = operator_actor(operator)
    with tenant_context(acme.id):
        actions.go_live(actor=actor, note="")
    before = rows_of(acme.id)

    with tenant_context(acme.id), pytest.raises(Refused, match="needs a reason"):
        actions.suspend_organization(actor=actor, reason="  ")
    with tenant_context(acme.id), pytest.raises(Refused, match="Only an operator"):
        actions.suspend_organization(actor=acme.actor(), reason="spite")
    with tenant_context(acme.id), pytest.raises(Refused, match="not suspended"):
        actions.reinstate_organization(actor=actor)
    assert rows_of(acme.id) == before

    with tenant_context(acme.id):
        actions.suspend_organization(actor=actor, reason=" complaints ")
    now = organization(acme)
    assert (now.state, now.suspended_reason, now.state_before_suspension) == ("suspended", "complaints", "live")
    assert now.suspended_at is not None
    assert changed(before, rows_of(acme.id)) == ONE_DEED
    deed = last_deed(acme.id)
    assert (deed.action, deed.actor_kind, deed.actor_id) == ("organization.suspended", "operator", operator.id)

    with tenant_context(acme.id), pytest.raises(Refused, match="cannot become suspended"):
        actions.suspend_organization(actor=actor, reason="again")
    with tenant_context(acme.id):
        actions.reinstate_organization(actor=actor)
    now = organization(acme)
    assert (now.state, now.suspended_at, now.suspended_reason) == ("live", None, "")


def test_a_suspended_trial_comes_back_as_a_trial(acme, operator):
    with tenant_context(acme.id):
        actions.suspend_organization(actor=operator_actor(operator), reason="complaints")
        actions.reinstate_organization(actor=operator_actor(operator))

    assert organization(acme).state == "trial"


def test_a_theme_is_remembered(outsider):
    choose_theme(user=outsider, theme="dark")

    outsider.refresh_from_db()
    assert outsider.theme == "dark"


def test_each_organisation_has_keys_of_its_own(acme, rival):
    vault.forget_rings()
    row = acme.id

    sealed = vault.seal(acme.id, "t", "c", row, "secret")

    assert vault.unseal_text(acme.id, "t", "c", row, sealed) == "secret"
    with pytest.raises(vault.CannotOpen):
        vault.unseal(rival.id, "t", "c", row, sealed)
