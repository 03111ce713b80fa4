"""One's own account: the second factor, its codes, devices, password, leaving and coming back, an invitation taken up."""

import base64
import hashlib
import hmac
import struct
import time

from tests.browser.visitor import Visitor
from tests.browser.walks.entrance import Newcomer, sign_in
from tooling import ports


def totp(secret: str, moment: int) -> str:
    """The six digits of an authenticator app (RFC 6238, SHA-1, 30 seconds)."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.digest(key, struct.pack(">Q", moment // 30), hashlib.sha1)
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"


def confirm_it_is_you(visitor: Visitor) -> None:
    """Type the password once more before the way in is changed."""
    visitor.page.get_by_label("Password").fill(visitor.house.password)
    visitor.page.get_by_role("button", name="Confirm").click()


def set_up_app(visitor: Visitor, host: str = "", *, looking: bool = False) -> str:
    """Turn on the authenticator app by its page; answer the secret."""
    page = visitor.go("/account/2fa/totp/activate/", host)
    if looking:
        visitor.look("confirm-it-is-you")
    confirm_it_is_you(visitor)
    secret = page.locator("#authenticator-secret").inner_text().strip()
    if looking:
        visitor.look("authenticator")
        page.get_by_role("button", name="Turn on").click()
        visitor.look("authenticator-refused", 422)
    page.get_by_label("code", exact=False).fill(totp(secret, fresh_moment(0)))
    page.get_by_role("button", name="Turn on").click()
    page.wait_for_url("**/recovery-codes/**")
    return secret


def enter_code(visitor: Visitor, secret: str) -> None:
    """Answer the second question and come in. Neither a code that was used nor one that is about to end is taken."""
    moment = fresh_moment(visitor.house.used_codes.get(secret, 0))
    visitor.house.used_codes[secret] = moment // 30
    visitor.page.get_by_label("Code").fill(totp(secret, moment))
    visitor.page.get_by_role("button", name="Sign in", exact=True).click()
    visitor.page.wait_for_url(lambda url: "/authenticate/" not in url)


def fresh_moment(used: int) -> int:
    """Now, as soon as it lies in another half minute than the one used, with seconds to spare. Units: seconds of the epoch."""
    fresh = ports.wait_until(lambda: int(time.time()) // 30 > used and time.time() % 30 < 28, 32)
    assert fresh, "the clock stands still"
    return int(time.time())


def leave(visitor: Visitor, host: str = "") -> None:
    """Sign out by the page."""
    visitor.go("/account/logout/", host)
    visitor.page.locator("main").get_by_role("button", name="Sign out").click()
    visitor.page.wait_for_url("**/account/login/**")


def look_after_account(visitor: Visitor, email: str) -> None:
    """Every page of one's own account, then out and in again with both factors."""
    page = visitor.page
    for name, path in (
        ("second-factor", "/account/2fa/"),
        ("email-address", "/account/email/"),
        ("password", "/account/password/change/"),
        ("devices", "/account/sessions/"),
    ):
        visitor.go(path)
        visitor.look(name)
    secret = set_up_app(visitor, looking=True)
    visitor.look("recovery-codes")
    visitor.go("/account/2fa/webauthn/add/")
    visitor.look("passkey-add")
    visitor.go("/account/logout/")
    visitor.look("sign-out")
    leave(visitor)
    visitor.go("/account/login/")
    visitor.look("sign-in")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill("not the password at all")
    page.get_by_role("button", name="Continue with email").click()
    visitor.look("sign-in-refused", 422)
    sign_in(visitor, email)
    page.get_by_role("heading", name="One more step").wait_for()
    visitor.look("sign-in-code")
    enter_code(visitor, secret)


def forget_password(visitor: Visitor, email: str) -> None:
    """Ask for a way back in and follow the mail."""
    page = visitor.go("/account/password/reset/")
    visitor.look("password-reset")
    page.get_by_label("Email").fill(email)
    page.locator("main").get_by_role("button").first.click()
    page.wait_for_url("**/password/reset/**")
    visitor.look("password-reset-sent")


def take_up_invitation(visitor: Visitor, path: str, who: Newcomer) -> None:
    """A colleague follows the link, makes an account, joins, and meets a door their role does not open."""
    page = visitor.go(path)
    visitor.look("invitation")
    visitor.go("/account/signup/")
    visitor.look("sign-up-invited")
    page.get_by_label("Your name").fill(who.name)
    page.get_by_label("Email").fill(who.email)
    page.get_by_label("Password").fill(visitor.house.password)
    page.get_by_label("I am 18 or older").check()
    sent = len(visitor.house.mails(who.email))
    page.get_by_role("button", name="Make the account").click()
    page.get_by_role("heading", name="Check your email").wait_for()
    page.get_by_label("Code").fill(visitor.house.code_for(who.email, after=sent))
    page.get_by_role("button", name="Confirm").click()
    visitor.look("invitation-signed-in")
    page.get_by_role("button", name="Join", exact=False).click()
    page.get_by_role("heading", level=1).wait_for()
    visitor.look("home-viewer")
    visitor.go("/team/")
    visitor.look("not-allowed", 403)
