"""The rules: what they say, what the gate would have answered on a day, what a proposed rule would change."""

from tests.browser.visitor import Visitor

PROPOSED = """[[window]]
id = "us-fl-hours"
places = ["US-FL"]
channels = ["sms"]
tiers = ["marketing"]
weekdays = ["10:00-18:00"]
saturday = ["10:00-18:00"]
sunday = []
valid_from = 2027-03-01
statute = "A bill"
url = "https://www.flsenate.gov/"
read_on = 2026-11-25
standing = "secondary"
verified = false
"""


def look_at_rules(visitor: Visitor) -> None:
    """Read the rules of one place, ask about an evening in Florida, try a bill, look at the versions."""
    page = visitor.go("/consent/")
    page.get_by_role("link", name="Rules", exact=True).click()
    page.get_by_role("heading", name="Rules", exact=True).wait_for()
    page.get_by_label("Place").select_option("US-FL")
    page.get_by_role("button", name="Show").click()
    page.wait_for_url("**place=US-FL**")
    visitor.look("rules")
    visitor.go("/consent/rules/?kind=caps&place=DE")
    visitor.look("rules-none")
    page.goto(page.url.partition("?")[0] + "us-pa-hours/")
    page.get_by_role("heading", name="Which messages").wait_for()
    visitor.look("rule")
    page.goto(page.url.replace("us-pa-hours/", "question/"))
    visitor.look("rules-question-empty")
    page.get_by_label("Where they are").select_option("US-FL")
    page.get_by_label("Their clock").select_option("America/New_York")
    page.get_by_label("Day", exact=True).fill("2026-11-24")
    page.get_by_label("Hour", exact=True).fill("20:05")
    page.get_by_role("button", name="Ask").click()
    page.get_by_role("heading", name="Not then").wait_for()
    visitor.look("rules-question")
    page.goto(page.url.partition("question/")[0] + "changes/")
    visitor.look("rules-changes-empty")
    page.get_by_label("beside those of").fill("2027-03-01")
    page.get_by_label("And if this rule is adopted").fill(PROPOSED.replace("verified = false", ""))
    page.get_by_role("button", name="Compare").click()
    page.locator(".error").first.wait_for()
    visitor.look("rules-changes-refused", 422)
    page.get_by_label("And if this rule is adopted").fill(PROPOSED)
    page.get_by_role("button", name="Compare").click()
    page.get_by_role("heading", name="What the gate answers differently").wait_for()
    visitor.look("rules-changes")
    page.goto(page.url.replace("changes/", "versions/"))
    page.get_by_role("link", name="Files").first.click()
    page.get_by_role("heading", name="quiet_hours_us.toml").wait_for()
    visitor.look("rules-versions")


def look_at_frequency(visitor: Visitor) -> None:
    """Set how often one person is written to: first refused with the field named, then saved."""
    page = visitor.go("/consent/frequency/")
    visitor.look("frequency")
    page.get_by_label("Messages to one person, at most").fill("5000")
    page.get_by_role("button", name="Save the limit").click()
    page.locator(".error").first.wait_for()
    visitor.look("frequency-refused", 422)
    page.get_by_label("Messages to one person, at most").fill("4")
    page.get_by_label("Let it wait until there is room").check()
    page.get_by_role("button", name="Save the limit").click()
    page.get_by_text("One person gets at most 4 messages in any 7 days").wait_for()
