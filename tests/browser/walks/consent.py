"""Purposes, words, and what one address agreed to."""

from tests.browser.visitor import Visitor

WORDS = "Yes, text me offers from Prairie Lantern Books, up to two a month. Reply STOP to end it."


def open_purpose(visitor: Visitor, *, looking: bool = True) -> None:
    """Open a purpose; where it is looked at, publish the words people agree to."""
    page = visitor.go("/consent/purposes/add/")
    if looking:
        page.get_by_role("button", name="Add purpose").click()
        visitor.look("purpose-refused", 422)
    page.get_by_label("Name").fill("Offers")
    page.get_by_label("What it covers").fill("New books, readings and prices, twice a month at most.")
    page.get_by_role("button", name="Add purpose").click()
    page.get_by_role("heading", name="Offers", exact=True).wait_for()
    if not looking:
        return
    visitor.look("purpose-new")
    page.get_by_role("button", name="Publish").click()
    visitor.look("wording-refused", 422)
    page.get_by_label("Channel").select_option("sms")
    page.get_by_label("The words, exactly").fill(WORDS)
    page.get_by_role("button", name="Publish").click()
    page.get_by_text("Version 1 is in force.").wait_for()
    visitor.look("purpose")
    visitor.go("/consent/")
    visitor.look("consent")
    visitor.go("/preference-page/")
    visitor.look("preference-page")
    visitor.go("/preference-page/ur/")
    visitor.look("preference-preview")


def record_by_hand(visitor: Visitor) -> None:
    """From a contact's address: a refused record shown in place, then a stop, then its receipt."""
    page = visitor.page
    page.locator("section[aria-labelledby=addresses] a[href*='/consent/points/']").first.click()
    visitor.look("point")
    page.get_by_role("link", name="Record consent").click()
    page.get_by_label("When they agreed").wait_for()
    visitor.look("point-record")
    page.get_by_role("button", name="Record consent").click()
    page.locator(".error").first.wait_for()
    visitor.look("point-record-refused", part_status=422)
    page.get_by_label("When they agreed").fill("2026-10-01T12:00")
    page.get_by_label("The words they agreed to").select_option(index=1)
    page.get_by_label("Where the proof is kept").fill("Signed card, till folder 3.")
    page.get_by_role("button", name="Record consent").click()
    kept = page.locator("a[href*='/consent/events/']").first
    (page.get_by_text("Written down.") if visitor.script else kept).wait_for()
    visitor.look("point-recorded")
    kept.click()
    page.get_by_role("heading", level=1).wait_for()
    visitor.look("receipt")


def look_at_report(visitor: Visitor) -> None:
    """What consent did in the last month, and what the carrier's own lists say."""
    page = visitor.go("/consent/report/")
    page.get_by_role("heading", name="How fast a stop is heard").wait_for()
    visitor.look("compliance")
    page.get_by_role("link", name="Who got more").click()
    page.get_by_role("heading", name="Promised frequency").wait_for()
    visitor.look("promised-frequency")
    page = visitor.go("/consent/report/ending/")
    page.get_by_role("heading", name="Agreements that end").wait_for()
    visitor.look("agreements-that-end")
    page = visitor.go("/consent/report/")
    page.get_by_role("link", name="Lists of carriers").click()
    page.get_by_text("Found without a webhook").wait_for()
    visitor.look("carrier-lists")
