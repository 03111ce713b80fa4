"""The four channels: a sender for each, a template that WhatsApp reviews, and what is written for each of them."""

import pathlib
import re

from playwright.sync_api import Page

from tests.browser.visitor import Visitor

_HEAD = (
    "First name,Surname,Mobile,E-mail,SMS opt in,WhatsApp opt in,Email opt in,Call opt in,Opt in date,Opt in source\n"
)
_CARRIERS = ("twilio", "telnyx", "whatsapp_cloud", "postmark", "smtp")
TEMPLATE = "reading_night_reminder"
LIST = "Reading circle"


def use_practice_carrier(visitor: Visitor) -> None:
    """One press: an account and a sender for each channel."""
    page = visitor.go("/senders/")
    page.get_by_role("button", name="Use the practice carrier").click()
    page.get_by_text("The practice carrier is connected.").wait_for()
    visitor.look("senders-practice")


def read_what_carriers_ask(visitor: Visitor) -> None:
    """Each carrier has a form of its own; so has a sender of each channel."""
    page = visitor.page
    for carrier in _CARRIERS:
        visitor.go(f"/senders/?carrier={carrier}")
        visitor.look(f"connect-{carrier.partition('_')[0]}")
    page.get_by_role("button", name="Check and connect").click()
    visitor.look("connect-smtp-refused", 422)
    for channel in ("WhatsApp", "Email"):
        visitor.go("/senders/")
        page.locator("section[aria-labelledby=add]").get_by_role("link", name=channel).first.click()
        page.get_by_role("button", name="Add sender").wait_for()
        visitor.look(f"sender-{channel.lower()}")


def write_template(visitor: Visitor) -> None:
    """Write a template, submit it, see it approved; then one that is not."""
    page = visitor.page
    visitor.go("/templates/new/")
    visitor.look("template-new")
    page.get_by_role("button", name="Save draft").click()
    visitor.look("template-refused", 422)
    _fill_template(visitor, TEMPLATE, "Hello {{1}}, we read on Friday at 7. Shall we keep you a chair?")
    visitor.look("template-draft")
    page.get_by_role("link", name="Change", exact=True).click()
    page.get_by_role("button", name="Save draft").wait_for()
    visitor.look("template-change")
    page.go_back()
    _submit(visitor, "Approved")
    visitor.look("template-approved")
    visitor.go("/templates/new/")
    _fill_template(visitor, f"{TEMPLATE}_rejected", "Hello {{1}}, the house is full this time. We write again soon.")
    _submit(visitor, "Rejected")
    visitor.look("template-rejected")
    visitor.go("/templates/")
    visitor.look("templates")


def _fill_template(visitor: Visitor, name: str, text: str) -> None:
    page = visitor.page
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Language", exact=True).select_option("en_US")
    page.get_by_role("radio").last.check()
    page.get_by_label("Text", exact=True).fill(text)
    page.locator("#id_button_1_kind").select_option(label="Answer")
    page.get_by_label("Words of button 1").fill("Keep a chair for me")
    page.get_by_label("Samples").fill("1 = Ines")
    page.get_by_role("button", name="Save draft").click()
    page.get_by_text("Submit it when it is ready").wait_for()


def _submit(visitor: Visitor, state: str) -> None:
    """Hand it over and load the page until WhatsApp has decided; nothing on it follows by itself."""
    page = visitor.page
    page.get_by_role("button", name="Submit for review").click()
    page.get_by_text("Submitted. WhatsApp reviews it").wait_for()
    badge = page.locator("section[aria-labelledby=standing]").get_by_text(state, exact=True)
    for _ in range(60):
        if badge.is_visible():
            return
        page.wait_for_timeout(500)
        page.reload()
    badge.wait_for()


def reachable_file(folder: pathlib.Path, block: int) -> pathlib.Path:
    """Three readers, of whom two agreed to everything and one to letters alone."""
    rows = [
        f"Ines,Björk,+1 402 {block} 0001,ines.{block}@example.com,yes,yes,yes,yes,2026-03-14,till 7",
        f"Tomás,Núñez,+1 402 {block} 0002,tomas.{block}@example.com,yes,yes,yes,yes,2026-03-15,till 7",
        f"Wei,王,+1 402 {block} 0003,wei.{block}@example.com,,,yes,,2026-03-16,till 7",
    ]
    path = folder / "reading circle.csv"
    path.write_text(_HEAD + "\n".join(rows) + "\n", "utf-8")
    return path


