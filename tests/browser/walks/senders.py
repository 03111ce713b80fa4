"""Carriers: connect an account at the practice carrier, add the number people see."""

from tests.browser.visitor import Visitor

ACCOUNT, TOKEN, NUMBER = "AC" + "0" * 31 + "1", "sandbox-token", "+1 402 555 0100"


def connect(visitor: Visitor) -> None:
    """Connect with a wrong token, then with the right one, then add a sender."""
    page = visitor.go("/senders/")
    page.get_by_role("link", name="Practice carrier").click()
    visitor.look("connect-form")
    page.get_by_label("Your name for it").fill("Main account")
    page.get_by_label("Account SID").fill(ACCOUNT)
    page.get_by_label("Auth token").fill("wrong")
    page.get_by_role("button", name="Check and connect").click()
    visitor.look("connect-refused", 422)
    page.get_by_label("Auth token").fill(TOKEN)
    page.get_by_role("button", name="Check and connect").click()
    page.get_by_text("The carrier accepted the credentials.").wait_for()
    visitor.look("connected")
    form = page.locator("section[aria-labelledby=add]")
    form.get_by_role("link", name="SMS").click()
    form.get_by_label("Your name for it").fill("Shop line")
    form.get_by_label("Number").fill(NUMBER)
    form.get_by_role("button", name="Add sender").click()
    page.get_by_text("The sender is ready.").wait_for()
    visitor.look("senders")
