"""The organisation's own rooms: first steps, settings, guests, team, keys, documents, the emergency stop, the audit trail."""

from tests.browser.visitor import PHONE, Visitor
from tests.browser.walks.entrance import Newcomer


def look_around_empty(visitor: Visitor) -> None:
    """What a newcomer sees where nothing is yet: every list says what it is for."""
    visitor.look("home-first")
    for name, path in (
        ("campaigns-empty", "/campaigns/"),
        ("contacts-empty", "/contacts/"),
        ("lists-empty", "/contacts/lists/"),
        ("fields-empty", "/contacts/fields/"),
        ("imports-empty", "/contacts/imports/"),
        ("replies-empty", "/replies/"),
        ("consent-empty", "/consent/"),
        ("suppressions-empty", "/consent/suppressions/"),
        ("senders-empty", "/senders/"),
        ("keys-empty", "/settings/keys/"),
    ):
        visitor.go(path)
        visitor.look(name)


def look_at_empty_channels(visitor: Visitor) -> None:
    """What needs a carrier, units or an application first."""
    for name, path in (
        ("templates-empty", "/templates/"),
        ("template-new-empty", "/templates/new/"),
        ("campaign-channel-empty", "/campaigns/new/"),
        ("units-empty", "/units/"),
    ):
        visitor.go(path)
        visitor.look(name)


def name_guests(visitor: Visitor, addresses: list[str]) -> None:
    """Those whom messages may reach during the trial."""
    page = visitor.go("/settings/guests/")
    for number, address in enumerate(addresses, 1):
        page.get_by_label("Who is it?").fill(f"Guest {number}")
        page.get_by_label("Phone or email").fill(address)
        page.get_by_role("button", name="Add", exact=False).last.click()
        page.get_by_text(f"Guest {number}").first.wait_for()


def settle(visitor: Visitor, phone: str) -> None:
    """Fill in the settings, name a guest, ask for the review: first refused, then taken."""
    page = visitor.go("/settings/")
    visitor.look("settings")
    page.get_by_role("button", name="Ask for the review").click()
    page.get_by_role("alert").get_by_text("legal name").wait_for()
    visitor.look("review-refused", 422)
    visitor.go("/settings/")
    page.get_by_label("Legal name").fill("Prairie Lantern Books LLC")
    page.get_by_label("City").fill("Omaha")
    page.get_by_label("Support contact").fill("+1 402 555 0100")
    page.get_by_label("Postal address").fill("12 Harney Street, Omaha NE 68102, United States")
    page.locator("#id_approval_above_people").fill("1000")
    page.get_by_label("Time zone").select_option("America/Chicago")
    page.get_by_label("What you will send").fill(
        "Reading offers to readers who asked for them at the till, twice a month."
    )
    page.get_by_role("button", name="Save settings").click()
    page.get_by_text("Settings saved.").wait_for()
    visitor.look("settings-saved")
    page.get_by_role("button", name="Ask for the review").click()
    page.get_by_text("You asked for a review").wait_for()
    visitor.go("/settings/guests/")
    page.get_by_label("Who is it?").fill("My own phone")
    page.get_by_label("Phone or email").fill("not a number")
    page.get_by_role("button", name="Add", exact=False).last.click()
    visitor.look("guests-refused", 422)
    page.get_by_label("Phone or email").fill(phone)
    page.get_by_role("button", name="Add", exact=False).last.click()
    page.get_by_text("Trial messages may reach them").wait_for()
    visitor.look("guests")


