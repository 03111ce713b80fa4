"""A letter goes out; whoever got it follows its last line and stops all of them."""

import re

from tests.browser.visitor import Visitor


def send(visitor: Visitor, reader: str) -> str:
    """Launch what is checked, let the minute pass, wait for the letter; the path its last line leads to."""
    page, house = visitor.page, visitor.house
    number = page.get_by_role("heading", level=1).inner_text().split()[0]
    page.get_by_label("Type the number of people").fill(number)
    page.get_by_role("button", name=re.compile(r"^Launch to")).click()
    page.get_by_text("until the first may leave").wait_for()
    with visitor.beside(house.sandbox.url) as handset:
        handset.get_by_role("button", name="+1 min").click()
    visitor.wait_for(page.get_by_role("button", name="Copy"), 45)
    visitor.look("letter-finished")
    return "/u/" + str(house.mails(reader)[0]["text"]).split("/u/")[1].split()[0]


def choose(visitor: Visitor, reader: str) -> None:
    """Somebody without an account says how many they want, reads the page in Urdu; a cut link says so."""
    path = "/p/" + str(visitor.house.mails(reader)[0]["text"]).split("/p/")[1].split()[0]
    page = visitor.go(path)
    visitor.look("preferences")
    page.get_by_label("How many").select_option("2")
    page.get_by_role("button", name="Save my choices").click()
    page.get_by_text("This is what holds now.").wait_for()
    visitor.look("preferences-saved")
    page.get_by_label("Not before").select_option("540")
    page.get_by_role("button", name="Save my choices").click()
    page.get_by_text("Not saved yet").wait_for()
    visitor.look("preferences-refused", 422)
    visitor.go(f"{path}?lang=ur")
    visitor.look("preferences-urdu")
    visitor.go(path[:-8])
    visitor.look("preferences-broken", 404)


def stop(visitor: Visitor, path: str) -> None:
    """Somebody without an account reads the page, presses once, reads that it is done; a cut link says so."""
    page = visitor.go(path)
    visitor.look("unsubscribe")
    page.get_by_role("button", name="Stop all emails").click()
    page.get_by_role("heading", name="You get no more emails").wait_for()
    visitor.look("unsubscribed")
    visitor.go(path[:-8])
    visitor.look("unsubscribe-broken", 404)


def find(visitor: Visitor, reader: str) -> None:
    """Why somebody got the letter, by their address; and nothing where nothing was sent."""
    page = visitor.go("/messages/")
    visitor.look("messages")
    page.get_by_label("Number, address or id").fill(reader)
    page.get_by_role("button", name="Find").click()
    page.get_by_role("link", name="Why they got it").first.wait_for()
    visitor.look("messages-found")
    page.get_by_role("link", name="Why they got it").first.click()
    page.get_by_role("heading", name="The decision at the door").wait_for()
    visitor.look("why-letter")
    visitor.go("/messages/?q=SM00000000000000000000000000000000")
    visitor.look("messages-not-found")
    visitor.go("/contacts/?q=ines b")
    page.get_by_role("link", name="Ines Björk").first.wait_for()
    visitor.look("contacts-found")
    page.get_by_role("link", name="Ines Björk").first.click()
    page.get_by_role("heading", name="Messages").wait_for()
    visitor.look("contact-letter")
