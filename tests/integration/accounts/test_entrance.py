"""From outside in: signing up, confirming the address, following an invitation, a second factor, one's sessions."""

import base64
import re

import pytest
from allauth.account.models import EmailAddress
from allauth.core.context import request_context
from allauth.mfa.models import Authenticator
from django.core import mail
from django.core.cache import caches
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, RequestFactory

from accounts.actions.members import cancel_invitation, invite_member
from accounts.contracts import PLATFORM_ORGANIZATION
from accounts.models import Membership, Organization, User
from accounts.second_factor import reseal_second_factors
from accounts.selectors import organizations_of
from core.tenancy import tenant_context
from core.vault import CannotOpen
from tests.factories.accounts import PASSWORD, logged_in, make_person
from tests.integration.accounts.chain import deeds
from tests.integration.accounts.entrance import current_code, log_in, set_up_totp, show_code
from tests.proofs import proves

SIGNUP = {
    "full_name": "Mina Khan", "organization": "Mina's Books", "email": "mina@people.example",
    "password1": PASSWORD, "agree": "on",
}  # fmt: skip


def code_in_last_mail():
    return re.search(r"^([A-Z0-9]{3,4}-?[A-Z0-9]{3,4})$", mail.outbox[-1].body, re.MULTILINE).group(1)


def link_in_last_mail():
    return re.search(r"http://[^/]+(/invitation/\S+)", mail.outbox[-1].body).group(1)


@proves("A1")
def test_sign_up_opens_an_organisation_and_lets_nobody_in_before_the_address_is_confirmed(db):
    """User and organisation, and no page before the code; the mail is the platform's own and carries the code."""
    browser = Client()

    answer = browser.post("/account/signup/", SIGNUP)

    assert (answer.status_code, answer.headers["Location"]) == (302, "/account/confirm-email/")
    person = User.objects.get(email="mina@people.example")
    (belonging,) = organizations_of(person.id)
    assert (belonging.name, belonging.role, belonging.state) == ("Mina's Books", "owner", "trial")
    assert not EmailAddress.objects.filter(user=person, verified=True).exists()
    assert browser.get("/").headers["Location"].startswith("/account/login/")
    fresh = Client()
    fresh.post("/account/login/", {"login": person.email, "password": PASSWORD})
    assert fresh.get("/").headers["Location"].startswith("/account/login/")
    assert mail.outbox[0].to == ["mina@people.example"]
    assert "Carillon" in mail.outbox[0].from_email


@proves("A1")
def test_the_code_of_the_mail_confirms_the_address_and_opens_home(db):
    browser = Client()
    browser.post("/account/signup/", SIGNUP)
    wrong = browser.post("/account/confirm-email/", {"code": "AAAAAA"})
    assert wrong.status_code in (200, 422)
    assert browser.get("/").status_code == 302

    answer = browser.post("/account/confirm-email/", {"code": code_in_last_mail()})

    assert answer.status_code == 302
    home = browser.get("/")
    assert home.status_code == 200
    assert "Mina&#x27;s Books" in home.content.decode()
    assert {deed[0] for deed in deeds(PLATFORM_ORGANIZATION)} >= {"email.confirmed", "login.succeeded"}


@proves("A20", "A21")
def test_whoever_does_not_confirm_age_and_documents_gets_no_account(db):
    answer = Client().post("/account/signup/", {**SIGNUP, "agree": ""})

    assert answer.status_code == 422
    assert "Please accept to continue." in answer.content.decode()
    assert not User.objects.exists()
    assert mail.outbox == []


def test_signing_up_with_a_known_address_says_nothing_and_opens_nothing(db):
    make_person("Mina", email="mina@people.example")

    answer = Client().post("/account/signup/", SIGNUP)

    assert (answer.status_code, answer.headers["Location"]) == (302, "/account/confirm-email/")
    assert User.objects.count() == 1
    assert organizations_of(User.objects.get().id) == []


