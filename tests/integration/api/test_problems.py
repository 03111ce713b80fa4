"""What a program reads when it is refused: a code of its own for each reason, where a body breaks, which fields are missing."""

import pytest
from django.test import Client

from accounts.actions.organizations import change_settings
from accounts.models import ApiRequestLog
from accounts.refusal_codes import CODES
from campaigns.models import Run
from consent.reasons import REASONS
from core.tenancy import tenant_context
from messaging.actions.connecting import add_sender
from messaging.models import Message
from tests.factories.accounts import make_key
from tests.factories.campaigns import add_people, make_campaign
from tests.factories.consent import MINA, grant, make_point
from tests.integration.api.conftest import told
from tests.integration.campaigns.conftest import check
from tests.snapshots import changed, rows_of


@pytest.fixture
def campaign(house):
    """A checked campaign that three people may get."""
    add_people(house, 3, 3)
    made = make_campaign(house)
    check(house, made)
    return made


@pytest.fixture
def line(house):
    """A sender of calls, of an organisation whose legal name is known."""
    with tenant_context(house.id):
        change_settings(actor=house.actor, legal_name="Acme Ltd")
        return add_sender(
            actor=house.actor, account=house.account, channel="voice", address="+14025550100", label="Calls",
            rate_per_second=5,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("sent", "code", "field"),
    [
        ({"confirmed": 2}, "confirmation_differs", ["confirmed"]),
        ({"confirmed": 3, "at": "2020-01-01T10:00:00Z"}, "time_passed", ["at"]),
        ({"confirmed": 3, "at": "2090-01-01T10:00:00Z"}, "time_too_far", ["at"]),
    ],
)
def test_a_launch_is_refused_with_a_code_of_its_own_and_words_for_both_doors(app, house, campaign, sent, code, field):
    answer = app.post(f"campaigns/{campaign.id}/launch/", sent)

    assert told(answer) == (422, code, field)
    assert answer.json()["type"].endswith(f"/api/v1/problems/#{code}")
    assert "heading" not in answer.json()["remedy"]
    with tenant_context(house.id):
        assert Run.objects.filter(kind="launch").count() == 0


def test_a_campaign_nobody_checked_and_a_run_that_is_over_have_codes_too(app, house, campaign):
    fresh = make_campaign(house)
    run = app.post(f"campaigns/{campaign.id}/launch/", {"confirmed": 3}).json()["id"]
    undone = app.post(f"runs/{run}/undo/")

    answers = [app.post(f"campaigns/{fresh.id}/launch/", {"confirmed": 3}), app.post(f"runs/{run}/resume/")]
    answers += [app.post(f"runs/{run}/undo/"), app.post(f"runs/{run}/cancel/")]

    assert undone.status_code == 200
    codes = ["not_checked", "not_paused", "too_late_to_undo", "run_state"]
    assert [answer.json()["code"] for answer in answers] == codes


def test_every_code_a_program_may_meet_stands_on_the_page_its_type_leads_to():
    page = Client().get("/api/v1/problems/").content.decode()

    missing = {code for code in (*CODES, *REASONS, "unfit", "not_json") if f'id="{code}"' not in page}
    assert missing == set()


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b'{"name": "Mina"', "It stops being JSON at line 1, column 16."),
        (b"{\n  name: 1}", "It stops being JSON at line 2, column 3."),
        (b" ", "The body is empty."),
        (b'{"name": "\xff"}', "Byte 11 is no UTF-8."),
        (b'{"name": NaN}', "A number or word in it is none that JSON knows."),
    ],
)
def test_a_body_that_is_no_json_is_told_where_it_breaks(acme, app, body, detail):
    app.get("contacts/")
    before = rows_of(acme.id)

    answer = Client().post(
        "/api/v1/contacts/", body, content_type="application/json", headers={"Authorization": f"Bearer {app.key}"}
    )

    assert (answer.status_code, answer.json()["code"], answer.json()["detail"]) == (400, "not_json", detail)
    assert "errors" not in answer.json()["remedy"]
    assert set(changed(before, rows_of(acme.id))) == {"accounts_apirequestlog"}


