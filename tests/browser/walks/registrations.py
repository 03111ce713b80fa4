"""Registrations: nothing so far, an approval nothing shows, a record that ends soon, its history, the list."""

from tests.browser.visitor import Visitor


def keep_registrations(visitor: Visitor) -> None:
    """Write down a campaign of the registry, be refused once, let it end soon, look at the rest."""
    page = visitor.go("/senders/registrations/")
    visitor.look("registrations-none")
    page.get_by_role("link", name="Add a registration").first.click()
    page.get_by_role("heading", name="What was registered?").wait_for()
    visitor.look("registration-kinds")
    page.get_by_role("link", name="A2P 10DLC campaign").click()
    page.get_by_label("Campaign id").fill("CM00000001")
    page.get_by_label("State").select_option("approved")
    page.get_by_label("Last day").fill("2026-01-31")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Nothing shows the approval").or_(page.locator(".error")).first.wait_for()
    visitor.look("registration-refused", 422)
    page.get_by_label("Holds from").fill("2025-02-01")
    page.get_by_label("Where the approval can be seen").fill("Ticket 17")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("heading", name="History").wait_for()
    visitor.look("registration")
    visitor.go("/senders/registrations/add/?kind=dlt_template")
    visitor.look("registration-text")
    visitor.go("/senders/registrations/")
    visitor.look("registrations")
