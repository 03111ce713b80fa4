"""Logging in the way people do: password, then the code of a second factor."""

import time

from allauth.mfa.totp.internal import auth as totp
from django.http import HttpResponse
from django.test import Client

from accounts.actions.operators import issue_enrolment
from accounts.models import User
from tests.factories.accounts import PASSWORD


def log_in(browser: Client, person: User) -> HttpResponse:
    """Type address and password."""
    return browser.post("/account/login/", {"login": person.email, "password": PASSWORD})


def enrol(browser: Client, person: User) -> HttpResponse:
    """Type the code an operator gets when they are made."""
    return browser.post("/enrol/", {"code": issue_enrolment(User.objects.get(id=person.id))})


def show_code(browser: Client, code: str) -> HttpResponse:
    """Type the code of the second factor."""
    return browser.post("/account/2fa/authenticate/", {"code": code})


def current_code(secret: str) -> str:
    """What an authenticator app shows now."""
    return totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // 30))


def set_up_totp(browser: Client) -> str:
    """Confirm the password and set up a second factor; answer its secret."""
    browser.post("/account/reauthenticate/", {"password": PASSWORD})
    page = browser.get("/account/2fa/totp/activate/")
    assert page.status_code == 200
    secret = browser.session["mfa.totp.secret"]
    answer = browser.post("/account/2fa/totp/activate/", {"code": current_code(secret)})
    assert answer.status_code == 302
    return str(secret)
