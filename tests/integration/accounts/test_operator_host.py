"""The operator host: pages behind a second factor, deeds that are actions. (Its database role is tested with the walls.)"""

import datetime
import re
import uuid
from unittest.mock import patch

import pytest
from django.core import mail
from django.core.cache import caches
from django.db import DatabaseError, connection, transaction
from django.test import Client

from accounts.actions.organizations import change_settings, request_review
from accounts.admin import DEEDS
from accounts.models import Organization
from billing.actions.ledger import add_units
from billing.models import Price
from billing.price_book import Rate
from billing.selectors import funds, rates, statement
from config.operator_site import guarded_site
from core import clock
from core.tenancy import tenant_context
from tests.factories.accounts import logged_in, make_operator, make_team, operator_actor
from tests.integration.accounts.chain import last_deed
from tests.integration.accounts.entrance import current_code, enrol, log_in, set_up_totp, show_code
from tests.proofs import proves
from tests.snapshots import rows_of

LIST = "/accounts/organization/"


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
def operator_browser(operator, operator_host):
    """An operator who has shown a second factor in this session."""
    browser = Client()
    log_in(browser, operator)
    enrol(browser, operator)
    secret = set_up_totp(browser)
    caches["default"].clear()
    browser = Client()
    log_in(browser, operator)
    assert show_code(browser, current_code(secret)).status_code == 302
    return browser


def state_of(team):
    with tenant_context(team.id):
        return Organization.objects.current().state


def test_without_log_in_the_operator_host_shows_its_log_in_page(operator_host, db):
    answer = Client().get(LIST)

    assert (answer.status_code, answer.headers["Location"]) == (302, "/login/?next=/accounts/organization/")
    assert Client().get("/login/").headers["Location"].startswith("/account/login/")


def test_an_operator_without_a_second_factor_is_sent_to_set_one_up_and_sees_and_does_nothing(
    operator, operator_host, acme
):
    browser = Client()
    log_in(browser, operator)
    before = rows_of(acme.id)

    answers = [browser.get(LIST), browser.post(f"{LIST}{acme.id}/do/suspend/", {"reason": "spite"})]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert all(answer.headers["Location"].startswith("/login/") for answer in answers)
    assert browser.get("/login/").headers["Location"] == "/enrol/"
    assert rows_of(acme.id) == before


def test_a_member_is_no_operator_with_or_without_a_second_factor(acme, operator_host):
    browser = Client()
    log_in(browser, acme.people["owner"])
    set_up_totp(browser)
    before = rows_of(acme.id)

    assert browser.get("/login/").status_code == 403
    assert browser.get(LIST).status_code == 302
    assert browser.post(f"{LIST}{acme.id}/do/suspend/", {"reason": "spite"}).status_code == 302
    assert rows_of(acme.id) == before


def test_an_operator_gets_nothing_on_the_members_host(operator):
    browser = logged_in(operator)

    assert browser.get("/team/").headers["Location"] == "/organizations/open/"
    assert browser.get(LIST).status_code == 404


def test_suspending_is_an_action_with_a_reason_and_an_audit_row_the_organisation_reads(
    operator_browser, operator, acme
):
    asked = operator_browser.get(f"{LIST}{acme.id}/do/suspend/")
    blank = operator_browser.post(f"{LIST}{acme.id}/do/suspend/", {"reason": ""})
    assert (asked.status_code, blank.status_code, state_of(acme)) == (200, 422, "trial")

    done = operator_browser.post(f"{LIST}{acme.id}/do/suspend/", {"reason": "complaints"})

    assert (done.status_code, state_of(acme)) == (302, "suspended")
    deed = last_deed(acme.id)
    assert (deed.action, deed.actor_kind, deed.actor_id) == ("organization.suspended", "operator", operator.id)
    with tenant_context(acme.id):
        assert Organization.objects.current().suspended_reason == "complaints"
    operator_browser.post(f"{LIST}{acme.id}/do/reinstate/", {"reason": "talked to them"})
    assert state_of(acme) == "trial"


