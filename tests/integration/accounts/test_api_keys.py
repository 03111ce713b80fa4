"""What an application's key opens, and what never opens."""

import datetime
import zlib

import pytest
from django.test import Client

from accounts.actions import keys
from accounts.actions.keys import checksum
from accounts.models import ApiKey
from core import clock
from core.tenancy import tenant_context
from tests.factories.accounts import make_key
from tests.proofs import proves

URL = "/api/v1/organization/"


def call(key, path=URL, **headers):
    return Client(raise_request_exception=False).get(path, headers={"Authorization": f"Bearer {key}", **headers})


@proves("A25")
def test_a_key_opens_its_own_organisation_and_survives_whoever_made_it(acme, rival):
    _, whole = make_key(acme, ["see_contacts"])
    acme.people["owner"].is_active = False
    acme.people["owner"].save()

    answer = call(whole)

    assert answer.status_code == 200
    assert answer.json()["id"] == str(acme.id)
    assert set(answer.json()) == {"id", "name", "state", "time_zone", "currency"}


def test_the_day_of_last_use_is_written_once_a_day(acme):
    key, whole = make_key(acme, ["see_contacts"])

    call(whole)

    with tenant_context(acme.id):
        key.refresh_from_db()
    assert key.last_used_on == clock.now().date()


def test_a_key_that_is_revoked_expired_altered_or_of_another_organisation_opens_nothing(acme, rival):
    _, whole = make_key(acme, ["see_contacts"])
    other, _ = make_key(rival, ["see_contacts"])
    expired, expired_whole = make_key(acme, ["see_contacts"])
    revoked, revoked_whole = make_key(acme, ["see_contacts"])
    with tenant_context(acme.id):
        ApiKey.objects.filter(id=expired.id).update(expires_at=clock.now() - datetime.timedelta(seconds=1))
        keys.revoke_api_key(actor=acme.actor(), key=revoked)
    crl, mode, public_id, secret, check = whole.split("_")

    def signed(*parts):
        body = "_".join(parts)
        return f"{body}_{checksum(body)}"

    refused = {
        "revoked": revoked_whole,
        "expired": expired_whole,
        "wrong checksum": f"{crl}_{mode}_{public_id}_{secret}_000000",
        "no checksum": f"{crl}_{mode}_{public_id}_{secret}",
        "another's id with this secret": signed(crl, mode, other.public_id, secret),
        "unknown id": signed(crl, mode, "0" * 12, secret),
        "wrong secret": signed(crl, mode, public_id, secret[::-1]),
        "empty secret": signed(crl, mode, public_id, ""),
        "another product": signed("sk", mode, public_id, secret),
        "nothing": "",
        "sql": signed(crl, mode, "' or 1=1 --", secret),
        "nul": signed(crl, mode, "\u00ff", secret),
    }

    answers = {name: call(key) for name, key in refused.items()}

    assert {name: answer.status_code for name, answer in answers.items()} == dict.fromkeys(refused, 401)
    bodies = [{**answer.json(), "request_id": "", "instance": ""} for answer in answers.values()]
    for body in bodies:  # how a key begins is what its holder sent and sees; no other part is told from another
        body["detail"] = body["detail"].replace("This test key", "This API key")
    assert bodies == [bodies[0]] * len(bodies)
    assert call(whole).status_code == 200
    assert Client().get(URL, headers={"Authorization": f"Basic {whole}"}).status_code == 401
    assert Client().get(f"{URL}?key={whole}").status_code == 401


def test_a_session_opens_no_api(acme):
    assert acme.client().get(URL).status_code == 401


def test_a_key_opens_no_page(acme):
    _, whole = make_key(acme, ["see_contacts"])

    answer = call(whole, "/team/")

    assert answer.headers["Location"].startswith("/account/login/")


def key_within(team, *networks):
    with tenant_context(team.id):
        return keys.issue_api_key(
            actor=team.actor(), name="web shop", scopes=["see_contacts"], days=30, networks=networks
        )[1]


@proves("fault-37", "L3")
def test_a_key_bound_to_networks_is_dead_outside_them_whatever_fifty_forged_headers_say(acme, settings):
    inside, outside = key_within(acme, "127.0.0.0/8"), key_within(acme, "203.0.113.0/24", "2001:db8::/32")
    settings.TRUSTED_PROXIES = []
    forged = [
        call(outside, **{header: f"203.0.113.{number}"}).status_code
        for number in range(10)
        for header in ("X-Forwarded-For", "X-Real-IP", "Forwarded", "True-Client-IP", "CF-Connecting-IP")
    ]
    settings.TRUSTED_PROXIES = ["127.0.0.1"]
    through = [
        call(outside, **{"X-Forwarded-For": entry}).status_code
        for entry in ("203.0.113.9", "2001:db8::1", "203.0.113.9, 198.51.100.7", "198.51.100.7", "nonsense")
    ]

    assert call(inside).status_code == 200
    assert forged == [401] * 50
    assert through == [200, 200, 401, 401, 401]


@proves("L3")
def test_what_is_no_network_is_refused_by_the_form_and_no_key_is_made(acme):
    form = {"name": "shop", "scopes": ["see_contacts"], "days": "5"}

    answers = [
        acme.client().post("/settings/keys/", form | {"networks": text}) for text in ("here", "10.0.0.1/8", "::1/999")
    ]
    made = acme.client().post("/settings/keys/", form | {"networks": "203.0.113.7\n198.51.100.0/24,203.0.113.7"})

    assert [answer.status_code for answer in answers] == [422, 422, 422]
    assert "here is no network." in answers[0].content.decode()
    assert made.status_code == 200
    with tenant_context(acme.id):
        assert [key.networks for key in ApiKey.objects.all()] == [["198.51.100.0/24", "203.0.113.7/32"]]


@pytest.mark.parametrize("proxies", [[], ["127.0.0.1"]])
def test_fifty_forged_forwarded_addresses_change_the_recorded_one_only_behind_a_proxy(acme, settings, proxies):
    settings.TRUSTED_PROXIES = proxies
    browser = acme.client()

    for number in range(50):
        browser.post("/sending/stop/", headers={"X-Forwarded-For": f"203.0.113.{number}, 198.51.100.7"})
        browser.post("/sending/resume/", headers={"X-Forwarded-For": f"10.0.0.{number}, , 198.51.100.7"})

    rows = browser.get("/audit/?action=sending").context["page"].object_list
    assert len(rows) == 50
    assert {row.address for row in rows} == {"198.51.100.7" if proxies else "127.0.0.1"}


def test_the_checksum_is_crc_32_in_base_62():
    assert checksum("") == "000000"
    assert zlib.crc32(b"a") == 3904355907
    assert checksum("a") == _base62(3904355907)


def _base62(value):
    letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    text = ""
    while value:
        value, digit = divmod(value, 62)
        text = letters[digit] + text
    return text.rjust(6, "0")
