"""Coming in: an account, its code, signing in and out, a forgotten password."""

import dataclasses

from tests.browser.visitor import Visitor


@dataclasses.dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody who is about to make an account."""

    name: str
    email: str
    organization: str


def sign_up(visitor: Visitor, who: Newcomer, *, looking: bool = True) -> None:
    """Make an account, enter the code that comes by mail, arrive at home."""
    page = visitor.go("/account/signup/")
    if looking:
        visitor.look("sign-up")
        page.get_by_role("button", name="Make the account").click()
        visitor.look("sign-up-refused", 422)
    page.get_by_label("Your name").fill(who.name)
    page.get_by_label("Organisation").fill(who.organization)
    page.get_by_label("Email").fill(who.email)
    page.get_by_label("Password").fill(visitor.house.password)
    page.get_by_label("I am 18 or older").check()
    page.get_by_role("button", name="Make the account").click()
    page.get_by_role("heading", name="Check your email").wait_for()
    if looking:
        visitor.look("sign-up-code")
    page.get_by_label("Code").fill(visitor.house.code_for(who.email))
    page.get_by_role("button", name="Confirm").click()
    page.wait_for_url(f"{visitor.house.url}/*")


def sign_in(visitor: Visitor, email: str, host: str = "") -> None:
    """Enter address and password; a second factor may be asked for next."""
    page = visitor.page
    if "/account/login/" not in page.url:
        visitor.go("/account/login/", host)
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(visitor.house.password)
    page.get_by_role("button", name="Continue with email").click()