@pytest.fixture
def asked(acme):
    """Acme waits for an answer to its review."""
    with tenant_context(acme.id):
        change_settings(actor=acme.actor(), legal_name="Acme Ltd", use_case="Offers to customers, twice a month.")
        request_review(actor=acme.actor())
    return acme


@pytest.mark.parametrize(
    ("deed", "state", "words"),
    [("go-live", "live", "the trial is over"), ("decline-review", "trial", "the trial goes on for now")],
)
def test_the_answer_to_a_review_is_mailed_to_the_owner_and_shown(
    operator_browser, asked, settings, deed, state, words, django_capture_on_commit_callbacks
):
    rung = []
    with (
        patch("core.jobs._ring", lambda task, ids: rung.append((task, ids))),
        django_capture_on_commit_callbacks(execute=True),
    ):
        operator_browser.post(f"{LIST}{asked.id}/do/{deed}/", {"reason": "Name the shop’s page."})
    mail.outbox.clear()
    settings.ROOT_URLCONF = "config.urls"
    ((task, ids),) = rung
    with django_capture_on_commit_callbacks(execute=True):
        task.run(**ids)

    assert state_of(asked) == state
    assert [letter.to for letter in mail.outbox] == [[asked.people["owner"].email]]
    assert words in mail.outbox[0].body
    assert "Name the shop’s page." in mail.outbox[0].body
    page = asked.client().get("/settings/").content.decode()
    assert ("The last review was declined." in page) == (deed == "decline-review")
    with tenant_context(asked.id):
        assert Organization.objects.current().review_requested_at is None


def test_a_review_nobody_asked_for_is_not_declined_nor_one_without_a_reason(operator_browser, acme, operator):
    before = rows_of(acme.id)

    operator_browser.post(f"{LIST}{acme.id}/do/decline-review/", {"reason": "no"})
    blank = operator_browser.post(f"{LIST}{acme.id}/do/decline-review/", {"reason": " "})

    assert blank.status_code == 422
    assert rows_of(acme.id) == before


@pytest.fixture
def as_operator():
    """From its call on this process has the database role of operators, whose rows the start page and the list are."""

    def change():
        connection.close()
        connection.execute_wrappers.clear()  # the guard is put on new connections of the web role alone
        connection.settings_dict.update(USER="app_operator", PASSWORD="app_operator")

    yield change
    connection.close()


def test_the_start_page_names_the_reviews_that_wait_and_the_list_what_everybody_has(
    committed_db, operator_host, as_operator
):
    acme, rival = make_team("Acme"), make_team("Rival")
    browser, operator = Client(), make_operator()
    log_in(browser, operator)
    enrol(browser, operator)
    secret = set_up_totp(browser)
    caches["default"].clear()
    browser = Client()
    log_in(browser, operator)
    show_code(browser, current_code(secret))
    assert browser.get("/login/")["Location"] == "/"
    with tenant_context(acme.id):
        change_settings(actor=acme.actor(), legal_name="Acme Ltd", use_case="Offers to customers, twice a month.")
        request_review(actor=acme.actor())
    with tenant_context(rival.id):
        add_units(actor=operator_actor(operator), units=500, note="invoice 17")

    as_operator()
    start, listed = browser.get("/").content.decode(), browser.get(LIST).content.decode()

    assert "1 review waits" in start
    assert "Acme" in start.partition("1 review waits")[2]
    assert re.search(r"Waits since \d{1,2} \w{3} \d{4}, \d\d:\d\d UTC", listed)
    assert "500 units" in listed


def test_whoever_is_signed_in_as_somebody_else_or_without_a_second_factor_reads_how_to_come_in(
    operator, acme, operator_host
):
    member, enrolled = Client(), Client()
    log_in(member, acme.people["owner"])
    log_in(enrolled, operator)
    enrol(enrolled, operator)
    set_up_totp(enrolled)

    stranger, again = member.get("/login/"), enrolled.get("/login/")

    assert (stranger.status_code, again.status_code) == (403, 200)
    assert "This account is no operator" in stranger.content.decode()
    assert "sign in again" in again.content.decode()
    out = enrolled.post("/account/logout/", {"next": "/"})
    assert (out.status_code, out["Location"]) == (302, "/")
    assert "/login/" in enrolled.get("/")["Location"]