def bring_in(visitor: Visitor, file: pathlib.Path) -> None:
    """The file with its proof, onto a list."""
    page = visitor.go("/contacts/imports/upload/")
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Upload").click()
    page.get_by_role("heading", name="What are these columns?").wait_for()
    page.get_by_label("They agreed to").select_option(label="Offers")
    page.get_by_label("… or a new list").fill(LIST)
    page.get_by_label("Dates without a time are days of UTC").check()
    page.get_by_label("I answer for it").check()
    page.get_by_role("button", name="Check the file").click()
    page.get_by_role("button", name=re.compile(r"^Import \d")).click()
    page.get_by_role("link", name="See contacts").wait_for()


def say_who_we_are(visitor: Visitor) -> None:
    """A channel says what it lacks while the settings are empty; and from the first person on a second one is asked."""
    page = visitor.go("/campaigns/new/")
    visitor.look("campaign-channel-lacks")
    visitor.go("/settings/")
    page.get_by_label("Legal name").fill("Prairie Lantern Books LLC")
    page.get_by_label("City").fill("Omaha")
    page.get_by_label("Postal address").fill("12 Harney Street, Omaha NE 68102, United States")
    page.get_by_label("Time zone").select_option("America/Chicago")
    page.locator("#id_approval_above_people").fill("0")
    page.get_by_role("button", name="Save settings").click()
    page.get_by_text("Settings saved.").wait_for()
    visitor.go("/campaigns/new/")
    visitor.look("campaign-channel-all")


def write_call(visitor: Visitor) -> None:
    """What a phone says: refused without words, then heard beside the form."""
    page = _begin(visitor, "voice")
    page.get_by_label("What is said", exact=True).fill(
        "Hello {{ contact.first_name }}, Prairie Lantern reads on Friday at seven."
    )
    page.get_by_label("Number people can call").fill("+1 402 555 0100")
    _save(visitor, "voice")


def write_to_whatsapp(visitor: Visitor) -> None:
    """The template is chosen, then its places are asked for."""
    page = _begin(visitor, "whatsapp")
    page.get_by_label("Template", exact=True).select_option(index=1)
    page.locator("[name^=value_]").first.wait_for()
    page.locator("[name^=value_]").first.fill("{{ contact.first_name }}")
    _save(visitor, "whatsapp")


def write_letter(visitor: Visitor) -> None:
    """A subject, the line beside it, and the letter."""
    page = _begin(visitor, "email")
    page.get_by_label("Subject", exact=True).fill("Friday at 7, {{ contact.first_name }}")
    page.get_by_label("Preview line").fill("Six poems, two chairs left.")
    letter = "<h1>Reading night</h1><p>Hello {{ contact.first_name }}, we read on <b>Friday at 7</b>.</p>"
    page.get_by_label("Letter", exact=True).fill(letter)
    _save(visitor, "email")


def _begin(visitor: Visitor, channel: str) -> Page:
    page = visitor.go(f"/campaigns/new/{channel}/")
    visitor.look(f"{channel}-new")
    page.get_by_role("button", name="Save and check").click()
    visitor.look(f"{channel}-refused", 422)
    page.get_by_label("Name", exact=True).fill(f"Reading night, {channel}")
    page.get_by_label("Purpose").select_option(label="Offers")
    page.get_by_label("Sender").select_option(index=1)
    page.get_by_role("group", name="Goes to").get_by_label(LIST).check()
    return page


def _save(visitor: Visitor, channel: str) -> None:
    page = visitor.page
    page.locator("#preview-inner .bubble").first.wait_for()
    visitor.look(f"{channel}-written", 422)
    page.get_by_role("button", name="Save and check").click()
    page.wait_for_url("**/check/")
    page.get_by_role("heading", name=re.compile("would get this")).wait_for()
    visitor.look(f"{channel}-check")
