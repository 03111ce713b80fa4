"""How the check becomes an operator: an account, a second factor, and a log-in that shows it."""

import base64
import hashlib
import hmac
import subprocess
import sys
import time
from collections.abc import Mapping

from tooling import places
from tooling.visitor import Visitor

_ADDRESS = "operator@carillon.example"
_TOTP_SECONDS = 30


def operator_with_second_factor(variables: Mapping[str, str], password: str) -> Visitor:
    """A browser on the operator host that has logged in with a second factor.

    Effects: an operator made by the command of that name; one-time codes set up; one recovery code used.
    """
    command = [sys.executable, "manage.py", "make_operator", _ADDRESS, "--name", "Olga", "--skip-checks"]
    settings = {**variables, "CARILLON_ROLE": "operator"}
    made = subprocess.run(
        command, cwd=places.PROJECT, env=settings, input=f"{password}\n", text=True, check=True, capture_output=True
    )
    first = _log_in(variables, password)
    first.fill(first.get("/enrol/"), {"code": made.stdout.split()[-1]}, "/enrol/")
    page = first.fill(first.get("/account/2fa/totp/activate/"), {"password": password})  # once more: it is them
    first.fill(page, {"code": totp(page.find(r"\b([A-Z2-7]{32})\b"), time.time())}, "activate")
    code = first.get("/account/2fa/recovery-codes/").find(r"\b([0-9a-f]{8})\b")
    second = _log_in(variables, password)
    second.fill(second.get("/account/2fa/authenticate/"), {"code": code})
    return second


def _log_in(variables: Mapping[str, str], password: str) -> Visitor:
    browser = Visitor(variables["OPERATOR_URL"])
    browser.fill(browser.get("/account/login/"), {"login": _ADDRESS, "password": password}, "/account/login/")
    return browser


def totp(secret: str, moment: float) -> str:
    """The six digits an authenticator shows at a moment (seconds since 1970).

    Source: RFC 6238 with SHA-1 and 30 seconds.
    """
    digest = hmac.digest(base64.b32decode(secret), int(moment // _TOTP_SECONDS).to_bytes(8), hashlib.sha1)
    start = digest[-1] & 15
    return f"{(int.from_bytes(digest[start : start + 4]) & 0x7FFFFFFF) % 1_000_000:06d}"