def test_an_operator_adds_units_with_the_number_of_the_payment(operator_browser, acme, rival):
    refused = operator_browser.post(f"{LIST}{acme.id}/do/add-units/", {"units": 0, "reason": ""})
    done = operator_browser.post(f"{LIST}{acme.id}/do/add-units/", {"units": 500, "reason": "invoice 17"})

    assert (refused.status_code, done.status_code) == (422, 302)
    assert last_deed(acme.id).action == "units.top_up"
    with tenant_context(acme.id):
        assert funds().available == 500_000
        assert [(row.kind, row.note) for row in statement("1")] == [("top_up", "invoice 17")]
    with tenant_context(rival.id):
        assert funds().available == 0


@proves("I4")
def test_an_operator_agrees_a_price_from_a_day_on_with_the_number_of_the_contract(operator_browser, acme, rival):
    page, day = f"{LIST}{acme.id}/do/agree-price/", clock.now().date() + datetime.timedelta(days=2)
    told = {"line": "whatsapp marketing", "country": "", "amount": "3.25", "valid_from": day.isoformat()}

    shown = operator_browser.get(page).content.decode()
    refused = operator_browser.post(page, told | {"reason": "", "amount": "-1"})
    begun = {"reason": "contract 9", "valid_from": clock.now().date().isoformat()}
    today = operator_browser.post(page, told | begun)
    with tenant_context(acme.id):
        assert not Price.objects.exists()
    done = operator_browser.post(page, told | {"reason": "contract 9"})

    assert "WhatsApp, marketing" in shown
    assert [answer.status_code for answer in (refused, today, done)] == [422, 302, 302]
    assert last_deed(acme.id).action == "price.agreed"
    with tenant_context(acme.id):
        held = Price.objects.get()
        assert (held.channel, held.category, held.country, held.amount) == ("whatsapp", "marketing", "", 3250)
        assert (held.valid_from, held.reason) == (day, "contract 9")
        assert rates()[-1] == Rate("whatsapp", "marketing", "", 3250, day, f"own {day}", "contract 9")
    with tenant_context(rival.id):
        assert not Price.objects.exists()


def test_an_operator_stops_and_resumes_an_organisation(operator_browser, acme):
    operator_browser.post(f"{LIST}{acme.id}/do/stop/", {"reason": "flood"})
    with tenant_context(acme.id):
        assert Organization.objects.current().sending_stopped_at is not None

    operator_browser.post(f"{LIST}{acme.id}/do/resume/", {"reason": "over"})

    with tenant_context(acme.id):
        assert Organization.objects.current().sending_stopped_at is None
    assert last_deed(acme.id).action == "sending.resumed"


#: what the libraries would show and change: addresses, second factors, sessions, groups, linked accounts
_LIBRARIES = (
    "/account/emailaddress/", "/account/emailconfirmation/", "/mfa/authenticator/", "/usersessions/usersession/",
    "/auth/group/", "/socialaccount/socialaccount/", "/socialaccount/socialapp/", "/socialaccount/socialtoken/",
)  # fmt: skip


@pytest.mark.parametrize("address", _LIBRARIES)
def test_no_page_of_a_library_is_there_to_read_or_to_edit(operator_browser, address):
    answers = [operator_browser.get(f"{address}{page}") for page in ("", "add/", "1/change/")]

    assert [answer.status_code for answer in answers] == [404, 404, 404]


def test_operators_have_the_products_own_pages_and_no_others(operator_host):
    models = {model._meta.label for model in guarded_site()._registry}

    assert models == {"accounts.Organization", "accounts.AuditEvent", "consent.PlatformSuppression"}


