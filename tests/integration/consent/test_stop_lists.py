"""Lists of whom not to reach: opened, filled, renewed, emptied; every refusal leaves them as they were."""

import datetime

import pytest

from accounts.contracts import NotAllowed, Refused
from accounts.models import AuditEvent
from consent.actions.stop_lists import (
    add_entries,
    end_list,
    finish_edition,
    open_list,
    remove_entry,
)
from consent.models import Point, StopList, StopListEntry
from consent.reasons import reason
from consent.selectors.points import point_history
from consent.selectors.stop_lists import lists_in_force, told_reason
from consent.values import Listed, read_listed
from core import clock
from core.problem import Problem
from core.tenancy import tenant_context
from tests.factories.accounts import make_team
from tests.factories.consent import grant, make_point, make_purpose

pytestmark = pytest.mark.django_db
NEBRASKAN, MAILBOX = "+14025550142", "mina@example.com"
WHY = "Asked by their lawyer"


@pytest.fixture
def acme():
    return make_team("Acme")


def listed(*texts):
    found = [read_listed(text, "US") for text in texts]
    assert all(isinstance(each, Listed) for each in found)
    return found


def own(team, **changes):
    return open_list(**({"actor": team.actor(), "kind": "own", "name": "Ours", "source": "The office"} | changes))


@pytest.mark.parametrize(
    ("text", "form", "read"),
    [
        ("(402) 555-0142", "phone", NEBRASKAN),
        (" Mina@Example.com ", "email", "Mina@example.com"),
        ("@Acme.example", "domain", "acme.example"),
        ("acme.example", "domain", "acme.example"),
        ("+44 70*", "prefix", "+4470"),
        ("+882*", "prefix", "+882"),
    ],
)
def test_what_somebody_writes_is_told_by_its_shape(text, form, read):
    found = read_listed(text, "US")

    assert isinstance(found, Listed)
    assert (found.form, found.text) == (form, read)


@pytest.mark.parametrize(
    ("text", "code"),
    [("@nowhere", "bad_domain"), ("4470*", "bad_prefix"), ("+402555014*", "bad_prefix"), ("12", "bad_phone")],
)
def test_what_is_no_address_and_no_pattern_is_named(text, code):
    found = read_listed(text, "US")

    assert isinstance(found, Problem)
    assert found.code == code


def test_an_own_list_keeps_addresses_so_that_they_can_be_shown_and_domains_and_beginnings_as_they_are(acme):
    with tenant_context(acme.id):
        ours = own(acme)

        added = add_entries(
            actor=acme.actor(),
            stop_list=ours,
            entries=listed(NEBRASKAN, MAILBOX, "@acme.example", "+4470*"),
            reason=WHY,
        )
        again = add_entries(actor=acme.actor(), stop_list=ours, entries=listed(NEBRASKAN), reason=WHY)

        assert (added, again) == (4, 0)
        rows = StopListEntry.objects.order_by("form")
        assert [(row.form, row.pattern, row.point_id is not None) for row in rows] == [
            ("domain", "acme.example", False),
            ("email", "", True),
            ("phone", "", True),
            ("prefix", "+4470", False),
        ]
        assert {told_reason(row) for row in rows} == {WHY}
        assert bytes(rows[2].digest) == bytes(Point.objects.get(kind="phone").digest)
        deeds = AuditEvent.objects.filter(action="stop_list.entries_added")
        assert [deed.data for deed in deeds] == [{"count": 4}]


def test_a_register_is_kept_as_digests_alone(acme):
    with tenant_context(acme.id):
        register = own(acme, kind="national_dnc", name="Register", country="US")

        add_entries(actor=acme.actor(), stop_list=register, entries=listed(NEBRASKAN))

        assert StopListEntry.objects.values_list("point_id", "reason_sealed").get() == (None, None)
        assert Point.objects.count() == 0


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kind": "grudges"}, "kind"),
        ({"country": "US"}, "country"),
        ({"kind": "national_dnc"}, "country"),
        ({"kind": "national_dnc", "country": "PR"}, "country"),
        ({"source": " "}, "source"),
        ({"source_on": datetime.date(2999, 1, 1)}, "source_on"),
        ({"expires_at": datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)}, "expires_at"),
        ({"name": "Taken"}, "name"),
    ],
)
def test_a_list_that_makes_no_sense_is_not_opened(acme, changes, field):
    with tenant_context(acme.id):
        own(acme, name="Taken")

        with pytest.raises(Refused) as refusal:
            own(acme, **changes)

        assert refusal.value.field == field
        assert StopList.objects.count() == 1


def test_without_a_reason_nobody_is_put_on_an_own_list_or_taken_off_it(acme):
    with tenant_context(acme.id):
        ours = own(acme)
        with pytest.raises(Refused) as refusal:
            add_entries(actor=acme.actor(), stop_list=ours, entries=listed(NEBRASKAN), reason="no")
        assert (refusal.value.field, StopListEntry.objects.count()) == ("reason", 0)
        add_entries(actor=acme.actor(), stop_list=ours, entries=listed(NEBRASKAN), reason=WHY)
        entry = StopListEntry.objects.get()
        with pytest.raises(Refused) as refusal:
            remove_entry(actor=acme.actor(), entry=entry, reason=" ")

        assert refusal.value.field == "reason"
        assert StopListEntry.objects.get().removed_at is None