@pytest.mark.parametrize(
    ("content", "fields"),
    [
        ({}, ["content.language", "content.phone", "content.machine"]),
        ({"language": "en", "phone": ""}, ["content.phone", "content.machine"]),
        ({"language": "xx", "phone": "+18005550199", "machine": "hang_up"}, ["content.language"]),
        ({"language": "en", "phone": "+18005550199", "machine": "sing"}, ["content.machine"]),
        ({"language": "en", "phone": "+18005550199", "machine": "hang_up", "colour": "red"}, ["content.colour"]),
    ],
)
def test_all_that_a_call_lacks_is_named_at_once_where_it_was_to_stand(app, house, line, content, fields):
    with tenant_context(house.id):
        grant(make_point(MINA), house.purpose, "voice")
    letter = {"to": MINA, "sender": str(line.id), "purpose": "orders", "text": "It is ready.", "content": content}
    draft = {
        "name": "Calls", "channel": "voice", "purpose": "orders", "sender": str(line.id), "body": "It is ready.",
        "included": [str(house.people.id)], "content": content,
    }  # fmt: skip

    answers = app.post("messages/", letter), app.post("campaigns/", draft)

    assert [told(answer)[2] for answer in answers] == [fields, fields]
    with tenant_context(house.id):
        assert not Message.objects.exists()


@pytest.mark.parametrize(
    ("headers", "detail"),
    [
        ({}, "No API key came with the request."),
        ({"Authorization": "Bearer crl_live_aaaa_bbbb_cccc"}, "This API key opens nothing."),
        ({"Authorization": "Basic bWluYTpzZWNyZXQ="}, "This API key opens nothing."),
        ({"Authorization": "Bearer crl_test_aaaa_bbbb_cccc"}, "This test key opens nothing."),
    ],
)
def test_a_missing_a_wrong_and_a_wrong_test_key_are_told_apart(db, headers, detail):
    answer = Client().get("/api/v1/organization/", headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")
    assert answer.json()["detail"].startswith(detail)


def test_no_part_of_a_wrong_key_is_told_from_another(acme):
    _, whole = make_key(acme, ["see_contacts"])
    kind, secret = whole.rsplit("_", 2)[0], "x" * 10
    wrong = [f"{kind}_{secret}_000000", whole[:-1], f"{whole.rsplit('_', 3)[0]}_unknown_secret_000000"]

    answers = [
        Client().get("/api/v1/organization/", headers={"Authorization": f"Bearer {each}"}).json()["detail"]
        for each in wrong
    ]

    assert len(set(answers)) == 1


def test_what_is_sent_to_an_address_without_its_slash_is_not_lost_silently(acme, app):
    before = rows_of(acme.id)

    answer = app.ask("post", "/api/v1/contacts", {"first_name": "Mina"})
    posted = Client().post("/api/v1/contacts", {}, headers={"Authorization": f"Bearer {app.key}"})
    read = Client().get("/api/v1/contacts", headers={"Authorization": f"Bearer {app.key}"})

    assert (posted.status_code, posted["Content-Type"]) == (404, "application/problem+json")
    assert posted.json()["detail"] == "Addresses end with a slash: send it to /api/v1/contacts/."
    assert answer.status_code == 404
    assert (read.status_code, read["Location"]) == (301, "/api/v1/contacts/")
    assert changed(before, rows_of(acme.id)) == {}


def test_the_request_log_shows_the_ids_that_were_asked_for_and_the_audit_trail_the_application(acme, app, house):
    made = app.post("contacts/", {"first_name": "Mina"}).json()["id"]
    app.get(f"contacts/{made}/?phone=%2B14025550100")

    with tenant_context(acme.id):
        newest = ApiRequestLog.objects.order_by("-id")[0]
    page = acme.client().get("/settings/keys/requests/").content.decode()
    trail = acme.client().get("/audit/").content.decode()
    assert newest.route == f"api/v1/contacts/{made}/"
    assert f"GET /api/v1/contacts/{made}/" in page
    assert "14025550100" not in page
    assert "web shop (application, made by Acme Owner)" in trail


@pytest.mark.parametrize(
    ("text", "added"),
    [
        ("Ten percent off.", ["Reply STOP to opt out."]),
        ("Ten percent off. Reply STOP to opt out.", []),
    ],
)
def test_a_dry_run_adds_the_words_that_stop_as_the_check_of_a_campaign_does(app, house, text, added):
    with tenant_context(house.id):
        house.purpose.tier = "marketing"
        house.purpose.save()
        grant(make_point(MINA), house.purpose)

    answer = app.post(
        "messages/", {"to": MINA, "sender": str(house.sender.id), "purpose": "orders", "text": text, "dry_run": True}
    )

    told = answer.json()
    assert told["notices"] == []
    assert [line for line in told["added"] if "STOP" in line] == added
    assert told["text"].count("Reply STOP to opt out.") == 1
