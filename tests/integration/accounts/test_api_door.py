"""The REST door: once for each Idempotency-Key, limits with headers, one shape of problems, and a log that tells no secret."""

import datetime
import threading

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client, RequestFactory

from accounts import tasks
from accounts.actions import answers
from accounts.actions.members import invite_member
from accounts.api import flat_errors
from accounts.api_entrance import enter
from accounts.doors import Door
from accounts.models import ApiRequestLog, IdempotencyKey, Invitation
from core import clock
from core.ids import new_id
from core.tenancy import tenant_context
from tests.factories.accounts import make_key, make_team
from tests.proofs import proves
from tests.snapshots import rows_of

URL = "/api/v1/organization/"


def request_of(whole, body=b'{"n": 1}', method="post", **headers):
    request = getattr(RequestFactory(), method)(
        "/api/v1/things/", body, content_type="application/json", headers={"Authorization": f"Bearer {whole}"} | headers
    )
    request.request_id = new_id()
    return request


@pytest.fixture
def door(acme):
    """A view that writes one row each time it is asked, and the key that opens it."""
    _, whole = make_key(acme, ["see_contacts"])
    asked = []

    def view(request):
        asked.append(request.body)
        invite_member(actor=acme.actor(), email=f"p{len(asked)}@people.example", role="viewer")
        return HttpResponse(f'{{"made": {len(asked)}}}', status=201, content_type="application/json")

    def ask(**given):
        key = given.pop("key", whole)
        return enter(request_of(key, **given), Door("api", "see_contacts"), given.pop("view", view))

    ask.asked, ask.whole = asked, whole
    return ask


def made(team):
    with tenant_context(team.id):
        return Invitation.objects.count()


@proves("M3")
def test_the_same_key_and_body_are_done_once_and_answered_twice(acme, rival, door):
    before = made(acme), made(rival)

    first, second = door(**{"Idempotency-Key": "order-1"}), door(**{"Idempotency-Key": "order-1"})
    third = door(**{"Idempotency-Key": "order-2"})

    assert [answer.status_code for answer in (first, second, third)] == [201, 201, 201]
    assert (first.content, second.content, third.content) == (b'{"made": 1}', b'{"made": 1}', b'{"made": 2}')
    assert ["Idempotent-Replayed" in answer.headers for answer in (first, second, third)] == [False, True, False]
    assert second["Content-Type"] == "application/json"
    assert (made(acme) - before[0], made(rival) - before[1]) == (2, 0)


@proves("M3")
def test_the_same_key_with_another_body_is_refused_and_nothing_is_done(acme, door):
    door(**{"Idempotency-Key": "order-1"})
    before = rows_of(acme.id)

    answer = door(body=b'{"n": 2}', **{"Idempotency-Key": "order-1"})

    after = rows_of(acme.id)
    assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json")
    assert b'"code": "key_reused"' in answer.content
    assert {table for table in after if after[table] != before[table]} == {"accounts_apirequestlog"}


@proves("M3")
def test_a_request_whose_key_is_being_worked_on_elsewhere_is_told_to_wait(committed_db):
    team = make_team("Acme")
    key, whole = make_key(team, ["see_contacts"])
    digest = answers.digest_of_key(key.id, "order-1")
    held, done, asked = threading.Event(), threading.Event(), []

    def other():
        with tenant_context(team.id):
            answers.hold_key(digest)
            held.set()
            done.wait(10)
        connection.close()

    def view(request):
        asked.append(request)
        return HttpResponse("{}", status=201)

    worker = threading.Thread(target=other)
    worker.start()
    assert held.wait(10)
    waiting = enter(request_of(whole, **{"Idempotency-Key": "order-1"}), Door("api"), view)
    done.set()
    worker.join(10)
    free = enter(request_of(whole, **{"Idempotency-Key": "order-1"}), Door("api"), view)

    assert (waiting.status_code, waiting["Retry-After"], b'"in_progress"' in waiting.content) == (409, "1", True)
    assert (free.status_code, len(asked)) == (201, 1)


@proves("M3")
def test_a_refused_request_leaves_its_key_free(acme, door):
    refusal = HttpResponse("{}", status=422)

    first = door(view=lambda _request: refusal, **{"Idempotency-Key": "order-1"})
    second = door(body=b'{"n": 2}', **{"Idempotency-Key": "order-1"})

    assert (first.status_code, second.status_code) == (422, 201)


def test_an_answer_is_kept_sealed_and_forgotten_after_a_day(acme, door, django_capture_on_commit_callbacks):
    door(**{"Idempotency-Key": "order-1"})
    with tenant_context(acme.id):
        (row,) = IdempotencyKey.objects.all()
        assert b"made" not in bytes(row.answer_sealed)
        assert answers.forget_answers() == 0
        IdempotencyKey.objects.update(created_at=clock.now() - datetime.timedelta(hours=24, seconds=1))

    again = door(**{"Idempotency-Key": "order-1"})
    with tenant_context(acme.id):
        IdempotencyKey.objects.update(created_at=clock.now() - datetime.timedelta(hours=25))
    with django_capture_on_commit_callbacks(execute=True):
        tasks.keep_api_records()

    assert again.content == b'{"made": 2}'
    with tenant_context(acme.id):
        assert IdempotencyKey.objects.count() == 0


