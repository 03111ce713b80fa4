"""How often one number is written to, over all campaigns, purposes and channels: the law's three a day, and our own (C19)."""

import datetime

import pytest

from accounts.models import Organization
from core import clock
from core.ids import new_id
from core.tenancy import tenant_context
from messaging.models import Message, Sender, Template, TemplateVersion
from tests.factories.consent import grant, make_point, make_purpose

FLORIDIAN, OREGONIAN = "+13055550142", "+15035550142"


@pytest.fixture
def people(house):
    """Somebody in Florida and somebody in Oregon, who agreed to offers, news and codes by text, and a line that calls."""
    with tenant_context(house.id):
        purposes = {
            "offers": make_purpose(house.actor),
            "news": make_purpose(house.actor, "News", "informational"),
            "codes": make_purpose(house.actor, "Codes", "transactional"),
        }
        line = Sender.objects.create(account=house.account, channel="voice", address="+14025550999", label="Calls")
        points = {number: make_point(number) for number in (FLORIDIAN, OREGONIAN)}
        for point in points.values():
            for purpose in purposes.values():
                grant(point, purpose)
    return points, purposes, {"sms": house.sender, "voice": line}


def sent(people, number, purpose, channel="sms", hours_ago=1):
    """Something of a campaign of its own reached this number so many hours ago."""
    points, purposes, lines = people
    at = clock.now() - datetime.timedelta(hours=hours_ago)
    template = Template.objects.create(name=f"{purpose} {new_id()}", channel=channel, purpose=purposes[purpose])
    Message.objects.create(
        template_version=TemplateVersion.objects.create(template=template, number=1, body="Hello"),
        channel=channel, origin="run", origin_id=new_id(), point=points[number], sender=lines[channel],
        purpose=purposes[purpose], body_sealed=b"", state="accepted", expires_at=at, created_at=at,
    )  # fmt: skip


def reasons(app, house, people, purpose="offers"):
    """Why a text would not leave for the Floridian and for the Oregonian now; what the hour says does not count here."""
    key = people[1][purpose].key
    asked = {"channel": "sms", "purpose": key, "sender": str(house.sender.id), "addresses": [FLORIDIAN, OREGONIAN]}
    codes = [line["reason"]["code"] if line["reason"] else "" for line in app.post("decisions/", asked).json()["data"]]
    return [code.replace("quiet_hours", "") for code in codes]


def test_in_florida_three_a_day_count_over_campaigns_purposes_and_channels(app, house, people):
    with tenant_context(house.id):
        for number in (FLORIDIAN, OREGONIAN):
            sent(people, number, "offers")
            sent(people, number, "offers", "voice")
    two = reasons(app, house, people)

    with tenant_context(house.id):
        for number in (FLORIDIAN, OREGONIAN):
            sent(people, number, "news", hours_ago=23)
    three = reasons(app, house, people)

    assert (two, three) == (["", ""], ["freq_cap", ""])


def test_what_is_older_than_a_day_and_what_somebody_waits_for_does_not_count(app, house, people):
    with tenant_context(house.id):
        for hours in (25, 30, 48):
            sent(people, FLORIDIAN, "offers", hours_ago=hours)
        for _ in range(4):
            sent(people, FLORIDIAN, "codes")

    assert reasons(app, house, people) == ["", ""]


def test_the_organisations_own_cap_counts_over_everything_and_spares_what_somebody_waits_for(app, house, people):
    with tenant_context(house.id):
        Organization.objects.filter(id=house.id).update(message_cap=2, message_cap_days=7)
        sent(people, OREGONIAN, "offers", hours_ago=100)
        sent(people, OREGONIAN, "news", "voice", hours_ago=2)

    assert reasons(app, house, people) == ["", "freq_cap"]
    assert reasons(app, house, people, "news") == ["", "freq_cap"]
    assert reasons(app, house, people, "codes") == ["", ""]
