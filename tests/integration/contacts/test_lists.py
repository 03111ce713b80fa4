"""Lists of people."""

import pytest

from accounts.contracts import NotAllowed, Refused
from contacts.actions import lists
from contacts.models import ListMember
from contacts.selectors.lists import lists_with_counts
from core.tenancy import tenant_context
from tests.factories.contacts import make_contact
from tests.integration.accounts.chain import deeds
from tests.snapshots import rows_of


def test_people_are_on_many_lists_each_once_and_leave_them(acme):
    mina, omar = make_contact(acme, first_name="Mina"), make_contact(acme, first_name="Omar")

    with tenant_context(acme.id):
        guests = lists.create_list(actor=acme.actor(), name="Guests")
        trade = lists.create_list(actor=acme.actor(), name="Wholesale")
        added = [
            lists.add_members(actor=acme.actor(), target=guests, contact_ids=[mina.id, omar.id, mina.id]),
            lists.add_members(actor=acme.actor(), target=guests, contact_ids=[mina.id]),
            lists.add_members(actor=acme.actor(), target=trade, contact_ids=[mina.id]),
        ]
        removed = lists.remove_members(actor=acme.actor(), target=guests, contact_ids=[omar.id])

        assert (added, removed) == ([2, 0, 1], 1)
        assert [(group.name, group.people) for group in lists_with_counts()] == [("Guests", 1), ("Wholesale", 1)]
    assert [deed[0] for deed in deeds(acme.id)][-3:] == [
        "list.people_added",
        "list.people_added",
        "list.people_removed",
    ]


def test_somebody_of_another_organisation_joins_no_list(acme, rival):
    theirs = make_contact(rival, first_name="Zoya")
    with tenant_context(acme.id):
        guests = lists.create_list(actor=acme.actor(), name="Guests")
    before, others = rows_of(acme.id), rows_of(rival.id)

    with tenant_context(acme.id):
        assert lists.add_members(actor=acme.actor(), target=guests, contact_ids=[theirs.id]) == 0

    assert (rows_of(acme.id), rows_of(rival.id)) == (before, others)


def test_a_list_has_one_name_and_keeps_its_people_under_another(acme):
    mina = make_contact(acme, first_name="Mina")
    with tenant_context(acme.id):
        guests = lists.create_list(actor=acme.actor(), name="  Lookbook   guests ")
        lists.add_members(actor=acme.actor(), target=guests, contact_ids=[mina.id])
        with pytest.raises(Refused, match="of that name"):
            lists.create_list(actor=acme.actor(), name="Lookbook guests")
        with pytest.raises(Refused, match="needs a name"):
            lists.create_list(actor=acme.actor(), name=" ")

        lists.rename_list(actor=acme.actor(), target=guests, name="Visitors")

        assert [(group.name, group.people) for group in lists_with_counts()] == [("Visitors", 1)]
        assert ListMember.objects.count() == 1


def test_without_the_right_no_list_is_touched(acme):
    with tenant_context(acme.id):
        guests = lists.create_list(actor=acme.actor(), name="Guests")
    before = rows_of(acme.id)

    for verb in (
        lambda actor: lists.create_list(actor=actor, name="Other"),
        lambda actor: lists.rename_list(actor=actor, target=guests, name="Other"),
        lambda actor: lists.add_members(actor=actor, target=guests, contact_ids=[]),
        lambda actor: lists.remove_members(actor=actor, target=guests, contact_ids=[]),
    ):
        with tenant_context(acme.id), pytest.raises(NotAllowed):
            verb(acme.actor("viewer"))

    assert rows_of(acme.id) == before