def test_above_its_limit_a_key_is_told_when_to_come_back_and_others_go_on(acme, rival, settings):
    settings.API_LIMITS = settings.API_LIMITS | {"key": (60, 3)}
    _, whole = make_key(acme, ["see_contacts"])
    _, other = make_key(rival, ["see_contacts"])

    got = [Client().get(URL, headers={"Authorization": f"Bearer {whole}"}) for _ in range(4)]
    free = Client().get(URL, headers={"Authorization": f"Bearer {other}"})

    assert [answer.status_code for answer in got] == [200, 200, 200, 429]
    assert [answer["RateLimit-Remaining"] for answer in got] == ["2", "1", "0", "0"]
    assert (got[0]["RateLimit-Limit"], got[3]["Retry-After"]) == ("3", "1")
    assert got[3].json()["code"] == "too_many"
    assert free.status_code == 200


def test_an_address_that_tries_keys_is_slowed(settings, db):
    settings.API_LIMITS = settings.API_LIMITS | {"unknown": (1, 2)}

    got = [Client(REMOTE_ADDR="198.51.100.7").get(URL).status_code for _ in range(3)]

    assert got == [401, 401, 429]


@proves("M7")
def test_every_problem_has_the_one_shape_and_names_the_request(acme):
    _, whole = make_key(acme, ["see_contacts"])
    headers = {"Authorization": f"Bearer {whole}"}

    answers_ = {
        "unauthorized": Client().get(URL),
        "wrong_method": Client().post(URL, {}, headers=headers),
        "not_found": Client(raise_request_exception=False).get("/api/v1/nowhere/", headers=headers),
    }

    for code, answer in answers_.items():
        body = answer.json()
        assert answer["Content-Type"] == "application/problem+json"
        assert set(body) == {
            "type", "title", "status", "detail", "instance", "code", "remedy", "errors", "request_id"
        }  # fmt: skip
        assert (body["code"], body["status"]) == (code, answer.status_code)
        assert body["instance"] == f"urn:uuid:{answer['X-Request-Id']}"
    assert set(answers_["wrong_method"]["Allow"].split(", ")) == {"GET", "OPTIONS"}


def test_errors_of_nested_fields_are_named_by_their_path():
    detail = {"contacts": [{}, {"phone": ["Not a number."]}], "name": ["Too long.", "Empty."]}

    assert list(flat_errors(detail)) == [
        ("contacts.1.phone", "Not a number."), ("name", "Too long."), ("name", "Empty.")
    ]  # fmt: skip


@proves("M13")
def test_every_request_of_a_key_is_logged_without_its_words_or_ids(acme, rival):
    key, whole = make_key(acme, ["see_contacts"])
    quiet, _ = make_key(acme, ["see_contacts"])

    answer = Client(REMOTE_ADDR="198.51.100.7").get(
        f"{URL}?phone=%2B14025550100", headers={"Authorization": f"Bearer {whole}", "User-Agent": "shop/1"}
    )
    Client().post(URL, {}, headers={"Authorization": f"Bearer {whole}"})

    with tenant_context(acme.id):
        first, second = ApiRequestLog.objects.order_by("id")
    assert (first.key_id, first.method, first.route, first.status) == (key.id, "GET", "api/v1/organization/", 200)
    assert (str(first.id), first.address, first.agent) == (answer["X-Request-Id"], "198.51.100.7", "shop/1")
    assert (second.method, second.status) == ("POST", 405)
    with tenant_context(rival.id):
        assert ApiRequestLog.objects.count() == 0
    page = acme.client().get(f"/settings/keys/requests/?key={key.id}").content.decode()
    file = b"".join(acme.client().get("/settings/keys/requests.csv").streaming_content).decode("utf-8-sig")
    assert page.count("/api/v1/organization/") == 2
    assert [line.split('","')[2:6] for line in file.splitlines()[1:]] == [
        ["web shop", "POST", "/api/v1/organization/", "405"], ["web shop", "GET", "/api/v1/organization/", "200"]
    ]  # fmt: skip
    assert "/api/v1/organization/" not in acme.client().get(f"/settings/keys/requests/?key={quiet.id}").content.decode()
    assert "14025550100" not in page + file
    assert "No request yet" in rival.client().get("/settings/keys/requests/").content.decode()


@proves("M13")
def test_the_log_keeps_days_ahead_and_drops_days_past_keeping(db):
    with connection.cursor() as cursor:
        cursor.execute(  # the template of a suite that runs past midnight was made yesterday
            "select count(*) from generate_series(0, 5) step where to_regclass('public.accounts_apirequestlog_'"
            " || to_char((clock_timestamp() at time zone 'UTC')::date + step::int, 'YYYYMMDD')) is null"
        )
        missing = cursor.fetchone()[0]
        cursor.execute("select accounts_keep_request_log(5, 7)")
        made_first = cursor.fetchone()[0]
        cursor.execute("select accounts_keep_request_log(5, 7)")
        assert missing >= 2
        assert (made_first, cursor.fetchone()[0]) == (missing, 0)
