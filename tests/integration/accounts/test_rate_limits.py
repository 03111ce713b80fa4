"""Limits of keys, organisations, addresses and people: what their answers say, and that a refused one changed nothing."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.counts import Statements
from tests.factories.accounts import make_key, settings_of
from tests.factories.billing import top_up
from tests.integration.api.conftest import application
from tests.proofs import proves
from tests.snapshots import rows_of

URL = "/api/v1/organization/"
#: one a minute, so that no bucket fills again while a test runs
SLOW = (1, 2)


@pytest.fixture
def api_limit(settings):
    """Make one limit of the API narrow."""

    def narrow(name):
        settings.API_LIMITS = settings.API_LIMITS | {name: SLOW}

    return narrow


@pytest.fixture
def page_limit(settings):
    """Make one limit of pages narrow."""

    def narrow(name):
        settings.PAGE_LIMITS = settings.PAGE_LIMITS | {name: SLOW}

    return narrow


def asked(whole, address="198.51.100.7", **headers):
    return Client(REMOTE_ADDR=address).get(URL, headers={"Authorization": f"Bearer {whole}"} | headers)


@proves("L5")
@pytest.mark.parametrize(
    ("limit", "whose"),
    [
        ("key", "This key has 1 requests a minute, and 2 at once."),
        ("organization", "Your organisation has 1 requests a minute, and 2 at once."),
        ("address", "Your network address has 1 requests a minute, and 2 at once."),
    ],
)
def test_whoever_asks_an_api_too_often_reads_whose_limit_it_is_and_others_go_on(acme, rival, api_limit, limit, whose):
    api_limit(limit)
    keys = [make_key(acme, ["see_contacts"])[1] for _ in range(2)]
    address = "198.51.100.70" if limit == "address" else "198.51.100.71"
    used = [asked(keys[0], address), asked(keys[0], address)]
    before = rows_of(acme.id)

    refused = asked(keys[0], address)
    beside = {
        "key": asked(keys[1], address),
        "organization": asked(make_key(rival, ["see_contacts"])[1], address),
        "address": asked(keys[0], "198.51.100.72"),
    }[limit]

    assert [answer.status_code for answer in (*used, refused, beside)] == [200, 200, 429, 200]
    assert [answer["RateLimit-Remaining"] for answer in (*used, refused)] == ["1", "0", "0"]
    assert refused["RateLimit-Limit"] == "2"
    assert 50 <= int(refused["RateLimit-Reset"]) <= 60
    assert refused["Retry-After"] == refused["RateLimit-Reset"]
    assert f'1;w=60;burst=2;comment="{limit}"' in refused["RateLimit-Policy"].split(", ")
    body = refused.json()
    assert (body["code"], body["status"], body["detail"]) == ("too_many", 429, whose)
    assert body["remedy"] == f"Ask again in {refused['Retry-After']} seconds; Retry-After says it too."
    after = rows_of(acme.id)
    assert {table for table in after if after[table] != before[table]} <= {"accounts_apirequestlog", "accounts_apikey"}


@proves("L5")
def test_an_address_that_tries_keys_reads_that_it_is_slowed(acme, api_limit):
    api_limit("unknown")

    got = [Client(REMOTE_ADDR="198.51.100.80").get(URL) for _ in range(3)]
    whole = make_key(acme, ["see_contacts"])[1]

    assert [answer.status_code for answer in got] == [401, 401, 429]
    assert got[2].json()["detail"] == "A network address without a living key has 1 requests a minute, and 2 at once."
    assert asked(whole, "198.51.100.80").status_code == 200


@proves("L5")
@pytest.mark.parametrize(
    ("limit", "whose"),
    [
        ("user", "You have 1 requests a minute, and 2 at once."),
        ("organization", "All people of your organisation together have 1 requests a minute, and 2 at once."),
        ("address", "Your network address has 1 requests a minute, and 2 at once."),
    ],
)
def test_a_person_who_asks_for_too_many_pages_reads_when_to_go_on(acme, rival, page_limit, limit, whose):
    browser, told = acme.client(), settings_of(acme)
    page_limit(limit)
    here = {"REMOTE_ADDR": "198.51.100.90" if limit == "address" else "198.51.100.92"}
    used = [browser.get("/settings/", **here) for _ in range(2)]
    before = rows_of(acme.id)

    with Statements() as captured:
        refused = browser.post("/settings/", told | {"name": "Another"}, **here)
    beside = {
        "user": acme.client("viewer").get("/", **here),
        "organization": rival.client().get("/", **here),
        "address": browser.get("/", REMOTE_ADDR="198.51.100.91"),
    }[limit]

    assert [answer.status_code for answer in (*used, refused, beside)] == [200, 200, 429, 200]
    assert used[1]["RateLimit-Remaining"] == "0"
    words = " ".join(refused.content.decode().split())
    assert f"{whose} Nothing was changed. Go on in {refused['Retry-After']} seconds." in words
    assert rows_of(acme.id) == before
    assert len(captured) <= 3, "who somebody is and where they belong, and nothing for the page"
    assert Client().get(reverse("account_login"), **here).status_code == 200


@proves("L5")
def test_the_limits_of_the_product_are_those_that_were_decided():
    from config.settings import base

    assert base.API_LIMITS == {
        "key": (600, 100), "organization": (1800, 300), "address": (3600, 600), "unknown": (60, 20)
    }  # fmt: skip
    assert base.PAGE_LIMITS == {"user": (600, 200), "organization": (6000, 1000), "address": (6000, 1000)}


@proves("M14")
def test_an_application_reads_how_far_its_limits_and_its_units_reach(acme, rival, settings):
    settings.API_LIMITS = {"key": (1, 5), "organization": (2, 9), "address": (1, 50), "unknown": (1, 5)}
    top_up(acme.id, 12)
    whole, blind = (make_key(acme, [scope])[1] for scope in ("see_units", "see_contacts"))

    def read(key, query=""):
        headers = {"Authorization": f"Bearer {key}"}
        return Client(REMOTE_ADDR="198.51.100.99").get(f"/api/v1/limits/{query}", headers=headers).json()

    told, again = read(whole), read(whole)

    assert [(each["name"], each["per_minute"], each["at_once"]) for each in told["limits"]] == [
        ("key", 1, 5), ("organization", 2, 9), ("address", 1, 50)
    ]  # fmt: skip
    assert [each["remaining"] for each in told["limits"]][:2] == [4, 8]
    assert [each["remaining"] for each in again["limits"]][:2] == [3, 7]
    assert [each["reset_seconds"] for each in told["limits"]] == [0, 0, 0]
    assert told["quotas"] == {"units": 12_000}
    assert read(blind)["quotas"] == {"units": None}
    assert read(make_key(rival, ["see_units"])[1])["quotas"] == {"units": 0}
    assert list(read(whole, "?fields=quotas")) == ["quotas"]


@proves("M14")
def test_the_answer_to_a_change_says_the_units_there_are_to_whoever_may_see_them(acme, rival):
    top_up(acme.id, 12)
    body = {"address": "+14025550123", "channel": "all"}

    ours = application(acme, "change_consent", "see_units").post("stops/", body)
    refused = application(acme, "change_consent", "see_units").post("stops/", {"channel": "all"})
    blind = application(acme, "change_consent").post("stops/", body)
    theirs = application(rival, "change_consent", "see_units").post("stops/", body)
    read = application(acme, "see_units").get("units/")

    assert [answer.status_code for answer in (ours, refused, blind, theirs)] == [201, 400, 201, 201]
    assert [answer.headers.get("Units-Available") for answer in (ours, refused, blind, theirs)] == [
        "12000", "12000", None, "0"
    ]  # fmt: skip
    assert "Units-Available" not in read


@proves("M14")
def test_what_came_in_outside_a_transaction_says_the_units_too(acme):
    top_up(acme.id, 3)
    whole = make_key(acme, ["change_consent", "see_units"])[1]

    answer = Client().post(
        "/api/v1/consents/attachments/",
        b"no file that anybody knows",
        content_type="application/pdf",
        headers={"Authorization": f"Bearer {whole}"},
    )

    assert (answer.status_code, answer["Units-Available"]) == (422, "3000")