def test_the_page_of_a_deed_names_the_organisation_and_what_comes_of_it(operator_browser, acme):
    page = operator_browser.get(f"{LIST}{acme.id}/do/go-live/").content.decode()

    assert "End the trial: Acme" in page
    assert "It may write to everybody who agreed, no longer only to its own guests." in page
    assert page.count("<main") == 1


def test_a_deed_to_an_organisation_that_is_not_there_is_not_found(operator_browser):
    address = f"{LIST}{uuid.uuid4()}/do/suspend/"

    assert operator_browser.get(address).status_code == 404
    assert operator_browser.post(address, {"reason": "x"}).status_code == 404


def test_an_unknown_deed_does_nothing(operator_browser, acme):
    before = rows_of(acme.id)

    assert operator_browser.post(f"{LIST}{acme.id}/do/delete/", {"reason": "x"}).status_code == 302

    assert rows_of(acme.id) == before


@pytest.fixture
def operator_role(committed_db, operator_addresses):
    """The operator host as it runs: its own addresses, and its own database role for every statement."""
    acme, rival, operator = make_team("Acme"), make_team("Rival"), make_operator()
    connection.close()
    connection.execute_wrappers.clear()  # the guard is put on new connections of the web role alone
    connection.settings_dict.update(USER="app_operator", PASSWORD="app_operator")
    yield acme, rival, operator
    connection.close()


def test_under_the_operators_own_database_role_the_pages_list_open_and_do(operator_role, committed_db):
    acme, rival, operator = operator_role
    browser = Client()
    log_in(browser, operator)
    enrol(browser, operator)
    secret = set_up_totp(browser)
    caches["default"].clear()
    browser = Client()
    log_in(browser, operator)
    show_code(browser, current_code(secret))

    listed = browser.get(LIST)
    opened = browser.get(f"{LIST}{acme.id}/change/")
    trail = browser.get("/accounts/auditevent/")
    link = committed_db.run_sql("select id from accounts_auditevent where action = 'organization.opened' limit 1")[0][0]
    read = browser.get(f"/accounts/auditevent/{link}/change/")
    added = browser.post(f"{LIST}{acme.id}/do/add-units/", {"units": 7, "reason": "invoice 17"})
    done = browser.post(f"{LIST}{acme.id}/do/suspend/", {"reason": "complaints"})

    assert [answer.status_code for answer in (browser.get("/"), listed, opened, trail, read)] == [200] * 5
    assert {"Acme", "Rival"} <= set(re.findall(r"\b(Acme|Rival)\b", listed.content.decode()))
    assert [name for name in DEEDS if f"/do/{name}/" in opened.content.decode()] == [
        "go-live", "stop", "suspend", "add-units", "agree-price", "confirm-registrations"
    ]  # fmt: skip
    assert all(words in trail.content.decode() for words in ("organization.opened", "Organisation opened", "Acme"))
    assert (added.status_code, done.status_code) == (302, 302)
    held = committed_db.run_sql("select account, amount from billing_balance order by 1")
    assert held == [("available", 7000), ("outside", -7000)]
    rows = committed_db.run_sql(
        "select name, state from accounts_organization where name in ('Acme', 'Rival') order by 1"
    )
    assert rows == [("Acme", "suspended"), ("Rival", "trial")]
    assert browser.post(f"{LIST}{acme.id}/delete/", {"post": "yes"}).status_code in (403, 404)
    assert browser.post(f"{LIST}{acme.id}/change/", {"name": "Mine"}).status_code == 403


def test_the_operators_database_role_reads_no_key_no_member_and_no_person(operator_role):
    acme, _, _ = operator_role
    closed = ["accounts_apikey", "accounts_organizationkey", "accounts_guest", "accounts_membership", "accounts_invitation",
              "consent_point", "contacts_contact", "messaging_message", "messaging_inboundmessage"]  # fmt: skip

    for table in closed:
        with tenant_context(acme.id), pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            connection.cursor().execute(f"select * from {table}")
