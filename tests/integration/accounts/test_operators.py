"""Operators: made by their own database role alone, and enrolled with a code besides the password."""

import datetime
import io
import re

import pytest
from allauth.mfa.signals import authenticator_added
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client

from accounts.actions.operators import has_second_factor, issue_enrolment, knows_enrolment
from accounts.contracts import PLATFORM_ORGANIZATION
from accounts.models import User
from core import clock
from tests.factories.accounts import PASSWORD, make_operator, make_person
from tests.integration.accounts.chain import deeds
from tests.integration.accounts.entrance import current_code, log_in

DAY = datetime.timedelta(days=1)


@pytest.fixture
def operator_addresses(settings):
    """The addresses of the operator host."""
    settings.ROOT_URLCONF = "config.urls_operator"
    settings.ROLE = "operator"


@pytest.fixture
def operator_host(operator_addresses, request):
    """The same under the suite's own database role, which may here what that of operators may."""
    if "committed_db" not in request.fixturenames:
        request.getfixturevalue("db")
    with connection.cursor() as cursor:
        cursor.execute("select tests.let_operators_set_up_here()")


@pytest.fixture
def operator_role(committed_db, settings):
    """This process with the database role of operators."""
    settings.ROLE = "operator"
    connection.close()
    connection.execute_wrappers.clear()  # the guard is put on new connections of the web role alone
    connection.settings_dict.update(USER="app_operator", PASSWORD="app_operator")
    yield
    connection.close()


def command(monkeypatch, email, password=PASSWORD, **options):
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{password}\n"))
    said = io.StringIO()
    call_command("make_operator", email, stdout=said, **options)
    return said.getvalue()


def test_an_operator_is_made_by_command_with_a_code_and_an_audit_row_of_the_platform(operator_role, monkeypatch):
    said = command(monkeypatch, "Olga@operators.example", name="Olga")

    user = User.objects.get()
    assert (user.email, user.is_staff, user.full_name) == ("olga@operators.example", True, "Olga")
    assert user.check_password(PASSWORD)
    assert knows_enrolment(user, said.split()[-1])
    assert deeds(PLATFORM_ORGANIZATION)[-1] == ("operator.made", "user", {})


def test_an_address_that_sign_up_takes_is_taken_here_too(operator_role, monkeypatch):
    command(monkeypatch, "op@carillon.test")

    assert User.objects.get().email == "op@carillon.test"


def test_a_weak_password_or_no_address_makes_no_operator(operator_role, monkeypatch):
    with pytest.raises(CommandError, match="too short"):
        command(monkeypatch, "olga@operators.example", "short")
    with pytest.raises(CommandError, match="not an email address"):
        command(monkeypatch, "olga")

    assert not User.objects.exists()


def test_the_command_works_under_the_operators_role_alone(outsider, monkeypatch):
    with pytest.raises(CommandError, match="CARILLON_ROLE=operator"):
        command(monkeypatch, outsider.email)

    outsider.refresh_from_db()
    assert not outsider.is_staff


def test_a_known_person_becomes_an_operator_and_keeps_their_password(committed_db, monkeypatch, request):
    outsider = make_person("Ona Outsider")
    request.getfixturevalue("operator_role")

    command(monkeypatch, outsider.email, "another horse battery staple")

    outsider.refresh_from_db()
    assert outsider.is_staff
    assert outsider.check_password(PASSWORD)


def test_the_role_of_pages_makes_and_unmakes_no_operator(db):
    olga, mina = make_operator(), make_person("Mina Qureshi")
    changes = [
        lambda: User.objects.filter(id=mina.id).update(is_staff=True),
        lambda: User.objects.filter(id=olga.id).update(is_staff=False),
        lambda: make_person("Omar Khan", is_staff=True),
    ]

    for change in changes:
        with pytest.raises(DatabaseError, match="only the operator role"), transaction.atomic():
            change()
    User.objects.filter(id=olga.id).update(full_name="Olga O.")

    assert set(User.objects.values_list("full_name", "is_staff")) == {("Olga O.", True), ("Mina Qureshi", False)}


