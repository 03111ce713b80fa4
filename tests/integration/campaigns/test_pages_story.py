"""The whole path through pages alone: write, check, launch, send by the carrier over HTTP, report, answers."""

import csv
import io

import pytest
from django.test import Client

from accounts.actions.guests import add_guest
from accounts.models import User
from campaigns.models import Campaign, Run
from core.phone import parse_phone
from core.spreadsheets import read_back
from core.tenancy import tenant_context
from tests.carriers import Sandbox
from tests.factories import campaigns as factory
from tests.factories.accounts import logged_in
from tests.factories.campaigns import House, add_people, number
from tests.integration.campaigns.test_story import sent_to, tick
from tests.proofs import proves


@pytest.fixture
def browser(street: House) -> Client:
    """The owner's browser."""
    return logged_in(User.objects.get(id=street.actor.id), street.id)


def written(browser: Client, house: House) -> str:
    """A draft, written by its form; answers its address."""
    body = {"name": "Winter sale", "purpose": house.purpose.id, "sender": house.sender.id, "included": house.people.id}
    answer = browser.post("/campaigns/new/sms/", body | {"body": "Hello {{ contact.first_name }}", "check": "1"})
    assert answer.status_code == 302, answer.context["form"].errors
    return str(answer["Location"]).removesuffix("check/")


def test_from_the_empty_form_to_a_report_whose_every_number_is_true(
    street: House, sandbox: Sandbox, browser: Client
) -> None:
    add_people(street, 12, 9)
    campaign = written(browser, street)
    browser.post(f"{campaign}check/")
    checked = browser.get(f"{campaign}check/").content.decode()

    report = browser.post(f"{campaign}launch/", {"confirmed": "9", "at": ""})["Location"]
    tick(street)
    sandbox.settle()
    sandbox.post("phones/+14025560001/reply", {"text": "STOP"})
    sandbox.post("phones/+14025560002/reply", {"text": "Do you open on Sunday?"})
    tick(street)
    page = browser.get(report)
    everybody = list(csv.DictReader(io.StringIO(b"".join(browser.post(f"{report}people.csv")).decode("utf-8-sig"))))

    assert "9 people would get this. 3 would not." in checked
    assert sent_to(sandbox) == {f"+1402556{index:04d}": 1 for index in range(9)}
    assert "9 of 9 people got it." in page.content.decode()
    told = page.context["report"]
    assert (told.planned, told.allowed, told.sent, told.people["delivered"], told.segments) == (12, 9, 9, 9, 9)
    assert told.answers == {"replied": 1, "opted_out": 1}
    arrived = [read_back(row["Address"]) for row in everybody if row["Outcome"] == "Delivered"]
    assert sorted(arrived) == sorted(sent_to(sandbox))
    assert [read_back(row["Address"]) for row in everybody if row["Answer"] == "Opted out"] == ["+14025560001"]
    assert browser.get(f"{report}progress/").status_code == 286


def test_failures_of_the_carrier_stand_in_the_report_in_plain_words(
    street: House, sandbox: Sandbox, browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends = ["01", "54", "21", "22"]  # arrives; not in use; not a number; said stop to the carrier
    monkeypatch.setattr(factory, "number", lambda index: parse_phone(f"+140255501{ends[index]}"))
    add_people(street, 4, 4)
    campaign = written(browser, street)
    browser.post(f"{campaign}check/")

    report = browser.post(f"{campaign}launch/", {"confirmed": "4"})["Location"]
    tick(street)
    sandbox.settle()
    tick(street)

    told = browser.get(report).context["report"]
    assert (told.people["delivered"], told.people["failed"], told.sent) == (1, 3, 2)
    assert {(row.code, row.label, row.people) for row in told.troubles} == {
        ("30005", "The number is not in use", 1),
        ("21211", "The number is not a valid phone number", 1),
        ("21610", "The person has opted out of messages from this sender", 1),
    }
    for row in told.troubles:
        found = browser.get(f"{report}people/", {"show": row.view, "reason": row.code}).context["page"].people
        assert len(found) == row.people == 1
        assert found[0].steps[-1].code == row.code


@proves("D15")
def test_a_test_reaches_the_guest_who_agreed_and_leaves_the_other_out_with_the_reason(
    street: House, sandbox: Sandbox, browser: Client
) -> None:
    add_people(street, 2, 1)
    campaign = written(browser, street)
    with tenant_context(street.id):
        add_guest(actor=street.actor, label="Hina", address=number(0))
        add_guest(actor=street.actor, label="Bilal", address=number(700))

    browser.post(f"{campaign}test/")
    sandbox.settle()

    assert [entry["body"] for entry in sandbox.ledger("kind=message")] == ["Hello Hina"]
    lines = {line.name: (line.outcome.key, line.words) for line in browser.get(campaign).context["lines"]}
    assert lines == {"Hina": ("delivered", "arrived on the phone"), "Bilal": ("refused", "They never agreed to this")}
    assert browser.get(f"{campaign}tests/").status_code == 286
    with tenant_context(street.id):
        assert Run.objects.exclude(kind="simulation").count() == 0
        assert Campaign.objects.get().state == "draft"