def test_a_removed_entry_stays_on_record_with_who_and_why_and_may_be_entered_again(acme):
    with tenant_context(acme.id):
        ours = own(acme)
        add_entries(actor=acme.actor(), stop_list=ours, entries=listed(NEBRASKAN), reason=WHY)

        remove_entry(actor=acme.actor(), entry=StopListEntry.objects.get(), reason="They signed anew")

        row = StopListEntry.objects.get()
        assert (row.removed_at is not None, row.removed_by) == (True, acme.actor().id)
        assert told_reason(row, "removal_sealed") == "They signed anew"
        assert lists_in_force(clock.now()).any is False
        with pytest.raises(Refused):
            remove_entry(actor=acme.actor(), entry=row, reason="Once more, please")
        assert add_entries(actor=acme.actor(), stop_list=ours, entries=listed(NEBRASKAN), reason=WHY) == 1


def test_an_entry_of_a_register_is_removed_by_nobody(acme):
    with tenant_context(acme.id):
        register = own(acme, kind="litigator", name="Litigators")
        add_entries(actor=acme.actor(), stop_list=register, entries=listed(NEBRASKAN))

        with pytest.raises(Refused) as refusal:
            remove_entry(actor=acme.actor(), entry=StopListEntry.objects.get(), reason="A friend of mine")

        assert refusal.value.code == "register_entry"
        assert lists_in_force(clock.now()).any is True


def test_a_newer_edition_of_a_register_takes_the_place_of_the_one_before(acme):
    today = clock.now().date()
    with tenant_context(acme.id):
        first = own(acme, kind="national_dnc", name="October", country="US", source_on=today - datetime.timedelta(40))
        second = own(acme, kind="national_dnc", name="November", country="US")
        other = own(acme, kind="national_dnc", name="Pakistan", country="PK")

        with pytest.raises(Refused):
            finish_edition(actor=acme.actor(), stop_list=second, source_on=today - datetime.timedelta(41))
        with pytest.raises(Refused):
            finish_edition(actor=acme.actor(), stop_list=second, source_on=today + datetime.timedelta(2))
        finish_edition(actor=acme.actor(), stop_list=second, source_on=today)

        ended = dict(StopList.objects.values_list("id", "ended_at"))
        assert [ended[row.id] is None for row in (first, second, other)] == [False, True, True]
        assert sorted(lists_in_force(clock.now()).held, key=str) == [
            ("national_dnc PK", None),
            ("national_dnc US", today),
        ]


def test_an_own_list_may_be_given_up_and_the_register_the_law_always_wants_may_not(acme):
    with tenant_context(acme.id):
        ours, register = own(acme), own(acme, kind="national_dnc", name="Register", country="US")
        add_entries(actor=acme.actor(), stop_list=ours, entries=listed(NEBRASKAN), reason=WHY)

        end_list(actor=acme.actor(), stop_list=ours, reason="Nobody knows whose it was")
        with pytest.raises(Refused) as refusal:
            end_list(actor=acme.actor(), stop_list=register, reason="It costs too much")

        assert refusal.value.code == "register_entry"
        assert lists_in_force(clock.now()).any is False
        with pytest.raises(Refused) as refusal:
            add_entries(actor=acme.actor(), stop_list=ours, entries=listed(MAILBOX), reason=WHY)
        assert refusal.value.code == "list_ended"


def test_who_may_not_change_consent_changes_no_list(acme):
    viewer = acme.actor("viewer")
    with tenant_context(acme.id):
        ours = own(acme)

        with pytest.raises(NotAllowed):
            own(acme, actor=viewer, name="Theirs")
        with pytest.raises(NotAllowed):
            add_entries(actor=viewer, stop_list=ours, entries=listed(NEBRASKAN), reason=WHY)
        with pytest.raises(NotAllowed):
            end_list(actor=viewer, stop_list=ours, reason=WHY)

        assert (StopList.objects.count(), StopListEntry.objects.count()) == (1, 0)


def test_the_card_of_an_address_says_what_the_gate_says_about_lists_and_registers(acme):
    today = clock.now().date()
    with tenant_context(acme.id):
        offers, mina = make_purpose(acme.actor()), make_point(NEBRASKAN)
        grant(mina, offers)
        (purpose,) = point_history(mina).purposes
        assert purpose.standings[0].refused is None

        own(acme, kind="reassigned", name="Old", country="US", source_on=today - datetime.timedelta(days=31))
        (purpose,) = point_history(mina).purposes
        assert purpose.standings[0].refused == reason("register_stale")

        add_entries(actor=acme.actor(), stop_list=own(acme), entries=listed("+1402555*"), reason=WHY)
        (purpose,) = point_history(mina).purposes
        assert purpose.standings[0].refused == reason("on_a_list")


def test_one_organisations_lists_are_nobody_elses(acme):
    with tenant_context(acme.id):
        add_entries(actor=acme.actor(), stop_list=own(acme), entries=listed(NEBRASKAN, "@acme.example"), reason=WHY)
    globex = make_team("Globex")

    with tenant_context(globex.id):
        found = lists_in_force(clock.now())

    assert (found.held, found.any) == ((), False)
