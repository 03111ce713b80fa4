"""Roles an organisation makes itself, and the second person one of them makes possible."""

from tests.browser.visitor import Visitor
from tests.browser.walks.entrance import Newcomer

ROLE = "Second reader"


def make_role(visitor: Visitor) -> None:
    """Read what each role may do; make one: refused without a name, then kept, then changed; it cannot leave while it is had."""
    page = visitor.go("/team/roles/")
    visitor.look("roles")
    page.get_by_role("link", name="New role").click()
    page.get_by_role("button", name="Save role").wait_for()
    visitor.look("role-new")
    page.get_by_role("button", name="Save role").click()
    visitor.look("role-refused", 422)
    page.get_by_label("Name", exact=True).fill(ROLE)
    for right in ("see_campaigns", "approve_campaigns", "see_contacts"):
        page.locator(f"input[value={right}]").check()
    page.get_by_role("button", name="Save role").click()
    page.get_by_role("link", name=ROLE).wait_for()
    visitor.look("roles-own")
    page.get_by_role("link", name=ROLE).click()
    page.get_by_role("button", name="Save role").wait_for()
    visitor.look("role")
    page.get_by_role("button", name="Remove role").click()
    page.locator("dialog[open]").wait_for()
    visitor.look("role-remove")


def invite(visitor: Visitor, colleague: Newcomer) -> str:
    """A colleague is asked in with that role; the path of the invitation."""
    page = visitor.go("/team/")
    page.get_by_label("Email").fill(colleague.email)
    page.get_by_label("Role").select_option(label=ROLE)
    page.get_by_role("button", name="Send invitation").click()
    page.get_by_text("Invitation sent.").wait_for()
    text = str(visitor.house.mails(colleague.email)[0]["text"])
    return "/invitation/" + text.split("/invitation/")[1].split()[0]


def join(visitor: Visitor, path: str, who: Newcomer) -> None:
    """The colleague makes an account and joins."""
    page = visitor.go(path)
    visitor.go("/account/signup/")
    page.get_by_label("Your name").fill(who.name)
    page.get_by_label("Email").fill(who.email)
    page.get_by_label("Password").fill(visitor.house.password)
    page.get_by_label("I am 18 or older").check()
    sent = len(visitor.house.mails(who.email))
    page.get_by_role("button", name="Make the account").click()
    page.get_by_role("heading", name="Check your email").wait_for()
    page.get_by_label("Code").fill(visitor.house.code_for(who.email, after=sent))
    page.get_by_role("button", name="Confirm").click()
    page.get_by_role("button", name="Join", exact=False).click()
    page.get_by_role("heading", level=1).wait_for()


def ask_second_person(visitor: Visitor, second: Visitor) -> None:
    """The writer asks on the check in view; the second person reads the same page and approves; it can be launched."""
    page, other = visitor.page, second.page
    path = page.url.removeprefix(visitor.house.url)
    page.get_by_role("button", name="Ask for approval").click()
    page.get_by_text("the first answer counts").wait_for()
    visitor.look("approval-asked")
    second.go(path)
    other.get_by_role("button", name="Approve").wait_for()
    second.look("approval-decide")
    other.get_by_label("Note").fill("Read it aloud twice. The hour is right.")
    other.get_by_role("button", name="Approve").click()
    other.get_by_text("It can be launched now.").wait_for()
    visitor.go(path)
    page.get_by_label("Type the number of people").wait_for()
    visitor.look("approval-given")