@proves("A10")
def test_an_invited_stranger_signs_up_without_an_organisation_and_joins(acme, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        acme.client().post("/team/", {"email": "mina@people.example", "role": "agent"})
    assert mail.outbox[-1].to == ["mina@people.example"]
    link = link_in_last_mail()
    browser = Client()

    offer = browser.get(link)
    assert offer.status_code == 200
    assert "Join Acme" in offer.content.decode()
    assert 'name="organization"' not in browser.get("/account/signup/").content.decode()
    browser.post("/account/signup/", {key: value for key, value in SIGNUP.items() if key != "organization"})
    browser.post("/account/confirm-email/", {"code": code_in_last_mail()})
    person = User.objects.get(email="mina@people.example")
    assert browser.get("/").headers["Location"] == link
    page = browser.get(link).content.decode()
    assert ("The documents you accepted a moment ago hold here too." in page, 'name="agree"' in page) == (True, False)
    assert organizations_of(person.id) == []
    joined = browser.post(f"{link}accept/")

    assert (joined.status_code, joined.headers["Location"]) == (302, "/")
    (belonging,) = organizations_of(person.id)
    assert (belonging.organization_id, belonging.role) == (acme.id, "agent")
    assert browser.get("/").status_code == 200
    assert browser.get(link).status_code == 404
    assert [deed[0] for deed in deeds(acme.id)][-3:] == ["member.invited", "member.joined", "documents.accepted"]


def test_whoever_had_an_account_before_accepts_the_documents_when_they_join(acme, outsider):
    with tenant_context(acme.id):
        _, secret = invite_member(actor=acme.actor(), email=outsider.email, role="agent")
    browser, link = logged_in(outsider), f"/invitation/{secret}/"

    offered = browser.get(link)
    refused = browser.post(f"{link}accept/")

    assert 'name="agree"' in offered.content.decode()
    assert (refused.status_code, organizations_of(outsider.id)) == (422, [])
    assert browser.get("/").headers["Location"] == link
    assert browser.post(f"{link}accept/", {"agree": "on"}).status_code == 302
    assert organizations_of(outsider.id)[0].organization_id == acme.id


def test_an_invitation_that_is_gone_stands_in_nobodys_way(acme, outsider):
    with tenant_context(acme.id):
        invitation, secret = invite_member(actor=acme.actor(), email=outsider.email, role="agent")
        browser = logged_in(outsider)
        browser.get(f"/invitation/{secret}/")
        cancel_invitation(actor=acme.actor(), invitation=invitation)

    first = browser.get("/", follow=True)
    then = browser.get("/")

    assert first.status_code == 404
    assert then.headers["Location"] == "/organizations/open/"


@proves("A10")
def test_a_resent_a_cancelled_and_an_unknown_link_show_the_same_page(acme, django_capture_on_commit_callbacks):
    owner = acme.client()
    with django_capture_on_commit_callbacks(execute=True):
        owner.post("/team/", {"email": "mina@people.example", "role": "agent"})
    first = link_in_last_mail()
    with tenant_context(acme.id):
        invitation_id = acme.client().get("/team/").context["invitations"][0].id
    with django_capture_on_commit_callbacks(execute=True):
        assert owner.post(f"/team/invitations/{invitation_id}/resend/").status_code == 302
    second = link_in_last_mail()

    assert Client().get(second).status_code == 200
    assert owner.post(f"/team/invitations/{invitation_id}/cancel/").status_code == 302

    gone = [Client().get(link) for link in (first, second, "/invitation/nobody-made-this/")]
    assert [answer.status_code for answer in gone] == [404, 404, 404]
    assert len({len(answer.content) for answer in gone}) == 1
    assert owner.post(f"/team/invitations/{invitation_id}/resend/").status_code == 422


def test_a_second_factor_is_set_up_and_then_asked_for_at_log_in(acme, django_capture_on_commit_callbacks):
    person, browser = acme.people["owner"], Client()
    assert log_in(browser, person).status_code == 302
    assert browser.get("/").status_code == 200

    with request_context(RequestFactory().get("/")), django_capture_on_commit_callbacks(execute=True):
        secret = set_up_totp(browser)
    assert mail.outbox[-1].subject == "One-time codes switched on"

    fresh = Client()
    asked = log_in(fresh, person)
    assert asked.headers["Location"].startswith("/account/2fa/authenticate/")
    assert fresh.get("/").status_code == 302
    assert show_code(fresh, "000000").status_code == 422
    assert fresh.get("/").status_code == 302
    caches["default"].clear()  # the code that set the factor up counts as used for its half minute
    assert show_code(fresh, current_code(secret)).status_code == 302
    assert fresh.get("/").status_code == 200
    written = [deed[0] for deed in deeds(PLATFORM_ORGANIZATION)]
    assert "second_factor.added" in written


def test_the_secret_of_a_second_factor_is_sealed_and_follows_a_new_master_key(acme, settings):
    browser = Client()
    log_in(browser, acme.people["owner"])
    secret = set_up_totp(browser)
    former = settings.MASTER_KEYS

    kept = Authenticator.objects.get(type="totp").data["secret"]
    settings.MASTER_KEYS = f"kek-next:{base64.b64encode(bytes(32)).decode()},{former}"
    assert (reseal_second_factors(), reseal_second_factors()) == (2, 0)
    settings.MASTER_KEYS = settings.MASTER_KEYS.split(",")[0]

    assert secret not in kept
    moved = Authenticator.objects.get(type="totp")
    assert moved.data["secret"].startswith("kek-next:")
    assert moved.wrap().validate_code(current_code(secret))
    settings.MASTER_KEYS = former
    with pytest.raises(CannotOpen, match="not in MASTER_KEYS"):
        moved.wrap().validate_code(current_code(secret))


def test_a_changed_password_is_told_by_mail_with_what_to_do(acme):
    person, browser = acme.people["owner"], Client()
    log_in(browser, person)

    fresh = "a much longer phrase of words"
    typed = {"oldpassword": PASSWORD, "password1": fresh, "password2": fresh}
    answer = browser.post("/account/password/change/", typed)

    assert answer.status_code == 302
    (told,) = mail.outbox
    assert (told.subject, told.to) == ("Your Carillon password was changed", [person.email])
    assert told.body.startswith("The password of your Carillon account was changed.")
    assert "Was this not you? Then set a new password at once" in told.body


def test_people_see_their_sessions_and_end_the_others(acme):
    person = acme.people["viewer"]
    here, there = Client(), Client()
    log_in(here, person)
    log_in(there, person)
    assert there.get("/").status_code == 200

    page = here.get("/account/sessions/")
    ended = here.post("/account/sessions/", {})

    assert page.status_code == 200
    assert ended.status_code == 302
    assert there.get("/").status_code == 302
    assert here.get("/").status_code == 200


def test_logging_in_with_a_wrong_password_is_the_same_answer_for_known_and_unknown_people(outsider):
    known = Client().post("/account/login/", {"login": outsider.email, "password": "wrong wrong wrong"})
    unknown = Client().post("/account/login/", {"login": "nobody@people.example", "password": "wrong wrong wrong"})

    assert (known.status_code, unknown.status_code) == (422, 422)
    blank = [
        re.sub(rb'(csrf[^"]*"|value=")[^"]*"', b"", answer.content).replace(email.encode(), b"")
        for answer, email in ((known, outsider.email), (unknown, "nobody@people.example"))
    ]
    assert len(blank[0]) == len(blank[1])


@pytest.mark.parametrize("path", ["/", "/team/", "/settings/", "/audit/"])
def test_somebody_in_no_organisation_is_asked_to_open_one(outsider, path):
    browser = Client()
    browser.force_login(outsider)

    answer = browser.get(path)

    assert (answer.status_code, answer.headers["Location"]) == (302, "/organizations/open/")


@proves("A3")
def test_one_more_organisation_is_opened_and_becomes_the_current_one(acme):
    browser = acme.client("viewer")

    refused = browser.post("/organizations/open/", {"name": "Second"})
    opened = browser.post("/organizations/open/", {"name": "Second", "agree": "on"})

    assert (refused.status_code, opened.status_code) == (422, 302)
    assert {each.name: each.role for each in organizations_of(acme.people["viewer"].id)} == {
        "Acme": "viewer", "Second": "owner"
    }  # fmt: skip
    assert browser.get("/").context["shell"]["organization"]["name"] == "Second"
    with tenant_context(acme.id):
        assert Organization.objects.count() == 1
        assert Membership.objects.count() == 3


def test_limits_of_log_in_count_the_client_and_not_the_proxy(acme, settings):
    settings.TRUSTED_PROXIES, settings.ACCOUNT_RATE_LIMITS = ["127.0.0.1"], {"login_failed": "2/15m/ip"}
    person = acme.people["owner"]

    def try_it(address, password):
        typed = {"login": person.email, "password": password}
        return Client().post("/account/login/", typed, headers={"X-Forwarded-For": address}).status_code

    bad = [try_it("198.51.100.7", "wrong wrong wrong") for _ in range(4)]

    assert bad == [422] * 4
    assert try_it("198.51.100.8", PASSWORD) == 302


def test_a_link_in_a_mail_leads_to_our_own_address_whatever_host_was_asked(acme, settings):
    settings.PUBLIC_URL = "https://app.carillon.example"

    Client().post(
        "/account/password/reset/", {"email": acme.people["owner"].email}, headers={"Host": "evil.example:666"}
    )

    (link,) = re.findall(r"https?://[^/\s]+", mail.outbox[-1].body)
    assert link == "https://app.carillon.example"


@pytest.mark.parametrize("logged_in", [False, True])
def test_a_page_that_takes_no_file_writes_none(acme, logged_in, tmp_path, settings):
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    browser = acme.client() if logged_in else Client(raise_request_exception=False)
    file = SimpleUploadedFile("people.csv", b"x" * 100_000)

    for path in ("/account/login/", "/team/", "/nowhere/"):
        browser.post(path, {"file": file})

    assert list(tmp_path.iterdir()) == []


def test_an_upload_that_says_it_is_too_large_is_refused_before_it_is_read(acme, tmp_path, settings):
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    file = SimpleUploadedFile("people.csv", b"x")

    answer = acme.client().post("/contacts/imports/upload/", {"file": file}, headers={"Content-Length": str(65 << 20)})

    assert answer.status_code in (400, 413)
    assert list(tmp_path.iterdir()) == []