def gather_team(visitor: Visitor, colleague: Newcomer) -> str:
    """Invite a colleague and look at a member; answer the invitation's path."""
    page = visitor.go("/team/")
    page.get_by_label("Email").fill(colleague.email)
    page.get_by_label("Role").select_option("viewer")
    page.get_by_role("button", name="Send invitation").click()
    page.get_by_text("Invitation sent.").wait_for()
    visitor.look("team")
    page.locator("#main table a.row").first.click()
    page.get_by_role("button", name="Change role").wait_for()
    visitor.look("member")
    page.get_by_role("button", name="Remove from team").click()
    page.locator("dialog[open]").wait_for()
    visitor.look("member-remove")
    text = str(visitor.house.mails(colleague.email)[0]["text"])
    return "/invitation/" + text.split("/invitation/")[1].split()[0]


def make_key(visitor: Visitor) -> None:
    """Make an API key, see it once, use it, read what was asked with it, revoke it."""
    page = visitor.go("/settings/keys/")
    page.get_by_role("button", name="Make key").click()
    visitor.look("keys-refused", 422)
    page.get_by_label("Application").fill("web shop")
    page.get_by_role("checkbox").first.check()
    page.get_by_label("For trying things out").check()
    page.get_by_label("Where it may be used from").fill("127.0.0.0/8\n2001:db8::/32")
    page.get_by_role("button", name="Make key").click()
    page.get_by_text("only time you see the key").wait_for()
    visitor.look("key-made")
    key = page.locator("#new-key").inner_text().strip()
    asked = page.request.get(f"{visitor.house.url}/api/v1/organization/", headers={"Authorization": f"Bearer {key}"})
    assert asked.status == 200
    visitor.go("/settings/keys/requests/")
    visitor.look("requests")
    visitor.go("/settings/keys/")
    visitor.look("keys")
    page.get_by_role("button", name="Revoke").click()
    page.get_by_text("The key is dead.").wait_for()
    visitor.look("key-revoked")


def read_documents(visitor: Visitor) -> None:
    """The documents, the way to one more organisation, the audit trail."""
    for name, path in (
        ("documents", "/documents/"),
        ("document", "/documents/terms/"),
        ("open-organization", "/organizations/open/"),
        ("audit", "/audit/"),
        ("style", "/style/"),
    ):
        visitor.go(path)
        visitor.look(name)


def stop_and_go(visitor: Visitor) -> None:
    """Stop all sending from any page, read the banner, start again."""
    page = visitor.go("/")
    page.get_by_role("button", name="Stop all sending").first.click()
    page.get_by_role("dialog").get_by_text("Stop everything").wait_for()
    visitor.look("stop-asked")
    page.get_by_role("dialog").get_by_role("button", name="Stop all sending").click()
    page.get_by_text("All sending is stopped.").wait_for()
    visitor.look("stopped")
    page.get_by_role("button", name="Resume sending").click()
    page.get_by_text("Messages leave again.").wait_for()


def get_lost(visitor: Visitor) -> None:
    """The pages for what is not there."""
    visitor.go("/contacts/019368b0-0000-7000-8000-000000000000/")
    visitor.look("not-found", 404)
    visitor.go("/nowhere/")
    visitor.look("no-such-page", 404)


def open_menus(visitor: Visitor) -> None:
    """The menu of one's own account, on a phone inside the drawer; the theme chosen there outlives the page."""
    page = visitor.go("/")
    if visitor.screen is PHONE:
        page.get_by_role("button", name="More").click()
        page.locator("#drawer").get_by_role("link", name="Senders").wait_for()
        visitor.look("drawer")
    page.get_by_role("button", name="Your account").last.click()
    page.get_by_role("link", name="Devices").last.wait_for()
    visitor.look("user-menu")
    visitor.go("/")
    page.get_by_role("button", name="Light or dark").click()
    with page.expect_response("**/settings/theme/"):
        page.get_by_role("button", name=visitor.screen.other_theme.capitalize(), exact=True).click()
    page.reload()
    assert page.locator("html").get_attribute("data-theme") == visitor.screen.other_theme
    visitor.look("home-other-theme")
    page.get_by_role("button", name="Light or dark").click()
    with page.expect_response("**/settings/theme/"):
        page.get_by_role("button", name="Like this device").click()