CREDENTIALS = [
    "update accounts_user set password = 'x' where id = %s",
    "update accounts_user set email = 'evil@example.com' where id = %s",
    "update accounts_user set is_active = false where id = %s",
    "update accounts_user set enrolment_digest = 'x', enrolment_until = now() + interval '1 day' where id = %s",
    "delete from accounts_user where id = %s",
    "update account_emailaddress set email = 'evil@example.com' where user_id = %s",
    "delete from account_emailaddress where user_id = %s",
    "insert into account_emailaddress (user_id, email, verified, \"primary\") values (%s, 'evil@example.com', true, false)",
    "update account_emailaddress set user_id = %s where user_id = %s",
    "insert into mfa_authenticator (user_id, type, data, created_at) values (%s, 'webauthn', '{}', now())",
    "update mfa_authenticator set data = '{}' where user_id = %s and type = 'totp'",
    "update mfa_authenticator set type = 'webauthn' where user_id = %s and type = 'totp'",
    "update mfa_authenticator set user_id = %s where user_id = %s",
    "update mfa_authenticator set data = data || '{\"seed\": \"y\"}' where user_id = %s and type = 'recovery_codes'",
    "update mfa_authenticator set data = data || '{\"used_mask\": 2}' where user_id = %s and type = 'recovery_codes'",
    "delete from mfa_authenticator where user_id = %s",
]


@pytest.fixture
def settled(committed_db):
    """An operator with an app and recovery codes, one of them used; and somebody who is none, with an app of their own."""
    olga, mina = make_operator(), make_person("Mina Qureshi")
    made = [
        (olga.id, "totp", '{"secret": "x"}'),
        (olga.id, "recovery_codes", '{"seed": "x", "used_mask": 1}'),
        (mina.id, "totp", "{}"),
    ]
    for user_id, kind, data in made:
        committed_db.run_sql(
            "insert into mfa_authenticator (user_id, type, data, created_at)"
            f" values ('{user_id}', '{kind}', '{data}', now())"
        )
    return olga, mina


@pytest.mark.parametrize("deed", CREDENTIALS)
def test_the_role_of_pages_changes_nothing_of_how_an_operator_signs_in(settled, deed):
    olga, mina = settled
    before = credentials()

    with (
        pytest.raises(DatabaseError, match="only the operator role"),
        transaction.atomic(),
        connection.cursor() as asked,
    ):
        asked.execute(deed, [olga.id, mina.id][: deed.count("%s")])

    assert credentials() == before


