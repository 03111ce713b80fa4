"""The operators' host: in with a second factor, an organisation reviewed."""

from tests.browser.visitor import Visitor
from tests.browser.walks.account import enter_code, leave, set_up_app
from tests.browser.walks.entrance import sign_in

EMAIL, NAME = "olga@operators.example", "Olga Operator"


def arrive(visitor: Visitor) -> None:
    """Sign in at the operators' host; the first time, set up the app first. Ends at the operators' home."""
    house, page, host = visitor.house, visitor.page, visitor.house.operator_url
    first = EMAIL not in house.secrets
    if first:
        code = house.make_operator(EMAIL, NAME)
    visitor.go("/account/login/", host)
    sign_in(visitor, EMAIL)
    if first:
        page.wait_for_url("**/enrol/")
        page.get_by_label("Code").fill(code)
        page.get_by_role("button", name="Go on").click()
        page.wait_for_url("**/account/2fa/")
        house.secrets[EMAIL] = set_up_app(visitor, host)
        leave(visitor, host)
        sign_in(visitor, EMAIL)
    page.get_by_role("heading", name="One more step").wait_for()
    enter_code(visitor, house.secrets[EMAIL])
    visitor.go("/", host)
    page.get_by_role("heading", name="Site administration").wait_for()


def review(visitor: Visitor, organization: str, *, looking: bool = True) -> None:
    """Find an organisation, read it, end its trial."""
    page, host = visitor.page, visitor.house.operator_url
    if looking:
        visitor.look("operators")
    visitor.go("/accounts/organization/", host)
    if looking:
        visitor.look("operators-organizations")
    page.get_by_role("link", name=organization).first.click()
    page.wait_for_url("**/change/")
    page.get_by_role("link", name="End the trial").wait_for()
    if looking:
        visitor.look("operators-organization")
    page.get_by_role("link", name="End the trial").click()
    if looking:
        visitor.look("operators-deed")
    page.get_by_label("Reason").fill("Read the use case and the words; both are clear.")
    page.get_by_role("button", name="End the trial").click()
    page.get_by_text("Done: End the trial.").wait_for()
    visitor.go("/accounts/auditevent/", host)
    if looking:
        visitor.look("operators-audit")
