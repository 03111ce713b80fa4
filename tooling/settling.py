"""The first half of the newcomer's day: an account, a live organisation, words to agree to, senders, a template, people."""

from tooling.application import Application
from tooling.lines import LINES, TEMPLATE, TEMPLATE_BODY
from tooling.neighbours import PAGE
from tooling.newcomer import OWNER, PASSWORD, ZONE, Newcomer, see
from tooling.visitor import File

_SHOP, _LIST = "Corner Cloth", "Neighbours"


def sign_up(newcomer: Newcomer) -> None:
    """An account, its code from the mail that the sandbox caught, and an organisation."""
    newcomer.call_operator()
    browser = newcomer.browser
    typed = {"full_name": "Nadia Corner", "organization": _SHOP, "email": OWNER, "password1": PASSWORD}
    page = browser.fill(browser.get("/account/signup/"), typed | {"agree": "on"}, "signup")
    browser.fill(page, {"code": newcomer.code()})
    see(browser.get("/"), _SHOP)


def go_live(newcomer: Newcomer) -> None:
    """Settings and the request on one side; the operator with a second factor on the other."""
    browser = newcomer.browser
    typed = {
        "legal_name": "Corner Cloth LLC",
        "postal_address": "1 Main Street, Omaha NE 68102, USA",
        "use_case": "Offers to neighbours who asked.",
        "time_zone": ZONE.key,
        "default_country": "US",
        "consent_page_url": PAGE,
    }
    browser.fill(browser.get("/settings/"), typed, "/settings/")
    browser.fill(browser.get("/settings/"), {}, "review")
    operator = newcomer.operator()
    organization = operator.get("/accounts/organization/").find(r'href="(/accounts/organization/[0-9a-f-]{36}/)')
    deed = operator.get(f"{organization}do/go-live/")
    answer = operator.fill(deed, {"reason": "Register and page agree."}, "do/go-live")
    see(answer, "Done: End the trial.")


def open_purpose(newcomer: Newcomer) -> None:
    """What people can say yes to, and the words on each channel."""
    browser = newcomer.browser
    typed = {"name": "Offers", "tier": "marketing", "description": "New cloth and sales."}
    page = browser.fill(browser.get("/consent/purposes/add/"), typed)
    for line in LINES:
        page = browser.fill(page, {"channel": line.channel, "language": "en", "text": line.words}, "publish")
        see(page, line.words)


def connect(newcomer: Newcomer) -> None:
    """The practice carrier in one press: a sender on each channel; and a key for an application."""
    browser = newcomer.browser
    page = browser.fill(browser.get("/senders/"), {}, "practice")
    for sender in ("Practice line", "Practice calls", "Practice mail", "Practice WhatsApp"):
        see(page, sender)
    scopes = ["message_people", "see_campaigns", "see_contacts"]
    page = browser.fill(
        browser.get("/settings/keys/"), {"name": "Till", "scopes": scopes, "days": "30", "is_test": "on"}
    )
    newcomer.application = Application(newcomer.variables["PUBLIC_URL"], page.find(r"(crl_test_[\w-]{20,})"))


def have_template_approved(newcomer: Newcomer) -> None:
    """A template, written and submitted; the network's review, which the sandbox does, takes it."""
    browser = newcomer.browser
    samples = "first_name = Ana\nnews = wool, linen and more."
    typed = {
        "name": TEMPLATE,
        "language": "en_US",
        "use_case": "promotional",
        "body": TEMPLATE_BODY,
        "samples": samples,
    }
    page = browser.fill(browser.get("/templates/new/"), typed)
    newcomer.template = page.find(r"/templates/([0-9a-f-]{36})/submit/")
    browser.fill(page, {}, "submit")
    newcomer.page_with(f"/templates/{newcomer.template}/", "Approved")


def import_people(newcomer: Newcomer) -> None:
    """An untidy file: uploaded, declared, tried, brought in."""
    browser, people = newcomer.browser, newcomer.neighbours
    file = File("neighbours.csv", people.content)
    job = browser.fill(browser.get("/contacts/imports/upload/"), {"kind": "people"}, file=file)
    typed = {"purpose": "offers", "new_list": _LIST, "default_country": "US", "attested": "on"}
    browser.fill(job, typed, job.path)
    page = newcomer.page_with(job.path, f"{people.usable} rows can come in. {people.rejected} cannot.")
    browser.fill(page, {}, "start")
    newcomer.page_with(job.path, f"{people.rejected} could not come in")