def credentials() -> list[object]:
    """Everything by which somebody signs in."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select u::text, (select string_agg(e::text, '' order by e.id) from account_emailaddress e where e.user_id = u.id),"
            " (select string_agg(m::text, '' order by m.id) from mfa_authenticator m where m.user_id = u.id)"
            " from accounts_user u order by u.id"
        )
        return cursor.fetchall()


def test_what_signing_in_on_the_members_host_writes_is_still_written(settled):
    olga, mina = settled
    deeds = [
        "update accounts_user set last_login = now(), theme = 'dark', full_name = 'Olga' where id = %s",
        "update mfa_authenticator set last_used_at = now() where user_id = %s",
        "update mfa_authenticator set data = data || '{\"used_mask\": 5}' where user_id = %s and type = 'recovery_codes'",
    ]
    theirs = [deed for deed in CREDENTIALS if deed.count("%s") == 1]

    with connection.cursor() as cursor:
        for deed in deeds:
            cursor.execute(deed, [olga.id])
            assert cursor.rowcount >= 1
        for deed in theirs[:4] + theirs[5:10]:
            cursor.execute(deed, [mina.id])

    assert User.objects.get(id=olga.id).theme == "dark"


def test_an_operator_signs_in_on_the_members_host_and_changes_nothing_there(db, settings, monkeypatch):
    operator, browser = make_operator(), Client()
    monkeypatch.setattr(Argon2PasswordHasher, "must_update", lambda *_: True)

    entered = log_in(browser, operator)
    browser.post("/account/reauthenticate/", {"password": PASSWORD})
    paths = ("password/change/", "email/", "2fa/totp/deactivate/", "2fa/recovery-codes/generate/")
    answers = [getattr(browser, way)(f"/account/{path}").status_code for path in paths for way in ("get", "post")]

    assert entered.status_code == 302
    assert answers == [403] * 8
    operator.refresh_from_db()
    assert operator.check_password(PASSWORD)


def test_an_operator_who_forgot_the_password_is_sent_to_the_operators_host(db, mailoutbox):
    operator, browser = make_operator(), Client()
    browser.post("/account/password/reset/", {"email": operator.email})
    link = re.search(r"https?://[^/]+(/account/password/reset/key/\S+)", mailoutbox[-1].body)[1]
    form = browser.get(link).headers["Location"]

    answer = browser.post(
        form, {"password1": "another horse battery staple", "password2": "another horse battery staple"}
    )

    assert "Operators choose a new password on the operators" in answer.content.decode()
    operator.refresh_from_db()
    assert operator.check_password(PASSWORD)


@pytest.mark.parametrize("host", ["operators", "members"])
def test_the_password_of_an_operator_alone_sets_up_no_second_factor(db, request, host):
    operator, browser = make_operator(), Client()
    if host == "operators":
        request.getfixturevalue("operator_host")
    log_in(browser, operator)
    browser.post("/account/reauthenticate/", {"password": PASSWORD})

    paths = ("totp/activate/", "webauthn/add/", "recovery-codes/generate/")
    answers = [getattr(browser, way)(f"/account/2fa/{path}") for path in paths for way in ("get", "post")]

    wanted = (302, "/enrol/") if host == "operators" else (403, None)
    assert {(answer.status_code, answer.headers.get("Location")) for answer in answers} == {wanted}
    assert not has_second_factor(operator)


def test_with_the_code_an_operator_sets_up_one_second_factor_and_the_code_is_used(db, operator_host):
    operator, browser = make_operator(), Client()
    code = issue_enrolment(operator)
    log_in(browser, operator)

    wrong = browser.post("/enrol/", {"code": "AAAA-BBBB-CCCC-DDDD"})
    right = browser.post("/enrol/", {"code": code.lower().replace("-", " ")})
    browser.post("/account/reauthenticate/", {"password": PASSWORD})
    page = browser.get("/account/2fa/totp/activate/")
    shown = current_code(browser.session["mfa.totp.secret"])
    answer = browser.post("/account/2fa/totp/activate/", {"code": shown})
    counts_before = knows_enrolment(operator, code)
    authenticator_added.send(sender=User, request=None, user=operator, authenticator=None)  # as after the commit

    assert counts_before
    assert (wrong.status_code, right.status_code, page.status_code, answer.status_code) == (422, 302, 200, 302)
    operator.refresh_from_db()
    assert has_second_factor(operator)
    assert not knows_enrolment(operator, code)


def test_a_code_counts_for_a_day_and_until_the_next_one(operator, operator_host, monkeypatch):
    first = issue_enrolment(operator)
    second = issue_enrolment(operator)
    now = operator.enrolment_until - DAY

    counts = [knows_enrolment(operator, first), knows_enrolment(operator, second)]
    monkeypatch.setattr(clock, "now", lambda: now + DAY)
    counts.append(knows_enrolment(operator, second))

    assert counts == [False, True, False]


def test_codes_cannot_be_tried_without_end(db, operator_host):
    operator, browser = make_operator(), Client()
    log_in(browser, operator)

    tried = [browser.post("/enrol/", {"code": "AAAABBBBCCCCDDDD"}).status_code for _ in range(6)]

    assert tried == [422] * 5 + [429]
