"""A campaign: written, checked, launched, taken back, launched again, reported; and the stop that the next check respects."""

import csv
import urllib.parse

from playwright.sync_api import Page

from tests.browser.visitor import Visitor

NAME = "Spring reading night"
BODY = "Hello {{ contact.first_name }}, Prairie Lantern reads on Friday at 7. Reply STOP to end these."
#: the messy file's six with proof, and its three on the list who are left out: a claim, a stop, and silence
GETS, LEFT_OUT = 6, 3


def write(visitor: Visitor) -> None:
    """Write it: refused when empty, previewed as somebody would read it, saved and checked."""
    page = visitor.go("/campaigns/new/")
    visitor.look("campaign-channel")
    page.get_by_role("link", name="SMS", exact=True).click()
    page.wait_for_url("**/campaigns/new/sms/")
    visitor.look("campaign-new")
    page.get_by_role("button", name="Save and check").click()
    visitor.look("campaign-refused", 422)
    page.get_by_label("Name", exact=True).fill(NAME)
    page.get_by_label("Purpose").select_option(label="Offers")
    page.get_by_label("Sender").select_option(index=1)
    page.get_by_role("group", name="Goes to").get_by_label("Spring readers").check()
    page.get_by_label("Text", exact=True).fill(BODY)
    if visitor.script:
        page.locator("#preview-inner .bubble").wait_for()
        visitor.look("campaign-written", 422)
    save_and_check(visitor)
    visitor.wait_for(page.get_by_role("heading", name=f"{GETS} people would get this. {LEFT_OUT} would not."))
    visitor.look("campaign-check")


def save_and_check(visitor: Visitor) -> None:
    """Save, and begin the check if saving did not."""
    page = visitor.page
    page.get_by_role("button", name="Save and check").click()
    page.wait_for_url("**/check/")
    if page.get_by_role("button", name="Check now").is_visible():
        page.get_by_role("button", name="Check now").click()


def drill_down(visitor: Visitor) -> None:
    """Each reason opens the people it left out."""
    page = visitor.page
    page.locator("section[aria-labelledby=who] table a.row").first.click()
    page.get_by_role("region", name="People").wait_for()
    visitor.look("campaign-left-out")
    visitor.go(page.url.partition("?")[0].removeprefix(visitor.house.url) + "?show=gets")
    visitor.look("campaign-gets")


def launch(visitor: Visitor, name: str) -> None:
    """Type the number of people; the button waits for exactly that."""
    page = visitor.page
    open_check(visitor)
    button = page.get_by_role("button", name=f"Launch to {GETS} people")
    page.get_by_label("Type the number of people").fill(str(GETS + 1))
    assert button.is_disabled() == visitor.script
    page.get_by_label("Type the number of people").fill(str(GETS))
    button.click()
    visitor.wait_for(page.get_by_text("until the first may leave"))
    visitor.look(name)


def open_check(visitor: Visitor) -> None:
    """From the list to the campaign to its check."""
    page = visitor.go("/campaigns/")
    page.get_by_role("link", name=NAME).first.click()
    page.get_by_role("link", name="Check who gets it").click()
    page.get_by_role("heading", level=1).wait_for()


def take_back(visitor: Visitor) -> None:
    """During the breath: nothing left, and the campaign is a draft again."""
    page = visitor.page
    page.get_by_role("button", name="Take it back").click()
    page.get_by_role("link", name="Check who gets it").wait_for()
    visitor.look("campaign-draft")
    visitor.go("/campaigns/")
    visitor.look("campaigns")


def sent_to(visitor: Visitor, phones: set[str]) -> list[str]:
    """Those of the phones that the carrier took a message for, once for each message."""
    lines = visitor.house.sandbox.ledger("kind=message")
    return [line["to"] for line in lines if line["accepted"] and line["to"] in phones]


def watch(visitor: Visitor, name: str = "run-finished") -> None:
    """Let the minute pass by the handset's clock; the report follows by itself to the end, and every number opens its people."""
    page = visitor.page
    with visitor.beside(visitor.house.sandbox.url) as handset:
        handset.get_by_role("button", name="+1 min").click()
    visitor.wait_for(page.get_by_role("button", name="Copy"), 45)
    visitor.look(name)
    everybody = f"{urllib.parse.urlsplit(page.url).path}people/?show=all"
    for path, number in [*_numbers(visitor), (everybody, GETS + LEFT_OUT)]:
        visitor.go(path)
        assert page.locator("#main tbody tr:not(.md\\:hidden)").count() == number, path
        assert not number or _exported(page) == number, path
    visitor.look("run-people")


def _exported(page: Page) -> int:
    """How many people the file holds that the page gives out."""
    with page.expect_download() as download:
        page.get_by_role("button", name="Export").click()
    rows = list(csv.reader(download.value.path().read_text("utf-8-sig").splitlines()))
    return len(rows) - 1


def _numbers(visitor: Visitor) -> list[tuple[str, int]]:
    """Every number of people on a report that leads to those people, with the address it leads to."""
    page = visitor.page
    beside = page.locator("#run dt:has(a[href*='/people/']), #run tr:has(a[href*='/people/'])").all()
    found = [(each.locator("a").first, each.locator(".strong").last) for each in beside]
    found += [(each, each) for each in page.locator("#run dd a[href*='/people/']").all()]
    assert len(found) >= 11, "four figures, four steps and three reasons lead to their people"
    return [(str(link.get_attribute("href")), int(number.inner_text())) for link, number in found]


def say_stop(visitor: Visitor, phone: str) -> None:
    """On the handset: the message is there; STOP is answered once. Then the replies, and the contact's card."""
    page = visitor.go("/?" + urllib.parse.urlencode({"phone": phone}), visitor.house.sandbox.url)
    page.get_by_text("Prairie Lantern reads on Friday").first.wait_for()
    visitor.look("handset")
    page.get_by_role("button", name="STOP", exact=True).click()
    page.locator(".bubble.out").first.wait_for()
    page.locator(".bubble.in").nth(1).wait_for()
    visitor.look("handset-stopped")
    visitor.go("/replies/?show=stop")
    visitor.look("replies")
    page.get_by_role("link", name="Ines Björk").first.click()
    page.get_by_role("heading", name="Ines Björk").wait_for()
    visitor.look("contact-stopped")
    visitor.go("/consent/suppressions/")
    visitor.look("suppressions")


def check_again(visitor: Visitor) -> None:
    """A copy of the campaign, checked: one fewer, because she said stop."""
    page = visitor.go("/campaigns/")
    page.get_by_role("link", name=NAME).first.click()
    page.get_by_role("button", name="Copy").click()
    page.get_by_label("Name", exact=True).wait_for()
    visitor.look("campaign-copy")
    save_and_check(visitor)
    visitor.wait_for(page.get_by_role("heading", name=f"{GETS - 1} people would get this. {LEFT_OUT + 1} would not."))
    visitor.look("campaign-check-after-stop")
    visitor.go("/")
    page.get_by_role("heading", level=1).wait_for()
    visitor.look("home")
