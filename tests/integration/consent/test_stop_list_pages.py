"""The pages of lists: begun, filled, searched, emptied and taken out, each deed with its reason, by who may."""

import csv
import datetime
import io

import pytest

from accounts.models import AuditEvent
from consent.actions.stop_lists import add_entries, open_list
from consent.models import StopList, StopListEntry
from consent.selectors.stop_lists import lists_in_force, told_reason
from consent.values import read_listed
from core import clock
from core.spreadsheets import read_back
from core.tenancy import tenant_context

pytestmark = pytest.mark.django_db
NEBRASKAN, MAILBOX = "+14025550142", "mina@example.com"
WHY = "Asked by their lawyer"


@pytest.fixture
def ours(acme):
    """An own list with a number, a mailbox, a domain and a beginning of numbers on it."""
    with tenant_context(acme.id):
        made = open_list(actor=acme.actor(), kind="own", name="Ours", source="The office")
        texts = (NEBRASKAN, MAILBOX, "@barred.example", "+4470*")
        add_entries(actor=acme.actor(), stop_list=made, entries=[read_listed(text, "US") for text in texts], reason=WHY)
    return made


def page_of(made, deed=""):
    return f"/consent/lists/{made.id}/{deed}"


def test_who_has_no_list_yet_learns_what_one_is_for(acme):
    client = acme.client()

    page = client.get("/consent/lists/")

    assert page.status_code == 200
    assert "No list yet" in page.content.decode()


def test_a_list_is_begun_filled_looked_through_and_emptied_and_every_entry_has_its_reason(acme):
    client = acme.client()

    begun = client.post("/consent/lists/", {"kind": "own", "name": "Ours", "source": "The office", "ends_on": ""})
    with tenant_context(acme.id):
        made = StopList.objects.get()
    client.post(
        page_of(made, "add/"),
        {"entries": f"{NEBRASKAN}\n@barred.example\n", "reason": WHY, "channel": "all", "ends_on": ""},
    )
    shown = client.get(page_of(made)).content.decode()
    found = client.post(page_of(made, "find/"), {"address": "x@mail.barred.example"}).content.decode()
    nobody = client.post(page_of(made, "find/"), {"address": "x@acme.example"}).content.decode()
    with tenant_context(acme.id):
        entry = StopListEntry.objects.get(form="phone")
    removal = f"/consent/lists/entries/{entry.id}/remove/"
    without = client.post(removal, {"reason": ""})
    gone = client.post(removal, {"reason": "They signed anew"})

    assert (begun.status_code, begun.url) == (302, page_of(made))
    assert all(text in shown for text in (NEBRASKAN, "@barred.example", WHY))
    assert "It is on this list" in found
    assert "It is not on this list" in nobody
    assert (without.status_code, "Say why" in without.content.decode(), gone.status_code) == (422, True, 302)
    with tenant_context(acme.id):
        row = StopListEntry.objects.get(form="phone")
        assert told_reason(row, "removal_sealed") == "They signed anew"
        assert NEBRASKAN not in client.get(page_of(made)).content.decode()
        deeds = AuditEvent.objects.filter(action__startswith="stop_list.").order_by("sequence")
        assert [deed.action for deed in deeds] == [
            "stop_list.opened",
            "stop_list.entries_added",
            "stop_list.entry_removed",
        ]


def test_a_list_is_taken_out_as_a_file_with_its_reasons_and_the_audit_trail_says_so(acme, ours):
    client = acme.client()

    answer = client.post(page_of(ours, "export/"))
    text = b"".join(answer.streaming_content).decode("utf-8-sig")

    assert answer["Content-Type"] == "text/csv"
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0] == ["Entry", "Kind", "Channel", "Why", "Since", "Until"]
    assert [read_back(row[0]) for row in rows[1:]] == [NEBRASKAN, MAILBOX, "@barred.example", "+4470*"]
    assert text.count(WHY) == 4
    with tenant_context(acme.id):
        assert AuditEvent.objects.get(action="stop_list.exported").data == {"rows": 4}


def test_lines_that_name_nothing_are_told_by_their_numbers_and_nothing_is_added(acme, ours):
    client = acme.client()
    body = {"entries": "+14025550143\nnobody\n\n+4025550142*\n", "reason": WHY, "channel": "all", "ends_on": ""}

    answer = client.post(page_of(ours, "add/"), body)

    assert answer.status_code == 422
    assert "Line 2, 4: no number, mailbox, domain or beginning." in answer.content.decode()
    with tenant_context(acme.id):
        assert StopListEntry.objects.count() == 4


def test_a_register_is_loaded_then_put_into_force_and_given_up_only_where_the_law_lets_it(acme):
    client = acme.client()
    client.post("/consent/lists/", {"kind": "national_dnc US", "name": "FTC", "source": "ftc.gov", "ends_on": ""})
    with tenant_context(acme.id):
        register = StopList.objects.get()
    today = clock.now().date()

    before = client.get(page_of(register)).content.decode()
    renewed = client.post(page_of(register, "renew/"), {"source_on": today.isoformat()})
    after = client.get(page_of(register)).content.decode()
    refused = client.post(page_of(register, "end/"), {"reason": "It costs too much"})

    assert ("Not loaded yet" in before, "In force" in after, renewed.status_code) == (True, True, 302)
    assert (refused.status_code, "The law wants this register asked." in refused.content.decode()) == (422, True)
    with tenant_context(acme.id):
        assert lists_in_force(clock.now()).held == (("national_dnc US", today),)


def test_an_entry_ends_by_itself_after_its_last_day(acme, ours):
    client = acme.client()
    last = clock.now().date() + datetime.timedelta(days=3)
    body = {"entries": "+14025550143", "reason": WHY, "channel": "sms", "ends_on": last.isoformat()}

    client.post(page_of(ours, "add/"), body)

    with tenant_context(acme.id):
        entry = StopListEntry.objects.get(channel="sms")
        assert entry.expires_at == datetime.datetime.combine(
            last + datetime.timedelta(1), datetime.time(), datetime.UTC
        )


def test_who_may_not_see_addresses_sees_neither_numbers_nor_reasons_and_changes_nothing(acme, ours):
    client = acme.client("viewer")

    shown = client.get(page_of(ours)).content.decode()
    answers = [
        client.post(page_of(ours, deed), {}).status_code for deed in ("find/", "add/", "renew/", "end/", "export/")
    ]

    assert "+1 … 0142" in shown
    assert [text in shown for text in (NEBRASKAN, MAILBOX, WHY, "Add to the list")] == [False] * 4
    assert answers == [403] * 5
    with tenant_context(acme.id):
        assert StopListEntry.objects.filter(removed_at=None).count() == 4


def test_another_organisations_list_is_not_there(rival, ours):
    client = rival.client()

    assert client.get(page_of(ours)).status_code == 404
    assert client.post(page_of(ours, "end/"), {"reason": "It is in my way"}).status_code == 404
